"""Key bindings of first-person worlds: the keys that walk, look and use, and the named moves."""

import numpy as np
from numba import njit

from ...interface.action import Move
from ...interface.keys import BUTTON, KEY
from ..engine.world import Controls
from .state import HZ

KEYS_PLAIN = ("w", "a", "s", "d", "left shift")
"""Keys that walk, and run with shift; the mouse turns the camera."""
KEYS = (*KEYS_PLAIN, "e")
"""The same and the key that uses things, as BUTTONS do, in worlds with things to use."""
BUTTONS = ("left",)

GLANCE = 0.06
"""Mouse motion of a named move, in picture heights a tick: 5.4 degrees."""

LOOKING = {
    "forward": Move(("w",)),
    "back": Move(("s",)),
    "left": Move(("a",)),
    "right": Move(("d",)),
    "look left": Move(mouse=(-GLANCE, 0)),
    "look right": Move(mouse=(GLANCE, 0)),
    "forward and look left": Move(("w",), mouse=(-GLANCE, 0)),
    "forward and look right": Move(("w",), mouse=(GLANCE, 0)),
}
"""The named moves of worlds without things to use."""
MOVES = {**LOOKING, "use": Move(("e",))}

WALKING = Controls(keys=KEYS_PLAIN, moves=LOOKING, tick_hz=HZ, turn_based=False)
"""The controls of worlds in which one walks and looks."""
WALKING_AND_USING = Controls(keys=KEYS, buttons=BUTTONS, moves=MOVES, tick_hz=HZ, turn_based=False)
"""The controls of worlds in which there is something to use, too."""

W, A, S, D, E = KEY["w"], KEY["a"], KEY["s"], KEY["d"], KEY["e"]
SHIFT, SPACE = KEY["left shift"], KEY["space"]
CLICK = BUTTON["left"]


@njit
def uses(state, player, action):
    """1 in the tick in which a player presses E or the left button, else 0. Call it once a tick: it updates
    state.using."""
    pressed = 1 if action.keys[E] != 0 or action.buttons[CLICK] != 0 else 0
    begun = 1 if pressed == 1 and state.using[player] == 0 else 0
    state.using[player] = pressed
    return np.int32(begun)
