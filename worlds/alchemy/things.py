"""The things of alchemy for goals: its player, the chest, and the shells and cores of stones, those used up too."""

import numpy as np
from numba import njit

from ..engine.records.things import GONE, OPEN, Things, put
from .state import NAMES, NONE, STONE, STONES

PLAYER_KIND, CHEST_KIND, SHELL_KIND, CORE_KIND = 1, 2, 3, 4
_FIRST = 2  # index of the first shell


@njit
def fill(state, things):
    """Write the player, the chest, then shell and core of each stone, into things (k,) THING; returns their number."""
    put(things[0], PLAYER_KIND, 0, state.y, state.x)
    things[0].player = 1
    put(things[1], CHEST_KIND, 0, state.chest[0], state.chest[1])
    things[1].state = OPEN if state.opened != 0 else 0
    for index in range(state.stones):
        shell, core = _FIRST + 2 * index, _FIRST + 2 * index + 1
        put(things[shell], SHELL_KIND, 1 + np.int32(state.shells[index]), state.y, state.x)
        put(things[core], CORE_KIND, 1 + np.int32(state.cores[index]), state.y, state.x)
        things[shell].state, things[core].state = GONE, GONE
    if state.shell != NONE:
        hold(things[_FIRST + 2 * state.shell])
        hold(things[_FIRST + 2 * state.core + 1])
    for y in range(state.size):
        for x in range(state.size):
            here = np.int32(state.cells[y, x])
            if here >= STONE:
                for part in range(2):
                    thing = things[_FIRST + 2 * (here - STONE) + part]
                    put(thing, SHELL_KIND + part, thing.colour, y, x)
    return np.int32(_FIRST + 2 * state.stones)


@njit
def hold(thing):
    """Write a part as one that the player holds."""
    thing.state, thing.holder = 0, 1


def floor(state):
    """The cells of a state's room, bool (size, size)."""
    return np.ones((int(state["size"]), int(state["size"])), bool)


THINGS = Things(
    fill=fill,
    steady=True,
    cells=floor,
    most=_FIRST + 2 * STONES,
    kinds={"player": (), "chest": (), "shell": NAMES, "core": NAMES},
    relations=("there", "open", "gone", "touching", "near", "holding", "left-of", "right-of"),
    objective={"stages": [{"all": [{"a": {"kind": "chest"}, "relation": "open"}]}]},
    scales=(
        {"size": 6, "stones": 3},
        {"size": 7, "stones": 4},
        {"size": 8, "stones": 6},
        {"size": 9, "stones": 7},
        {"size": 10, "stones": 8},
    ),
)
SMALL_SCALES = (
    {"size": 5, "stones": 2},
    {"size": 5, "stones": 3},
    {"size": 6, "stones": 3},
    {"size": 6, "stones": 4},
    {"size": 7, "stones": 5},
)
