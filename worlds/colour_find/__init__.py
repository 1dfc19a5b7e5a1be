"""Colour finding: take the two blocks of a room that have the colours of the instruction, and no other first.

A room holds blocks of ten colours. The instruction names two colours that lie there; the player may take two blocks
only, and what is taken does not come back, so a careless touch of the key spoils the episode. Of the 45 pairs of two
colours a room with four blocks has six at most: a goal that names two colours without regard to the room is mostly one
that cannot be reached, which is what this world is for. `colour-find-small` has four blocks in a room of 6x6 cells,
`colour-find` nine in 9x9.

Observation: the first-person view of the room with the blocks that are left, and a door in one of its walls. The
instruction names the two colours.

Actions: W A S D walk, shift runs, the mouse turns the camera. E or a click takes the nearest block in front that is
within reach.

Rewards: +1 when both blocks have been taken and are of the two colours, 0 otherwise.

Termination: the second block is taken. With the two colours of the instruction the door opens, which is success.

Splits: train, valid and test hold different rooms. In `unseen-pairs` the instruction names pairs of colours that it
never names in training. `more-blocks` has more blocks in larger rooms than training does.

Expert: a scripted controller with the full state. It walks to the nearest block that has a colour still to be found and
takes it. It stands still where a wrong block has been taken.

Source: the 3D world of colour finding of Racaniere et al. 2020, "Automated curricula through setter-solver
interactions", in the form that keeps its point: goals are colours of things in a room, and rooms differ in which of
these goals can be reached. Pairs of colours, the door, sizes, limits and the reward are our own choices, as we know of
no release of that world.
"""

import dataclasses

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING_AND_USING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import act
from .level import reset, validate
from .rules import TEXTS, step
from .state import BOUNDS, KNOBS, STATE
from .things import SMALL_SCALES, THINGS
from .view import scene

COLOUR_FIND = World(
    name="colour-find",
    version=1,
    summary="Take the two blocks of nine that have the colours of the instruction.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING_AND_USING,
    objective=Objective(limit=30 * HZ, instruction="take the blocks of the two colours", other_instructions=TEXTS),
    knobs=Knobs(
        KNOBS,
        validate=validate,
        splits={**SPLITS, "more-blocks": {"size": 12, "blocks": 14}, "unseen-pairs": {"unseen": 1}},
    ),
    expert=Controller(act),
)
SMALL = COLOUR_FIND.variant(
    "colour-find-small",
    "Take the two blocks of four that have the colours of the instruction.",
    overrides={"size": 6, "blocks": 4},
    things=dataclasses.replace(THINGS, scales=SMALL_SCALES),
    splits={**SPLITS, "more-blocks": {"size": 9, "blocks": 8}, "unseen-pairs": {"unseen": 1}},
    limit=15 * HZ,
)

WORLDS = (COLOUR_FIND, SMALL)
