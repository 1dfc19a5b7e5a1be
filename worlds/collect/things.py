"""The things of Collect for goals: its player, and good and bad things, including taken ones."""

import numpy as np
from numba import njit

from ..engine.records.things import ONE, SLACK, Things
from ..first_person.things import PLAYER_HALF, fill_things, open_cells
from ..first_person.visibility import EYES, hide
from .rules import REACH
from .state import MOST
from .view import LOOKS

_PLAYER = ONE // 4
_THING = REACH // 256 - _PLAYER - SLACK  # so that goals count a thing within REACH as touched
RADII = np.array([0, _PLAYER, _THING, _THING, _THING, _THING], np.int32)
HEIGHTS = np.array([0, PLAYER_HALF, ONE // 4, ONE // 4, ONE // 4, ONE // 4], np.int32)


@njit
def fill(state, things):
    """Write the player and all things into things (k,) THING; returns their number."""
    count = fill_things(state, things, RADII, HEIGHTS)
    hide(state, things, LOOKS, EYES)
    return count


def none(kind):
    """The clause that no thing of a kind is there; it also holds if there never was one."""
    return {"a": {"kind": kind}, "relation": "there", "negated": True}


THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=1 + MOST,
    kinds={"player": (), "apple": (), "lemon": (), "strawberry": (), "mushroom": ()},
    relations=("there", "gone", "near", "facing"),
    objective={"stages": [{"all": [none("apple"), none("strawberry")]}]},
    scales=(
        {"height": 5, "width": 5, "good": 2, "bad": 2},
        {"height": 6, "width": 6, "good": 3, "bad": 3},
        {"height": 8, "width": 7, "good": 6, "bad": 6},
        {"height": 10, "width": 9, "good": 8, "bad": 8},
        {"height": 12, "width": 12, "good": 10, "bad": 10},
    ),
)
