"""What Sokoban shows of itself to goals: its players, its boxes, and its targets, which are marks on the floor."""

import numpy as np
from numba import njit

from ..engine.things import Things, put
from .state import BOX, BOX_PAINT, COLOURS, KNOBS, PLAYERS, TARGET, TARGET_PAINT

PLAYER_KIND, BOX_KIND, TARGET_KIND = 1, 2, 3
MOST = PLAYERS + 2 * KNOBS["boxes"].high


@njit
def fill(state, things):
    """Write the players, then row by row the boxes and targets; returns how many there are."""
    count = 0
    for player in range(state.players):
        put(things[count], PLAYER_KIND, 0, state.y[player], state.x[player])
        things[count].player = player + 1
        count += 1
    for y in range(state.height):
        for x in range(state.width):
            here = np.int32(state.cells[y, x])
            if here & (BOX | TARGET) == 0:
                continue
            paint = np.int32(state.paint[y, x])
            if here & BOX and count < MOST:
                put(things[count], BOX_KIND, paint & BOX_PAINT, y, x)
                count += 1
            if here & TARGET and count < MOST:
                put(things[count], TARGET_KIND, paint // TARGET_PAINT, y, x)
                things[count].z, things[count].height = 0, 0
                count += 1
    return count


THINGS = Things(
    fill=fill,
    most=MOST,
    kinds={"player": (), "box": COLOURS, "target": COLOURS},
    relations=("on", "touching", "near"),
    objective={
        "stages": [{"all": [{"a": {"kind": "box"}, "relation": "on", "b": {"kind": "target"}, "least": "all"}]}]
    },
)
