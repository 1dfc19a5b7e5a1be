"""The things of hide and seek for goals: players, blocks, and crowns for the winners."""

import numpy as np
from numba import njit

from ..engine.records.things import HALF, ONE, Things
from ..first_person.body import RADIUS
from ..first_person.multiplayer import PLAYER_COLOURS, colour_numbers, fill_all
from ..first_person.state import CELL
from ..first_person.things import PLAYER_HALF
from ..first_person.visibility import EYES, hide
from .state import BLOCKS, PLAYERS
from .view import LOOKS, blind

BODY = RADIUS * ONE // CELL
# Half the width and half the height of no kind, players, blocks, crowns, in 1/ONE cells.
RADII = np.array([0, BODY, HALF, ONE // 4], np.int32)
HEIGHTS = np.array([0, PLAYER_HALF, HALF, ONE // 8], np.int32)
KINDS = {"player": PLAYER_COLOURS, "block": ("orange",), "crown": ("yellow",)}
NUMBERS = colour_numbers(KINDS)


@njit
def fill(state, things):
    """Write the players, then the things of the state, into things (k,) THING; returns their number. Blind players see
    none."""
    count = fill_all(state, things, RADII, HEIGHTS, NUMBERS)
    hide(state, things, LOOKS, EYES)
    for player in range(state.players):
        for index in range(count if blind(state, player) else 0):
            things[index].hidden |= 1 << player
    return count


YOU = {"kind": "player", "who": "you"}
THINGS = Things(
    fill=fill,
    most=PLAYERS + BLOCKS + PLAYERS,
    kinds=KINDS,
    relations=("touching", "near", "holding", "facing", "said"),
    objective={"stages": [{"all": [{"a": YOU, "relation": "holding", "b": {"kind": "crown"}}]}]},
    scales=(
        {"down": 1, "across": 2, "blocks": 1, "start": 60},
        {"down": 2, "across": 2, "blocks": 2},
        {"down": 2, "across": 3, "blocks": 3},
        {"down": 3, "across": 3, "blocks": 5},
        {"down": 3, "across": 4, "blocks": 6},
    ),
)
