"""Does an agent that imitates the expert lift what it is told to, also what it was never told to?

In small rooms with three toys the instruction is "go to" or "lift" one of them, named by colour and kind. Some pairs of
a colour and a kind are never named in training (those that the test split keeps; see tasks/splits.py), though the toys
lie about there too. The agent sees pixels and words, has keys, buttons and mouse, and learns by imitation in the states
that it comes to itself (`dagger`), alone or with matching of words and pictures. It is measured in rooms of other
seeds, on pairs that it was told in training and on those that it never was.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ... import worlds
from ...interface.files import write_atomically
from ...tasks.files import load, write_line
from ...tasks.goals import FORMAT, Clause, Goal, Player, Selector, Stage, Start, Task
from ...tasks.language import say
from ...tasks.scene import Scene
from ...tasks.splits import pair_split
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..contracts import Policy
from ..episodes import play_tasks
from ..experts import expert
from ..policies import RandomPolicy, player
from ..settings import Config
from .frame import Job, Row, Study, sizes, trained

WORLD, SECONDS, TOYS = "room-small", 8, 3
KINDS = ("ball", "block", "car", "duck", "lamp", "book")
COLOURS = ("red", "green", "blue", "yellow", "white", "black")
"""Toys that are named; other toys lie about too."""
YOU = Selector(kind="player", who="you")
SETS = {
    **{"train": (8000, 0, "train", "train"), "told": (300, 1_000_000, "test", "train")},
    **{"untold": (300, 2_000_000, "test", "test")},
}
"""Tasks: how many, from which seed on and of which split their rooms are, and of which the pairs that they name."""


def goals(kind: str, colour: str) -> list[Goal]:
    """Go to a toy; lift it."""
    toy = Selector(kind=kind, colour=colour)
    clauses = Clause(a=YOU, relation="near", b=toy, within=1), Clause(a=toy, relation="lifted")
    return [Goal(stages=(Stage(all=(clause,)),)) for clause in clauses]


def tasks(world: World, count: int, first: int, split: str, named: str, toys: int = TOYS) -> list[Task]:
    """So many tasks, each in a room of its own with so many toys, about a toy that the room has one of."""
    things, rng = world.rules.things, np.random.default_rng(first)
    assert things is not None
    kinds, seed = list(things.kinds), first
    made: list[Task] = []
    batch = Batch(world, 256, threads=1, split=split, knobs={"toys": toys})
    while len(made) < count:
        batch.reset(seed=np.arange(seed, seed + batch.n))
        seen, counts, _ = batch.things()
        for row in range(batch.n):
            names = [
                (kinds[thing["kind"] - 1], things.colours[thing["colour"] - 1])
                for thing in seen[row, : counts[row]]
                if thing["size"]
            ]
            meant = [name for name in names if name[0] in KINDS and name[1] in COLOURS]
            fitting = [name for name in meant if names.count(name) == 1 and pair_split(*name) == named]
            if fitting and len(made) < count:
                goal = goals(*fitting[rng.integers(len(fitting))])[len(made) % 2]
                made.append(task(world, goal, f"{named}-{first}-{len(made)}", seed + row, split, toys))
        seed += batch.n
    return made


def task(world: World, goal: Goal, name: str, seed: int, split: str, toys: int = TOYS) -> Task:
    """A task of this goal, which names what there is one of, in the room of a seed."""
    assert world.rules.things is not None
    only = Scene(world.rules.things.unit, lambda selector: True)
    knobs = {**world.knobs.splits[split], "toys": toys}
    start, told = Start(seed=seed, knobs=knobs), Player(goal=goal, instruction=say(goal, 0, only))
    limit = SECONDS * world.controls.tick_hz
    return Task(rumpus_task=FORMAT, id=name, world=world.name, start=start, limit=limit, players=(told,))


def prepare(folder: Path, settings: Mapping[str, Any]) -> None:
    """The files of tasks that are not there yet."""
    world = worlds.load(WORLD)
    for name, (count, first, rooms, pairs) in SETS.items():
        if not (folder / f"{name}.jsonl").exists():
            count = max(round(count * settings["tasks_share"]), 4)
            lines = map(write_line, tasks(world, count, first, rooms, pairs))
            write_atomically(folder / f"{name}.jsonl", "".join(lines).encode())


def run(job: Job) -> Row:
    """Train one run and measure it."""
    s = {name: value for name, value in job.settings.items() if name != "tasks_share"}
    config = Config.of("dagger", WORLD, seed=job.seed, tasks=str(job.shared / "train.jsonl"), **s)
    content = trained(config, job.folder)
    policy, _ = player(str(job.folder), worlds.load(WORLD), seed=job.seed)
    return sizes(content) | measured(job.shared, policy, s["repeat"])


def measured(folder: Path, policy: Policy, repeat: int) -> Row:
    """Success of each family, on pairs that were told and that were not."""
    world = worlds.load(WORLD)
    found: Row = {}
    for name in ("told", "untold"):
        chosen, _ = load(folder / f"{name}.jsonl", world)
        wins = play_tasks(policy, world, chosen, 1, threads=1, repeat=repeat).wins.reshape(-1)
        found |= {f"go {name}": float(wins[::2].mean()), f"lift {name}": float(wins[1::2].mean())}
    return found


def _expert(folder: Path, settings: Mapping[str, Any]) -> Row:
    guide = expert(worlds.load(WORLD))
    assert guide is not None
    return measured(folder, guide, 1)


STUDY = Study(
    name="room",
    asks="Does an agent that imitates the expert lift what it is told to, also what it was never told to?",
    run=run,
    prepare=prepare,
    arms={"imitation": {}, "imitation and matching": {"auxiliary": "matching"}},
    common={
        **{"head": "devices", "size": (72, 96), "repeat": 4, "tasks_share": 1.0, "threads": 1, "tensorboard": False},
        **{"channels": 64, "queries": 4, "learning_rate": 2e-3, "beta": 0.8, "buffer_size": 200_000, "epochs": 4},
        **{"envs": 32, "rollout": 30},
    },
    columns={f"{family} {name}": f"{family}, {name}, %" for name in ("told", "untold") for family in ("go", "lift")},
    percent=tuple(f"{family} {name}" for name in ("told", "untold") for family in ("go", "lift")),
    scales={
        "tiny": {"steps": 480, "envs": 4, "tasks_share": 0.01, "size": (24, 32), "channels": 8, "buffer_size": 480},
        "cpu": {"steps": 240_000},
        "gpu": {"steps": 10_000_000, "envs": 256, "device": "cuda", "world_device": "cpu"},
    },
    baselines={
        "random": lambda folder, settings: measured(folder, RandomPolicy(), settings["repeat"]),
        "expert": _expert,
    },
)
