"""Sets of maps that differ by content: a hash of a map puts it into one of 16 parts, which make three folds.

Part 0 is for testing, part 1 for validation, the rest for training. A world draws maps until one is of the fold that
its task asks for:

    for _ in range(REDRAWS):
        lay_out(state, task)
        if wanted(state, task.fold):
            break
"""

import numpy as np
from numba import njit

from ..engine.library.random import mix
from ..engine.records.states import Knob
from ..engine.render.raycast.scene import COLS
from .grid_queries import cell_of

ANY, TRAIN, VALID, TEST = range(4)
"""Values of the knob `fold`."""
FOLD = Knob(0, 0, 3, "which maps to draw: 0 any, 1 for training, 2 for validation, 3 for testing")
SPLITS = {"train": {"fold": TRAIN}, "valid": {"fold": VALID}, "test": {"fold": TEST}}
REDRAWS = 1024
"""Most maps that are drawn for one episode. One in 16 is of the rarest fold."""

_PART = np.uint64(60)
_TEXTURES = 256
_THING = 1 << 40  # things' hashes are told from those of cells


@njit
def fold(state):
    """The fold of a map: by its walls and floors, and by which things lie in which cells."""
    total = np.uint64(0)
    for y in range(state.map_rows):
        for x in range(state.map_cols):
            here = np.int64(state.walls[y, x]) * _TEXTURES + np.int64(state.floors[y, x])
            total ^= mix(np.uint64((y * COLS + x) * _TEXTURES * _TEXTURES + here))
    for index in range(state.things):
        row, col = np.int64(cell_of(state.thing_y[index])), np.int64(cell_of(state.thing_x[index]))
        what = np.int64(state.kind[index]) * _TEXTURES + np.int64(state.colour[index])
        total ^= mix(np.uint64(_THING * (1 + what) + row * COLS + col))
    part = np.int32(mix(total) >> _PART)
    return TEST if part == 0 else VALID if part == 1 else TRAIN


@njit
def wanted(state, chosen):
    """Whether a map is of the fold that is chosen."""
    return chosen == ANY or chosen == fold(state)
