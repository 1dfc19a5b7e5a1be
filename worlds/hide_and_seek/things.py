"""The things of hide and seek for goals: players, blocks, and crowns for the winners."""

from numba import njit

from ..engine.records.things import HALF, Things
from ..first_person.multiplayer import Shape, fill_all, players_and_crowns
from ..first_person.things import open_cells
from ..first_person.visibility import EYES, hide
from .state import BLOCKS, PLAYERS
from .view import LOOKS, blind

KINDS, RADII, HEIGHTS, NUMBERS = players_and_crowns({"block": Shape(HALF, HALF, ("orange",))})


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
    steady=True,
    cells=open_cells,
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
