"""Drawing many scenes: the kernels around paint.py, for CPU threads and for CUDA. They are the same for all worlds.

A world's own kernel, `look_around`, writes the scenes of some rows; these draw them. On the CPU a thread takes a few
rows at a time, so that their scenes stay in its cache; on CUDA each pixel column is a thread.
"""

from __future__ import annotations

from functools import cache
from types import ModuleType
from typing import Any

import numpy as np

from ..kernels import module_of
from .paint import AIM, ROW, aim, column, row_of
from .scene import SCENE, SOLIDS
from .textures import pyramid

TOGETHER = 32
"""Rows of a batch whose scenes are written and then drawn, by one thread."""
BLOCK = 16
"""Columns that are drawn before they are copied into the frame, row by row."""

_HEAD = '''"""The kernels that draw scenes: written by Rumpus, never edited; the folder can be deleted at any time."""

from numba import {target}

from {package}.paint import aim, column, row_of
'''

_CPU = '''
BLOCK = {block}


@njit(cache=True, nogil=True, _nrt=False)
def paint(scenes, first, textures, rows, aims, lines, line_depths, line_marks, pixels, depths, marks, low, high):
    height, width = pixels.shape[2], pixels.shape[3]
    deep, marked = len(depths) > 0, len(marks) > 0
    for i in range(low, high):
        for player in range(scenes.shape[1]):
            scene = scenes[i - first, player]
            if not scene.shown:
                continue
            for row in range(height):
                row_of(scene, rows[row], row, height)
            for k in range(scene.solids):
                aim(scene, k, aims[k], height, width)
            frame = pixels[i, player]
            for start in range(0, width, BLOCK):
                count = min(BLOCK, width - start)
                for x in range(count):
                    column(
                        scene, rows, aims, textures, start + x, height, width, lines[x], line_depths[x], line_marks[x]
                    )
                for row in range(height):
                    for x in range(count):
                        colour = lines[x, row]
                        frame[row, start + x, 0] = colour & 255
                        frame[row, start + x, 1] = colour >> 8 & 255
                        frame[row, start + x, 2] = colour >> 16 & 255
                if deep:
                    for row in range(height):
                        for x in range(count):
                            depths[i, player, row, start + x] = line_depths[x, row]
                if marked:
                    for row in range(height):
                        for x in range(count):
                            marks[i, player, row, start + x] = line_marks[x, row]
'''


@cache
def cpu_kernels() -> ModuleType:
    """The kernel `paint` for CPU threads; compiled or loaded at its first call."""
    source = (_HEAD + _CPU).format(target="njit", package=__package__, block=BLOCK)
    return module_of(source, (aim, column, row_of), "rays")


def scratch(height: int) -> tuple[np.ndarray, ...]:
    """Room for one thread to draw frames of this height in: rows, aims, and a block of columns with depths, marks."""
    lines = np.empty((BLOCK, height), np.uint32), np.empty((BLOCK, height), np.float32)
    return (np.empty(height, ROW), np.empty(SOLIDS, AIM), *lines, np.empty((BLOCK, height), np.uint8))


NO_DEPTHS, NO_MARKS = np.zeros((0, 0, 0, 0), np.float32), np.zeros((0, 0, 0, 0), np.uint8)


def draw_scenes(scenes: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw SCENE records (n,) on the CPU: (pixels uint8 (n, height, width, 3), depths float32, marks uint8)."""
    height, width = size
    pixels = np.zeros((len(scenes), 1, height, width, 3), np.uint8)
    depths, marks = np.zeros(pixels.shape[:4], np.float32), np.zeros(pixels.shape[:4], np.uint8)
    given: tuple[Any, ...] = (scenes.reshape(-1, 1), 0, pyramid(), *scratch(height), pixels, depths, marks)
    cpu_kernels().paint(*given, 0, len(scenes))
    return pixels[:, 0], depths[:, 0], marks[:, 0]


def blank(rows: int, players: int) -> np.ndarray:
    """Scenes to be written, (rows, players)."""
    return np.zeros((rows, players), SCENE)
