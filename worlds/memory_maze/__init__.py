"""Memory Maze: find the ball of the colour that is asked for, again and again, in a maze that is seen from inside.

Each ball lies in a room of its own, and stays there. The instruction asks for a colour; a touch of that ball pays, and
the instruction asks for another. Other balls do nothing. An agent that remembers the maze and the places of the balls
walks straight to the next one; an agent without memory searches again every time. The maze, the balls and their colours
are new in every episode. `memory-maze-9`, `-11`, `-13` and `-15` have mazes of these sizes with 3, 4, 5 and 6 balls;
`memory-maze-short` is the smallest for a quarter of the time.

Observation: the first-person view of the maze and the balls. The instruction names the ball that is asked for.

Actions: W A S D walk, the mouse turns the camera. There is no running here, so that scores can be compared.

Rewards: +1 for the ball that is asked for, 0 otherwise.

Termination: none by the rules; the limit of steps truncates the episode. Success is to have touched every ball at least
once, whether it was asked for or not. To goals of tasks a ball counts as open once it has been touched.

Splits: train, valid and test hold different mazes.

Expert: a scripted controller with the full state. It walks the shortest path to the ball that is asked for, and so gets
82 to 88 % of the most that is published as possible (see Source).

Source: Pasukonis, Lillicrap and Hafner 2022, "Evaluating Long-Term Memory in 3D Mazes", and their memory-maze package:
mazes of 9x9, 11x11, 13x13 and 15x15 cells with 3, 4, 5 and 6 objects, one to a room, and 1,000, 2,000, 3,000 and 4,000
steps. People scored 26.4, 44.3, 55.5 and 67.7 there on average; the most that is possible was 34.8, 58.0, 74.5 and
87.7. A step of theirs is a quarter of a second, in which their walker rolls a quarter of a cell at top speed, and turns
by 21 degrees (worked out from its motors, damping and wheel). Three ticks of ours go as far, and looking left for as
long turns by 16 degrees; so play with `repeat=3` for steps like theirs. Our time limits are three ticks for each of
their steps, so returns can be compared with these scores, but only roughly: our expert gets 28.6, 51.3, 65.5 and 75.6
on average (`rumpus evaluate memory-maze-9 expert --episodes 32`, and 16 episodes of the larger ones).

Differences: mazes come from a generator of our own, in which as many walls are opened as makes the ways between balls
as long as in theirs (7.4, 9.2, 10.2 and 11.4 cells on average, to 7.0, 9.0, 10.2 and 11.7); the player starts anywhere
here, and in a room there; balls have any of six colours; the next colour is given in words, and not by a frame around
the picture; and the player can also walk back and sideways. The short variant is our own.
"""

import dataclasses

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Objective, Rules, World
from ..first_person.bindings import WALKING
from ..first_person.splits import SPLITS
from .expert import act
from .level import reset, validate
from .rules import TEXTS, step
from .state import BOUNDS, KNOBS, STATE
from .things import THINGS
from .view import scene

TICKS = 3
"""Ticks of this world in each published step."""

NINE = World(
    name="memory-maze-9",
    version=1,
    summary="Find the ball that is asked for, again and again, in a 9x9 maze.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=dataclasses.replace(WALKING, keys=("w", "a", "s", "d")),
    objective=Objective(
        limit=1000 * TICKS,
        instruction="find the ball that you are asked for",
        other_instructions=TEXTS,
    ),
    knobs=Knobs(KNOBS, validate=validate, splits=SPLITS),
    expert=Controller(act),
)
ELEVEN = NINE.variant(
    "memory-maze-11",
    "The same with four balls in an 11x11 maze.",
    overrides={"size": 11, "objects": 4},
    limit=2000 * TICKS,
)
THIRTEEN = NINE.variant(
    "memory-maze-13",
    "The same with five balls in a 13x13 maze.",
    overrides={"size": 13, "objects": 5},
    limit=3000 * TICKS,
)
FIFTEEN = NINE.variant(
    "memory-maze-15",
    "The same with six balls in a 15x15 maze.",
    overrides={"size": 15, "objects": 6, "rooms": 9},
    limit=4000 * TICKS,
)
SHORT = NINE.variant("memory-maze-short", "The 9x9 maze for a quarter of the time.", limit=250 * TICKS)

WORLDS = (NINE, ELEVEN, THIRTEEN, FIFTEEN, SHORT)
