"""The rules of the race: the first at the goal wins. One call is one tick."""

import numpy as np
from numba import njit

from ..engine.records.things import ONE
from ..first_person.body import jump, walk
from ..first_person.things import meets

WON = np.float32(1.0)
"""What those who win share, and what those who do not pay together."""
FEET = ONE * 5 // 8
"""How near one comes to what one touches by walking, in 1/ONE cells."""


@njit
def step(state, actions, outcomes):
    """One tick: all walk and jump; as soon as somebody is at the goal the race is over."""
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
