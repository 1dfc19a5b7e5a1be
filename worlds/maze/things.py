"""The things of mazes for goals: player, goal, fruit, objects, and rooms with the colours of their floors."""

from typing import Any

import numpy as np
from numba import njit

from ..engine.records.things import HALF, ONE, SLACK, THERE, Things, put
from ..first_person.generators import ROOMS
from ..first_person.models import COLOURS
from ..first_person.things import PLAYER_HALF, fill_things, open_cells
from ..first_person.visibility import EYES, UNSEEN, hide
from .rules import REACH
from .state import MOST, ROOM, SHAPES
from .view import LOOKS

_PLAYER = ONE // 4
RADII = np.array([0, _PLAYER, *(REACH - _PLAYER - SLACK,) * (ROOM - 2)], np.int32)
"""Half the width of each kind, so that goals count a thing within REACH as touched."""
HEIGHTS = np.array([0, PLAYER_HALF, *(ONE // 4,) * (ROOM - 2)], np.int32)


@njit
def fill(state, things):
    """Write the player, all things, and then the rooms, which have no visible body, into things (k,) THING; returns
    their number."""
    count = fill_things(state, things, RADII, HEIGHTS)
    hide(state, things, LOOKS, EYES)
    for room in range(state.rooms):
        thing = things[count]
        put(thing, ROOM, state.room_colour[room], state.room_y[room], state.room_x[room])
        thing.state, thing.radius = THERE, state.room_half[room] * ONE + HALF
        thing.hidden = UNSEEN
        count += 1
    return count


def touched(**what: str) -> dict[str, Any]:
    """The goal that the player touches something."""
    return {"stages": [{"all": [{"a": {"kind": "player", "who": "you"}, "relation": "touching", "b": what}]}]}


THINGS = Things(
    fill=fill,
    steady=True,
    cells=open_cells,
    most=1 + MOST + ROOMS,
    kinds={
        "player": (),
        "goal": (),
        "apple": (),
        "strawberry": (),
        **dict.fromkeys((*SHAPES, "room"), COLOURS),
    },
    relations=(
        *("there", "gone", "in", "at", "touching", "near", "facing"),
        *("left-of", "right-of", "between", "closest-to"),
    ),
    objective=touched(kind="goal"),
    scales=(
        {"height": 4, "width": 4},
        {"height": 5, "width": 10},
        {"height": 7, "width": 12},
        {"height": 9, "width": 15},
        {"height": 13, "width": 20},
    ),
    ranges={"objects": (0, 4, 8), "generator": (0, 1, 2)},
    affords={"room": ("region",)},
)
SMALL_SCALES = (
    {"height": 3, "width": 3},
    {"height": 3, "width": 4},
    {"height": 4, "width": 4},
    {"height": 4, "width": 5},
    {"height": 5, "width": 5},
)
