"""Drawing many scenes: the kernels around columns.py and objects.py, for CPU threads and for CUDA, for all worlds.

A world's own kernel, `write_scenes`, writes the scenes of some rows; these draw them. On the CPU a thread takes a few
rows at a time, so that their scenes stay in its cache; on CUDA each pixel column is a thread.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from ...compile.modules import module_of
from .camera import PREPARED, column_slope, lens, prepare_row, project, rows_differ, uniform_floor
from .columns import crosshair, draw_column
from .frame import EIGHT, PROJECTION, Columns, Frames, Scratch
from .objects import draw_solids
from .scene import SCENE, SOLIDS
from .textures import pyramid

TOGETHER = 32
"""Rows of a batch whose scenes are written and then drawn, by one thread."""
BLOCK = 64
"""Columns that are drawn together, then copied into the frame: as many as a processor's caches hold."""

_HEAD = '''"""The kernels that draw scenes: written by Rumpus, never edited; the folder can be deleted at any time."""

import numpy as np
from numba import {target}

from {package}.camera import column_slope, lens, prepare_row, project, rows_differ, uniform_floor
from {package}.columns import crosshair, draw_column
from {package}.frame import Columns, View
from {package}.objects import draw_solids
'''

_CPU = """from {package}.blocks import copy_block


@njit(cache=True, nogil=True, _nrt=False)
def draw(scenes, first, texels, scratch, frames, low, high):
    height, width, columns = frames.pixels.shape[2], frames.pixels.shape[3], scratch.columns
    depths, segmentation = frames.depths, frames.segmentation
    deep, segmented = len(depths) > 0, len(segmentation) > 0
    for i in range(low, high):
        for player in range(scenes.shape[1]):
            scene = scenes[i - first, player]
            if not scene.shown:
                continue
            if rows_differ(scene, scratch.prepared):
                for row in range(height):
                    prepare_row(scene, scratch.rows, scratch.row_textures, row, height)
            count, camera = 0, lens(scene, height, width)
            for k in range(scene.solids):
                project(scene, k, camera, scratch.projections[k], height, width)
                scratch.visible[count] = k
                count += scratch.projections[k].right > 0 or scratch.projections[k].shadow_right > 0
            view = View(
                scene, texels, height, width, scratch.rows, scratch.row_textures, scratch.projections,
                scratch.visible, count, uniform_floor(scene),
            )
            pixels = frames.pixels[i, player]
            for start in range(0, width, {block}):
                some = min({block}, width - start)
                for x in range(some):
                    columns.slopes[x] = column_slope(scene, start + x, height, width)
                    columns.walls[x], columns.edges[0, x], columns.edges[1, x] = draw_column(
                        view, columns.slopes[x], columns.colours[x], scratch.texel_index
                    )
                draw_solids(view, columns, start, 0, some, deep or segmented)
                for x in range(some):
                    crosshair(view, columns.slopes[x], columns.colours[x])
                whole_rows, whole_columns = height // {eight} * {eight}, some // {eight} * {eight}
                for top in range(0, whole_rows, {eight}):
                    for x in range(0, whole_columns, {eight}):
                        copy_block(columns.colours, x, top, pixels, start + x)
                for row in range(height):
                    for x in range(whole_columns if row < whole_rows else 0, some):
                        colour = columns.colours[x, row]
                        pixels[row, start + x, 0] = colour & 255
                        pixels[row, start + x, 1] = colour >> 8 & 255
                        pixels[row, start + x, 2] = colour >> 16 & 255
                if deep:
                    for row in range(height):
                        for x in range(some):
                            depths[i, player, row, start + x] = columns.depths[x, row]
                if segmented:
                    for row in range(height):
                        for x in range(some):
                            segmentation[i, player, row, start + x] = columns.object_ids[x, row]
"""

_CUDA = """

@cuda.jit(cache=True)
def prepare(scenes, first, rows, row_textures, projections, visible, floors):
    number, index = cuda.blockIdx.y, cuda.grid(1)
    scene = scenes[(first + number) // scenes.shape[1], (first + number) % scenes.shape[1]]
    height, width = np.int64(floors[len(floors) - 2]), np.int64(floors[len(floors) - 1])
    if scene.shown:
        if index < height:
            prepare_row(scene, rows[number], row_textures[number], index, height)
        if index < scene.solids:
            project(scene, index, lens(scene, height, width), projections[number, index], height, width)
        if index == 0:
            floors[number] = uniform_floor(scene)


@cuda.jit(cache=True)
def gather(scenes, first, projections, visible):
    number, count = cuda.grid(1), 0
    if number < len(visible):
        scene = scenes[(first + number) // scenes.shape[1], (first + number) % scenes.shape[1]]
        for k in range(scene.solids if scene.shown else 0):
            visible[number, count] = k
            if projections[number, k].right > 0 or projections[number, k].shadow_right > 0:
                count += 1
        visible[number, visible.shape[1] - 1] = count


@cuda.jit(cache=True)
def draw(
    scenes, first, texels, rows, row_textures, projections, visible, floors, texel_index, slopes, walls, edges,
    colours, column_depths, object_ids, hits, cosines, pixels, depths, segmentation,
):
    x, number = cuda.grid(1), cuda.blockIdx.y
    i, player = (first + number) // scenes.shape[1], (first + number) % scenes.shape[1]
    scene, height, width = scenes[i, player], pixels.shape[2], pixels.shape[3]
    if not scene.shown or x >= width:
        return
    view = View(
        scene, texels, height, width, rows[number], row_textures[number], projections[number], visible[number],
        visible[number, visible.shape[1] - 1], floors[number],
    )
    columns = Columns(
        slopes[number], walls[number], edges[number], colours[number].T, column_depths[number].T,
        object_ids[number].T, hits[number].T, cosines[number].T,
    )
    slopes[number, x] = column_slope(scene, x, height, width)
    walls[number, x], edges[number, 0, x], edges[number, 1, x] = draw_column(
        view, slopes[number, x], colours[number, :, x], texel_index[number, :, x]
    )
    draw_solids(view, columns, 0, x, x + 1, len(depths) > 0 or len(segmentation) > 0)
    crosshair(view, slopes[number, x], colours[number, :, x])
    for row in range(height):
        colour = colours[number, row, x]
        pixels[i, player, row, x, 0] = colour & 255
        pixels[i, player, row, x, 1] = colour >> 8 & 255
        pixels[i, player, row, x, 2] = colour >> 16 & 255
    for row in range(height if len(depths) > 0 else 0):
        depths[i, player, row, x] = column_depths[number, row, x]
    for row in range(height if len(segmentation) > 0 else 0):
        segmentation[i, player, row, x] = object_ids[number, row, x]
"""
LANES = 64
"""Threads in a block, on CUDA."""

_USED = column_slope, crosshair, draw_column, draw_solids, lens, prepare_row, project, rows_differ, uniform_floor


def whole(height: int) -> int:
    """The height in rows, rounded up to whole strips."""
    return -(-height // EIGHT) * EIGHT


@cache
def cuda_kernels(version: str) -> ModuleType:
    """The kernels `prepare`, `gather` and `draw` for CUDA; compiled or loaded at their first call."""
    return module_of((_HEAD + _CUDA).format(target="cuda", package=__package__), _USED, "cuda_rays", version)


def cuda_scratch(views: int, height: int, width: int) -> dict[str, tuple[tuple[int, ...], Any]]:
    """Shape and dtype of the arrays in which this many views are drawn on CUDA, in the order of the kernels' arguments;
    see View and Columns."""
    column = (views, whole(height), width)
    return {
        "rows": ((views, 3, whole(height)), np.float32),
        "row_textures": ((views, 5, whole(height)), np.int32),
        "projections": ((views, SOLIDS), PROJECTION),
        "visible": ((views, SOLIDS + 2), np.int32),
        "floors": ((views + 2,), np.int32),  # and the height and width of the picture
        "texel_index": (column, np.int32),
        "slopes": ((views, width), np.float32),
        "walls": ((views, width), np.float32),
        "edges": ((views, 2, width), np.int32),
        "colours": (column, np.int32),
        "depths": (column, np.float32),
        "object_ids": (column, np.uint8),
        "hits": (column, np.float32),
        "cosines": (column, np.float32),
    }


@cache
def cpu_kernels() -> ModuleType:
    """The kernel `draw` for CPU threads; compiled or loaded at its first call."""
    source = (_HEAD + _CPU).format(target="njit", package=__package__, block=BLOCK, eight=EIGHT)
    return module_of(source, _USED, "rays")


def scratch(height: int) -> Scratch:
    """The memory in which one thread draws frames of this height."""
    kinds = np.int32, np.float32, np.uint8, np.float32, np.float32
    return Scratch(
        np.full(PREPARED, np.nan, np.float32),
        np.zeros((3, whole(height)), np.float32),
        np.zeros((5, whole(height)), np.int32),
        np.empty(SOLIDS, PROJECTION),
        np.empty(SOLIDS + 1, np.int32),
        np.zeros(whole(height), np.int32),
        Columns(
            np.empty(BLOCK, np.float32),
            np.empty(BLOCK, np.float32),
            np.empty((2, BLOCK), np.int32),
            *(np.zeros((BLOCK, whole(height)), kind) for kind in kinds),
        ),
    )


NO_DEPTHS, NO_SEGMENTATION = np.zeros((0, 0, 0, 0), np.float32), np.zeros((0, 0, 0, 0), np.uint8)


def frames(pixels: np.ndarray, depths: np.ndarray | None = None, segmentation: np.ndarray | None = None) -> Frames:
    """The pictures (n, players, height, width, …) that `draw` writes; depths and segmentation if they are given."""
    return Frames(
        pixels,
        NO_DEPTHS if depths is None else depths,
        NO_SEGMENTATION if segmentation is None else segmentation,
    )


def draw_scenes(scenes: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw SCENE records (n,) on the CPU: (pixels uint8 (n, height, width, 3), depths float32, segmentation uint8)."""
    height, width = size
    pixels = np.zeros((len(scenes), 1, height, width, 3), np.uint8)
    depths, segmentation = np.zeros(pixels.shape[:4], np.float32), np.zeros(pixels.shape[:4], np.uint8)
    drawn = frames(pixels, depths, segmentation)
    cpu_kernels().draw(scenes.reshape(-1, 1), 0, pyramid().reshape(-1), scratch(height), drawn, 0, len(scenes))
    return pixels[:, 0], depths[:, 0], segmentation[:, 0]


def blank(rows: int, players: int) -> np.ndarray:
    """Scenes to be written, (rows, players)."""
    return np.zeros((rows, players), SCENE)
