"""Does an agent that imitates the expert lift what it is told to, also what it was never told to? A study to extend.

    .venv/bin/python docs/room_study.py --out runs/room        # about half an hour on two cores

In small rooms with three toys the instruction is "go to" or "lift" one of them, named by colour and kind. Some pairs
of a colour and a kind are never named in training (those that the test split keeps; see tasks/splits.py), though the
toys lie about there too. The agent sees pixels and words, has keys, buttons and mouse, and learns by imitation in the
states that it comes to itself (see
agents/algorithms/dagger.py). It is measured in rooms of other seeds, on pairs that it was told in
training and on those that it never was. A run that is there is not made again.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from study import in_processes, interval, train_once

from rumpus import worlds
from rumpus.agents.contracts import Policy
from rumpus.agents.episodes import play_tasks
from rumpus.agents.experts import expert
from rumpus.agents.policies import RandomPolicy, player
from rumpus.agents.settings import Config
from rumpus.interface.files import write_atomically
from rumpus.tasks.files import load, write_line
from rumpus.tasks.goals import FORMAT, Clause, Goal, Player, Selector, Stage, Start, Task
from rumpus.tasks.language import say
from rumpus.tasks.scene import Scene
from rumpus.tasks.splits import pair_split
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.world import World

WORLD, SECONDS, TOYS = "room-small", 8, 3
KINDS = ("ball", "block", "car", "duck", "lamp", "book")
COLOURS = ("red", "green", "blue", "yellow", "white", "black")
"""What is named; other toys lie about too."""
YOU = Selector(kind="player", who="you")
SETS = {
    **{"train": (8000, 0, "train", "train"), "told": (300, 1_000_000, "test", "train")},
    **{"untold": (300, 2_000_000, "test", "test")},
}
"""Tasks: how many, from which seed on and of which split their rooms are, and of which the pairs that they name."""
SEEDS = (0, 1, 2)
SETTINGS: dict[str, Any] = {
    **{"steps": 240_000, "head": "devices", "size": (72, 96), "repeat": 4},
    **{"channels": 64, "queries": 4, "learning_rate": 2e-3, "beta": 0.8, "buffer_size": 200_000, "epochs": 4},
    **{"envs": 32, "rollout": 30, "threads": 1, "tensorboard": False},
}


def goals(kind: str, colour: str) -> list[Goal]:
    """Go to a toy; lift it."""
    toy = Selector(kind=kind, colour=colour)
    clauses = Clause(a=YOU, relation="near", b=toy, within=1), Clause(a=toy, relation="lifted")
    return [Goal(stages=(Stage(all=(clause,)),)) for clause in clauses]


def tasks(world: World, count: int, first: int, split: str, named: str) -> list[Task]:
    """So many tasks, each in a room of its own, about a toy that the room has one of."""
    things, rng = world.rules.things, np.random.default_rng(first)
    assert things is not None
    kinds, seed = list(things.kinds), first
    made: list[Task] = []
    batch = Batch(world, 256, threads=1, split=split, knobs={"toys": TOYS})
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
                made.append(task(world, goal, f"{named}-{first}-{len(made)}", seed + row, split))
        seed += batch.n
    return made


def task(world: World, goal: Goal, name: str, seed: int, split: str) -> Task:
    """A task of this goal, which names what there is one of, in the room of a seed."""
    assert world.rules.things is not None
    only = Scene(world.rules.things.unit, lambda selector: True)
    knobs = {**world.knobs.splits[split], "toys": TOYS}
    start, told = Start(seed=seed, knobs=knobs), Player(goal=goal, instruction=say(goal, 0, only))
    limit = SECONDS * world.controls.tick_hz
    return Task(rumpus_task=FORMAT, id=name, world=world.name, start=start, limit=limit, players=(told,))


def write_tasks(folder: Path) -> None:
    """The files of tasks that are not there yet."""
    world = worlds.load(WORLD)
    for name, what in SETS.items():
        if not (folder / f"{name}.jsonl").exists():
            lines = map(write_line, tasks(world, *what))
            write_atomically(folder / f"{name}.jsonl", "".join(lines).encode())


def train(folder: Path, seed: int) -> Path:
    """The folder of one trained run."""
    chosen = Config.of("dagger", WORLD, seed=seed, tasks=str(folder / "train.jsonl"), **SETTINGS)
    return train_once(chosen, folder / f"seed-{seed}")


def measure(folder: Path, policy: Policy, name: str, repeat: int) -> dict[str, float]:
    """Success on a set of tasks, of each family."""
    world = worlds.load(WORLD)
    chosen, _ = load(folder / f"{name}.jsonl", world)
    wins = play_tasks(policy, world, chosen, 1, threads=1, repeat=repeat).wins.reshape(-1)
    return {"go": float(wins[::2].mean()), "lift": float(wins[1::2].mean())}


def run(folder: Path, seed: int) -> dict[str, dict[str, float]]:
    """Train one run and measure it."""
    path = train(folder, seed)
    world = worlds.load(WORLD)
    policy, _ = player(str(path), world, seed=seed)
    return {name: measure(folder, policy, name, SETTINGS["repeat"]) for name in ("told", "untold")}


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/room"))
    parser.add_argument("--seeds", type=int, default=len(SEEDS))
    for name in ("steps", "queries", "buffer_size"):
        parser.add_argument(f"--{name}", type=int, default=SETTINGS[name], help="see rumpus algorithms dagger")
    given = parser.parse_args()
    SETTINGS.update({name: getattr(given, name) for name in ("steps", "queries", "buffer_size")})
    given.out.mkdir(parents=True, exist_ok=True)
    write_tasks(given.out)
    seeds, world = range(given.seeds), worlds.load(WORLD)
    learned = in_processes(run, {seed: (given.out, seed) for seed in seeds})
    guide = expert(world)
    assert guide is not None
    print(
        "| player | "
        + " | ".join(f"{family}, {name}" for name, family in product(SETS, ("go", "lift")) if name != "train")
        + " |"
    )
    print("|---|---|---|---|---|")
    for who, policy, repeat in (("random", RandomPolicy(), SETTINGS["repeat"]), ("expert", guide, 1)):
        row = [measure(given.out, policy, name, repeat) for name in ("told", "untold")]
        print(f"| {who} | " + " | ".join(f"{100 * part[family]:.0f} %" for part in row for family in part) + " |")
    cells = [
        [one[name][family] for one in learned.values()] for name in ("told", "untold") for family in ("go", "lift")
    ]
    columns = [interval([100 * share for share in shares], 0) for shares in cells]
    print("| imitation | " + " | ".join(f"{column} %" for column in columns) + " |")


if __name__ == "__main__":
    main()
