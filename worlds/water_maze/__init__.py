"""Water Maze: find the platform that is hidden under the water, and then find it again from anywhere.

You swim in a round pool. Somewhere a platform lies just under the surface, where it cannot be seen. Stay above it for a
third of a second, and it rises: look around and note where you are, for after two seconds you begin again at another
place of the edge, and the platform, which has sunk, is still where it was. Only the walls around, in eight colours and
with a picture in each, tell you where that is.

Keys: W A S D swim, shift faster, the mouse looks.

Rewards: +5 for each time that the platform is found. The episode ends when the time is up: 120 seconds, 3,600 ticks (30
in the short form, in a smaller pool). Success, which does not end it, is to find the platform once; how much sooner one
finds it the second time tells what one remembers. To goals the platform is open while it is up.

Splits: in train, valid and test the platform lies in different places of the pool, of which there are few: 62, 3 and 4
(32, 3 and 2 in the short form). In `other-walls` the pictures hang in another order in each episode, which they never
do in training.

Source: the water maze of Morris 1981, "Spatial localization does not require the presence of local cues", as in
rooms_watermaze of DMLab-30 (Google DeepMind 2018): a hidden platform at a random place that holds for the episode,
starts that face the middle, a reward of 5 in all for each find, after which one begins anew, and 120 seconds. The size
of the pool, the speed in it, the pictures, the times on the platform and the short form are our own.
"""

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

WATER_MAZE = World(
    name="water-maze",
    version=1,
    summary="Find a platform hidden under water, and find it again from other places.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING,
    objective=Objective(limit=120 * HZ, instruction="find the platform that is hidden in the water"),
    knobs=Knobs(KNOBS, splits={**SPLITS, "other-walls": {"shuffled": 1}}),
    expert=Controller(guide),
)
SHORT = WATER_MAZE.variant(
    "water-maze-short",
    "The same in a smaller pool, for a quarter of the time.",
    overrides={"radius": 4},
    limit=30 * HZ,
)

WORLDS = (WATER_MAZE, SHORT)
