"""Sampling without replacement of numbers, or of free cells of the map; the state's `queue` holds the candidates.

count = list_free(state, 1, 1, rows, cols)
for index in range(things):
    cell = draw_next(state, index, count)
"""

from numba import njit

from ..engine.library.random import draw_from
from ..engine.render.raycast.scene import COLS
from .grid_queries import free


@njit
def list_numbers(state, count):
    """List the numbers from 0 to count - 1 as candidates."""
    for index in range(count):
        state.queue[index] = index


@njit
def list_free(state, y, x, rows, cols):
    """List the free cells, y * COLS + x, of a rectangle of rows x cols cells, of which (y, x) is the first, as
    candidates. Returns their number."""
    count = 0
    for row in range(y, y + rows):
        for col in range(x, x + cols):
            if free(state, row, col):
                state.queue[count] = row * COLS + col
                count += 1
    return count


@njit
def draw_next(state, index, count):
    """Draw the candidate number `index` of `count` at random, among those that the calls before have not drawn."""
    return draw_from(state, state.queue, index, count)
