"""The rules of Collect: walk, and take touched things. Good things give a reward, bad ones a penalty."""

import numpy as np
from numba import njit

from ..engine.records.things import GONE, THERE
from ..first_person.body import walk
from ..first_person.state import CELL
from ..first_person.things import touching
from .state import GOOD

REWARD = np.float32(1.0)  # as published: 1 for a good thing, -1 for a bad one
REACH = CELL // 2
"""Largest distance, in units, between the middles of the player and a touched thing."""


@njit
def good(state, index):
    """Whether a thing is of a good kind."""
    return state.kind[index] in GOOD


@njit
def left(state):
    """The number of good things that are left."""
    count = 0
    for index in range(state.things):
        if good(state, index) and state.status[index] == THERE:
            count += 1
    return count


@njit
def step(state, actions, outcomes):
    """One tick: walk, and take touched things. With the last good thing the episode ends."""
    walk(state, 0, actions[0])
    for index in range(state.things):
        if touching(state, 0, index, REACH):
            state.status[index] = GONE
            outcomes[0].reward += REWARD if good(state, index) else -REWARD
            if good(state, index) and left(state) == 0:
                outcomes[0].success, outcomes[0].terminated = 1, 1
