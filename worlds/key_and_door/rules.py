"""The rules of keys and doors: take a key, open the door of its colour, reach the goal. One call is one tick."""

import numpy as np
from numba import njit

from ..engine.records.things import GONE, ONE, OPEN
from ..first_person.bindings import uses
from ..first_person.body import walk
from ..first_person.grid_queries import cell_of
from ..first_person.state import CELL
from ..first_person.things import ahead_of, carry, held, meets, take
from .state import APPLE, DOOR, KEY, TARGET

# Rewards: those of key-to-door, whose last door pays 10 and whose apples at least 1.
REACHED = np.float32(10.0)
EATEN = np.float32(1.0)
ARM = CELL * 5 // 4
"""Largest distance, in units, at which a thing in front can be used."""
FEET = ONE * 5 // 8
"""Largest distance, in 1/ONE cells, between the middles of a player and a thing that it touches by walking."""


@njit
def step(state, actions, outcomes):
    """One tick: walk, use the thing in front, take touched apples."""
    walk(state, 0, actions[0])
    if uses(state, 0, actions[0]):
        use(state)
    carry(state)
    reward = np.float32(0)
    for index in range(state.things):
        if state.kind[index] == APPLE and meets(state, 0, index, FEET):
            state.status[index] = GONE
            reward += EATEN
    if meets(state, 0, TARGET, FEET):
        reward += REACHED
        outcomes[0].terminated, outcomes[0].success = 1, 1
    outcomes[0].reward = reward


@njit
def use(state):
    """Open the door in front with its key, which is used up; or take the key in front, in exchange for the held one."""
    key, door = held(state, 0), ahead_of(state, 0, ARM, DOOR)
    if key >= 0 and door >= 0 and state.colour[key] == state.colour[door]:
        state.status[door], state.status[key] = OPEN, GONE
        state.walls[cell_of(state.thing_y[door]), cell_of(state.thing_x[door])] = 0
        state.holder[key] = 0
        return
    other = ahead_of(state, 0, ARM, KEY)
    if other >= 0:
        if key >= 0:
            state.holder[key] = 0
            state.thing_y[key], state.thing_x[key] = state.thing_y[other], state.thing_x[other]
            state.thing_z[key] = 0
        take(state, 0, other)
