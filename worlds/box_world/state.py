"""The state of Box-World: the room with its keys, boxes and gem, the position of the player, the held key."""

import numpy as np

from ..engine.records.bounds import FLAG, Bounds
from ..engine.records.states import Knob, state_dtype

SIZE = 20  # rows and columns of the largest room the record can hold; the wall around it is not stored
NAMES = (
    *("red", "navy", "emerald", "pink", "olive", "blue", "orange", "purple", "cream", "indigo"),
    *("turquoise", "magenta", "green", "peach", "teal", "violet", "maroon", "lime", "sky", "gold"),
)
COLOURS = len(NAMES)  # "a total of 20 keys and 20 locks" (DeepMind's README; Santoro et al. 2018, appendix A.3)
LONGEST = 15  # boxes on the longest solution path that a task can ask for
SMALLEST = 5  # rows of the smallest room: large enough that every split has rooms even with one key and one box

KNOBS = {
    "size": Knob(12, SMALLEST, SIZE, "rows and columns of the room, without the wall around it"),
    "solution_min": Knob(1, 1, LONGEST, "fewest boxes on the way to the gem"),
    "solution_max": Knob(4, 1, LONGEST, "most boxes on the way to the gem"),
    "distractors_min": Knob(0, 0, COLOURS - 1, "fewest branches that lead nowhere"),
    "distractors_max": Knob(4, 0, COLOURS - 1, "most branches that lead nowhere"),
    "branch_length": Knob(1, 1, COLOURS - 1, "boxes in each branch that leads nowhere"),
    "colours": Knob(COLOURS, 2, COLOURS, "different colours of keys and locks to draw from"),
    "sight": Knob(
        0, 0, 2 * SIZE + 1, "rows and columns of the window the player sees, an odd number; 0: the whole room"
    ),
    "fold": Knob(0, 0, 3, "which rooms to draw: 0 any, 1 for training, 2 for validation, 3 for testing"),
    "unseen": Knob(0, 0, 1, "1: the solution needs a box of a withheld pair of colours; 0: it never does"),
}

# A cell is one of these; KEY, LOCK and WRONG plus a colour. A box is a lock with its content in the cell left of it;
# the lock of a box on the way to the gem is LOCK, any other is WRONG, and they look alike. A key or gem lies loose when
# the cell right of it is no lock.
GEM, KEY = 1, 2
LOCK = KEY + COLOURS
WRONG = LOCK + COLOURS

STATE = state_dtype(
    [
        ("size", np.int32),  # rows and columns of the room
        ("sight", np.int32),  # rows and columns of the player's window, 0: the whole room
        ("y", np.int32),  # cell of the player
        ("x", np.int32),
        ("held", np.int32),  # 0, or the KEY or the GEM in the player's hand
        ("order", np.uint8, (COLOURS,)),  # colours of the tree: keys on the way to the gem, then those of the branches
        ("opened", np.uint8, (COLOURS,)),  # 1 once the lock of a colour is open; a colour has one key at most
        ("cells", np.uint8, (SIZE, SIZE)),  # FLOOR, GEM, or KEY, LOCK or WRONG plus a colour
    ]
)

BOUNDS = Bounds(
    {
        "size": (1, SIZE),
        "sight": (0, 2 * SIZE + 1),
        "y": (0, SIZE - 1),
        "x": (0, SIZE - 1),
        "held": (0, LOCK - 1),
        "order": (0, COLOURS - 1),
        "opened": FLAG,
        "cells": (0, WRONG + COLOURS - 1),
    },
    lambda state: max(state["y"], state["x"]) < state["size"],
)
