"""Can one player tell another what to do? Two ways to learn, with words and without.

In a small room of `sokoban-duo` one box is red and one is green. The first player is told which of them the second must
touch, but its hands are tied; the second has hands, but is told only to do what its partner asks; touching the wrong
box fails. Four paintings of the room, each told both ways. Without words half of the tasks are luck. Success is over
400 episodes with drawn actions.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from ... import worlds
from ...interface.files import write_atomically
from ...tasks.compile import table
from ...tasks.files import load, write_line
from ...tasks.goals import Task
from ..measuring.evaluate import evaluate
from ..settings import Config
from .frame import Job, Row, Study, sizes, trained

WORLD = "sokoban-duo"
LEVEL = "#########\n#.$ & $.#\n####@####\n#########\n"  # the second player, &, between two boxes
ROOMS = 4  # paintings of it
COLOURS = ("red", "green")  # the two that the knob `colours` = 2 paints with


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


def prepare(folder: Path, settings: Mapping[str, Any]) -> None:
    """The file of tasks."""
    write_atomically(folder / "tasks.jsonl", "".join(map(write_line, tasks())).encode())


def run(job: Job) -> Row:
    """Train one run and measure it: success over all tasks."""
    file, s = str(job.shared / "tasks.jsonl"), dict(job.settings)
    times = s.pop("times")
    content = trained(Config.of("ppo", WORLD, tasks=file, seed=job.seed, **s), job.folder)
    listed, _ = load(file, worlds.load(WORLD))
    result = evaluate(WORLD, job.folder, tasks=listed, times=times, seed=job.seed, threads=1)
    return sizes(content) | {"success": result["success"]}


STUDY = Study(
    name="two-players",
    asks="Can one player tell another what to do?",
    run=run,
    prepare=prepare,
    arms={
        f"{policies}, {'one word a tick' if talk else 'no words'}": {"policies": policies, "talk": talk}
        for talk, policies in product((True, False), ("independent", "shared"))
    },
    common={
        **{"envs": 16, "rollout": 16, "epochs": 4, "minibatches": 4, "gamma": 0.9, "channels": 8, "hidden": 32},
        **{"threads": 1, "tensorboard": False, "times": 50},  # that each task is played to measure success
    },
    columns={"success": "success, %"},
    percent=("success",),
    scales={
        "tiny": {"steps": 256, "times": 1},
        "cpu": {"steps": 60_000},
        "gpu": {"steps": 5_000_000, "envs": 512, "device": "cuda"},
    },
)
