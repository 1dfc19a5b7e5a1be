"""The things of Visual Match for goals: its player, doors, sign, pillars and apples.

The sign is GONE once it has been painted over. A right choice leaves its pillar OPEN, a wrong one GONE.
"""

import numpy as np
from numba import njit

from ..engine.records.things import HALF, ONE, SLACK, Things
from ..first_person.things import PLAYER_HALF, fill_things, open_cells
from ..first_person.visibility import EYES, PAINTED, hide
from . import view
from .rules import REACH
from .state import APPLES, COLOURS, FIRST_APPLE, SIGN

_PLAYER = ONE // 4
_THING = REACH // 256 - _PLAYER - SLACK  # so that goals count a thing within REACH as touched
RADII = np.array([0, _PLAYER, HALF, HALF, _THING, _THING], np.int32)
HEIGHTS = np.array([0, PLAYER_HALF, HALF, HALF, HALF, ONE // 4], np.int32)
LOOKS = view.LOOKS.copy()
LOOKS[SIGN] = PAINTED


@njit
def fill(state, things):
    """Write the player and all things into things (k,) THING; returns their number."""
    count = fill_things(state, things, RADII, HEIGHTS)
    hide(state, things, LOOKS, EYES)
    return count


THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=1 + FIRST_APPLE + APPLES,
    kinds={"player": (), "door": (), "sign": COLOURS, "pillar": COLOURS, "apple": ()},
    relations=("there", "open", "gone", "touching", "near", "facing"),
    objective={
        "stages": [{"all": [{"a": {"kind": "pillar"}, "relation": "open"}]}],
        "never": [{"a": {"kind": "pillar"}, "relation": "gone"}],
    },
    scales=(
        {"edge": 5, "apples": 5, "explore": 2, "distract": 2},
        {"edge": 5, "apples": 8, "explore": 3, "distract": 5},
        {"edge": 7, "apples": 12, "explore": 3, "distract": 8},
        {"edge": 9, "apples": 24, "explore": 4, "distract": 12},
        {"edge": 11, "apples": 36, "explore": 5, "distract": 20},
    ),
)
