"""The renderer of 2D worlds: copies sprites, one row of tiles at a time, at any size, on CPU and CUDA.

A frame shows the whole grid of tiles, as large as whole pixels allow, in the middle of a black border. A sprite's rows
are copied in machine words, not bytes, and only to where the last draw into that frame showed another sprite.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
from numba import njit

from ....interface.action import MOUSE_ONE
from .wide import move_8, move_16, move_32

LARGEST = 4096
"""Largest height and width of a frame, in pixels."""
_0, _3, _8, _16, _32 = (np.uint64(number) for number in (0, 3, 8, 16, 32))


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


def shown_tiles(rows: int, cols: int) -> int:
    """The length of the list of what a frame of rows x cols tiles shows: int16, the rows and the columns of the grid,
    then the sprite of each of its tiles. Zeros, as rows, mean that the frame must be drawn whole."""
    return 2 + rows * cols


@njit
def copy_sprite(flat, at, line, sprites, start, tile):
    """Copy the sprite of 3 * tile bytes a row that begins at byte `start` of the sprites to byte `at` of the frames.

    flat, sprites: all frames and all sprites as flat bytes; line: bytes from a row of a frame to the next. All numbers
    are uint64. The last move of a row may overlap the one before, so that it takes as few moves as can be.
    """
    size = _3 * tile
    if size < _8:
        for _ in range(tile):
            for x in range(size):
                flat[at + x] = sprites[start + x]
            at, start = at + line, start + size
    elif size <= _16:
        last = size - _8
        for _ in range(tile):
            move_8(flat, at, sprites, start)
            move_8(flat, at + last, sprites, start + last)
            at, start = at + line, start + size
    elif size <= _32:
        last = size - _16
        for _ in range(tile):
            move_16(flat, at, sprites, start)
            move_16(flat, at + last, sprites, start + last)
            at, start = at + line, start + size
    else:
        last = size - _32
        for _ in range(tile):
            done = _0
            while done < last:
                move_32(flat, at + done, sprites, start + done)
                done += _32
            move_32(flat, at + last, sprites, start + last)
            at, start = at + line, start + size


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
def border(frame, top, left, bottom, right):
    """Blacken a frame (height, width, 3) outside of rows [top, bottom) and columns [left, right)."""
    for y in range(frame.shape[0]):
        inside = top <= y < bottom
        for x in range(left if inside else frame.shape[1]):
            for channel in range(3):
                frame[y, x, channel] = 0
        for x in range(right if inside else frame.shape[1], frame.shape[1]):
            for channel in range(3):
                frame[y, x, channel] = 0
