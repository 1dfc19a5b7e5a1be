"""Drawing lots: numbers, or free cells of the map, in random order, each once. They lie in the state's `queue`.

count = list_free(state, 1, 1, rows, cols)
for index in range(things):
    cell = pick(state, index, count)
"""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS
from .grid_queries import free


@njit
def list_numbers(state, count):
    """Make lots of the numbers below `count`."""
    for index in range(count):
        state.queue[index] = index


@njit
def list_free(state, y, x, rows, cols):
    """Make lots, y * COLS + x, of the free cells among so many rows and columns from the cell (y, x) on. Returns how
    many there are."""
    count = 0
    for row in range(y, y + rows):
        for col in range(x, x + cols):
            if free(state, row, col):
                state.queue[count] = row * COLS + col
                count += 1
    return count


@njit
def pick(state, index, count):
    """The lot number `index` of `count`, of which the ones before have been picked: any of the others."""
    other = index + draw(state, count - index)
    lot = np.int32(state.queue[other])
    state.queue[other] = state.queue[index]
    state.queue[index] = lot
    return lot
