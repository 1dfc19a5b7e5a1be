"""Visual Match: remember a colour while you pick apples, and then choose the pillar that has it.

The player starts in a room of two parts, where a piece of the wall is painted in a colour: the sign. After a few
seconds it is painted over, and a door opens to a room full of apples. When the time for these is up, a second door
opens to a room with four pillars of different colours; a touch chooses one. Apples pay much more in all than the pillar
does, so an agent has to find the effect of its memory in that noise. `visual-match-short` has fewer apples and less
time: its doors open after 3 and 9 seconds, those of `visual-match` after 5 and 35.

Observation: the first-person view of three rooms, with the sign, doors, apples and pillars.

Actions: W A S D walk, shift runs, the mouse turns the camera. A touch takes an apple and chooses a pillar.

Rewards: +5 for an apple, +10 for the right pillar, +1 for a wrong one, 0 otherwise.

Termination: a pillar is chosen; success if it is the right one. To goals of tasks the sign is gone once it is painted
over, and a pillar is open if it was rightly chosen, gone if wrongly.

Splits: train, valid and test differ in the places of sign, apples and pillars. In `unseen-pairs` the right pillar has a
colour that is never right at its place in training.

Expert: a scripted controller with the full state. It looks at the sign, takes the nearest apple again and again, and
runs to the right pillar.

Source: the active visual match task of Hung et al. 2019, "Optimizing Agent Behavior over Long Time Scales by
Transporting Value", in its DeepMind Lab form as released: a colour on a wall of two joined rooms for 5 seconds, apples
for 30 seconds in a room of 11x11 cells, each of which holds one with probability 0.3 and pays 5, and a choice of four
colours for 10 or 1. There the player is carried from room to room, and 5 seconds are left to choose; the doors, the
number of apples (36, which is 0.3 of all cells) and the 10 seconds to walk over and choose are our own, as is the short
form.
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

VISUAL_MATCH = World(
    name="visual-match",
    version=1,
    summary="Remember the colour of a sign, pick apples for half a minute, and choose the pillar of that colour.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING,
    objective=Objective(
        limit=45 * HZ,
        instruction="look at the colour on the wall, and when the last door opens touch the pillar of that colour",
    ),
    knobs=Knobs(KNOBS, validate=validate, splits={**SPLITS, "unseen-pairs": {"unseen": 1}}),
    expert=Controller(act),
)
SHORT = VISUAL_MATCH.variant(
    "visual-match-short",
    "The same with a small room of apples, and a few seconds in it.",
    overrides={"edge": 5, "apples": 8, "explore": 3, "distract": 6},
    limit=18 * HZ,
)

WORLDS = (VISUAL_MATCH, SHORT)
