"""The things of Water Maze for goals: its player, the platform, and the pictures on the walls.

The platform is open while it is up.
"""

import numpy as np
from numba import njit

from ..engine.records.things import HALF, ONE, OPEN, Things
from ..first_person import models
from ..first_person.things import PLAYER_HALF, fill_things, open_cells
from ..first_person.visibility import EYES, PAINTED, UNSEEN, hide
from .rules import PLATFORM
from .state import PICTURES
from .view import LOW

RADII = np.array([0, ONE // 4, PLATFORM // 256] + [HALF] * len(PICTURES), np.int32)
HEIGHTS = np.array([0, PLAYER_HALF, ONE // 16] + [HALF] * len(PICTURES), np.int32)
LOOKS = np.array([models.NOTHING] * 2 + [models.PLATE] + [PAINTED] * len(PICTURES), np.int32)
"""The model of each kind; number 0 is no kind."""
_SWIMMING = EYES - round(float(LOW) * ONE)


@njit
def fill(state, things):
    """Write the player and all things into things (k,) THING; returns their number."""
    count = fill_things(state, things, RADII, HEIGHTS)
    hide(state, things, LOOKS, EYES if state.status[0] == OPEN else _SWIMMING)
    if state.status[0] != OPEN:  # the platform is under water
        things[1].hidden = UNSEEN
    return count


THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=2 + len(PICTURES),
    kinds={"player": (), "platform": (), **{picture: () for picture in PICTURES}},
    relations=("open", "touching", "near", "facing"),
    objective={"stages": [{"all": [{"a": {"kind": "platform"}, "relation": "open"}]}]},
    scales=({"radius": 3}, {"radius": 4}, {"radius": 5}, {"radius": 6}, {"radius": 8}),
)
