"""The state of Sokoban: the room with its boxes and targets, their paint, and the positions of the players."""

import numpy as np

from ..engine.records.bounds import Bounds
from ..engine.records.states import Knob, state_dtype

SIZE = 20  # rows and columns of the largest room the record can hold, walls included
PLAYERS = 2
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")

KNOBS = {
    "height": Knob(10, 5, SIZE, "rows of the room, walls included"),
    "width": Knob(10, 5, SIZE, "columns of the room, walls included"),
    "boxes": Knob(4, 1, 16, "number of boxes, and of targets"),
    "colours": Knob(0, 0, len(COLOURS), "colours of boxes and targets to draw from; 0: all are plain"),
}

# A cell is a sum of these; a wall is alone in its cell.
WALL, TARGET, BOX = 1, 2, 4

# The paint of a cell is a sum of two colours: that of its box, and TARGET_PAINT times that of its target. 0 is plain, 1
# the first of COLOURS.
BOX_PAINT, TARGET_PAINT = 15, 16

_ROOM = [
    ("height", np.int32),  # size of the room, walls included
    ("width", np.int32),
    ("y", np.int32, (PLAYERS,)),  # cells of the players
    ("x", np.int32, (PLAYERS,)),
    ("cells", np.uint8, (SIZE, SIZE)),  # sums of WALL, TARGET and BOX
]

STATE = state_dtype([("off", np.int32), *_ROOM, ("paint", np.uint8, (SIZE, SIZE))], PLAYERS)
"""`off` is the number of boxes that are not on a target; `paint` has the colours of boxes and targets."""

LEVEL = np.dtype(_ROOM, align=True)
"""One level: the room at the start of an episode. Only worlds with two players use the second position."""


def _whole(state: np.void) -> bool:
    """Whether the players are on free cells of the room, cells and paint are valid, and `off` is right."""
    height, width, players = int(state["height"]), int(state["width"]), int(state["players"])
    cells, paint, y, x = state["cells"][:height, :width], state["paint"], state["y"][:players], state["x"][:players]
    if (y >= height).any() or (x >= width).any() or (cells[y, x] & (WALL | BOX)).any():
        return False
    wall, off = (cells & WALL) != 0, (cells & (TARGET | BOX)) == BOX
    painted = (paint % TARGET_PAINT <= len(COLOURS)).all() and (paint // TARGET_PAINT <= len(COLOURS)).all()
    return bool(painted and (cells[wall] == WALL).all() and state["off"] == off.sum())


BOUNDS = Bounds(
    {
        "off": (0, SIZE * SIZE),
        "height": (1, SIZE),
        "width": (1, SIZE),
        "y": (0, SIZE - 1),
        "x": (0, SIZE - 1),
        "cells": (0, TARGET | BOX),
    },
    _whole,
)
