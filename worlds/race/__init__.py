"""Race: all start together, and the first at the goal wins.

The track is a maze whose ways fork and meet again, with hurdles in it, which you jump over or walk around. The race is
over when somebody is at the goal, or after 40 seconds.

Keys: W A S D walk, the mouse looks, shift runs, space jumps. Players can talk.

Rewards, which sum to zero: +1 for the first at the goal, -1 shared out among the others (for two in the same tick, +1
is shared out too).

Splits: train, valid and test hold different tracks; `longer` has larger ones than training does.

Source: the track and all numbers are our own choices.
"""

import dataclasses

from ...interface.action import Move
from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import guide
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
    expert=Controller(guide),
)
FOUR = RACE.variant(
    "race-four", "Four players race through a maze with hurdles; the first at the goal wins.", players=4
)

WORLDS = (RACE, FOUR)
