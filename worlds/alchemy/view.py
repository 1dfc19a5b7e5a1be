"""The picture of alchemy: one sprite a cell, of the sheet in assets/sprites/alchemy.png.

The whole room is drawn with a wall around it, and the stone that is held in the top left tile. A chest shows the stone
that it wants until it is open.
"""

import numpy as np
from numba import njit

from ..engine.library.square import FLOOR, cell
from .state import CHEST, COLOURS, NONE, STONE

# Sprites in the order of the sheet; those of stones and chests follow, a row of cores for each shell.
WALL, GROUND, YOU, OPEN_CHEST, FIRST = 0, 1, 2, 3, 4
FIRST_CHEST = FIRST + COLOURS * COLOURS


@njit
def tile(state, player, row, col):
    """The sprite of one tile: the held stone, the player, or the content of the cell."""
    if row == 0 and col == 0 and state.shell != NONE:
        return stone(np.int32(state.shells[state.shell]), np.int32(state.cores[state.core]))
    y, x = row - 1, col - 1
    if y == state.y and x == state.x:
        return YOU
    here = cell(state, y, x)
    if here < FLOOR:
        return WALL
    if here == FLOOR:
        return GROUND
    if here == CHEST:
        return OPEN_CHEST if state.opened != 0 else FIRST_CHEST - FIRST + stone(state.wanted[0], state.wanted[1])
    return stone(np.int32(state.shells[here - STONE]), np.int32(state.cores[here - STONE]))


@njit
def stone(shell, core):
    """The sprite of a stone of these colours."""
    return FIRST + shell * COLOURS + core
