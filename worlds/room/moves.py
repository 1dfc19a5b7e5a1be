"""Keys, buttons and named moves of the room: moves with the left button hold the grasped toy, all others release it."""

from ...interface.action import Move
from ..first_person.bindings import GLANCE, KEYS_PLAIN

KEYS = (*KEYS_PLAIN, "space", "e", "q", "r", "f")
BUTTONS = ("left", "right")
NEEDS_SOMETHING_HELD = ("e", "q", "r", "f", "right")
HELP = {
    "left button": "grasp; let go to drop, or to throw",
    "right button": "with the mouse: turn what is held",
    "wheel": "push away, pull near what is held",
    "r": "push away what is held",
    "f": "pull near what is held",
    "q": "tilt what is held",
    "e": "tilt it the other way",
    "space": "jump; lift what is held",
}
_GLANCES = {"left": (-GLANCE, 0), "right": (GLANCE, 0), "up": (0, -GLANCE), "down": (0, GLANCE)}
MOVES = {
    "forward": Move(("w",)),
    "back": Move(("s",)),
    "left": Move(("a",)),
    "right": Move(("d",)),
    **{f"look {way}": Move(mouse=mouse) for way, mouse in _GLANCES.items()},
    "jump": Move(("space",)),
    "grasp": Move(buttons=("left",)),
    "hold and forward": Move(("w",), ("left",)),
    "hold and back": Move(("s",), ("left",)),
    **{f"hold and look {way}": Move(buttons=("left",), mouse=mouse) for way, mouse in _GLANCES.items()},
    "hold and push away": Move(("r",), ("left",)),
    "hold and pull near": Move(("f",), ("left",)),
    "hold and lift": Move(("space",), ("left",)),
}
