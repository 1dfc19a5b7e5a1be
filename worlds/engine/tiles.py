"""The renderer of 2D worlds: copies sprites, one row of tiles at a time, at any size, on CPU and CUDA.

A frame shows the whole grid of tiles, as large as whole pixels allow, in the middle of a black border. A sprite's rows
are copied in the widest machine words that fit the tile and the frame.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
from numba import njit

from ...interface.action import MOUSE_ONE

LARGEST = 4096
"""Largest height and width of a frame, in pixels."""


class Layout(NamedTuple):
    """Where the tiles of a frame lie, in pixels: edge length of a tile, and the corner of the first one."""

    tile: int
    top: int
    left: int


def layout(height: int, width: int, rows: int, cols: int) -> Layout:
    """The layout of rows x cols tiles in a frame. Raises ValueError for a frame too small or too large."""
    if not (isinstance(height, int | np.integer) and isinstance(width, int | np.integer)):
        raise ValueError(f"a frame's size is two whole numbers of pixels (height, width), got {(height, width)}")
    tile = min(height // rows, width // cols)
    if tile < 1 or height > LARGEST or width > LARGEST:
        raise ValueError(
            f"a frame of {height}x{width} pixels cannot show this world: it has {rows}x{cols} tiles, so choose a "
            f"height from {rows} to {LARGEST} and a width from {cols} to {LARGEST}"
        )
    return Layout(tile, (height - tile * rows) // 2, (width - tile * cols) // 2)


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
    """The widest unsigned integer in which tiles, border and rows of such a frame can be copied."""
    for word in (np.uint64, np.uint32, np.uint16):
        size = np.dtype(word).itemsize
        if all(bytes_ % size == 0 for bytes_ in (place.tile * 3, place.left * 3, width * 3)):
            return word
    return np.uint8


@njit
def copy_sprite(line, sprite, left):
    """Copy one row of a sprite into a row of the frame; both are words."""
    if len(sprite) == 3:  # the commonest size, spelled out so that it becomes three moves
        line[left], line[left + 1], line[left + 2] = sprite[0], sprite[1], sprite[2]
    else:
        for word in range(len(sprite)):
            line[left + word] = sprite[word]


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
def border(lines, first, last, left, width, above, below):
    """Blacken the border beside rows [first, last) of a frame, and all above or below them if asked."""
    for y in range(first, last):
        for word in range(left):
            lines[y, word] = 0
        for word in range(left + width, lines.shape[1]):
            lines[y, word] = 0
    if above:
        for y in range(first):
            lines[y, :] = 0
    if below:
        for y in range(last, lines.shape[0]):
            lines[y, :] = 0
