"""Validity of a room's records: a furnishing that can be simulated, bodies in the house and below the speed limits."""

import math

import mujoco
import numpy as np
from numba import njit

from . import toys
from .level import furnishing_hash
from .model import is_wall
from .state import PLAYERS, POSE, QPOS, QVEL, TALL, TOYS_AT, TREES

MAX_SPEED, MAX_SPIN = 50.0, 500.0
"""Speed limits in metres and radians a second, far above the speeds of a valid simulation."""
AWAKE = -(1 + mujoco.mjMINAWAKE)
"""MuJoCo's value of tree_asleep for a fully awake tree."""
_DOOR_TREE, _TOY_TREE = PLAYERS, PLAYERS + 1
_SUNK = 0.06  # largest depth, in metres, of a body's middle in a wall


@njit
def simulable(states, row):
    """Whether the furnishing of a record agrees with its mark, its bodies are valid, and sleeping ones can be woken."""
    state = states[row]
    for index in range(state.pieces):
        if state.piece[index] == 0:
            return False
    for index in range(state.things):
        if state.kind[index] < toys.FIRST or state.size[index] == 0 or state.material[index] == 0:
            return False
    for player in range(state.players):
        if state.grip[player] >= state.things:
            return False
    return state.mark == furnishing_hash(state) and walls_in_line(state) and valid(states, row) and cycles(state)


@njit
def walls_in_line(state):
    """Whether all cells of inner walls lie in one row, or in one column."""
    first_row, first_col, one_row, one_col = -1, -1, True, True
    for y in range(1, state.map_rows - 1):
        for x in range(1, state.map_cols - 1):
            if is_wall(state, y, x):
                if first_row < 0:
                    first_row, first_col = y, x
                one_row, one_col = one_row and y == first_row, one_col and x == first_col
    return one_row or one_col


@njit
def cycles(state):
    """Whether the sleeping bodies form rings, as MuJoCo requires: each is the successor of exactly one."""
    named = np.zeros(TREES, np.int32)
    for tree in range(TREES):
        following = state.asleep[tree]
        if following >= 0 and not absent(state, tree):
            if absent(state, following) or state.asleep[following] < 0:
                return False
            named[following] += 1
    for tree in range(TREES):
        if state.asleep[tree] >= 0 and not absent(state, tree) and named[tree] != 1:
            return False
    return True


@njit
def valid(states, row):
    """Whether a record's bodies are all in the house, finite, and below the speed limits."""
    state = states[row]
    for place in range(QPOS):
        if not math.isfinite(state.qpos[place]):
            return False
    for dof in range(QVEL):
        most = MAX_SPIN if dof >= TOYS_AT and (dof - TOYS_AT) % 6 >= 3 else MAX_SPEED
        if not (abs(state.qvel[dof]) < most) or not math.isfinite(state.warm[dof]):
            return False
    for tree in range(TREES):
        if not (AWAKE <= state.asleep[tree] < TREES):
            return False
    for player in range(state.players):
        at = 3 * player
        if not inside(state, state.qpos[at], state.qpos[at + 1], state.qpos[at + 2]):
            return False
        held = math.isfinite(state.distance[player]) and math.isfinite(state.lift[player])
        for axis in range(3):
            held = held and math.isfinite(state.held_at[player, axis])
        for axis in range(4):
            held = held and math.isfinite(state.turned[player, axis])
        if not held:
            return False
    for toy in range(state.things):
        at = TOYS_AT + POSE * toy
        if not inside(state, state.qpos[at], state.qpos[at + 1], state.qpos[at + 2]):
            return False
    return True


@njit
def inside(state, x, y, z):
    """Whether a position, in metres, is in the house: within the outer walls, outside inner ones, above the floor."""
    if not (-_SUNK < z < TALL + _SUNK):
        return False
    if not (1 - _SUNK < x < state.map_cols - 1 + _SUNK and 1 - _SUNK < y < state.map_rows - 1 + _SUNK):
        return False
    for corner in range(4):
        north, west = corner < 2, corner % 2 == 0
        if not in_wall(state, y - _SUNK if north else y + _SUNK, x - _SUNK if west else x + _SUNK):
            return True
    return False


@njit
def in_wall(state, y, x):
    """Whether a position is in an inner wall."""
    row, col = math.floor(y), math.floor(x)
    return 0 < row < state.map_rows - 1 and 0 < col < state.map_cols - 1 and is_wall(state, row, col)


@njit
def absent(state, tree):
    """Whether the room lacks the body with this number in MuJoCo's list of trees."""
    door = tree == _DOOR_TREE and state.door == 0
    return door or state.players <= tree < PLAYERS or tree >= _TOY_TREE + state.things
