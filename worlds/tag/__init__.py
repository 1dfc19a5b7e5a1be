"""Tag: one of the players is it and wears the red hat; whoever it touches is it from then on.

Who is it runs a little faster than the others. Who has been caught stands still for a second, so that the others get
away. The game lasts for 40 seconds; whoever was it for less than its share of them (half with two players, a quarter
with four) wins a crown.

Keys: W A S D walk, the mouse looks, shift runs. Players can talk. The instruction says whether you are it.

Rewards, which sum to zero: each tick, who is it pays 0.01 to each of the others; who catches somebody gets +1, and who
is caught -1.

Splits: train, valid and test hold different arenas; `larger` is one that is larger than those of training.

Source: the children's game; arena, speeds and all numbers are our own choices.
"""

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import guide
from .level import reset
from .rules import TEXTS, step
from .state import BOUNDS, KNOBS, STATE
from .things import THINGS
from .view import scene

TAG = World(
    name="tag",
    version=1,
    summary="Two players: one is it and tries to catch the other, who is it then.",
    doc=__doc__,
    players=2,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING,
    objective=Objective(
        limit=40 * HZ,
        instruction="if you are it, catch somebody; if not, run",
        other_instructions=TEXTS,
    ),
    knobs=Knobs(KNOBS, splits={**SPLITS, "larger": {"height": 15, "width": 21, "pillars": 20}}),
    expert=Controller(guide),
)
FOUR = TAG.variant("tag-four", "Four players: one is it and tries to catch another, who is it then.", players=4)

WORLDS = (TAG, FOUR)
