"""The things of the T-maze for goals."""

import numpy as np
from numba import njit

from ..engine.records.things import ONE, SLACK, Things
from ..first_person.body import RADIUS
from ..first_person.state import CELL
from ..first_person.things import PLAYER_HALF, fill_things, open_cells
from ..first_person.visibility import EYES, hide
from .rules import FEET
from .state import PAINTED
from .view import LOOKS

BODY = RADIUS * ONE // CELL
# Half the width and half the height of no kind, players, the ball, goal and trap, in 1/ONE cells. The widths of goal
# and trap make the relation `touching` equal to the rules' condition.
RADII = np.array([0, BODY, ONE // 4, FEET - BODY - SLACK, FEET - BODY - SLACK], np.int32)
HEIGHTS = np.array([0, PLAYER_HALF, ONE // 4, ONE // 2, ONE // 2], np.int32)


@njit
def fill(state, things):
    """Write the player, then the things of the state, into things (k,) THING; returns their number."""
    count = fill_things(state, things, RADII, HEIGHTS)
    hide(state, things, LOOKS, EYES)
    return count


YOU = {"kind": "player", "who": "you"}
THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=4,
    kinds={"player": (), "ball": PAINTED, "goal": (), "trap": ()},
    relations=("there", "gone", "touching", "near", "facing"),
    objective={
        "stages": [{"all": [{"a": YOU, "relation": "touching", "b": {"kind": "goal"}}]}],
        "never": [{"a": YOU, "relation": "touching", "b": {"kind": "trap"}}],
    },
    scales=(
        {"length_min": 2, "length_max": 4},
        {"length_min": 4, "length_max": 8},
        {"length_min": 8, "length_max": 12},
        {"length_min": 14, "length_max": 18},
        {"length_min": 20, "length_max": 24},
    ),
)
