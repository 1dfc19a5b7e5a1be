"""The state of Collect: a room of one of four looks, and good and bad things in it."""

import numpy as np

from ..engine.records.states import Knob, state_dtype
from ..engine.render.raycast import textures
from ..engine.render.raycast.scene import COLS, ROWS
from ..first_person.bounds import bounds
from ..first_person.splits import FOLD
from ..first_person.state import fields

APPLE, LEMON, STRAWBERRY, MUSHROOM = range(2, 6)
"""Kinds of things; the first kind is the player's."""
GOOD = (APPLE, STRAWBERRY)
BAD = (LEMON, MUSHROOM)
"""A set of things is one good kind and the bad kind at the same place of this list; there are two sets."""
SETS = len(GOOD)
WALLS = (textures.BRICK, textures.HEDGE, textures.METAL, textures.WOOD)
FLOORS = (textures.PLANKS, textures.GRASS, textures.SLATE, textures.CARPET)
"""Looks of rooms."""
LOOKS = len(WALLS)
MOST = 40

KNOBS = {
    "height": Knob(10, 3, ROWS - 2, "rows of the room, without its walls"),
    "width": Knob(9, 3, COLS - 2, "columns of the room, without its walls"),
    "good": Knob(10, 1, MOST // 2, "good things in the room"),
    "bad": Knob(10, 0, MOST // 2, "bad things in the room"),
    "unseen": Knob(0, 0, 1, "1: only pairs of room and things that are kept from training; 0: only the others"),
    "fold": FOLD,
}

STATE = state_dtype(
    [
        *fields(1, MOST),
        ("room", np.int32),  # index into WALLS and FLOORS
        ("set", np.int32),  # index into GOOD and BAD
    ]
)

BOUNDS = bounds(STATE, MUSHROOM, {"room": (0, LOOKS - 1), "set": (0, SETS - 1)}, colours=0)
