"""Sokoban's levels."""

import numpy as np
from numba import njit

from ..engine.random import draw
from .state import BOX, PLAYERS, TARGET


@njit
def reset(state, task, levels):
    """Take a level of the bank at random."""
    level = levels[draw(state, len(levels))]
    state.height, state.width = level.height, level.width
    off = 0
    for y in range(state.cells.shape[0]):
        for x in range(state.cells.shape[1]):
            here = np.int32(level.cells[y, x])
            state.cells[y, x] = here
            if here & (BOX | TARGET) == BOX:
                off += 1
    state.off = off
    for player in range(PLAYERS):
        state.y[player], state.x[player] = level.y[player], level.x[player]
