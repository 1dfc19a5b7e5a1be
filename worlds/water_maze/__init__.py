"""Water Maze: find the platform that is hidden under the water, and then find it again from other places.

The player swims in a round pool. A platform lies just under the surface, where it cannot be seen. A player above it for
a third of a second makes it rise, and can look around from it for two seconds; then the player begins again at another
place of the edge, and the platform, which has sunk, is still where it was. Only the walls around the pool, in eight
colours and with a picture in each, tell where that is. `water-maze-short` has a smaller pool and less time.

Observation: the first-person view from just above the water, of the walls with their pictures under the sky, and of the
platform while it is up.

Actions: W A S D swim, shift swims faster, the mouse turns the camera.

Rewards: +5 for each time that the platform is found, 0 otherwise.

Termination: none by the rules; the limit of steps truncates the episode. Success is to find the platform once; how much
sooner it is found the second time measures memory. To goals of tasks the platform is open while it is up.

Splits: in train, valid and test the platform lies in different places of the pool, of which there are few: 62, 3 and 4
(32, 3 and 2 in the short form). In `other-walls` the pictures hang in another order in each episode, which they never
do in training.

Expert: a scripted controller with the full state. It knows where the platform is, swims there and stays.

Source: the water maze of Morris 1981, "Spatial localization does not require the presence of local cues", as in
rooms_watermaze of DMLab-30 (Google DeepMind 2018): a hidden platform at a random place that holds for the episode,
starts that face the middle, a reward of 5 in all for each find, after which the player begins anew, and 120 seconds.
The size of the pool, the speed in it, the pictures, the times on the platform and the short form are our own.
"""

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
    expert=Controller(act),
)
SHORT = WATER_MAZE.variant(
    "water-maze-short",
    "The same in a smaller pool, for a quarter of the time.",
    overrides={"radius": 4},
    limit=30 * HZ,
)

WORLDS = (WATER_MAZE, SHORT)
