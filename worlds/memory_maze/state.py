"""What an episode of Memory Maze is made of: a maze with rooms, balls in it, and the ball that is asked for."""

import numpy as np

from ..engine.records.bounds import FLAG
from ..engine.records.states import Knob, state_dtype
from ..first_person.bounds import CARVED, bounds
from ..first_person.generators import ROOM_FIELDS, ROOMS
from ..first_person.splits import FOLD
from ..first_person.state import fields

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")
"""Colours that balls come in, the first six of the catalogue: as many as the largest published maze has objects."""
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
        *ROOM_FIELDS,
        ("asked", np.int32),  # index of the ball that is asked for
        ("visited", np.uint8, (MOST,)),  # 1 once this ball has been touched, whether it was asked for or not
    ]
)

BOUNDS = bounds(
    STATE,
    BALL,
    {**CARVED, "asked": (0, MOST - 1), "visited": FLAG},
    colours=len(COLOURS),
    whole=lambda state: state["things"] > 1 and state["asked"] < state["things"],
)
