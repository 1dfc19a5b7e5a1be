"""The rules of Water Maze: swim; a moment at the platform raises it; after a rest on it the player starts elsewhere."""

import numpy as np
from numba import njit

from ..engine.records.things import OPEN, THERE
from ..first_person.body import turn, walk_at
from ..first_person.state import CELL, HZ
from ..first_person.things import squared_distance_to
from .level import begin

FOUND = np.float32(5.0)
"""The reward of a find; it is 5 in DeepMind Lab too."""
SWIM = 60
"""Speed in the water, in percent of walking."""
PLATFORM = CELL * 3 // 4
"""From the middle of the platform to its edge, in units."""
RISE = HZ // 3
"""Ticks at the platform after which it rises."""
REST = 2 * HZ
"""Ticks of rest on the raised platform, in which the player can look around."""


@njit
def on_platform(state):
    """Whether the player is at the platform, above or under water."""
    return squared_distance_to(state, 0, 0) <= np.int64(PLATFORM) * PLATFORM


@njit
def step(state, actions, outcomes):
    """One tick. The first find is success; the platform stays where it is for the whole episode."""
    if state.status[0] == OPEN:
        turn(state, 0, actions[0])
        state.stood += 1
        if state.stood == RISE + REST:
            state.status[0] = THERE
            begin(state)
        return
    walk_at(state, 0, actions[0], SWIM)
    state.stood = state.stood + 1 if on_platform(state) else 0
    if state.stood == RISE:
        state.status[0] = OPEN
        state.vy[0], state.vx[0] = 0, 0
        outcomes[0].reward = FOUND
        if state.finds == 0:
            outcomes[0].success = 1
        state.finds += 1
