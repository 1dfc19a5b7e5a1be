"""The picture of Sokoban: one sprite a cell, of the sheet in assets/sprites/sokoban.png."""

import numpy as np
from numba import njit

from .rules import cell, origin
from .state import BOX, BOX_PAINT, COLOURS, TARGET, TARGET_PAINT, WALL

# Sprites in the order of the sheet: outside of the room, a wall, then the contents of a floor cell, each on every
# ground. The grounds are bare floor, a plain target, and a target of each colour; the contents are nothing, a plain
# box, a box of each colour, the player of the picture, the other player.
OUTSIDE, WALLS, FLOOR = 0, 1, 2
GROUNDS = 2 + len(COLOURS)
CRATE, YOU, PARTNER = 1, GROUNDS, GROUNDS + 1


@njit
def tile(state, player, row, col):
    """The sprite of one cell: a player, else a box, else floor or wall, with the target below."""
    top, left = origin(state)
    y, x = row - top, col - left
    if y < 0 or x < 0 or y >= state.height or x >= state.width:
        return OUTSIDE
    here = cell(state, y, x)
    if here & WALL:
        return WALLS
    paint = np.int32(state.paint[y, x])
    ground = FLOOR + (1 + paint // TARGET_PAINT if here & TARGET else 0)
    if here & BOX:
        return ground + GROUNDS * (CRATE + (paint & BOX_PAINT))
    for who in range(state.players):
        if state.y[who] == y and state.x[who] == x:
            return ground + GROUNDS * (YOU if who == player else PARTNER)
    return ground
