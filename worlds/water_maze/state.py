"""The state of Water Maze: a round pool, pictures on its walls, and a platform under water."""

import numpy as np

from ..engine.records.states import Knob, state_dtype
from ..first_person.bounds import TICKS, bounds
from ..first_person.splits import FOLD
from ..first_person.state import fields

PICTURES = ("star", "moon", "sun", "tree", "fish", "house", "heart", "arrow")
"""The pictures, in their order from the right (east) on, clockwise."""
COLOURS = ("purple", "black", "orange", "green", "cyan", "red", "pink", "white")
"""Of the wall around each picture."""
PLATFORM, FIRST_PICTURE = 2, 3
"""Kinds of things, the first of which is the player's; each picture is a kind."""

KNOBS = {
    "radius": Knob(6, 3, 12, "cells from the middle of the pool to its edge"),
    "shuffled": Knob(0, 0, 1, "1: the pictures hang in another order in each episode"),
    "fold": FOLD,
}

STATE = state_dtype(
    [
        *fields(1, 1 + len(PICTURES)),
        ("stood", np.int32),  # ticks for which the player has been at the platform, or on it
        ("finds", np.int32),  # number of times that the platform was found
    ]
)
"""The platform is thing 0: THERE while it is under water, OPEN while it is up."""

BOUNDS = bounds(STATE, FIRST_PICTURE + len(PICTURES) - 1, {"stood": TICKS, "finds": TICKS})
