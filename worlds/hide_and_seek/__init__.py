"""Hide and seek: one team hides while the other stands with its eyes shut, and then is sought.

For six seconds seekers see nothing and cannot move. From then on it counts whether any of them sees any of those who
hide: whether one is in the middle of its view, with no wall and no block between them. Blocks can be picked up and put
down, by everybody: to hide behind, to close a doorway, to open it again. The game lasts for 36 seconds; those who hide
win, each a crown, if they were seen for less than half of the time that the others sought; else those do.

Keys: W A S D walk, the mouse looks, shift runs; E or a click picks up the block in front of you, or puts it down there.
Players can talk. The instruction says whether you hide or seek; who does is drawn anew in every episode.

Rewards, which sum to zero: in each tick of seeking in which somebody is seen, +0.01 for each who seeks and -0.01 for
each who hides; in all others the other way round.

Splits: train, valid and test hold different rooms and places of blocks; `larger` has more rooms than training does.

Source: Baker et al. 2020, "Emergent tool use from multi-agent autocurricula", have the same game of two teams with
blocks in a room; maps, hands and all numbers here are our own choices.
"""

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING_AND_USING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import guide
from .level import reset, validate
from .rules import TEXTS, step
from .state import BOUNDS, KNOBS, STATE
from .things import THINGS
from .view import scene

HIDE_AND_SEEK = World(
    name="hide-and-seek",
    version=1,
    summary="One player hides among rooms and blocks, the other looks for it.",
    doc=__doc__,
    players=2,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING_AND_USING,
    objective=Objective(limit=36 * HZ, instruction="hide, or find who hides", other_instructions=TEXTS),
    knobs=Knobs(KNOBS, validate=validate, splits={**SPLITS, "larger": {"down": 3, "across": 4, "blocks": 6}}),
    expert=Controller(guide),
)
FOUR = HIDE_AND_SEEK.variant(
    "hide-and-seek-four", "Two players hide among rooms and blocks, the other two look for them.", players=4
)

WORLDS = (HIDE_AND_SEEK, FOUR)
