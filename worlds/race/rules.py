"""The rules of the race: the first at the goal wins. One call is one tick."""

import numpy as np
from numba import njit

from ..engine.records.things import ONE
from ..first_person.body import jump, walk
from ..first_person.things import meets

WON = np.float32(1.0)
"""The reward that the winners share, and the penalty that the others share."""
FEET = ONE * 5 // 8
"""Largest distance, in 1/ONE cells, between the middles of a player and a thing that it touches by walking."""


@njit
def step(state, actions, outcomes):
    """One tick: all walk and jump; the race is over as soon as a player is at the goal."""
    first = 0
    for player in range(state.players):
        walk(state, player, actions[player])
        jump(state, player, actions[player])
        first += 1 if meets(state, player, 0, FEET) else 0
    if first == 0:
        return
    last = state.players - first
    for player in range(state.players):
        outcomes[player].terminated = 1
        if meets(state, player, 0, FEET):
            outcomes[player].success = 1
            outcomes[player].reward = WON / np.float32(first) if last > 0 else np.float32(0)
        else:
            outcomes[player].reward = -WON / np.float32(last)
