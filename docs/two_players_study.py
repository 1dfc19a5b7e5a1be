"""Can one player tell another what to do? Two ways to learn, with words and without: a study that anyone can extend.

    .venv/bin/python docs/two_players_study.py --out runs/two-players        # a few minutes on two cores

In a small room of `sokoban-duo` one box is red and one is green. The first player is told which of them the second
must touch, but its hands are tied; the second has hands, but is told only to do what its partner asks; touching the
wrong box fails. Four paintings of the room, each told both ways. Without words half of the tasks are luck. Each arm
trains from each seed, on a thread of its own; success is over 400 episodes with drawn actions. A run that is there is
not made again.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from study import in_processes, train_once

from rumpus import worlds
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.settings import Config
from rumpus.interface.files import write_atomically
from rumpus.tasks.compile import table
from rumpus.tasks.files import load, write_line
from rumpus.tasks.goals import Task

WORLD = "sokoban-duo"
LEVEL = "#########\n#.$ & $.#\n####@####\n#########\n"  # the second player, &, between two boxes
ROOMS = 4  # paintings of it
COLOURS = ("red", "green")  # the two that the knob `colours` = 2 paints with
ARMS = tuple(product(("shared", "independent"), (True, False)))
SEEDS = (0, 1, 2)
SETTINGS: dict[str, Any] = {
    **{"envs": 16, "rollout": 16, "epochs": 4, "minibatches": 4, "gamma": 0.9, "channels": 8, "hidden": 32},
    **{"steps": 60_000, "threads": 1, "tensorboard": False},
}
TIMES = 50  # that each task is played to measure success


def task(seed: int, colour: str, other: str) -> Task:
    """The first player is told the colour, the second touches the box."""

    def goal(who: str) -> dict[str, Any]:
        touch, avoid = (
            {"a": {"who": who}, "relation": "touching", "b": {"kind": "box", "colour": c}} for c in (colour, other)
        )
        return {"stages": [{"all": [touch]}], "never": [avoid]}

    players = [
        {"goal": goal("other"), "instruction": f"your partner must touch the {colour} box", "acts": False},
        {"goal": goal("you"), "instruction": "do what your partner asks"},
    ]
    start = {"level": LEVEL, "knobs": {"colours": len(COLOURS)}, "seed": seed}
    more: dict[str, Any] = {"kind": "informed-blind", "reward": {"scheme": "shared", "failure": -1}, "limit": 6}
    return Task.model_validate(
        {"rumpus_task": 1, "id": f"{colour}-{seed}", "world": WORLD, "players": players, "start": start} | more
    )


def tasks() -> list[Task]:
    """Both tasks of the first rooms in which the boxes are of different colours."""
    pairs = [[task(seed, *colours) for colours in (COLOURS, COLOURS[::-1])] for seed in range(8 * ROOMS)]
    world = worlds.load(WORLD)
    batch = worlds.batch(world, len(pairs), tasks=table([pair[0] for pair in pairs], world))
    batch.reset(tasks=np.arange(len(pairs)))
    things, counts, _ = batch.things()
    box = 1 + list(world.rules.things.kinds).index("box") if world.rules.things else 0
    kept = []
    for pair, row, count in zip(pairs, things, counts, strict=True):
        boxes = row[:count][row["kind"][:count] == box]
        kept += pair if len(set(boxes["colour"])) == len(COLOURS) else []
    return kept[: 2 * ROOMS]


def run(folder: Path, policies: str, talk: bool, seed: int) -> float:
    """Train one run and measure it: success over all tasks."""
    file = str(folder / "tasks.jsonl")
    settings = Config.of("ppo", WORLD, tasks=file, policies=policies, talk=talk, seed=seed, **SETTINGS)
    path = train_once(settings, folder / f"{policies}-{'talk' if talk else 'mute'}-{seed}")
    listed, _ = load(file, worlds.load(WORLD))
    return float(evaluate(WORLD, path, tasks=listed, times=TIMES, seed=seed, threads=1)["success"])


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/two-players"))
    given = parser.parse_args()
    write_atomically(given.out / "tasks.jsonl", "".join(map(write_line, tasks())).encode())
    arms = sorted(ARMS, key=lambda arm: (not arm[1], arm[0]))
    found = in_processes(run, {(arm, seed): (given.out, *arm, seed) for arm in arms for seed in SEEDS})
    print("| policies | words | success, by seed | mean |")
    print("|---|---|---|---|")
    for arm in arms:
        success = [found[arm, seed] for seed in SEEDS]
        each = ", ".join(f"{one:.0%}" for one in success)
        print(f"| {arm[0]} | {'one a tick' if arm[1] else 'none'} | {each} | {np.mean(success):.0%} |")


if __name__ == "__main__":
    main()
