"""The state of alchemy: the room with its stones and its chest, the player, and the stone that is held."""

import numpy as np

from ..engine.library.splits import FOLD
from ..engine.library.square import FLOOR
from ..engine.records.bounds import FLAG, Bounds
from ..engine.records.states import Knob, state_dtype

SIZE = 12  # rows and columns of the largest room the record can hold; the wall around it is not stored
STONES = 8  # most stones of a room
SMALLEST = 5  # rows of the smallest room, in which as many stones and a chest always fit without touching
NAMES = ("red", "green", "blue", "yellow", "purple", "orange")
COLOURS = len(NAMES)  # of shells and cores: 36 stones

KNOBS = {
    "size": Knob(8, SMALLEST, SIZE, "rows and columns of the room, without the wall around it"),
    "stones": Knob(6, 2, STONES, "stones that lie in the room"),
    "colours": Knob(COLOURS, 3, COLOURS, "different colours of shells and cores to draw from"),
    "fold": FOLD,
    "unseen": Knob(0, 0, 1, "1: the chest wants a withheld pair of colours; 0: it never does"),
}

# A cell is one of these; STONE plus the number of the stone that lies there.
CHEST, STONE = 1, 2
NONE = -1
"""No stone of this number, or no place in the room."""

STATE = state_dtype(
    [
        ("size", np.int32),  # rows and columns of the room
        ("stones", np.int32),  # stones that lay there at the start
        ("y", np.int32),  # cell of the player
        ("x", np.int32),
        ("shell", np.int32),  # number of the stone whose shell is held, or NONE
        ("core", np.int32),  # number of the stone whose core is held, or NONE
        ("wanted", np.int32, (2,)),  # colours of shell and core of the stone that the chest wants
        ("chest", np.int32, (2,)),  # cell of the chest
        ("opened", np.int32),  # 1 once the chest is open
        ("shells", np.uint8, (STONES,)),  # colours of the stones
        ("cores", np.uint8, (STONES,)),
        ("cells", np.uint8, (SIZE, SIZE)),  # FLOOR, CHEST, or STONE plus a number
    ]
)


def _whole(state: np.void) -> bool:
    """Whether the fields of a record agree."""
    size, stones = int(state["size"]), int(state["stones"])
    inside = max(state["y"], state["x"], *state["chest"]) < size and max(state["shell"], state["core"]) < stones
    lying = state["cells"][:size, :size]
    numbers = lying[lying >= STONE] - STONE
    alone = len(set(numbers.tolist())) == len(numbers) and (numbers < stones).all()
    held = (state["shell"] == NONE) == (state["core"] == NONE) and not {int(state["shell"]), int(state["core"])} & set(
        numbers.tolist()
    )
    at = lying[tuple(state["chest"])] if inside else FLOOR
    return bool(inside and alone and held and at == CHEST and (lying == CHEST).sum() == 1)


BOUNDS = Bounds(
    {
        "size": (1, SIZE),
        "stones": (1, STONES),
        "y": (0, SIZE - 1),
        "x": (0, SIZE - 1),
        "shell": (NONE, STONES - 1),
        "core": (NONE, STONES - 1),
        "wanted": (0, COLOURS - 1),
        "chest": (0, SIZE - 1),
        "opened": FLAG,
        "shells": (0, COLOURS - 1),
        "cores": (0, COLOURS - 1),
        "cells": (0, STONE + STONES - 1),
    },
    _whole,
)
