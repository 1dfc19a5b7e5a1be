"""Plates: doors that are open only while somebody stands on a plate of their colour; everybody is to reach the goal.

Each door has a plate before it and one behind it. While one player stands on the first, the others can pass; once one
of them stands on the second, the last can follow. The goal is a room with a yellow floor, and the episode ends when all
players are in it, or after 60 seconds.

Keys: W A S D walk, the mouse looks, shift runs. Players can talk.

Rewards: +1 for everybody when all are in the room of the goal, 0 otherwise.

Splits: train, valid and test hold different rooms; `longer` has more doors and rooms than training does.

Source: doors held open by who stands on a plate are common in games and in trials of multi-agent learning; rooms, rules
and all numbers are our own choices.
"""

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import guide
from .level import reset, validate
from .rules import step
from .state import BOUNDS, KNOBS, STATE
from .things import THINGS
from .view import scene

PLATES = World(
    name="plates",
    version=1,
    summary="Two players hold doors open for one another and meet in the room of the goal.",
    doc=__doc__,
    players=2,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING,
    objective=Objective(
        limit=60 * HZ,
        instruction="stand on plates to hold doors open for one another and all go to the goal",
    ),
    knobs=Knobs(
        KNOBS,
        validate=validate,
        splits={**SPLITS, "longer": {"down": 3, "across": 3, "rooms": 8, "doors": 4}},
    ),
    expert=Controller(guide),
)
TRIO = PLATES.variant("plates-trio", "Three players hold doors open for one another.", players=3)

WORLDS = (PLATES, TRIO)
