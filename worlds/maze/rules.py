"""The maze's rules: walk, eat fruit, reach the goal, and be put into another place."""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.records.things import GONE, ONE
from ..engine.render.raycast.scene import COLS
from ..first_person.body import stand, walk
from ..first_person.grid_queries import cell_of, flood, random_free, random_free_far
from ..first_person.state import TURN
from ..first_person.things import meets
from .state import APPLE, GOALS, NO_GOAL, RED_BALL, STRAWBERRY

# Mirowski et al. 2017.
REACHED = np.float32(10.0)
APPLE_REWARD = np.float32(1.0)
STRAWBERRY_REWARD = np.float32(2.0)

REACH = ONE // 2
"""Largest distance, in 1/ONE cells, between the middles of the player and a touched thing: passing by in a corridor is
enough."""


@njit
def step(state, actions, outcomes):
    """One tick. The goal is always the first thing, if there is one."""
    outcome = outcomes[0]
    if state.sent != 0:
        spawn(state)
    walk(state, 0, actions[0])
    for index in range(state.things):
        kind = state.kind[index]
        fruit = kind in (APPLE, STRAWBERRY)
        goal = index == 0 and state.treasure != NO_GOAL
        if not (fruit or goal) or not meets(state, 0, index, REACH):
            continue
        if goal:
            reach(state, outcome)
        else:
            state.status[index] = GONE
            outcome.reward += APPLE_REWARD if kind == APPLE else STRAWBERRY_REWARD


@njit
def reach(state, outcome):
    """Give the reward for the goal; the first time is success. The player goes on from another place."""
    outcome.reward += REACHED
    if state.found == 0:
        outcome.success = 1
    if state.found < GOALS:
        state.when[state.found] = state.tick
    state.found += 1
    if state.treasure == RED_BALL:
        outcome.terminated = 1
    else:
        state.sent = 1


@njit
def spawn(state):
    """Place the player in its start, or in a random cell far from the goal: farther than min(far, half of the longest
    path) steps if there are such cells."""
    state.sent = 0
    at = state.home
    if at < 0 and state.treasure != NO_GOAL:
        reached = flood(state, cell_of(state.thing_y[0]), cell_of(state.thing_x[0]))
        last = np.int32(state.queue[reached - 1])
        at = random_free_far(state, min(state.far, np.int32(state.marks[last // COLS, last % COLS]) // 2))
    if at < 0:
        at = random_free(state)
    if at < 0:
        at = cell_of(state.thing_y[0]) * COLS + cell_of(state.thing_x[0])
    stand(state, 0, at // COLS, at % COLS, draw(state, TURN))
