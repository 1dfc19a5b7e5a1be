"""The things of Box-World for goals: its player, keys, locks and gem, including used keys and open locks."""

import numpy as np
from numba import njit

from ..engine.library.square import FLOOR
from ..engine.records.things import GONE, ONE, OPEN, Things, put
from .state import COLOURS, GEM, KEY, LOCK, NAMES, SIZE

PLAYER_KIND, KEY_KIND, LOCK_KIND, GEM_KIND = 1, 2, 3, 4
WHITE = 1 + COLOURS
MOST = 2 + 2 * COLOURS
"""Every box holds a key of a colour of its own or the gem, and one key lies loose: at most COLOURS keys, and as many
locks."""
AWAY = -4 * SIZE * ONE
"""Row and column of open locks, which are no longer in the room: far from everything."""


@njit
def fill(state, things):
    """Write the player, the held thing, the cells of the room row by row, then used keys and open locks, into things
    (k,) THING; returns their number."""
    put(things[0], PLAYER_KIND, 0, state.y, state.x)
    things[0].player = 1
    count = 1
    if state.held != 0:
        content(things[1], state.held, state.y, state.x)
        things[1].holder = 1
        count = 2
    for y in range(state.size):
        for x in range(state.size):
            here = np.int32(state.cells[y, x])
            if here != FLOOR:
                if here >= LOCK:
                    put(things[count], LOCK_KIND, 1 + (here - LOCK) % COLOURS, y, x)
                else:
                    content(things[count], here, y, x)
                count += 1
    for colour in range(COLOURS):
        if state.opened[colour] != 0:
            put(things[count], KEY_KIND, 1 + colour, state.y, state.x)
            things[count].state = GONE
            put(things[count + 1], LOCK_KIND, 1 + colour, 0, 0)
            things[count + 1].state = OPEN
            things[count + 1].y, things[count + 1].x = AWAY, AWAY
            count += 2
    return count


@njit
def content(thing, what, y, x):
    """Write the key or the gem with the cell value `what` as a thing in the cell (y, x)."""
    if what == GEM:
        put(thing, GEM_KIND, WHITE, y, x)
    else:
        put(thing, KEY_KIND, 1 + what - KEY, y, x)


def floor(state):
    """The cells of a state's room, bool (size, size)."""
    return np.ones((int(state["size"]), int(state["size"])), bool)


THINGS = Things(
    fill=fill,
    cells=floor,
    most=MOST,
    kinds={"player": (), "key": NAMES, "lock": NAMES, "gem": ("white",)},
    relations=(
        *("there", "open", "gone", "touching", "near", "holding"),
        *("left-of", "right-of", "between", "closest-to"),
    ),
    objective={
        "stages": [{"all": [{"a": {"kind": "player", "who": "you"}, "relation": "holding", "b": {"kind": "gem"}}]}]
    },
    scales=(
        {"size": 8, "solution_max": 2},
        {"size": 10, "solution_max": 3},
        {"size": 12, "solution_max": 4},
        {"size": 13, "solution_max": 5},
        {"size": 14, "solution_max": 6},
    ),
    ranges={"distractors_max": (0, 1, 2, 4)},
)
SMALL_SCALES = (
    {"size": 5, "solution_max": 1},
    {"size": 6, "solution_max": 1},
    {"size": 6, "solution_max": 2},
    {"size": 7, "solution_max": 2},
    {"size": 8, "solution_max": 3},
)
