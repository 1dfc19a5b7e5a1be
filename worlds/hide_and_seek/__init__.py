"""Hide and seek: one team hides while the other waits with its eyes shut; then the other team searches.

For the first six seconds seekers see nothing and cannot move. From then on each tick counts in which a seeker sees a
hider: the hider is within 29 degrees of the middle of the seeker's view, and no wall and no block is between them. All
players can pick up blocks and put them down: to hide behind, to close a doorway, or to open it again. Hiders win if
they were seen for less than half of the time of the search; else seekers win. Winners get a crown. The teams are drawn
anew in every episode. `hide-and-seek` has one player in each team, `hide-and-seek-four` two.

Observation: the first-person view of the rooms, the blocks and the other players; dark for seekers who wait. The
instruction says whether the player hides or seeks, and changes when the search begins. The chat holds the words that
the other players said in the tick before.

Actions: W A S D walk, the mouse turns the camera, shift runs; E or a click picks up the block in front of the player,
or puts it down there. Players can talk.

Rewards: zero-sum; in each tick of the search +0.01 for every seeker and -0.01 for every hider if a hider is seen, else
the other way round.

Termination: when the time is up, the game is over: the episode counts as terminated, not as truncated. Success is to be
in the team that wins.

Splits: train, valid and test hold different rooms and places of blocks. `larger` has more rooms than training does.

Expert: a scripted controller with the full state, for both teams. Hiders run to a place that no seeker sees and that
seekers reach last; seekers know where the hiders are, run to the nearest one and look at it, and remove blocks in their
way.

Source: Baker et al. 2020, "Emergent tool use from multi-agent autocurricula", have the same game of two teams with
blocks in a room; maps, controls and all numbers here are our own choices.
"""

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING_AND_USING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import act
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
    expert=Controller(act),
)
FOUR = HIDE_AND_SEEK.variant(
    "hide-and-seek-four", "Two players hide among rooms and blocks, the other two look for them.", players=4
)

WORLDS = (HIDE_AND_SEEK, FOUR)
