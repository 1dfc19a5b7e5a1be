"""Sokoban's rules: walk, push one box at a time, never pull. One call is one turn of all players."""

import numpy as np
from numba import njit

from ..engine.grid import direction
from .state import BOX, TARGET, WALL

# Rewards as published: Jumanji and gym-sokoban, after Racaniere et al. 2017 (I2A).
STEP = np.float32(-0.1)
ON_TARGET = np.float32(1.0)
OFF_TARGET = np.float32(-1.0)
SOLVED = np.float32(10.0)


@njit
def origin(state):
    """(row, column) of the picture in which the room's corner is drawn: smaller rooms stand in the middle."""
    return (state.rows - state.height) // 2, (state.cols - state.width) // 2


@njit
def cell(state, y, x):
    """What is in a cell; everything outside the room is wall."""
    if y < 0 or x < 0 or y >= state.height or x >= state.width:
        return np.int32(WALL)
    return np.int32(state.cells[y, x])


@njit
def occupied(state, y, x):
    """Whether a player stands here."""
    for player in range(state.players):
        if state.y[player] == y and state.x[player] == x:
            return True
    return False


@njit
def move(state, player, dy, dx):
    """Walk or push; a blocked move does nothing. Returns the reward of the push."""
    y, x = state.y[player] + dy, state.x[player] + dx
    here = cell(state, y, x)
    if here & WALL or occupied(state, y, x):
        return np.float32(0)
    reward = np.float32(0)
    if here & BOX:
        ahead = cell(state, y + dy, x + dx)
        if ahead & (WALL | BOX) or occupied(state, y + dy, x + dx):
            return np.float32(0)
        state.cells[y, x] = here & ~BOX
        state.cells[y + dy, x + dx] = ahead | BOX
        if here & TARGET:
            state.off += 1
            reward += OFF_TARGET
        if ahead & TARGET:
            state.off -= 1
            reward += ON_TARGET
    state.y[player], state.x[player] = y, x
    return reward


@njit
def step(state, actions, outcomes):
    """One turn. With two players, who goes first changes from turn to turn; pushes reward both, as does the end."""
    reward = STEP
    top, left = origin(state)
    for turn in range(state.players):
        player = (state.tick + turn) % state.players
        dy, dx = direction(state, player, actions[player], top + state.y[player], left + state.x[player])
        if dy != 0 or dx != 0:
            reward += move(state, player, dy, dx)
    solved = state.off == 0
    if solved:
        reward += SOLVED
    for player in range(state.players):
        outcomes[player].reward = reward
        if solved:
            outcomes[player].terminated = 1
            outcomes[player].success = 1
