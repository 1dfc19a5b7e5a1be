"""The state of hide and seek: rooms, blocks, and the two teams."""

import numpy as np

from ..engine.records.bounds import FLAG
from ..engine.records.states import Knob, state_dtype
from ..first_person.bounds import GRID_ROOM_BOUNDS, TICKS, bounds
from ..first_person.rooms import GRID_ROOM_FIELDS
from ..first_person.splits import FOLD
from ..first_person.state import HZ, fields

PLAYERS, BLOCKS = 4, 10
KNOBS = {
    "down": Knob(2, 1, 6, "rows of rooms"),
    "across": Knob(3, 1, 10, "columns of rooms"),
    "edge": Knob(4, 3, 7, "cells along each side of a room"),
    "doorways": Knob(50, 0, 100, "percent of the walls between rooms that get a doorway more than is needed"),
    "blocks": Knob(4, 0, BLOCKS, "blocks that can be carried about; fewer if there is no place"),
    "start": Knob(6 * HZ, 0, 60 * HZ, "ticks for which seekers have their eyes shut and stand still"),
    "fold": FOLD,
}

PLAYER, CRATE, CROWN = 1, 2, 3  # kinds of things
BROWN, YELLOW = 6, 4  # colours: that of crates is called orange

STATE = state_dtype(
    [
        *fields(PLAYERS, BLOCKS + PLAYERS),
        *GRID_ROOM_FIELDS,
        ("seeks", np.uint8, (PLAYERS,)),  # 1 for seekers, 0 for hiders
        ("start", np.int32),  # ticks for which seekers have their eyes shut
        ("seen", np.int32),  # ticks in which a hider was seen
        ("found", np.uint8),  # 1 if one is seen now
    ],
    PLAYERS,
)

BOUNDS = bounds(STATE, CROWN, {**GRID_ROOM_BOUNDS, "seeks": FLAG, "start": TICKS, "seen": TICKS, "found": FLAG})
