"""The things of colour finding for goals: its player, the door, and blocks, those that were taken too."""

import numpy as np
from numba import njit

from ..engine.records.things import HALF, ONE, Things
from ..first_person.models import COLOURS
from ..first_person.things import PLAYER_HALF, fill_things, open_cells
from ..first_person.visibility import EYES, hide
from .state import MOST
from .view import LOOKS

RADII = np.array([0, ONE // 4, ONE // 5, HALF], np.int32)
HEIGHTS = np.array([0, PLAYER_HALF, ONE // 5, HALF], np.int32)


@njit
def fill(state, things):
    """Write the player, the door and the blocks into things (k,) THING; returns their number."""
    count = fill_things(state, things, RADII, HEIGHTS)
    hide(state, things, LOOKS, EYES)
    return count


THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=2 + MOST,
    kinds={"player": (), "block": COLOURS, "door": ()},
    relations=("there", "open", "gone", "near", "facing"),
    objective={"stages": [{"all": [{"a": {"kind": "door"}, "relation": "open"}]}]},
    scales=(
        {"size": 6, "blocks": 4},
        {"size": 8, "blocks": 6},
        {"size": 9, "blocks": 8},
        {"size": 10, "blocks": 10},
        {"size": 12, "blocks": 14},
    ),
)
SMALL_SCALES = (
    {"size": 5, "blocks": 3},
    {"size": 6, "blocks": 4},
    {"size": 7, "blocks": 5},
    {"size": 8, "blocks": 7},
    {"size": 9, "blocks": 9},
)
