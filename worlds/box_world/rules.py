"""Box-World's rules: take keys, open boxes, reach the gem. One call is one turn."""

import numpy as np
from numba import njit

from ..engine.library.grid import direction
from ..engine.library.square import FLOOR, cell
from .state import COLOURS, GEM, KEY, LOCK, WRONG

# Rewards as published with the environment: the README of DeepMind's Box-World release, after Zambaldi et al. 2018.
REACHED = np.float32(10.0)
OPENED = np.float32(1.0)
DEAD_END = np.float32(-1.0)


@njit
def player_tile(state):
    """(row, column) of the picture's tile in which the player is drawn."""
    if state.sight:
        return 1 + state.sight // 2, state.sight // 2
    return 1 + state.y, 1 + state.x


@njit
def enter(state, y, x, outcome):
    """Walk onto a cell if its content permits, with the effects of that.

    A lock opens for its key, which is used up; the content of a box can be taken once its lock is open. At most one key
    is in the hand or within reach at a time, since every box costs a key and holds one, so the hand is always free for
    a key. This also holds in episodes of tasks, whose goals may let them go on after a dead end or with the gem in
    hand.
    """
    here = cell(state, y, x)
    if here < FLOOR:
        return
    if here >= LOCK:
        if (here - LOCK) % COLOURS != state.held - KEY:
            return
        state.opened[state.held - KEY] = 1
        state.held = 0
        outcome.reward = DEAD_END if here >= WRONG else OPENED
        outcome.terminated = here >= WRONG
    elif here != FLOOR:
        if cell(state, y, x + 1) >= LOCK:
            return
        if here == GEM:
            outcome.reward = REACHED
            outcome.terminated = 1
            outcome.success = 1
        state.held = here
    state.cells[y, x] = FLOOR
    state.y, state.x = y, x


@njit
def step(state, actions, outcomes):
    """One turn: walk one cell, or stay if the way is blocked or the action has no direction."""
    row, col = player_tile(state)
    dy, dx = direction(state, 0, actions[0], row, col)
    if dy != 0 or dx != 0:
        enter(state, state.y + dy, state.x + dx, outcomes[0])
