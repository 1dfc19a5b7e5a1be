"""Sokoban's rules: walk, push one box at a time, never pull. One call is one turn of all players."""

import numpy as np
from numba import njit

from ..engine.library.grid import direction
from .state import BOX, BOX_PAINT, TARGET, WALL

# Rewards as published: Jumanji and gym-sokoban, after Racaniere et al. 2017 (I2A).
STEP = np.float32(-0.1)
ON_TARGET = np.float32(1.0)
OFF_TARGET = np.float32(-1.0)
SOLVED = np.float32(10.0)


@njit
def origin(state):
    """(row, column) of the picture's tile with the room's corner: smaller rooms are centred."""
    return (state.rows - state.height) // 2, (state.cols - state.width) // 2


@njit
def cell(state, y, x):
    """The content of a cell, int32; cells outside the room are wall."""
    if y < 0 or x < 0 or y >= state.height or x >= state.width:
        return np.int32(WALL)
    return np.int32(state.cells[y, x])


@njit
def occupied(state, y, x):
    """Whether a player is in a cell; always False for a single player, which cannot block itself."""
    if state.players == 1:
        return False
    for player in range(state.players):
        if state.y[player] == y and state.x[player] == x:
            return True
    return False


@njit
def push(state, y, x, dy, dx):
    """Push the box at (y, x) one cell along (dy, dx), if that cell is free. Returns the reward."""
    here, ahead = cell(state, y, x), cell(state, y + dy, x + dx)
    reward = np.float32(0)
    if ahead & (WALL | BOX) or occupied(state, y + dy, x + dx):
        return reward
    state.cells[y, x] = here & ~BOX
    state.cells[y + dy, x + dx] = ahead | BOX
    left, found = np.int32(state.paint[y, x]), np.int32(state.paint[y + dy, x + dx])
    state.paint[y, x] = left & ~BOX_PAINT
    state.paint[y + dy, x + dx] = found | (left & BOX_PAINT)
    if here & TARGET:
        state.off += 1
        reward += OFF_TARGET
    if ahead & TARGET:
        state.off -= 1
        reward += ON_TARGET
    return reward


@njit
def move(state, player, dy, dx):
    """Push the box in the way, if any, then walk if the cell is free. Returns the reward of the push."""
    y, x = state.y[player] + dy, state.x[player] + dx
    reward = push(state, y, x, dy, dx) if cell(state, y, x) & BOX else np.float32(0)
    free = np.int32(cell(state, y, x) & (WALL | BOX) == 0) * np.int32(not occupied(state, y, x))
    state.y[player] += free * dy  # without a branch, which random players would make hard to predict
    state.x[player] += free * dx
    return reward


@njit
def step(state, actions, outcomes):
    """One turn. With two players, the first to move alternates from turn to turn; both get every reward."""
    reward = STEP
    top, left = origin(state)
    first = state.tick & 1 if state.players == 2 else 0
    for turn in range(state.players):
        player = turn ^ first
        dy, dx = direction(state, player, actions[player], top + state.y[player], left + state.x[player])
        reward += move(state, player, dy, dx)
    solved = state.off == 0
    if solved:
        reward += SOLVED
    for player in range(state.players):
        outcomes[player].reward = reward
        if solved:
            outcomes[player].terminated = 1
            outcomes[player].success = 1
