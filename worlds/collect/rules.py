"""Collect's rules: walk, and take what is touched. Good things pay, bad ones cost."""

import numpy as np
from numba import njit

from ..engine.records.things import GONE, THERE
from ..first_person.body import walk
from ..first_person.state import CELL
from ..first_person.things import touching
from .state import GOOD

PAY = np.float32(1.0)  # as published: 1 for a good thing, -1 for a bad one
REACH = CELL // 2
"""From the middle of the player to that of a thing it touches, in units."""


@njit
def good(state, index):
    """Whether a thing is of a good kind."""
    return state.kind[index] in GOOD


@njit
def left(state):
    """How many good things are there still."""
    count = 0
    for index in range(state.things):
        if good(state, index) and state.status[index] == THERE:
            count += 1
    return count


@njit
def step(state, actions, outcomes):
    """One tick: walk, and take what is touched. With the last good thing the episode ends."""
    walk(state, 0, actions[0])
    for index in range(state.things):
        if touching(state, 0, index, REACH):
            state.status[index] = GONE
            outcomes[0].reward += PAY if good(state, index) else -PAY
            if good(state, index) and left(state) == 0:
                outcomes[0].success, outcomes[0].terminated = 1, 1
