"""Plates: doors that are open only while a player stands on a plate of their colour; all players have to reach the
goal.

Each door has a plate before it and one behind it. While one player stands on the first plate, the others can pass; once
one of them stands on the second plate, the last player can follow. The goal is a room with a yellow floor. `plates` has
two players, `plates-trio` three.

Observation: the first-person view of the rooms, doors, plates and the other players. The chat holds the words that the
other players said in the tick before.

Actions: W A S D walk, the mouse turns the camera, shift runs. Players can talk.

Rewards: +1 for every player when all are in the room of the goal, 0 otherwise.

Termination: all players are in the room of the goal, which is success for all.

Splits: train, valid and test hold different rooms. `longer` has more doors and rooms than training does.

Expert: a scripted controller with the full state, for every player. One holds the first door open that not all have
passed, the others pass, and one of them holds it open for the first.

Source: doors that are held open by plates are common in games and in studies of multi-agent learning; rooms, rules and
all numbers are our own choices.
"""

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import act
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
    expert=Controller(act),
)
TRIO = PLATES.variant("plates-trio", "Three players hold doors open for one another.", players=3)

WORLDS = (PLATES, TRIO)
