"""The state of the race: a track with hurdles, and a goal."""

import numpy as np

from ..engine.records.states import Knob, state_dtype
from ..first_person.bounds import CELLS, bounds
from ..first_person.splits import FOLD
from ..first_person.state import fields

PLAYERS, HURDLES = 4, 16
KNOBS = {
    "down": Knob(4, 1, 13, "rows of the maze that the track is, in maze cells"),
    "across": Knob(6, 2, 20, "columns of it"),
    "braid": Knob(100, 0, 100, "percent of its dead ends that are opened into another way round"),
    "hurdles": Knob(5, 0, HURDLES, "hurdles to jump over; fewer if there is no place"),
    "fold": FOLD,
}

PLAYER, GOAL, HURDLE = 1, 2, 3  # kinds of things
RED, WHITE = 1, 9
"""The colours of hurdles."""

STATE = state_dtype([*fields(PLAYERS, 1 + HURDLES), ("ways", np.int32)], PLAYERS)
"""`ways` is the number of steps from the start to the goal."""

BOUNDS = bounds(STATE, HURDLE, {"ways": (0, CELLS)})
