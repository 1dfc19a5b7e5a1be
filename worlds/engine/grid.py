"""What worlds on a grid share: one step in four directions, asked for by keys or by a click beside the player."""

from numba import njit

from ...interface.action import MOUSE_ONE
from ...interface.keys import BUTTON, KEY

WALKING = ("up", "down", "left", "right", "w", "s", "a", "d")
"""The keys that `direction` listens to; it listens to the left mouse button too."""

_UP, _W = KEY["up"], KEY["w"]
_DOWN, _S = KEY["down"], KEY["s"]
_LEFT, _A = KEY["left"], KEY["a"]
_RIGHT, _D = KEY["right"], KEY["d"]
_CLICK = BUTTON["left"]


@njit
def direction(state, player, action, row, col):
    """(dy, dx) that this player's hands ask for: up, down, left, right in this priority, then a click next to the
    player, who is drawn in the tile (row, col) of the picture."""
    if action.keys[_UP] or action.keys[_W]:
        return -1, 0
    if action.keys[_DOWN] or action.keys[_S]:
        return 1, 0
    if action.keys[_LEFT] or action.keys[_A]:
        return 0, -1
    if action.keys[_RIGHT] or action.keys[_D]:
        return 0, 1
    if action.buttons[_CLICK]:
        dy = state.cursor[player, 1] * state.rows // MOUSE_ONE - row
        dx = state.cursor[player, 0] * state.rows // MOUSE_ONE - col
        if abs(dy) + abs(dx) == 1:
            return dy, dx
    return 0, 0
