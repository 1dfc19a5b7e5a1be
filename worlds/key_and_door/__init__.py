"""Key and door: fetch the keys of locked doors, room by room, and reach the goal.

Rooms are joined by doorways, and some doorways are locked by a door of a colour. Its key lies in a room that can be
reached without it. A player carries one key at a time; taking another puts the first one down there. A key opens one
door and stays in it. The goal, a golden ring, lies in the deepest room, behind the last door. `key-and-door` has three
doors, `key-and-door-small` one.

Observation: the first-person view of the rooms, doors, keys and apples; the key that is carried is drawn in the
player's hand.

Actions: W A S D walk, the mouse turns the camera, shift runs; E or a click takes the key in front of the player, or
opens the door in front of the player with the key of its colour. Apples are taken by a touch.

Rewards: +10 for the goal, +1 for each apple, 0 otherwise.

Termination: the goal is reached, which is success.

Splits: train, valid and test hold different rooms. `longer` has more rooms and more doors than training does. In
`key-and-door-small` there are 18 plans of walls and door, the same in all three splits, which differ in the place of
the key and in the colour of key and door: 2,592 rooms, 172 of them to test in and 171 to validate.

Expert: a scripted controller with the full state. It fetches the nearest key whose door it can reach, opens that door,
and goes to the goal as soon as there is a path.

Source: key-to-door of Hung et al. 2019, "Optimizing agent behavior over long time scales by transporting value", as
released: apples on the way, and 10 for the door. The rooms, and all numbers but these, are our own choices.
"""

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING_AND_USING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import act
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
    expert=Controller(act),
)
SMALL = KEY_AND_DOOR.variant(
    "key-and-door-small",
    "Find the key of the one locked door, and the goal behind it.",
    overrides={"down": 1, "across": 3, "doors": 1, "apples": 0},
    splits={**SPLITS, "longer": {"down": 2, "across": 3, "doors": 2}},
    limit=30 * HZ,
)

WORLDS = (KEY_AND_DOOR, SMALL)
