"""The state of the T-maze."""

import numpy as np

from ..engine.records.bounds import FLAG
from ..engine.records.states import Knob, state_dtype
from ..first_person.bounds import bounds
from ..first_person.models import COLOURS
from ..first_person.splits import FOLD
from ..first_person.state import fields

LONGEST = 32
KNOBS = {
    "length_min": Knob(8, 1, LONGEST, "shortest corridor, in cells"),
    "length_max": Knob(12, 1, LONGEST, "longest corridor, in cells"),
    "arm": Knob(3, 1, 12, "cells of each arm, to the left and to the right"),
    "fold": FOLD,
}

PLAYER, BALL, GOAL, TRAP = 1, 2, 3, 4  # kinds of things; goal and trap look alike
PAINTED = COLOURS
"""The colours of the ball."""

STATE = state_dtype([*fields(1, 3), ("length", np.int32), ("right", np.int32)])
"""`length`: of the corridor, in cells; `right`: 1 if the ball, and so the goal, is on the right."""

BOUNDS = bounds(STATE, TRAP, {"length": (1, LONGEST), "right": FLAG})
