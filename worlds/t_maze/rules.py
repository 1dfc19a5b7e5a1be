"""The rules of the T-maze: walk to the side where the ball was. One call is one tick."""

import numpy as np
from numba import njit

from ..engine.records.things import GONE, ONE
from ..first_person.body import walk
from ..first_person.state import CELL
from ..first_person.things import meets
from .level import ROOM

RIGHT, WRONG = np.float32(1.0), np.float32(-1.0)
FEET = ONE * 5 // 8
"""Largest distance, in 1/ONE cells, between the middles of a player and a thing that it touches by walking."""


@njit
def step(state, actions, outcomes):
    """One tick: the ball vanishes when the player is in the corridor; the end of either arm ends the episode."""
    walk(state, 0, actions[0])
    if state.x[0] > (1 + ROOM) * CELL:
        state.status[0] = GONE
    if meets(state, 0, 1, FEET):
        outcomes[0].reward, outcomes[0].terminated, outcomes[0].success = RIGHT, 1, 1
    elif meets(state, 0, 2, FEET):
        outcomes[0].reward, outcomes[0].terminated = WRONG, 1
