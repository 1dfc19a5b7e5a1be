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
from ..engine.world import World
from ..first_person.bindings import KEYS_PLAIN, LOOKING
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
    state=STATE,
    bounds=BOUNDS,
    reset=reset,
    step=step,
    look=Rays(scene),
    keys=KEYS_PLAIN,
    moves=LOOKING,
    players=2,
    tick_hz=HZ,
    turn_based=False,
    knobs=KNOBS,
    splits={**SPLITS, "larger": {"height": 15, "width": 21, "pillars": 20}},
    limit=40 * HZ,
    instruction="if you are it, catch somebody; if not, run",
    retold=TEXTS,
    things=THINGS,
    guide=guide,
)
FOUR = TAG.variant("tag-four", "Four players: one is it and tries to catch another, who is it then.", players=4)

WORLDS = (TAG, FOUR)
