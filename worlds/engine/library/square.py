"""Square rooms of cells: states with the fields `size` and `cells`, (size or more, size or more)."""

import numpy as np
from numba import njit


@njit
def cell(state, y, x):
    """The content of a cell of the room, int32; -1 outside the room."""
    if y < 0 or x < 0 or y >= state.size or x >= state.size:
        return np.int32(-1)
    return np.int32(state.cells[y, x])
