"""Race: all players start together, and the first at the goal wins.

The track is a maze whose ways fork and meet again, with hurdles in it; players jump over these or walk around them.
`race` has two players, `race-four` four.

Observation: the first-person view of the track, its hurdles, the goal and the other players. The chat holds the words
that the other players said in the tick before.

Actions: W A S D walk, the mouse turns the camera, shift runs, space jumps. Players can talk.

Rewards: zero-sum; +1 for the first player at the goal, and -1 shared out among the others. Several players who arrive
in the same tick share the +1.

Termination: a player is at the goal, which ends the race for all and is success for those at the goal.

Splits: train, valid and test hold different tracks. `longer` has larger ones than training does.

Expert: a scripted controller with the full state, for every player. It runs the shortest path, and jumps over the
hurdles on it.

Source: the track and all numbers are our own choices.
"""

import dataclasses

from ...interface.action import Move
from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import act
from .level import reset
from .rules import step
from .state import BOUNDS, KNOBS, STATE
from .things import THINGS
from .view import scene

RACE = World(
    name="race",
    version=1,
    summary="Two players race through a maze with hurdles; the first at the goal wins.",
    doc=__doc__,
    players=2,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=dataclasses.replace(
        WALKING, keys=(*WALKING.keys, "space"), moves={**WALKING.moves, "jump": Move(("w", "space"))}
    ),
    objective=Objective(limit=40 * HZ, instruction="be the first at the goal"),
    knobs=Knobs(KNOBS, splits={**SPLITS, "longer": {"down": 6, "across": 10, "hurdles": 10}}),
    expert=Controller(act),
)
FOUR = RACE.variant(
    "race-four", "Four players race through a maze with hurdles; the first at the goal wins.", players=4
)

WORLDS = (RACE, FOUR)
