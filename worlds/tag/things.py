"""The things of tag for goals: players, the catcher's hat, and crowns for the winners."""

import numpy as np
from numba import njit

from ..engine.records.things import ONE, Things, towards
from ..first_person import models
from ..first_person.multiplayer import Shape, fill_all, players_and_crowns
from ..first_person.things import open_cells
from ..first_person.visibility import BULK, EYES, HIGH, MIDDLE, hide, sees_point
from .state import PLAYERS
from .view import HEAD

KINDS, RADII, HEIGHTS, NUMBERS = players_and_crowns({"hat": Shape(ONE // 4, ONE // 8, ("red",))})
LOOKS = np.array([models.NOTHING, models.PLAYER, models.NOTHING, models.NOTHING], np.int32)
"""The model of each kind at its place in the table: the hat is drawn on a head instead, and crowns are not drawn."""
_HAT_AT = round(float(HEAD) * ONE) + int(BULK[models.HAT, MIDDLE])
_HAT_TALL = int(BULK[models.HAT, HIGH])


@njit
def fill(state, things):
    """Write the players, then the things of the state, into things (k,) THING; returns their number."""
    count = fill_all(state, things, RADII, HEIGHTS, NUMBERS)
    hide(state, things, LOOKS, EYES)
    show_hat(state, things, state.players)
    return count


@njit
def show_hat(state, things, hat):
    """Clear the bits of `hidden` of the hat for the players that see it: the catcher, which holds it, and the players
    that see it on the catcher's head."""
    head = things[state.it]
    for player in range(state.players):
        if towards(things[player], things[hat]):
            y, x, z = np.int64(head.y), np.int64(head.x), np.int64(head.z) - head.height + _HAT_AT
            if player == state.it or sees_point(state, things, player, hat, y, x, z, _HAT_TALL, LOOKS, EYES):
                things[hat].hidden &= ~(1 << player)


YOU = {"kind": "player", "who": "you"}
THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=PLAYERS + 1 + PLAYERS,
    kinds=KINDS,
    relations=("touching", "near", "holding", "facing", "said"),
    objective={"stages": [{"all": [{"a": YOU, "relation": "holding", "b": {"kind": "crown"}}]}]},
    scales=(
        {"height": 7, "width": 9, "pillars": 2},
        {"height": 9, "width": 11, "pillars": 5},
        {"height": 11, "width": 15},
        {"height": 13, "width": 19, "pillars": 14},
        {"height": 15, "width": 23, "pillars": 18},
    ),
)
