"""The things of the race for goals: players, the goal, hurdles."""

from numba import njit

from ..engine.records.things import HALF, ONE, SLACK, Things
from ..first_person.body import HURDLE_TALL
from ..first_person.multiplayer import PLAYER_RADIUS, Shape, fill_all, players_and
from ..first_person.state import CELL
from ..first_person.things import open_cells
from ..first_person.visibility import EYES, hide
from .rules import FEET
from .state import HURDLES, PLAYERS
from .view import LOOKS

# The width of the goal makes the relation `touching` equal to the rules' condition.
KINDS, RADII, HEIGHTS, NUMBERS = players_and(
    {
        "goal": Shape(FEET - PLAYER_RADIUS - SLACK, HALF),
        "hurdle": Shape(HALF, HURDLE_TALL * ONE // CELL // 2, ("red", "white")),
    }
)


@njit
def fill(state, things):
    """Write the players, then the things of the state, into things (k,) THING; returns their number."""
    count = fill_all(state, things, RADII, HEIGHTS, NUMBERS)
    hide(state, things, LOOKS, EYES)
    return count


YOU = {"kind": "player", "who": "you"}
THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=PLAYERS + 1 + HURDLES,
    kinds=KINDS,
    relations=("touching", "near", "on", "facing", "said"),
    objective={"stages": [{"all": [{"a": YOU, "relation": "touching", "b": {"kind": "goal"}}]}]},
    scales=(
        {"down": 2, "across": 3, "hurdles": 1},
        {"down": 3, "across": 4, "hurdles": 3},
        {"down": 4, "across": 6},
        {"down": 5, "across": 9, "hurdles": 8},
        {"down": 6, "across": 12, "hurdles": 12},
    ),
)
