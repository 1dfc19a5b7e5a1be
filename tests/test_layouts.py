"""The starts that seeds draw in each split of each world: never those of training, and how many different layouts.

Run as a script, it prints how many plans and layouts there are in a sample of each split, of all worlds or of those
named: `python tests/test_layouts.py key-and-door-small`.
"""

import re
import sys

import numpy as np
import pytest

from rumpus import worlds
from rumpus.tests.chosen import EVERY, RULED
from rumpus.worlds.pages import sections

SEEDS, IN_PHYSICS = 256, 8  # compared between splits; in rooms that physics moves, fewer: each has a simulation
SAMPLE = 2048
MANY = 256
"""As many layouts as an evaluation has episodes by default: of a split with fewer, its world's page says so."""
_SOLID = 128  # walls below it are textures, from it on doors, blocks and hurdles

FEW = {
    "key-and-door-small": {"plans": [18, 18, 18], "layouts": [323, 128, 136]},
    "maze-static-goal": {"plans": [1, 1, 1], "layouts": [1, 1, 1]},
    "maze-static-goal-short": {"plans": [1, 1, 1], "layouts": [1, 1, 1]},
    "maze-static-goal-large": {"plans": [1, 1, 1], "layouts": [1, 1, 1]},
    "i-maze": {"plans": [1, 1, 1], "layouts": [4, 4, 4]},
    "maze-small": {"plans": [171, 18, 12], "layouts": [714, 157, 108]},
    "t-maze": {"plans": [5, 5, 5], "layouts": [10, 10, 10]},
    "t-maze-short": {"plans": [3, 3, 3], "layouts": [6, 6, 6]},
    "water-maze": {"plans": [1, 1, 1], "layouts": [62, 3, 4]},
    "water-maze-short": {"plans": [1, 1, 1], "layouts": [32, 3, 2]},
}
"""Worlds with few layouts: how many in SAMPLE seeds of train, valid and test."""
SAID = {
    "key-and-door-small": ("18", "172", "171"),
    "maze-static-goal": ("one each",),
    "i-maze": ("one maze", "four"),
    "maze-small": ("180", "18", "12"),
    "t-maze": ("ten", "834", "788"),
    "t-maze-short": ("six", "456", "424"),
    "water-maze": ("62", "3", "4"),
    "water-maze-short": ("32", "3", "2"),
}
"""The words of their pages about it."""


def starts(name, split, n):
    """States (n,) at the start of the episodes of seeds 0 to n - 1, and the names of the world's own fields."""
    batch = worlds.batch(name, n, size=(80, 80), split=split, threads=1)
    batch.reset(seed=0)
    names = batch.states.dtype.names
    own = names[names.index("cursor") + 1 : names.index("stage")]
    return batch.states, [field for field in own if field not in ("marks", "queue")]  # those are scratch


def contents(*fields):
    """One value of bytes for each row of some arrays (n, …)."""
    rows = [np.ascontiguousarray(field).reshape(len(field), -1).view(np.uint8) for field in fields]
    return [row.tobytes() for row in np.concatenate(rows, 1)]


def plans_and_layouts(name, split, n):
    """Of n starts: where walls, doors and blocks are; and also which kinds of things lie where. Colours, looks and
    where players stand are left out. Rooms of tiles are all there is to their plans."""
    states, own = starts(name, split, n)
    if "walls" not in own:
        plans = contents(*(states[field] for field in own if field not in ("y", "x")))
        return plans, plans
    walls = np.where((states["walls"] > 0) & (states["walls"] < _SOLID), 1, states["walls"])
    plan = walls, states["map_rows"], states["map_cols"]
    return contents(*plan), contents(*plan, states["kind"], states["thing_y"], states["thing_x"])


@pytest.mark.parametrize("name", EVERY)
def test_no_start_of_a_split_is_one_of_training(name):
    """Nor is one of testing one of validation; and a seed draws nothing twice, as all starts are compared."""
    n = SEEDS if name in RULED else IN_PHYSICS
    found = {}
    for split in worlds.load(name).knobs.splits:
        states, own = starts(name, split, n)
        found[split] = set(contents(*(states[field] for field in own)))
    for split in found.keys() - {"train"}:
        assert not found[split] & found["train"], split
    assert not found["valid"] & found["test"]


@pytest.mark.parametrize("name", RULED)
def test_few_layouts_are_said_to_be_few(name):
    splits = ("train", "valid", "test")
    if name not in FEW:
        assert min(len(set(plans_and_layouts(name, split, 2 * MANY)[1])) for split in splits) >= MANY
        return
    counts = [[len(set(found)) for found in plans_and_layouts(name, split, SAMPLE)] for split in splits]
    assert [list(kind) for kind in zip(*counts, strict=True)] == list(FEW[name].values())
    page = " ".join(sections(worlds.load(name).doc)["Splits"].split())
    for number in SAID.get(name, ()):
        assert re.search(rf"\b{number}\b", page), number


if __name__ == "__main__":
    for chosen in sys.argv[1:] or RULED:
        for part in worlds.load(chosen).knobs.splits:
            plans, layouts = (len(set(found)) for found in plans_and_layouts(chosen, part, SAMPLE))
            print(f"{chosen:24} {part:16} {plans:6,} plans {layouts:6,} layouts in {SAMPLE:,} seeds", flush=True)
