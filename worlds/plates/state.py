"""The state of plates and doors: rooms, the doors between them, and the plates that open these."""

from ..engine.records.states import Knob, state_dtype
from ..first_person.bounds import GRID_ROOM_BOUNDS, bounds
from ..first_person.models import COLOURS
from ..first_person.rooms import GRID_ROOM_FIELDS
from ..first_person.splits import FOLD
from ..first_person.state import fields

PLAYERS, DOORS = 3, 6
KNOBS = {
    "down": Knob(2, 1, 6, "rows of rooms"),
    "across": Knob(3, 1, 10, "columns of rooms"),
    "edge": Knob(5, 3, 7, "cells along each side of a room, an odd number"),
    "rooms": Knob(5, 2, 20, "rooms there are"),
    "doors": Knob(2, 1, DOORS, "doors on the way to the goal, each of a colour of its own; fewer if there is no place"),
    "fold": FOLD,
}

PLAYER, PLATE, DOOR, GOAL = 1, 2, 3, 4  # kinds of things
TARGET = 0
"""Index of the goal among the things."""
PAINTED = tuple(name for name in COLOURS if name not in ("black", "white"))
"""The colours of plates and doors."""

STATE = state_dtype(
    [
        *fields(PLAYERS, 3 * DOORS + 1),
        *GRID_ROOM_FIELDS,
    ],
    PLAYERS,
)

BOUNDS = bounds(STATE, GOAL, GRID_ROOM_BOUNDS)
