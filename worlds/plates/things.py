"""The things of a world of plates and doors for goals."""

import numpy as np
from numba import njit

from ..engine.records.things import HALF, ONE, Things
from ..first_person.body import RADIUS
from ..first_person.multiplayer import PLAYER_COLOURS, colour_numbers, fill_all
from ..first_person.state import CELL
from ..first_person.things import PLAYER_HALF
from ..first_person.visibility import EYES, hide
from .state import DOORS, PAINTED, PLAYERS, TARGET
from .view import LOOKS

BODY = RADIUS * ONE // CELL
# Half the width and half the height of no kind, players, plates, doors, the goal, in 1/ONE cells.
RADII = np.array([0, BODY, HALF, HALF, HALF], np.int32)
HEIGHTS = np.array([0, PLAYER_HALF, ONE // 16, HALF, HALF], np.int32)
KINDS = {"player": PLAYER_COLOURS[:PLAYERS], "plate": PAINTED, "door": PAINTED, "goal": ()}
NUMBERS = colour_numbers(KINDS)


@njit
def fill(state, things):
    """Write the players, then the things of the state, into things (k,) THING; returns their number. The goal is as
    wide as its room."""
    count = fill_all(state, things, RADII, HEIGHTS, NUMBERS)
    things[state.players + TARGET].radius = state.edge * ONE // 2
    hide(state, things, LOOKS, EYES)
    return count


THINGS = Things(
    fill=fill,
    most=PLAYERS + 3 * DOORS + 1,
    kinds=KINDS,
    relations=("there", "open", "at", "near", "facing", "said"),
    objective={
        "stages": [{"all": [{"a": {"kind": "player"}, "relation": "at", "b": {"kind": "goal"}, "least": "all"}]}]
    },
    scales=(
        {"down": 1, "across": 2, "rooms": 2, "doors": 1, "edge": 3},
        {"down": 1, "across": 3, "rooms": 3, "doors": 1},
        {"down": 2, "across": 3, "rooms": 5, "doors": 2},
        {"down": 2, "across": 4, "rooms": 6, "doors": 3},
        {"down": 3, "across": 4, "rooms": 9, "doors": 4},
    ),
    affords={"goal": ("region",)},
)
