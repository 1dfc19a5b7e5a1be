"""Tag: one player is "it" and wears the red hat; a player whom it touches is "it" from then on.

The player who is "it" runs a little faster than the others. A player who has just been caught stands still for a
second, so that the others get away. A player who was "it" for less than its share of the time (half with two players, a
quarter with four) wins a crown. `tag` has two players, `tag-four` four.

Observation: the first-person view of an arena under the sky, the other players and the hat; the player who is "it" sees
the hat in its own hand. The instruction says whether the player is "it", and changes with every catch. The chat holds
the words that the other players said in the tick before.

Actions: W A S D walk, the mouse turns the camera, shift runs. Players can talk.

Rewards: zero-sum; +1 for a catch and -1 for being caught, and in each tick the player who is "it" pays 0.01 to each of
the others.

Termination: when the time is up, the game is over: the episode counts as terminated, not as truncated. Success is to
win a crown.

Splits: train, valid and test hold different arenas. `larger` is an arena that is larger than those of training.

Expert: a scripted controller with the full state, for every player. The player who is "it" runs after the nearest of
the others; these run to where it comes last.

Source: the children's game; arena, speeds and all numbers are our own choices.
"""

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING
from ..first_person.splits import SPLITS
from ..first_person.state import HZ
from .expert import act
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
    expert=Controller(act),
)
FOUR = TAG.variant("tag-four", "Four players: one is it and tries to catch another, who is it then.", players=4)

WORLDS = (TAG, FOUR)
