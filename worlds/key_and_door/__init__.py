"""Key and door: fetch the keys of locked doors, room by room, and reach the goal behind the last.

Rooms are joined by doorways, and some of these are locked by a door of a colour. Its key lies in a room that you can
get to without it. You carry one key at a time; taking another leaves it there. A key fits one door and stays in it.

Keys: W A S D walk, the mouse looks, shift runs, E or a click takes the key in front of you, or opens the door in front
of you with the key of its colour. The episode ends at the goal, or after 60 seconds (30 in the small one).

Rewards: +10 for the goal, +1 for each apple you walk into, 0 otherwise.

Splits: train, valid and test hold different rooms; `longer` has more rooms and more doors than training does. In the
small one there are 18 plans of walls and door, the same in all three splits, which differ in where the key lies and in
the colour of key and door: 2,592 rooms, 172 of them to test in and 171 to validate.

Source: key-to-door of Hung et al. 2019, "Optimizing agent behavior over long time scales by transporting value", as
released: apples on the way, and 10 for the door. The rooms, and all numbers but these, are our own choices.
"""

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING_AND_USING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import guide
from .level import reset, validate
from .rules import step
from .state import BOUNDS, KNOBS, STATE
from .things import THINGS
from .view import scene

KEY_AND_DOOR = World(
    name="key-and-door",
    version=1,
    summary="Find the keys of three locked doors, and the goal behind them.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING_AND_USING,
    objective=Objective(limit=60 * HZ, instruction="open the doors with their keys and go to the goal"),
    knobs=Knobs(KNOBS, validate=validate, splits={**SPLITS, "longer": {"down": 3, "across": 5, "doors": 6}}),
    expert=Controller(guide),
)
SMALL = KEY_AND_DOOR.variant(
    "key-and-door-small",
    "Find the key of the one locked door, and the goal behind it.",
    overrides={"down": 1, "across": 3, "doors": 1, "apples": 0},
    splits={**SPLITS, "longer": {"down": 2, "across": 3, "doors": 2}},
    limit=30 * HZ,
)

WORLDS = (KEY_AND_DOOR, SMALL)
