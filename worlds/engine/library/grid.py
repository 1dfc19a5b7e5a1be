"""Motion on a grid: a step in one of four directions, by keys or by a click beside the player."""

import numpy as np
from numba import njit

from ....interface.action import MOUSE_ONE
from ....interface.keys import BUTTON, KEY

DIRECTION_KEYS = ("up", "down", "left", "right", "w", "s", "a", "d")
"""The keys of `direction`, besides the left mouse button."""

_UP, _W = KEY["up"], KEY["w"]
_DOWN, _S = KEY["down"], KEY["s"]
_LEFT, _A = KEY["left"], KEY["a"]
_RIGHT, _D = KEY["right"], KEY["d"]
_CLICK = BUTTON["left"]


@njit
def _held(action, first, second):
    """1 if either key is held, else 0; without a branch, since a branch on the actions is hard to predict."""
    return np.int32((np.int32(action.keys[first]) | np.int32(action.keys[second])) != 0)


@njit
def direction(state, player, action, row, col):
    """(dy, dx) of an action: up, down, left, right in this priority, then a click next to the player, whose tile in the
    picture is (row, col)."""
    up, down = _held(action, _UP, _W), _held(action, _DOWN, _S)
    left, right = _held(action, _LEFT, _A), _held(action, _RIGHT, _D)
    dy = down * (1 - up) - up
    dx = (1 - (up | down)) * (right * (1 - left) - left)
    if action.buttons[_CLICK] and dy == 0 and dx == 0:
        below = state.cursor[player, 1] * state.rows // MOUSE_ONE - row
        beside = state.cursor[player, 0] * state.rows // MOUSE_ONE - col
        if abs(below) + abs(beside) == 1:
            return np.int32(below), np.int32(beside)
    return dy, dx
