"""The things of the race for goals: players, the goal, hurdles."""

import numpy as np
from numba import njit

from ..engine.records.things import HALF, ONE, SLACK, Things
from ..first_person.body import HURDLE_TALL, RADIUS
from ..first_person.multiplayer import PLAYER_COLOURS, colour_numbers, fill_all
from ..first_person.state import CELL
from ..first_person.things import PLAYER_HALF
from ..first_person.visibility import EYES, hide
from .rules import FEET
from .state import HURDLES, PLAYERS
from .view import LOOKS

BODY = RADIUS * ONE // CELL
# Half the width and half the height of no kind, players, the goal, hurdles, in 1/ONE cells. The width of the goal makes
# the relation `touching` equal to the rules' condition.
RADII = np.array([0, BODY, FEET - BODY - SLACK, HALF], np.int32)
HEIGHTS = np.array([0, PLAYER_HALF, HALF, HURDLE_TALL * ONE // CELL // 2], np.int32)
KINDS = {"player": PLAYER_COLOURS, "goal": (), "hurdle": ("red", "white")}
NUMBERS = colour_numbers(KINDS)


@njit
def fill(state, things):
    """Write the players, then the things of the state, into things (k,) THING; returns their number."""
    count = fill_all(state, things, RADII, HEIGHTS, NUMBERS)
    hide(state, things, LOOKS, EYES)
    return count


YOU = {"kind": "player", "who": "you"}
THINGS = Things(
    fill=fill,
    most=PLAYERS + 1 + HURDLES,
    kinds=KINDS,
    relations=("touching", "near", "on", "facing", "said"),
    objective={"stages": [{"all": [{"a": YOU, "relation": "touching", "b": {"kind": "goal"}}]}]},
    scales=(
        {"down": 2, "across": 3, "hurdles": 1},
        {"down": 3, "across": 4, "hurdles": 3},
        {"down": 4, "across": 6},
        {"down": 5, "across": 9, "hurdles": 8},
        {"down": 6, "across": 12, "hurdles": 12},
    ),
)
