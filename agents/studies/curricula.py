"""Does a curriculum learn Box-World in fewer steps than drawing its tasks uniformly?

One table of tasks for all: rooms of `box-world-small` with solutions of one to four boxes, as many of each, paid as
published. Each curriculum trains from each seed and is measured on rooms that training never shows. What counts is the
number of steps after which success there first reaches the threshold.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ... import worlds
from ...interface.files import write_atomically
from ...tasks.compile import objective, table
from ...tasks.files import write_line
from ...tasks.goals import Task
from ...worlds.engine.world import Planner
from ..settings import Config
from ..training.log import read_metrics
from .frame import Job, Row, Study, sizes, trained

WORLD = "box-world-small"
BOXES = (1, 2, 3, 4)  # on the way to the gem
LIMIT = 60
FOLDS = {"train": 1, "test": 3}  # the world's knob `fold`: rooms for training, and rooms for testing
CURRICULA = ("uniform", "manual", "learnability", "plr")
THRESHOLD = 0.3


def tasks(count: int, fold: int, first: int) -> list[Task]:
    """Tasks of rooms of this fold, the numbers of boxes in turn, graded by the planner's steps."""
    world = worlds.load(WORLD)
    player = {"goal": objective(world).model_dump(exclude_defaults=True), "instruction": "take a gem"}
    made = []
    for seed in range(first, first + count):
        boxes = BOXES[seed % len(BOXES)]
        start = {"knobs": {"solution_min": boxes, "solution_max": boxes, "fold": fold}, "seed": seed}
        data = {"rumpus_task": 1, "id": f"gem-{seed}", "world": WORLD, "start": start, "limit": LIMIT}
        data |= {"players": [player], "skill": f"{boxes} boxes", "reward": {"scheme": "world"}}
        made.append(Task.model_validate(data))
    batch = worlds.batch(world, count, tasks=table(made, world))
    batch.reset(tasks=np.arange(count))
    assert isinstance(world.expert, Planner)
    plans = [plan for state in batch.states if (plan := world.expert.plan(state)) is not None]
    return [task.model_copy(update={"steps": len(plan)}) for task, plan in zip(made, plans, strict=True)]


def prepare(folder: Path, settings: Mapping[str, Any]) -> None:
    """The files of tasks."""
    for split, (count, first) in {"train": (settings["rooms"], 0), "test": (settings["held_out"], 1_000_000)}.items():
        lines = "".join(map(write_line, tasks(count, FOLDS[split], first)))
        write_atomically(folder / f"{split}.jsonl", lines.encode())


def run(job: Job) -> Row:
    """Train one run; after how many steps held-out success first reached the threshold, and success at the end."""
    s = dict(job.settings)
    held, _ = s.pop("held_out"), s.pop("rooms")
    s |= {"tasks": str(job.shared / "train.jsonl"), "evaluate_tasks": str(job.shared / "test.jsonl")}
    s |= {"evaluate_episodes": held, "seed": job.seed, "threads": 1, "tensorboard": False}
    content = trained(Config.of("ppo", WORLD, **s), job.folder)
    rows = [row for row in read_metrics(job.folder) if "held_out_success" in row]
    above = [row["steps"] for row in rows if row["held_out_success"] >= THRESHOLD]
    found = sizes(content) | {"success": rows[-1]["held_out_success"]}
    return found | ({"reached": min(above)} if above else {})


STUDY = Study(
    name="curricula",
    asks="Does a curriculum learn Box-World in fewer steps than drawing its tasks uniformly?",
    run=run,
    prepare=prepare,
    arms={name: {"curriculum": name} for name in CURRICULA},
    common={"rooms": 1000, "held_out": 512, "evaluate_every": 25},
    columns={"reached": f"steps to {THRESHOLD:.0%} held-out success", "success": "success at the end, %"},
    percent=("success",),
    scales={
        "tiny": {"steps": 1_024, "envs": 16, "rooms": 8, "held_out": 8, "evaluate_every": 2},
        "cpu": {"steps": 1_200_000},
        "gpu": {"steps": 40_000_000, "envs": 1024, "device": "cuda"},
    },
    against="uniform",
)
