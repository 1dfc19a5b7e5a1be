"""The state of keys and doors: rooms, and the things in them."""

import numpy as np

from ..engine.records.states import Knob, state_dtype
from ..first_person.bounds import GRID_ROOM_BOUNDS, bounds
from ..first_person.models import COLOURS
from ..first_person.rooms import GRID_ROOM_FIELDS
from ..first_person.splits import FOLD
from ..first_person.state import fields

DOORS, APPLES = 8, 10
KNOBS = {
    "down": Knob(2, 1, 6, "rows of rooms"),
    "across": Knob(4, 1, 10, "columns of rooms"),
    "edge": Knob(3, 2, 6, "cells along each side of a room"),
    "doors": Knob(3, 0, DOORS, "locked doors, each of a colour of its own"),
    "apples": Knob(4, 0, APPLES, "apples that lie about"),
    "fold": FOLD,
}

PLAYER, KEY, DOOR, GOAL, APPLE = 1, 2, 3, 4, 5  # kinds of things
TARGET = 0
"""Index of the goal among the things."""
PAINTED = COLOURS[:DOORS]
"""The colours of keys and doors."""

STATE = state_dtype(
    [
        *fields(1, 2 * DOORS + APPLES + 1),
        *GRID_ROOM_FIELDS,
        ("locks", np.uint8, (GRID_ROOM_FIELDS[2][2][0],)),  # of the doorway to each room: 1 + colour, 0: open
    ]
)

BOUNDS = bounds(STATE, APPLE, {**GRID_ROOM_BOUNDS, "locks": (0, DOORS)})
