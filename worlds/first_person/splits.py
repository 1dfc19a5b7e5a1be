"""The split of a first-person map, by its content: walls, floors and things (see engine/library/splits.py).

A generator draws maps until one is of the split that its task asks for:

    for _ in range(REDRAWS):
        lay_out(state, task)
        if in_split(state, task.fold):
            break
"""

import numpy as np
from numba import njit

from ..engine.library.random import mix
from ..engine.library.splits import ANY, FOLD, REDRAWS, SPLITS, TEST, TRAIN, VALID, split_of_hash
from ..engine.render.raycast.scene import COLS
from .grid_queries import cell_of

__all__ = ["ANY", "FOLD", "REDRAWS", "SPLITS", "TEST", "TRAIN", "VALID", "in_split", "split_of"]

_TEXTURES = 256
_THING = 1 << 40  # distinguishes the hashes of things from those of cells


@njit
def split_of(state):
    """The split of a map, TRAIN, VALID or TEST: by its walls and floors, and by the things in its cells."""
    total = np.uint64(0)
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            here = np.int64(state.walls[y, x]) * _TEXTURES + np.int64(state.floors[y, x])
            total ^= mix(np.uint64((y * COLS + x) * _TEXTURES * _TEXTURES + here))
    for index in range(state.things):
        row, col = np.int64(cell_of(state.thing_y[index])), np.int64(cell_of(state.thing_x[index]))
        what = np.int64(state.kind[index]) * _TEXTURES + np.int64(state.colour[index])
        total ^= mix(np.uint64(_THING * (1 + what) + row * COLS + col))
    return split_of_hash(total)


@njit
def in_split(state, wanted):
    """Whether a map is of the wanted split: ANY, TRAIN, VALID or TEST."""
    return wanted == ANY or wanted == split_of(state)
