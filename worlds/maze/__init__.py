"""Mazes: find the goal, a golden ring, as often as the time allows, in a maze that is seen from inside.

A player who reaches the goal continues from a random place far from it; the goal stays where it is until the episode
ends. So an agent that remembers the way finds it sooner the second time. Apples and strawberries disappear when they
are eaten. Walls differ from part to part, and posters hang on some, so that places can be recognised.

`maze-random-goal`: goal and maze are new in each episode; `-large` and `-huge` are bigger, `-short` has less time.
`maze-static-goal`: one maze, whose goal and fruit always lie in the same places; only the start is new. `i-maze`: the
player starts in the stem of the letter I, and the goal is at the end of one of its four arms. `explore-goals`: rooms
and corridors full of objects. `maze-find`: touch the red ball among other objects. `maze-small`: a maze that is learned
in minutes.

Observation: the first-person view of the maze, under the sky, with goal, fruit and objects.

Actions: W A S D walk, left shift runs, the mouse turns the camera. A touch takes fruit and reaches the goal.

Rewards: +10 for the goal, +1 for an apple, +2 for a strawberry, 0 otherwise.

Termination: none by the rules, but for `maze-find`, where the ball ends the episode; the limit of steps truncates it.
Success is to reach the goal once.

Splits: train, valid and test hold different mazes (in maze-static-goal: one each); `larger` bigger ones, and
`other-generator` those of another kind. maze-small has few: 180 different mazes to train in, 18 to validate, 12 to test
and 26 in `other-generator`, with the goal in any of their cells. i-maze has but one maze, with the goal in one of four
places, so its train, valid and test differ in nothing but chance: one seed draws other looks, goals and starts in each;
its `larger` has longer arms. explore-goals has `interpolation` and `extrapolation`, mazes of a size between and beyond
those of training.

Maps from files (`--levels`) have `#` for walls, `.` for floor, `P` where the player always starts, `G` for the goal,
`A` for apples and `S` for strawberries.

Expert: a scripted controller with the full state. It runs the shortest path to the goal, again and again; where there
is no goal, to the nearest fruit.

Source: Mirowski et al. 2017, "Learning to Navigate in Complex Environments": rewards, the respawning, mazes of 5x10
cells for 3,600 steps and of 9x15 for 10,800, the I-maze with four arms, eight actions. DeepMind Lab's levels
nav_maze_static_goal and nav_maze_random_goal: maps of 11x21, 19x31 and 27x41 cells for 60, 150 and 300 seconds at 60
frames a second, apples in 10 % of the cells, a start more than 8 steps from the goal; and its explore_goal_locations in
the memory suite of Fortunato et al. 2019: maps of 11 and 21 cells for training, 15 to interpolate and 27 to
extrapolate, with 5, 15, 10 and 20 objects, for 120 seconds. A tick here is 1/30 second. Our own: the generators, the
looks, the number of rooms, the I-maze's size and time, and all variants that are called short, small or find.
"""

import dataclasses
from functools import partial

import numpy as np

from ..engine.render.views import Rays
from ..engine.world import Controller, Knobs, Levels, Objective, Rules, World
from ..first_person import maps
from ..first_person.bindings import WALKING
from ..first_person.splits import SPLITS, TEST
from ..first_person.state import HZ
from .expert import act
from .level import RULES, reset, validate
from .rules import step
from .state import BOUNDS, DEPTH_FIRST, KNOBS, KRUSKAL, LETTER_I, RED_BALL, ROOMS, STATE
from .things import SMALL_SCALES, THINGS, touched
from .view import scene

SHORT = 900
"""Ticks of the short forms: 30 seconds."""
OTHER = {"other-generator": {"generator": KRUSKAL, "fold": TEST}}
LARGE, HUGE = {"height": 9, "width": 15}, {"height": 13, "width": 20}

RANDOM = World(
    name="maze-random-goal",
    version=1,
    summary="Find the goal of a maze again and again; maze and goal are new in each episode.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Rays(scene),
    controls=WALKING,
    objective=Objective(limit=3600, instruction="find the goal as often as you can"),
    knobs=Knobs(KNOBS, validate=validate, splits={**SPLITS, "larger": LARGE, **OTHER}),
    levels=Levels(
        read=partial(maps.read, **RULES),
        write=maps.write,
        parse=partial(maps.parse, **RULES),
        show=maps.show,
        generated_level=np.zeros(1, maps.LEVEL),
    ),
    expert=Controller(act),
)
RANDOM_LARGE = RANDOM.variant(
    "maze-random-goal-large",
    "The same in a maze of 9x15 cells.",
    overrides=LARGE,
    splits={**SPLITS, "larger": HUGE, **OTHER},
    limit=10800,
)
RANDOM_HUGE = RANDOM.variant(
    "maze-random-goal-huge",
    "The same in a maze of 13x20 cells.",
    overrides=HUGE,
    splits={**SPLITS, **OTHER},
    limit=18000,
)
STATIC = RANDOM.variant(
    "maze-static-goal",
    "Find the goal of one maze again and again; it lies in the same place always.",
    overrides={"map": 1, "static": 1},
)
STATIC_LARGE = STATIC.variant(
    "maze-static-goal-large",
    "The same in a maze of 9x15 cells.",
    overrides=LARGE,
    splits=RANDOM_LARGE.knobs.splits,
    limit=10800,
)
I_MAZE = RANDOM.variant(
    "i-maze",
    "Find out which of four arms the goal is in, and go back there.",
    overrides={"generator": LETTER_I, "width": 7, "apples": 0},
    splits={"train": {}, "valid": {}, "test": {}, "larger": {"height": 9, "width": 13}},
    limit=SHORT,
    things=dataclasses.replace(THINGS, scales=(), ranges={}),
)
EXPLORE = RANDOM.variant(
    "explore-goals",
    "Find the goal among rooms, corridors and objects, again and again.",
    overrides={"generator": ROOMS, "width": 5, "apples": 0, "objects": 5, "doubled": 50},
    splits={
        **SPLITS,
        "interpolation": {"height": 7, "width": 7, "rooms": 8, "objects": 10, "doubled": 0},
        "extrapolation": {"height": 13, "width": 13, "rooms": 12, "objects": 20, "doubled": 0},
        "other-generator": {"generator": DEPTH_FIRST, "fold": TEST},
    },
    limit=120 * HZ,
)
SMALL = RANDOM.variant(
    "maze-small",
    "Find the goal of a small maze again and again, in fifteen seconds.",
    overrides={"height": 3, "width": 3, "braid": 50, "far": 3, "apples": 0},
    splits={**SPLITS, "larger": {"height": 4, "width": 4}, **OTHER},
    limit=450,  # ours: the expert reaches the goal seven times, a random policy in one of seven episodes
    things=dataclasses.replace(THINGS, scales=SMALL_SCALES),
)
FIND = RANDOM.variant(
    "maze-find",
    "Find the red ball among other objects.",
    overrides={"generator": ROOMS, "treasure": RED_BALL, "apples": 0, "objects": 6},
    splits={**SPLITS, "larger": LARGE, "other-generator": {"generator": DEPTH_FIRST, "fold": TEST}},
    limit=SHORT,
    instruction="find the red ball",
    things=dataclasses.replace(THINGS, objective=touched(kind="ball", colour="red")),
)

WORLDS = (
    RANDOM,
    RANDOM.variant("maze-random-goal-short", "The same for 30 seconds.", limit=SHORT),
    RANDOM_LARGE,
    RANDOM_HUGE,
    STATIC,
    STATIC.variant("maze-static-goal-short", "The same for 30 seconds.", limit=SHORT),
    STATIC_LARGE,
    I_MAZE,
    EXPLORE,
    SMALL,
    FIND,
)
