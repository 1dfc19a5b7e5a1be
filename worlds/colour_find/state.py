"""The state of colour finding: a room, its blocks and its door, the colours to find and those that were taken."""

import numpy as np

from ..engine.records.states import Knob, state_dtype
from ..engine.render.raycast.scene import COLS, ROWS
from ..first_person.bounds import bounds
from ..first_person.models import COLOURS
from ..first_person.splits import FOLD
from ..first_person.state import fields

BLOCK, DOOR = 2, 3
"""Kinds of things; the first kind is the player's."""
THE_DOOR = 0
"""Index of the door among the things; blocks follow."""
MOST = 16
PAIR = 2
"""Blocks that can be taken, and colours that are to be found."""

KNOBS = {
    "size": Knob(9, 5, min(ROWS, COLS) - 2, "rows and columns of the room, without its walls"),
    "blocks": Knob(9, PAIR, MOST, "blocks in the room"),
    "colours": Knob(len(COLOURS), 5, len(COLOURS), "different colours of blocks to draw from"),
    "unseen": Knob(0, 0, 1, "1: only pairs of colours that are kept from training; 0: only the others"),
    "fold": FOLD,
}

STATE = state_dtype(
    [
        *fields(1, 1 + MOST),
        ("wanted", np.int32, (PAIR,)),  # numbers of the two colours to find, the smaller one first
        ("taken", np.int32, (PAIR,)),  # numbers of the colours of the blocks that were taken, in order; 0: none yet
    ]
)

BOUNDS = bounds(
    STATE,
    DOOR,
    {"wanted": (1, len(COLOURS)), "taken": (0, len(COLOURS))},
    whole=lambda state: state["wanted"][0] < state["wanted"][1] and state["things"] > PAIR,
)
