"""Box-World: take the loose key, open a chain of locked boxes, and take the white gem.

A box is two cells: on the right its lock, in the colour of the key that opens it; on the left its content, a key or the
gem. A player with the right key opens a box by walking onto its lock, and takes the content by walking onto that. A key
opens one box, and a player holds one key at a time. Distractors are boxes that do not lead to the gem: opening one ends
the episode. `box-world-small` has one or two boxes in a room of 6x6 cells; `box-world-viewport` shows a window around
the player.

Observation: the room and the wall around it from above, a tile for each cell; the key that is held is drawn in the top
left tile. `box-world-viewport` shows the 5x5 cells around the player, and above them a row of tiles for the key.

Actions: arrows or W A S D walk one cell; a click on a cell next to the player walks there. A step is a turn. Of several
keys the first of up, down, left, right counts. A wall, a lock without its key and the content of a closed box stop the
player.

Rewards: +10 for the gem, +1 for opening a box on the way to it, -1 for opening a distractor, 0 otherwise.

Termination: the gem is taken, which is success, or a distractor is opened.

Splits: train, valid and test hold different rooms, and one seed draws another tree of boxes in each of them. `longer`
needs longer ways to the gem than training does. In `unseen-pairs` every solution needs a box whose colours of lock and
key are never needed together in training.

Expert: a planner with the full state. It finds the boxes to open backwards from the gem, and a shortest path to each.

Source: Zambaldi et al. 2018, "Relational Deep Reinforcement Learning", as specified in the README of DeepMind's
Box-World release (rules, rewards, limit, 20 colours); the window of 5x5 cells, ways of 1 to 5 boxes and 0 to 5 branches
of length 1 follow Santoro et al. 2018, "Relational Recurrent Neural Networks", appendix A.3. The small room, the
lengths of `longer` and the pairs that are withheld are our own choices.

Differences from the code of that release (pycolab's box_world.py), whose rules are otherwise the same: boxes and keys
may lie at the outer wall here, as a third of the boxes do; there they keep a cell away from it (two on the right), and
the player does not start in the first and last row or the last column. Colours of branches all differ here; there each
is drawn anew, so that two branches may hold keys of one colour. A tree of training never needs a withheld pair here;
there every tree may. An episode has 120 steps here, as that README says; in the code the 121st still counts. Branches
that lead backwards, an option there, are left out.
"""

import dataclasses
from collections.abc import Mapping
from pathlib import Path

from ...interface.action import Move
from ..engine.library.grid import DIRECTION_KEYS
from ..engine.library.splits import SPLITS
from ..engine.render.views import Tiles
from ..engine.world import Controls, Knobs, Objective, Planner, Rules, World
from .level import reset, validate
from .rules import step
from .solve import solve
from .state import BOUNDS, KNOBS, STATE
from .things import SMALL_SCALES, THINGS
from .view import tile


def _grid(knobs: Mapping[str, int]) -> tuple[int, int]:
    """The room and the wall around it; or the window, and a row above it for the key held."""
    return (knobs["sight"] + 1, knobs["sight"]) if knobs["sight"] else (knobs["size"] + 2, knobs["size"] + 2)


def _splits(longer: tuple[int, int]) -> dict[str, dict[str, int]]:
    return {
        **SPLITS,
        "longer": {"solution_min": longer[0], "solution_max": longer[1]},
        "unseen-pairs": {"solution_min": 2, "unseen": 1},
    }


BOX_WORLD = World(
    name="box-world",
    version=1,
    summary="Open box after box with the key from the last one, and take the gem.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS, bounds=BOUNDS),
    view=Tiles(tile, Path(__file__).parent.parent.parent / "assets" / "sprites" / "box_world.png", _grid),
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
    objective=Objective(limit=120, instruction="open the right boxes and take the white gem"),
    knobs=Knobs(KNOBS, validate=validate, splits=_splits(longer=(5, 8))),
    expert=Planner(solve),
)
SMALL = BOX_WORLD.variant(
    "box-world-small",
    "Open one or two boxes in a small room and take the gem.",
    overrides={"size": 6, "solution_max": 2, "distractors_max": 0},
    things=dataclasses.replace(THINGS, scales=SMALL_SCALES, ranges={"distractors_max": (0, 1, 2)}),
    splits=_splits(longer=(3, 4)),
    limit=80,  # ours: a random player takes the gem in 7 % of the rooms; the planner needs 12 steps, 26 at most
)
VIEWPORT = BOX_WORLD.variant(
    "box-world-viewport",
    "Box-World seen through a window of five by five cells around the player.",
    overrides={"sight": 5, "solution_max": 5, "distractors_max": 5},
    splits=_splits(longer=(6, 8)),
)

WORLDS = (BOX_WORLD, SMALL, VIEWPORT)
