"""Sokoban: push every box onto a target. Boxes are only pushed, one at a time, so a careless push can make a level
unsolvable.

`sokoban` has four boxes in 10x10 cells, `sokoban-small` two in 7x7, and `sokoban-duo` two players in 10x10 cells.

Observation: the whole level from above, a tile for each cell. With two players, a player's own figure differs from that
of its partner.

Actions: arrows or W A S D walk and push; a click on a cell next to the player moves there. A step is a turn. Of several
keys the first of up, down, left, right counts.

Rewards: -0.1 a step, +1 for a box pushed onto a target, -1 for a box pushed off one, +10 when all are on targets. With
two players both get the same.

Termination: all boxes are on targets, which is success.

Splits: the levels of train, valid and test have different walls. Levels are made backwards from the solved one, so each
can be solved. Files in the Boxoban/XSB text format can be played instead (`rumpus evaluate sokoban AGENT --levels FILE`
plays each level once, in the order of the file). The knob `colours` paints boxes and targets, for tasks that tell them
apart; the rules ignore colours.

Our levels are not drawn as Boxoban's are, so success here is not success there: on average over 1,000 levels of each
(our test split, the first file of unfiltered/valid) walls fill 44 and 50 % of the inside, boxes are 12.3 and 10.5 rows
and columns from their targets in the best matching, 25.9 and 18.4 cells can be walked to at the start, and the fewest
pushes are 13.2 and 12.2.

Expert: a planner with the full state (A*). Its plan has the fewest pushes, or the fewest steps where that is too long
for the episode. It solves every level of our valid and test splits, all 1,000 of Boxoban's first file, and 1,999 of the
2,000 first ones of medium/valid; the one left cannot be solved in 120 steps. In `sokoban-duo` it plans for the first
player alone, and the second stands still.

Source: the 10x10 rooms with 4 boxes of Racaniere et al. 2017, "Imagination-Augmented Agents for Deep Reinforcement
Learning"; rewards and limit as in Jumanji and gym-sokoban, which follow it.
"""

import dataclasses
from pathlib import Path

from ...interface.action import Move
from ..engine.render.views import Tiles
from ..engine.world import Controls, Knobs, Levels, Objective, Planner, Rules, World
from .bank import bank
from .level import reset
from .rules import step
from .solve import solve
from .state import BOUNDS, KNOBS, STATE
from .things import SMALL_SCALES, THINGS
from .view import tile
from .xsb import dumps, parse, read, write

SOKOBAN = World(
    name="sokoban",
    summary="Push four boxes onto four targets in a 10x10 room.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Tiles(
        tile,
        Path(__file__).parent.parent.parent / "assets" / "sprites" / "sokoban.png",
        lambda knobs: (knobs["height"], knobs["width"]),
    ),
    controls=Controls(
        keys=("up", "down", "left", "right", "w", "s", "a", "d"),
        buttons=("left",),
        cursor=True,
        moves={
            "push up": Move(("w",)),
            "push down": Move(("s",)),
            "push left": Move(("a",)),
            "push right": Move(("d",)),
        },
    ),
    objective=Objective(limit=120, instruction="push every box onto a target"),
    knobs=Knobs(KNOBS, splits={"train": {}, "valid": {}, "test": {}}),
    levels=Levels(bank=bank, read=read, write=write, parse=parse, show=dumps),
    expert=Planner(solve),
)
SMALL = SOKOBAN.variant(
    "sokoban-small",
    "Push two boxes onto two targets in a 7x7 room.",
    overrides={"height": 7, "width": 7, "boxes": 2},
    things=dataclasses.replace(THINGS, scales=SMALL_SCALES),
)
DUO = SOKOBAN.variant(
    "sokoban-duo",
    "Two players share a 10x10 room and push its four boxes together.",
    players=2,
    things=dataclasses.replace(THINGS, relations=(*THINGS.relations, "said")),
)

WORLDS = (SOKOBAN, SMALL, DUO)
