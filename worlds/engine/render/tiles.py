"""The renderer of 2D worlds: copies sprites, one row of tiles at a time, at any size, on CPU and CUDA.

A frame shows the whole grid of tiles, as large as whole pixels allow, in the middle of a black border. A sprite's rows
are copied in machine words, not bytes.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numba import njit

from ....interface.action import MOUSE_ONE

LARGEST = 4096
"""Largest height and width of a frame, in pixels."""


class Layout(NamedTuple):
    """Where the tiles of a frame lie, in pixels: edge length of a tile, and the corner of the first one."""

    tile: int
    top: int
    left: int


def layout(height: int, width: int, rows: int, cols: int) -> Layout:
    """The layout of rows x cols tiles in a frame. Raises ValueError for a frame too small or too large."""
    height, width = frame_size((height, width))
    tile = min(height // rows, width // cols)
    if tile < 1 or height > LARGEST or width > LARGEST:
        raise ValueError(
            f"a frame of {height}x{width} pixels cannot show this world: it has {rows}x{cols} tiles, so choose a "
            f"height from {rows} to {LARGEST} and a width from {cols} to {LARGEST}"
        )
    return Layout(tile, (height - tile * rows) // 2, (width - tile * cols) // 2)


def frame_size(size: Any) -> tuple[int, int]:
    """(height, width) from a tuple, list or array of both, or from one number for a square. Raises ValueError unless
    these are whole numbers."""
    both = (size, size) if np.ndim(size) == 0 else tuple(size)
    if len(both) != 2 or any(isinstance(edge, bool) or not isinstance(edge, int | np.integer) for edge in both):
        raise ValueError(f"a frame's size is two whole numbers of pixels (height, width), or one, got {size!r}")
    return int(both[0]), int(both[1])


@lru_cache(maxsize=64)
def atlas(sheet: Path, tile: int) -> np.ndarray:
    """The sprites of a sheet at this tile size: uint8, shape (sprites, tile, tile * 3), read-only."""
    image = cv2.imread(str(sheet), cv2.IMREAD_COLOR)
    if image is None:
        raise FileNotFoundError(f"no sprite sheet can be read at {sheet}")
    image = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
    edge, count = image.shape[0], image.shape[1] // image.shape[0]
    sprites = image.reshape(edge, count, edge, 3).swapaxes(0, 1)
    whole = edge * -(-tile // edge)  # enlarge by whole pixels first, so that edges stay crisp
    scaled = [
        cv2.resize(
            cv2.resize(sprite, (whole, whole), interpolation=cv2.INTER_NEAREST),
            (tile, tile),
            interpolation=cv2.INTER_AREA,
        )
        for sprite in sprites
    ]
    result = np.ascontiguousarray(np.stack(scaled).reshape(count, tile, tile * 3))
    result.flags.writeable = False
    return result


def words_of(place: Layout, width: int) -> type[np.unsignedinteger]:
    """The widest unsigned integer in which tiles, border and rows of such a frame can be copied side by side (CUDA)."""
    for word in (np.uint64, np.uint32, np.uint16):
        size = np.dtype(word).itemsize
        if all(bytes_ % size == 0 for bytes_ in (place.tile * 3, place.left * 3, width * 3)):
            return word
    return np.uint8


def overlapping(array: np.ndarray, tile: int) -> np.ndarray:
    """A uint8 array whose last axis is seen as words that begin at every byte, not at every word (CPU).

    The words are the widest that are no longer than a sprite's row of 3 * tile bytes.
    """
    word = np.dtype(np.uint64 if tile > 2 else np.uint32 if tile == 2 else np.uint16)
    shape = (*array.shape[:-1], array.shape[-1] - word.itemsize + 1)
    return np.ndarray(shape, word, array, strides=(*array.strides[:-1], 1))


@njit
def copy_sprite(lines, top, left, sprites, kind, tile, step):
    """Copy a sprite to pixel row `top` and byte `left` of a frame; both are seen as overlapping words of `step` bytes.

    The last word of a row may overlap the one before, so that tiles of any size take as few words as can be.
    """
    last = 3 * tile - step
    if last <= step:
        for y in range(tile):
            lines[top + y, left] = sprites[kind, y, 0]
            lines[top + y, left + last] = sprites[kind, y, last]
    elif last <= 2 * step:
        for y in range(tile):
            lines[top + y, left] = sprites[kind, y, 0]
            lines[top + y, left + step] = sprites[kind, y, step]
            lines[top + y, left + last] = sprites[kind, y, last]
    else:
        for y in range(tile):
            for x in range(0, last, step):
                lines[top + y, left + x] = sprites[kind, y, x]
            lines[top + y, left + last] = sprites[kind, y, last]


@njit
def draw_cursor(state, player, pixels, tile, top, left, first, last):
    """Draw this player's mouse cursor, a small arrow, where it lies in pixel rows [first, last)."""
    height = tile * state.rows
    tip_y = top + (state.cursor[player, 1] * np.int64(height) // MOUSE_ONE)
    tip_x = left + (state.cursor[player, 0] * np.int64(height) // MOUSE_ONE)
    length = max(height // 16, 2)
    for y in range(max(first, tip_y), min(last, tip_y + length + 1)):
        reach = min(y - tip_y, 2 * (tip_y + length - y))
        for x in range(tip_x, min(tip_x + reach + 1, pixels.shape[1])):
            edge = x == tip_x or x == tip_x + reach
            for channel in range(3):
                pixels[y, x, channel] = 0 if edge else 255


@njit
def border(bytes_, first, last, left, width, above, below):
    """Blacken the border beside rows [first, last) of a frame of bytes, and all above or below them if asked."""
    for y in range(first, last):
        for x in range(left):
            bytes_[y, x] = 0
        for x in range(left + width, bytes_.shape[1]):
            bytes_[y, x] = 0
    if above:
        for y in range(first):
            bytes_[y, :] = 0
    if below:
        for y in range(last, bytes_.shape[0]):
            bytes_[y, :] = 0
