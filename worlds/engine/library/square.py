"""Square rooms of cells: states with the fields `size` and `cells`, (size or more, size or more)."""

import numpy as np
from numba import njit

from .random import draw

FLOOR = 0
"""The content of an empty cell."""
TRIES = 100
"""Places that are tried for one thing before a layout fails; more than there are slots."""


@njit
def cell(state, y, x):
    """The content of a cell of the room, int32; -1 outside the room."""
    if y < 0 or x < 0 or y >= state.size or x >= state.size:
        return np.int32(-1)
    return np.int32(state.cells[y, x])


@njit
def free(state, y, x, width):
    """Whether `width` cells of a row from (y, x) on, and all cells that touch them, are floor."""
    for row in range(max(y - 1, 0), min(y + 2, state.size)):
        for col in range(max(x - 1, 0), min(x + width + 1, state.size)):
            if state.cells[row, col] != FLOOR:
                return False
    return True


@njit
def place_player(state, slots):
    """Place the player on the floor; False if no place was found. With slots the second row is floor."""
    for _ in range(TRIES):
        y, x = draw(state, state.size), draw(state, state.size)
        if slots:
            y = np.int32(1)
        if state.cells[y, x] == FLOOR:
            state.y, state.x = y, x
            return True
    return False
