"""The things of Sokoban for goals: its players, its boxes, and its targets, which are marks on the floor."""

import numpy as np
from numba import njit

from ..engine.records.things import Things, put
from .state import BOX, BOX_PAINT, COLOURS, KNOBS, PLAYERS, TARGET, TARGET_PAINT, WALL

PLAYER_KIND, BOX_KIND, TARGET_KIND = 1, 2, 3
LAST = PLAYERS + 2 * KNOBS["boxes"].high
"""The largest number of things; the table has one more entry, for a cell that turns out to be empty."""


@njit
def fill(state, things):
    """Write the players, the cells of the floor row by row, then the targets under boxes, into things (k,) THING;
    returns their number.

    Cells are listed without a branch, which would be hard to predict, and read again.
    """
    for player in range(state.players):
        put(things[player], PLAYER_KIND, 0, state.y[player], state.x[player])
        things[player].player = player + 1
    count = np.int32(state.players)
    for y in range(state.height):
        for x in range(state.width):
            thing = things[count]
            thing.y, thing.x = y, x
            count = min(count + np.int32(np.int32(state.cells[y, x]) & (BOX | TARGET) != 0), np.int32(LAST))
    under = count
    for index in range(state.players, count):
        y, x = things[index].y, things[index].x
        here, paint = np.int32(state.cells[y, x]), np.int32(state.paint[y, x])
        if here & BOX:
            put(things[index], BOX_KIND, paint & BOX_PAINT, y, x)
            if here & TARGET and under < LAST:
                mark(things[under], paint // TARGET_PAINT, y, x)
                under += 1
        else:
            mark(things[index], paint // TARGET_PAINT, y, x)
    return under


@njit
def mark(thing, colour, y, x):
    """Write a target: flat on the floor of its cell."""
    put(thing, TARGET_KIND, colour, y, x)
    thing.z, thing.height = 0, 0


def floor(state):
    """The cells of a state's room that are no wall, bool (height, width)."""
    return state["cells"][: int(state["height"]), : int(state["width"])] & WALL == 0


THINGS = Things(
    fill=fill,
    cells=floor,
    most=LAST + 1,
    kinds={"player": (), "box": COLOURS, "target": COLOURS},
    relations=("on", "touching", "near", "left-of", "right-of", "between", "closest-to"),
    objective={
        "stages": [{"all": [{"a": {"kind": "box"}, "relation": "on", "b": {"kind": "target"}, "least": "all"}]}]
    },
    scales=(
        {"height": 8, "width": 8, "boxes": 2},
        {"height": 9, "width": 9, "boxes": 3},
        {"height": 10, "width": 10, "boxes": 4},
        {"height": 11, "width": 11, "boxes": 4},
        {"height": 12, "width": 12, "boxes": 4},
    ),
    ranges={"colours": (0, 2, 3, 4, 6)},
)
SMALL_SCALES = (
    {"height": 6, "width": 6, "boxes": 1},
    {"height": 7, "width": 7, "boxes": 1},
    {"height": 7, "width": 7, "boxes": 2},
    {"height": 7, "width": 8, "boxes": 2},
    {"height": 8, "width": 8, "boxes": 2},
)
