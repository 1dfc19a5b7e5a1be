"""How Box-World looks: one sprite a cell, of the sheet in assets/sprites/box_world.png.

The whole room is drawn with a wall around it, and the key held in the top left tile, as published. A player who sees a
window only has the window, and above it one more row of tiles: the key held on the left, nothing in the others.
"""

from numba import njit

from .rules import cell
from .state import COLOURS, FLOOR, KEY, WRONG

# Sprites in the order of the sheet. What lies in a cell is `_CELL` behind its number; both kinds of lock look alike.
WALL, GROUND, YOU, NOTHING = 0, 1, 2, 44
_CELL = 2


@njit
def tile(state, player, row, col):
    """The sprite of one tile: the key held, the player, or what lies in the cell."""
    if row == 0 and col == 0 and state.held >= KEY:
        return state.held + _CELL
    y, x = row - 1, col - 1
    if state.sight:
        if row == 0:
            return NOTHING
        y, x = state.y + y - state.sight // 2, state.x + col - state.sight // 2
    if y == state.y and x == state.x:
        return YOU
    here = cell(state, y, x)
    if here < FLOOR:
        return WALL if -1 <= y <= state.size and -1 <= x <= state.size else NOTHING
    if here == FLOOR:
        return GROUND
    return here + _CELL - (COLOURS if here >= WRONG else 0)
