"""Drawing many scenes: the kernels around paint.py, for CPU threads and for CUDA. They are the same for all worlds.

A world's own kernel, `write_scenes`, writes the scenes of some rows; these draw them. On the CPU a thread takes a few
rows at a time, so that their scenes stay in its cache; on CUDA each pixel column is a thread.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from ...compile.modules import module_of
from .camera import AIM, aim, one_floor, row_of
from .columns import column, dot, u_of
from .objects import solids
from .scene import SCENE, SOLIDS
from .solids import EIGHT
from .textures import pyramid

TOGETHER = 32
"""Rows of a batch whose scenes are written and then drawn, by one thread."""
BLOCK = 64
"""Columns that are drawn together, then copied into the frame row by row: what fits into a processor's caches."""

_HEAD = '''"""The kernels that draw scenes: written by Rumpus, never edited; the folder can be deleted at any time."""

import numpy as np
from numba import {target}

from {package}.camera import aim, one_floor, row_of
from {package}.objects import solids
from {package}.columns import column, dot, u_of
'''

_CPU = """
BLOCK = 64


@njit(cache=True, nogil=True, _nrt=False)
def paint(
    scenes, first, texels, rows, looks, aims, seen, places, slopes, walls, edges, hits, cosines, lines,
    line_depths, line_marks, pixels, words, depths, marks, low, high,
):
    height, width = pixels.shape[2], pixels.shape[3]
    deep, marked = len(depths) > 0, len(marks) > 0
    for i in range(low, high):
        for player in range(scenes.shape[1]):
            scene = scenes[i - first, player]
            if not scene.shown:
                continue
            for row in range(height):
                row_of(scene, rows, looks, row, height)
            count = 0
            for k in range(scene.solids):
                aim(scene, k, aims[k], height, width)
                seen[count] = k
                count += aims[k].right > 0 or aims[k].dark_right > 0
            floor = one_floor(scene)
            frame, whole = pixels[i, player], words[i, player]
            for start in range(0, width, BLOCK):
                some = min(BLOCK, width - start)
                for x in range(some):
                    slopes[x] = u_of(scene, start + x, height, width)
                    walls[x], edges[0, x], edges[1, x] = column(
                        scene, rows, looks, floor, texels, slopes[x], height, lines[x], places
                    )
                solids(
                    scene, rows, aims, seen, count, deep or marked, texels, start, 0, some, height, slopes, walls,
                    edges, lines, line_depths, line_marks, hits, cosines,
                )
                for x in range(some):
                    dot(scene, rows, slopes[x], height, lines[x])
                inside = min(some, width - 1 - start)  # the fourth byte of a word is the next pixel's
                for row in range(height):
                    for x in range(inside):
                        whole[row, np.uint32(3 * (start + x))] = lines[x, row]
                    for x in range(inside, some):
                        colour = lines[x, row]
                        frame[row, start + x, 0] = colour & 255
                        frame[row, start + x, 1] = colour >> 8 & 255
                        frame[row, start + x, 2] = colour >> 16 & 255
                if deep:
                    for row in range(height):
                        for x in range(some):
                            depths[i, player, row, start + x] = line_depths[x, row]
                if marked:
                    for row in range(height):
                        for x in range(some):
                            marks[i, player, row, start + x] = line_marks[x, row]
"""

_CUDA = """

@cuda.jit(cache=True)
def prepare(scenes, first, rows, looks, aims, seen, floors):
    view, index = cuda.blockIdx.y, cuda.grid(1)
    scene = scenes[(first + view) // scenes.shape[1], (first + view) % scenes.shape[1]]
    height, width = np.int64(looks.shape[2]), np.int64(floors[len(floors) - 1])
    if scene.shown:
        if index < height:
            row_of(scene, rows[view], looks[view], index, height)
        if index < scene.solids:
            aim(scene, index, aims[view, index], height, width)
        if index == 0:
            floors[view] = one_floor(scene)


@cuda.jit(cache=True)
def gather(scenes, first, aims, seen):
    view, count = cuda.grid(1), 0
    if view < len(seen):
        scene = scenes[(first + view) // scenes.shape[1], (first + view) % scenes.shape[1]]
        for k in range(scene.solids if scene.shown else 0):
            seen[view, count] = k
            if aims[view, k].right > 0 or aims[view, k].dark_right > 0:
                count += 1
        seen[view, seen.shape[1] - 1] = count


@cuda.jit(cache=True)
def paint(
    scenes, first, texels, rows, looks, aims, seen, floors, places, slopes, walls, edges, hits, cosines, lines,
    line_depths, line_marks, pixels, depths, marks,
):
    x, view = cuda.grid(1), cuda.blockIdx.y
    i, player = (first + view) // scenes.shape[1], (first + view) % scenes.shape[1]
    scene, height, width = scenes[i, player], pixels.shape[2], pixels.shape[3]
    if not scene.shown or x >= width:
        return
    deep, count = len(depths) > 0 or len(marks) > 0, seen[view, seen.shape[1] - 1]
    slopes[view, x] = u_of(scene, x, height, width)
    walls[view, x], edges[view, 0, x], edges[view, 1, x] = column(
        scene, rows[view], looks[view], floors[view], texels, slopes[view, x], height, lines[view, :, x],
        places[view, :, x],
    )
    solids(
        scene, rows[view], aims[view], seen[view], count, deep, texels, 0, x, x + 1, height, slopes[view],
        walls[view], edges[view], lines[view].T, line_depths[view].T, line_marks[view].T, hits[view].T,
        cosines[view].T,
    )
    dot(scene, rows[view], slopes[view, x], height, lines[view, :, x])
    for row in range(height):
        colour = lines[view, row, x]
        pixels[i, player, row, x, 0] = colour & 255
        pixels[i, player, row, x, 1] = colour >> 8 & 255
        pixels[i, player, row, x, 2] = colour >> 16 & 255
    for row in range(height if len(depths) > 0 else 0):
        depths[i, player, row, x] = line_depths[view, row, x]
    for row in range(height if len(marks) > 0 else 0):
        marks[i, player, row, x] = line_marks[view, row, x]
"""
LANES = 64
"""Threads in a block, on CUDA."""


def whole(height: int) -> int:
    """So many rows, and as many more as make up whole strips."""
    return -(-height // EIGHT) * EIGHT


@cache
def cuda_kernels(version: str) -> ModuleType:
    """The kernels `prepare`, `gather` and `paint` for CUDA; compiled or loaded at their first call."""
    source = (_HEAD + _CUDA).format(target="cuda", package=__package__)
    return module_of(source, (aim, column, dot, one_floor, row_of, solids, u_of), "cuda_rays", version)


def cuda_scratch(views: int, height: int, width: int) -> dict[str, tuple[tuple[int, ...], Any]]:
    """Shape and dtype of the arrays that so many views are drawn in on CUDA, in the order of the kernels' arguments."""
    column = (views, whole(height), width)
    return {
        "rows": ((views, 3, whole(height)), np.float32),
        "looks": ((views, 5, height), np.int32),
        "aims": ((views, SOLIDS), AIM),
        "seen": ((views, SOLIDS + 2), np.int32),
        "floors": ((views + 1,), np.int32),
        "places": (column, np.int32),
        "slopes": ((views, width), np.float32),
        "walls": ((views, width), np.float32),
        "edges": ((views, 2, width), np.int32),
        "hits": (column, np.float32),
        "cosines": (column, np.float32),
        "lines": (column, np.int32),
        "line_depths": (column, np.float32),
        "line_marks": (column, np.uint8),
    }


@cache
def cpu_kernels() -> ModuleType:
    """The kernel `paint` for CPU threads; compiled or loaded at its first call."""
    source = (_HEAD + _CPU).format(target="njit", package=__package__, block=BLOCK)
    return module_of(source, (aim, column, dot, one_floor, row_of, solids, u_of), "rays")


def scratch(height: int) -> tuple[np.ndarray, ...]:
    """Room for one thread to draw frames of this height in."""
    tables = (
        np.zeros((3, whole(height)), np.float32),
        np.empty((5, height), np.int32),
        np.empty(SOLIDS, AIM),
        np.empty(SOLIDS + 1, np.int32),
    )
    columns = np.empty(height, np.int32), np.empty(BLOCK, np.float32), np.empty(BLOCK, np.float32)
    kinds = np.float32, np.float32, np.int32, np.float32, np.uint8
    lines = (np.zeros((BLOCK, whole(height)), kind) for kind in kinds)
    return *tables, *columns, np.empty((2, BLOCK), np.int32), *lines


def words(pixels: np.ndarray) -> np.ndarray:
    """Frames (n, players, height, width, 3) as 4-byte words that begin at every byte of a row but its last three."""
    n, players, height, width, _ = pixels.shape
    shape, strides = (n, players, height, max(3 * width - 3, 0)), (*pixels.strides[:3], 1)
    return np.ndarray(shape, np.uint32, pixels, strides=strides)


NO_DEPTHS, NO_MARKS = np.zeros((0, 0, 0, 0), np.float32), np.zeros((0, 0, 0, 0), np.uint8)


def draw_scenes(scenes: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw SCENE records (n,) on the CPU: (pixels uint8 (n, height, width, 3), depths float32, marks uint8)."""
    height, width = size
    pixels = np.zeros((len(scenes), 1, height, width, 3), np.uint8)
    depths, marks = np.zeros(pixels.shape[:4], np.float32), np.zeros(pixels.shape[:4], np.uint8)
    given: tuple[Any, ...] = (
        scenes.reshape(-1, 1),
        0,
        pyramid().reshape(-1),
        *scratch(height),
        pixels,
        words(pixels),
        depths,
        marks,
    )
    cpu_kernels().paint(*given, 0, len(scenes))
    return pixels[:, 0], depths[:, 0], marks[:, 0]


def blank(rows: int, players: int) -> np.ndarray:
    """Scenes to be written, (rows, players)."""
    return np.zeros((rows, players), SCENE)
