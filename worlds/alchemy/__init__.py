"""Alchemy: stones of two colours change by touching one another; make the one that the chest shows, and bring it there.

A stone has a shell of one colour and a core of another or the same. The player takes a stone by walking onto it, and
holds one at a time. Where a player with a stone walks onto another one, the two become one, which has the shell of the
stone that was held and the core of the other; the rest of both is used up. A chest shows the stone that it wants, and
opens to a player who holds such a stone and walks into it. No stone lies there that the chest wants as it is, and the
shell of the first stone that is taken is there to stay, so a careless step can make a room unsolvable.

Of the 36 stones that six colours make, few can be made in any one room: with three stones, at most nine. A goal that
names a stone without regard to the room is mostly one that cannot be reached, which is what this world is for.
`alchemy-small` has three stones in 5x5 cells, `alchemy` six in 8x8.

Observation: the room and the wall around it from above, a tile for each cell. A stone is a ring of its shell's colour
around its core; the chest shows the shell above the core. The stone that is held is drawn in the top left tile.

Actions: arrows or W A S D walk one cell; a click on a cell next to the player walks there. A step is a turn. Of several
keys the first of up, down, left, right counts. A wall and a chest stop the player.

Rewards: +1 for opening the chest, 0 otherwise.

Termination: the chest is open, which is success.

Splits: train, valid and test hold different rooms. `more-stones` has more stones in larger rooms than training does. In
`unseen-pairs` the chest wants a pair of shell and core that it never wants in training.

Expert: a planner with the full state. It takes a stone with the right shell, walks onto one with the right core, and
goes to the chest, by the shortest way that touches no other stone. It gives up where the shell that is held is wrong.

Source: the grid world of alchemy of Racaniere et al. 2020, "Automated curricula through setter-solver interactions", in
the smallest form that keeps its point: objects that change by touching one another, goals that are pairs of colours,
and rooms that differ in which of these goals can be reached. How colours combine, the chest, sizes, limits and the
reward are our own choices, as we know of no release of that world.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from ...interface.action import Move
from ..engine.library.grid import DIRECTION_KEYS
from ..engine.library.splits import SPLITS
from ..engine.render.views import Tiles
from ..engine.world import Controls, Knobs, Objective, Planner, Rules, World
from .level import reset
from .rules import step
from .solve import solve
from .state import BOUNDS, KNOBS, STATE
from .things import SMALL_SCALES, THINGS
from .view import tile


def _grid(knobs: Mapping[str, int]) -> tuple[int, int]:
    """The room and the wall around it."""
    return knobs["size"] + 2, knobs["size"] + 2


ALCHEMY = World(
    name="alchemy",
    version=1,
    summary="Make the stone that the chest shows by joining two of six, and bring it there.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Tiles(tile, Path(__file__).parent.parent.parent / "assets" / "sprites" / "alchemy.png", _grid),
    controls=Controls(
        keys=DIRECTION_KEYS,
        buttons=("left",),
        cursor=True,
        moves={
            "walk up": Move(("w",)),
            "walk down": Move(("s",)),
            "walk left": Move(("a",)),
            "walk right": Move(("d",)),
        },
    ),
    objective=Objective(limit=100, instruction="make the stone that the chest shows and bring it there"),
    knobs=Knobs(
        KNOBS,
        splits={**SPLITS, "more-stones": {"size": 10, "stones": 8}, "unseen-pairs": {"unseen": 1}},
    ),
    expert=Planner(solve),
)
SMALL = ALCHEMY.variant(
    "alchemy-small",
    "Make the stone that the chest shows by joining two of three, and bring it there.",
    overrides={"size": 5, "stones": 3},
    things=dataclasses.replace(THINGS, scales=SMALL_SCALES),
    splits={**SPLITS, "more-stones": {"size": 6, "stones": 5}, "unseen-pairs": {"unseen": 1}},
    limit=50,
)

WORLDS = (ALCHEMY, SMALL)
