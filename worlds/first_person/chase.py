"""Pursuit and flight, for experts: on the CPU only."""

import numpy as np
from numba import njit

from ..engine.render.raycast.scene import COLS, ROWS
from .bindings import SHIFT
from .grid_queries import cell_of, middle
from .steering import FAR, lengths, nowhere, walk_to


@njit
def from_player(state, player):
    """Lengths of the shortest paths from a player to all cells, (ROWS, COLS); see steering.lengths."""
    return lengths(state, cell_of(state.y[player]), cell_of(state.x[player]), nowhere())


@njit
def length_to(state, found, player):
    """The length of the path to a player, of those that `from_player` found."""
    return found[cell_of(state.y[player]), cell_of(state.x[player])]


@njit
def chase(state, player, prey, action):
    """Run to another player. Returns whether there is a path."""
    action.keys[SHIFT] = 1
    return walk_to(state, player, state.y[prey], state.x[prey], action)


@njit
def flee(state, player, hunters, worth, action):
    """Run to the cell of the largest value among the cells that the player reaches before every hunter.

    hunters: (ROWS, COLS), lengths of the nearest hunter's paths; worth: int32 (ROWS, COLS), added to these. If there is
    no such cell, run to the cell with the longest path for the hunters.
    """
    action.keys[SHIFT] = 1
    own = from_player(state, player)
    best, most, first = np.int32(-1), 0, False
    for y in range(ROWS):
        for x in range(COLS):
            if own[y, x] == FAR:
                continue
            sooner = own[y, x] * 5 < hunters[y, x] * 4 or hunters[y, x] == FAR
            value = min(hunters[y, x], 1000) + worth[y, x]
            if best < 0 or (sooner and not first) or (sooner == first and value > most):
                best, most, first = np.int32(y * COLS + x), value, sooner
    if best >= 0:
        walk_to(state, player, middle(best // COLS), middle(best % COLS), action)
