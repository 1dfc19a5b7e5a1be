"""The things of a world of plates and doors for goals."""

from numba import njit

from ..engine.records.things import HALF, ONE, Things
from ..first_person.multiplayer import PLAYER_COLOURS, Shape, fill_all, players_and
from ..first_person.things import open_cells
from ..first_person.visibility import EYES, hide
from .state import DOORS, PAINTED, PLAYERS, TARGET
from .view import LOOKS

KINDS, RADII, HEIGHTS, NUMBERS = players_and(
    {"plate": Shape(HALF, ONE // 16, PAINTED), "door": Shape(HALF, HALF, PAINTED), "goal": Shape(HALF, HALF)},
    players=PLAYER_COLOURS[:PLAYERS],
)


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
    steady=True,
    cells=open_cells,
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
