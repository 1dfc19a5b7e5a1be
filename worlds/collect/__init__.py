"""Collect: take the good objects of a room, and leave the bad ones.

There are two sets of objects: apples are good and lemons bad, strawberries are good and mushrooms bad. A room holds one
of the sets and has one of four looks, and the look says nothing about the set; but two of the eight pairs of a set and
a look are withheld from training, so that an agent that has learned to depend on the look fails on them.
`collect-small` has six objects in a room of 6x6 cells.

Observation: the first-person view of one room, with the objects that are left. Rooms of one look are gardens under the
sky.

Actions: W A S D walk, shift runs, the mouse turns the camera. A touch takes an object.

Rewards: +1 for a good object, -1 for a bad one, 0 otherwise.

Termination: the last good object is taken, which is success. Else the limit of steps truncates the episode.

Splits: train, valid and test hold different layouts of the same pairs. `held-out-pairs` has the withheld pairs: apples
and lemons between metal walls, strawberries and mushrooms between wooden ones.

Expert: a scripted controller with the full state. It walks to the nearest good object along a path without bad ones, or
along any path where there is no such path.

Source: rooms_collect_good_objects of DMLab-30 (Google DeepMind 2018), made for Higgins et al. 2017, "DARLA: Improving
Zero-Shot Transfer in Reinforcement Learning": one room in two looks, two sets of a good and a bad kind, 10 of each on a
grid of 10x9 places, rewards of 1 and -1, 60 seconds, and a pair of look and set held out. There the episode ends with
the tenth object that is taken, of whichever kind. Four looks, our own objects and the small room are our own choices.
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

COLLECT = World(
    name="collect",
    version=1,
    summary="Take ten good things in a room, and none of the ten bad ones.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING,
    objective=Objective(limit=60 * HZ, instruction="take the good things and leave the bad ones"),
    knobs=Knobs(KNOBS, validate=validate, splits={**SPLITS, "held-out-pairs": {"unseen": 1}}),
    expert=Controller(act),
)
SMALL = COLLECT.variant(
    "collect-small",
    "Take three good things in a small room, and none of the three bad ones.",
    overrides={"height": 6, "width": 6, "good": 3, "bad": 3},
    limit=15 * HZ,
)

WORLDS = (COLLECT, SMALL)
