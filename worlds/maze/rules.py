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
APPLE_PAY = np.float32(1.0)
STRAWBERRY_PAY = np.float32(2.0)

REACH = ONE // 2
"""From the middle of the player to that of what it touches, in 1/ONE cells: who walks past in a corridor touches it."""


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
            outcome.reward += APPLE_PAY if kind == APPLE else STRAWBERRY_PAY


@njit
def reach(state, outcome):
    """The goal is reached: it pays, and the player goes on from another place. To have done so once is success."""
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
    """Put the player into its start, or into a random cell far from the goal: farther than `far` steps where there are
    such cells, but no farther than half of the longest way."""
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
