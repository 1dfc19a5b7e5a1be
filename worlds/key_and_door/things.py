"""The things of a world of keys and doors for goals."""

import numpy as np
from numba import njit

from ..engine.records.things import ONE, SLACK, Things
from ..first_person.body import RADIUS
from ..first_person.state import CELL
from ..first_person.things import PLAYER_HALF, fill_things, open_cells
from ..first_person.visibility import EYES, hide
from .rules import FEET
from .state import APPLES, DOORS, PAINTED
from .view import LOOKS

BODY = RADIUS * ONE // CELL
# Half the width and half the height of no kind, players, keys, doors, the goal, apples, in 1/ONE cells. The width of
# the goal makes the relation `touching` equal to the rules' condition.
_REACH = FEET - BODY - SLACK
RADII = np.array([0, BODY, ONE // 8, ONE // 2, _REACH, ONE // 5], np.int32)
HEIGHTS = np.array([0, PLAYER_HALF, ONE // 4, ONE // 2, ONE // 2, ONE // 5], np.int32)


@njit
def fill(state, things):
    """Write the player, then the things of the state, into things (k,) THING; returns their number."""
    count = fill_things(state, things, RADII, HEIGHTS)
    hide(state, things, LOOKS, EYES)
    return count


THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=1 + 2 * DOORS + APPLES + 1,
    kinds={"player": (), "key": PAINTED, "door": PAINTED, "goal": (), "apple": ()},
    relations=("there", "open", "gone", "touching", "near", "holding", "facing"),
    objective={
        "stages": [{"all": [{"a": {"kind": "player", "who": "you"}, "relation": "touching", "b": {"kind": "goal"}}]}]
    },
    scales=(
        {"down": 1, "across": 2, "doors": 1, "apples": 1},
        {"down": 2, "across": 2, "doors": 2, "apples": 2},
        {"down": 2, "across": 3, "doors": 2},
        {"down": 2, "across": 4, "doors": 3},
        {"down": 3, "across": 4, "doors": 5},
    ),
)
