"""The state of a maze: the map with its rooms, the things in it, and the times at which the goal was reached."""

import numpy as np

from ..engine.records.bounds import FLAG
from ..engine.records.states import Knob, state_dtype
from ..first_person import generators, models
from ..first_person.bounds import CELLS, CORRIDOR_ROOM_BOUNDS, MAYBE_CELL, TICKS, bounds
from ..first_person.splits import FOLD
from ..first_person.state import fields

DEPTH_FIRST, KRUSKAL, ROOMS, LETTER_I = range(4)
"""Values of the knob `generator`."""
NO_GOAL, RING, RED_BALL = range(3)
"""Values of the knob `treasure`."""

SHAPES = ("ball", "cube", "cylinder", "capsule", "cone", "disc")
"""Objects, each in all colours of the models."""
PLAYER, GOAL, APPLE, STRAWBERRY, SHAPE = 1, 2, 3, 4, 5
ROOM = SHAPE + len(SHAPES)
"""Kinds of things; SHAPE is the first of SHAPES."""

MOST = 64
"""Most things of a maze, besides its rooms."""
OBJECTS, STRAWBERRIES = 20, 8
GOALS = 16
"""The number of ticks at which the goal was reached that the state keeps."""
ROWS, COLS = generators.MOST_ROWS, generators.MOST_COLS
SMALLEST = 3  # rows and columns of the smallest maze: every split has some

KNOBS = {
    "height": Knob(5, SMALLEST, ROWS, "rows of the maze, in maze cells"),
    "width": Knob(10, SMALLEST, COLS, "columns of the maze, in maze cells"),
    "generator": Knob(0, 0, 3, "how it is made: 0 depth-first, 1 Kruskal, 2 rooms and corridors, 3 the letter I"),
    "rooms": Knob(6, 1, generators.ROOMS, "most rooms, if it is made of rooms and corridors"),
    "braid": Knob(0, 0, 100, "percent of the dead ends that are opened, so that there are ways round"),
    "doubled": Knob(0, 0, 100, "percent of the mazes with twice the height, width and rooms, and thrice the objects"),
    "map": Knob(0, 0, 1 << 20, "number of the maze that every episode has; 0: each has a new one"),
    "static": Knob(0, 0, 1, "1: with a numbered maze, goal, fruit and objects too lie in the same places always"),
    "treasure": Knob(
        1, 0, 2, "the goal: 0: there is none, 1: a golden ring, 2: a red ball, and reaching it ends the episode"
    ),
    "far": Knob(8, 0, 200, "the player starts more steps than this from the goal, where there are such places"),
    "apples": Knob(10, 0, 100, "percent of the other cells in which an apple lies"),
    "strawberries": Knob(0, 0, STRAWBERRIES, "how many strawberries there are"),
    "objects": Knob(0, 0, OBJECTS, "how many coloured objects there are, no two alike"),
    "sky": Knob(1, 0, 1, "1: under the sky, 0: under a ceiling"),
    "fold": FOLD,
}

STATE = state_dtype(
    [
        *fields(1, MOST),
        *generators.CORRIDOR_ROOM_FIELDS,
        ("room_colour", np.int32, (generators.ROOMS,)),  # of the floor of each room, 1 + index into models.COLOURS
        ("home", np.int32),  # start of the player as a flat index; -1: anywhere far from the goal
        ("far", np.int32),  # the knob
        ("sky", np.int32),  # the knob
        ("treasure", np.int32),  # the knob: the kind of the goal, which is the first thing
        ("sent", np.uint8),  # 1 if the goal has just been reached: the next tick begins in another place
        ("found", np.int32),  # number of times that the goal has been reached
        ("when", np.int32, (GOALS,)),  # ticks of the first GOALS times
    ]
)

BOUNDS = bounds(
    STATE,
    ROOM - 1,
    {
        **CORRIDOR_ROOM_BOUNDS,
        "room_colour": (0, len(models.COLOURS)),
        "home": MAYBE_CELL,
        "far": (0, CELLS),
        "sky": FLAG,
        "treasure": (NO_GOAL, RED_BALL),
        "sent": FLAG,
        "found": TICKS,
        "when": TICKS,
    },
)
