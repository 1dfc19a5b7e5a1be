"""The things of Memory Maze for goals: its player and balls. A ball is OPEN once it has been touched."""

import numpy as np
from numba import njit

from ..engine.records.things import ONE, OPEN, SLACK, Things
from ..first_person.things import PLAYER_HALF, fill_things, open_cells
from ..first_person.visibility import EYES, hide
from .rules import REACH
from .state import COLOURS, MOST
from .view import LOOKS

_PLAYER = ONE // 4
RADII = np.array([0, _PLAYER, REACH // 256 - _PLAYER - SLACK], np.int32)
"""Half the width of each kind, so that goals count a ball within REACH as touched."""
HEIGHTS = np.array([0, PLAYER_HALF, ONE // 4], np.int32)


@njit
def fill(state, things):
    """Write the player and the balls into things (k,) THING; returns their number."""
    count = fill_things(state, things, RADII, HEIGHTS)
    for index in range(state.things):
        if state.visited[index] != 0:
            things[state.players + index].state = OPEN
    hide(state, things, LOOKS, EYES)
    return count


THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=1 + MOST,
    kinds={"player": (), "ball": COLOURS},
    relations=("open", "at", "touching", "near", "facing"),
    objective={"stages": [{"all": [{"a": {"kind": "ball"}, "relation": "open", "least": "all"}]}]},
    scales=(
        {"size": 7, "objects": 2},
        {"size": 9, "objects": 3},
        {"size": 11, "objects": 4},
        {"size": 13, "objects": 5},
        {"size": 15, "objects": 6, "rooms": 9},
    ),
)
