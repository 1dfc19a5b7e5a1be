"""The expert of tag, for every player: who is it runs after the nearest, the others run where it comes last."""

import numpy as np
from numba import njit

from ..engine.render.raycast.scene import COLS, ROWS
from ..first_person.chase import chase, flee, from_player, resting
from ..first_person.expert import pursue
from ..first_person.grid_queries import cell_of


@njit
def guide(state, player, action, things, count):
    """One tick towards the goal of a task, as far as walking and using can reach it; else towards the world's own."""
    if state.judged:
        pursue(state, player, action, things, count)
    if resting(action):
        run_or_catch(state, player, action)


@njit
def run_or_catch(state, player, action):
    """One tick of chasing or fleeing."""
    found = from_player(state, state.it)
    if player != state.it:
        flee(state, player, found, np.zeros((ROWS, COLS), np.int32), action)
        return
    best = np.int32(-1)
    for other in range(state.players):
        if other != player and (best < 0 or length_to(state, found, other) < length_to(state, found, best)):
            best = np.int32(other)
    chase(state, player, best, action)


@njit
def length_to(state, found, player):
    """Length of the way to a player."""
    return found[cell_of(state.y[player]), cell_of(state.x[player])]
