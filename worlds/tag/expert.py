"""The expert of tag, for every player: the catcher runs after the nearest; the others run to where it comes last."""

import numpy as np
from numba import njit

from ..engine.render.raycast.scene import COLS, ROWS
from ..first_person.chase import chase, flee, from_player, length_to
from ..first_person.expert import expert_of


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


act = expert_of(run_or_catch)
