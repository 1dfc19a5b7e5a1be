"""The state of Memory Maze: a maze with rooms, the balls in it, and the ball of the instruction."""

import numpy as np

from ..engine.records.bounds import FLAG
from ..engine.records.states import Knob, state_dtype
from ..first_person.bounds import CORRIDOR_ROOM_BOUNDS, bounds
from ..first_person.generators import CORRIDOR_ROOM_FIELDS, ROOMS
from ..first_person.splits import FOLD
from ..first_person.state import fields

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")
"""The colours of balls, the first six of models.COLOURS: as many as the largest published maze has objects."""
BALL = 2
"""Kind of the balls: the second of the world's kinds."""
MOST = len(COLOURS)

KNOBS = {
    "size": Knob(9, 7, 25, "rows and columns of the maze without the wall around it, an odd number"),
    "objects": Knob(3, 2, MOST, "balls, each of a colour of its own"),
    "rooms": Knob(6, 2, ROOMS, "most rooms that are tried to fit in"),
    "loops": Knob(
        40, 0, 100, "percent of the walls between corridors and rooms that are opened, beyond what is needed"
    ),
    "fold": FOLD,
}

STATE = state_dtype(
    [
        *fields(1, MOST),
        *CORRIDOR_ROOM_FIELDS,
        ("asked", np.int32),  # index of the ball of the instruction
        ("visited", np.uint8, (MOST,)),  # 1 once a ball has been touched, asked for or not
    ]
)

BOUNDS = bounds(
    STATE,
    BALL,
    {**CORRIDOR_ROOM_BOUNDS, "asked": (0, MOST - 1), "visited": FLAG},
    colours=len(COLOURS),
    whole=lambda state: state["things"] > 1 and state["asked"] < state["things"],
)
