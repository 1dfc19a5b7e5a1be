"""T-maze: see on which side the ball lies, walk down a corridor, and turn to that side at its end.

In the room at the start a ball lies on the left or on the right of the way. It disappears once the player is in the
corridor, and nothing else tells the two arms at the end apart: the agent has to remember. `t-maze-short` has a shorter
corridor.

Observation: the first-person view of the room, the corridor and its arms, both of which end in the same golden ring.

Actions: W A S D walk, the mouse turns the camera, shift runs.

Rewards: +1 at the end of the arm on the ball's side, -1 at the end of the other, 0 otherwise.

Termination: the end of either arm; success at that of the ball's side.

Splits: train, valid and test hold mazes that differ in walls, floor, colour of the ball and length; `longer` has a
longer corridor than training does. There are 834 mazes to test in and 788 to validate (456 and 424 in the short one);
looks apart there are ten (six), five (three) lengths with the ball on either side, and all are in each of these splits.

Expert: a scripted controller with the full state. It knows the side of the ball and walks there.

Source: the T-maze of Bakker 2002, "Reinforcement learning with long short-term memory", whose corridor is made longer
until no agent remembers; the maze itself and all numbers are our own choices.
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

T_MAZE = World(
    name="t-maze",
    version=1,
    summary="Remember on which side the ball was, and turn to that side behind a long corridor.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING,
    objective=Objective(limit=40 * HZ, instruction="go to the side where the ball was"),
    knobs=Knobs(KNOBS, validate=validate, splits={**SPLITS, "longer": {"length_min": 20, "length_max": 24}}),
    expert=Controller(act),
)
SHORT = T_MAZE.variant(
    "t-maze-short",
    "Remember on which side the ball was, and turn to that side behind a short corridor.",
    overrides={"length_min": 3, "length_max": 5},
    splits={**SPLITS, "longer": {"length_min": 8, "length_max": 12}},
    limit=20 * HZ,
)

WORLDS = (T_MAZE, SHORT)
