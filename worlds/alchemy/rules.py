"""The rules of alchemy: take a stone, join it with another, open the chest. One call is one turn."""

import numpy as np
from numba import njit

from ..engine.library.grid import direction
from ..engine.library.square import FLOOR, cell
from .state import CHEST, NONE, STONE

OPENED = np.float32(1.0)
"""The reward for opening the chest; our own."""


@njit
def matches(state):
    """Whether the stone that is held is the one that the chest wants."""
    if state.shell == NONE:
        return False
    shell, core = np.int32(state.shells[state.shell]), np.int32(state.cores[state.core])
    return shell == state.wanted[0] and core == state.wanted[1]


@njit
def enter(state, y, x, outcome):
    """Walk onto a cell if its content permits, with the effects of that: a stone is taken, or gives its core to the one
    that is held. A closed chest takes a stone that matches, and no player walks onto a chest."""
    here = cell(state, y, x)
    if here < FLOOR:
        return
    if here == CHEST:
        if state.opened == 0 and matches(state):
            state.opened, state.shell, state.core = 1, NONE, NONE
            outcome.reward = OPENED
            outcome.terminated = 1
            outcome.success = 1
        return
    if here >= STONE:
        if state.shell == NONE:
            state.shell = here - STONE
        state.core = here - STONE
        state.cells[y, x] = FLOOR
    state.y, state.x = y, x


@njit
def step(state, actions, outcomes):
    """One turn: walk one cell, or stay if the way is blocked or the action has no direction."""
    dy, dx = direction(state, 0, actions[0], 1 + state.y, 1 + state.x)
    if dy != 0 or dx != 0:
        enter(state, state.y + dy, state.x + dx, outcomes[0])
