"""The state of tag: an arena with pillars, players, and the number of the catcher."""

import numpy as np

from ..engine.records.states import Knob, state_dtype
from ..first_person.bounds import TICKS, bounds
from ..first_person.splits import FOLD
from ..first_person.state import fields

PLAYERS = 4
KNOBS = {
    "height": Knob(11, 7, 27, "rows of the arena, its walls included"),
    "width": Knob(15, 7, 41, "columns of the arena, its walls included"),
    "pillars": Knob(10, 0, 60, "pieces of wall that stand about; fewer if there is no place"),
    "speed": Knob(110, 50, 200, "percent of the others' speed at which it runs"),
    "count": Knob(30, 0, 300, "ticks for which a caught player stands still"),
    "fold": FOLD,
}

PLAYER, HAT, CROWN = 1, 2, 3  # kinds of things
RED, YELLOW = 1, 4  # their colours

STATE = state_dtype(
    [
        *fields(PLAYERS, 1 + PLAYERS),
        ("it", np.int32),  # number of the catcher, which has the hat
        ("still", np.int32),  # ticks for which it still has to stand still
        ("been", np.int32, (PLAYERS,)),  # ticks for which each player has been the catcher
        ("speed", np.int32),  # the knob
        ("count", np.int32),  # the knob
    ],
    PLAYERS,
)

BOUNDS = bounds(
    STATE,
    CROWN,
    {"it": (0, PLAYERS - 1), "still": TICKS, "been": TICKS, "speed": (0, 200), "count": TICKS},
    whole=lambda state: state["it"] < state["players"],
)
