"""The picture of Box-World: one sprite a cell, of the sheet in assets/sprites/box_world.png.

The whole room is drawn with a wall around it, and the held key in the top left tile, as published. If the player sees a
window only, the picture is the window and one more row of tiles above it, with the held key on the left.
"""

from numba import njit

from ..engine.library.square import FLOOR, cell
from .state import COLOURS, KEY, WRONG

# Sprites in the order of the sheet. The sprite of a cell is its value plus `_CELL`; both kinds of lock have one sprite.
WALL, GROUND, YOU, NOTHING = 0, 1, 2, 44
_CELL = 2


@njit
def tile(state, player, row, col):
    """The sprite of one tile: the held key, the player, or the content of the cell."""
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
