"""The rules of Visual Match: doors open at fixed ticks, apples give a small reward, and one pillar may be chosen."""

import numpy as np
from numba import njit

from ..engine.records.things import GONE, OPEN, THERE
from ..first_person.body import walk
from ..first_person.grid_queries import cell_of
from ..first_person.state import CELL
from ..first_person.things import touching
from .level import WALLS, paint_sign
from .state import FIRST_DOOR, FIRST_PILLAR, PILLAR, SECOND_DOOR, THE_SIGN

# As published with the DeepMind Lab levels of these tasks.
RIGHT = np.float32(10.0)
WRONG = np.float32(1.0)
APPLE = np.float32(5.0)
REACH = CELL // 2
"""Largest distance, in units, between the middles of the player and a touched apple or pillar."""


@njit
def unlock(state, door):
    """Open a door for good."""
    state.status[door] = OPEN
    state.walls[cell_of(state.thing_y[door]), cell_of(state.thing_x[door])] = 0


@njit
def on_time(state):
    """Open the doors at their ticks; with the first, the sign is painted over."""
    if state.status[FIRST_DOOR] == THERE and state.tick >= state.opens[0]:
        unlock(state, FIRST_DOOR)
        paint_sign(state, WALLS[0])
        state.status[THE_SIGN] = GONE
    if state.status[SECOND_DOOR] == THERE and state.tick >= state.opens[1]:
        unlock(state, SECOND_DOOR)


@njit
def choose(state, index, outcome):
    """Choose a pillar: the right one opens, any other is gone, and the episode is over."""
    right = index == state.right
    state.status[index] = OPEN if right else GONE
    outcome.reward += RIGHT if right else WRONG
    outcome.success, outcome.terminated = 1 if right else 0, 1


@njit
def step(state, actions, outcomes):
    """One tick: walk, and take touched apples or choose a touched pillar."""
    on_time(state)
    walk(state, 0, actions[0])
    for index in range(FIRST_PILLAR, state.things):
        if touching(state, 0, index, REACH):
            if state.kind[index] == PILLAR:
                choose(state, index, outcomes[0])
            else:
                state.status[index] = GONE
                outcomes[0].reward += APPLE
