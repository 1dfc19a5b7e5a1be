"""How Sokoban looks: one sprite a cell, of the sheet in assets/sprites/sokoban.png."""

from numba import njit

from .rules import cell, origin
from .state import BOX, TARGET, WALL

# Sprites in the order of the sheet. The ones behind FLOOR, BOX, YOU and PARTNER by one show the same on a target.
OUTSIDE, WALLS, FLOOR, CRATE, YOU, PARTNER = 0, 1, 2, 4, 6, 8


@njit
def tile(state, player, row, col):
    """The sprite of one cell: a player, else a box, else floor or wall; targets shine through."""
    top, left = origin(state)
    y, x = row - top, col - left
    if y < 0 or x < 0 or y >= state.height or x >= state.width:
        return OUTSIDE
    here = cell(state, y, x)
    if here & WALL:
        return WALLS
    on_target = 1 if here & TARGET else 0
    if here & BOX:
        return CRATE + on_target
    for who in range(state.players):
        if state.y[who] == y and state.x[who] == x:
            return (YOU if who == player else PARTNER) + on_target
    return FLOOR + on_target
