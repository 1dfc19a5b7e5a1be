"""What a Sokoban episode is made of: the room with its boxes and targets, and where the players stand."""

import numpy as np

from ..engine.records import Knob, state_dtype

SIZE = 20  # rows and columns of the largest room the record can hold, walls included
PLAYERS = 2

KNOBS = {
    "height": Knob(10, 5, SIZE, "rows of the room, walls included"),
    "width": Knob(10, 5, SIZE, "columns of the room, walls included"),
    "boxes": Knob(4, 1, 16, "number of boxes, and of targets"),
}

# A cell is a sum of these; a wall is alone in its cell.
WALL, TARGET, BOX = 1, 2, 4

_ROOM = [
    ("height", np.int32),
    ("width", np.int32),
    ("y", np.int32, (PLAYERS,)),
    ("x", np.int32, (PLAYERS,)),
    ("cells", np.uint8, (SIZE, SIZE)),
]

STATE = state_dtype([("off", np.int32), *_ROOM], PLAYERS)
"""`off` counts the boxes that are on no target."""

LEVEL = np.dtype(_ROOM, align=True)
"""One level: the room before anybody moved. The second place to stand is used by two-player worlds only."""
