"""Does a curriculum learn Box-World in fewer steps than drawing its tasks uniformly? A study that anyone can run again.

    .venv/bin/python docs/curriculum_study.py --out runs/curricula        # about 35 minutes on two cores

One table of tasks for all: rooms of `box-world-small` with solutions of one to four boxes, as many of each, paid
as published. Each curriculum trains from each seed, two runs at a time on a thread each, and is measured on rooms that
training never shows. What counts is the number of steps after which success there first reaches the threshold. A run
that is there already is not made again.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from rumpus import worlds
from rumpus.agents.training.log import read_metrics
from rumpus.interface.files import write_atomically
from rumpus.tasks.compile import objective, table
from rumpus.tasks.files import write_line
from rumpus.tasks.goals import Task
from rumpus.worlds.engine.world import Planner

WORLD = "box-world-small"
BOXES = (1, 2, 3, 4)  # on the way to the gem
TASKS, HELD_OUT = 1000, 512
LIMIT = 60
FOLDS = {"train": 1, "test": 3}  # the world's knob `fold`: rooms for training, and rooms for testing
CURRICULA = ("uniform", "manual", "learnability", "plr")
SEEDS = (0, 1, 2)
STEPS = 1_200_000
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


def train(folder: Path, curriculum: str, seed: int, steps: int) -> None:
    """One run, in a process of its own on one thread."""
    run = folder / f"{curriculum}-{seed}"
    if (run / "metrics.csv").exists() and read_metrics(run)[-1]["steps"] > 0.99 * steps:
        return
    held_out = f"evaluate_tasks={folder / 'test.jsonl'}"
    settings = [held_out, f"evaluate_episodes={HELD_OUT}", "tensorboard=False"]
    command = [sys.executable, "-m", "rumpus", "train", "ppo", WORLD, "--tasks", str(folder / "train.jsonl")]
    command += ["--curriculum", curriculum, "--seed", str(seed), "--steps", str(steps), "--threads", "1"]
    command += ["--evaluate-every", "25", "--out", str(run), *(part for each in settings for part in ("--set", each))]
    with (folder / f"{curriculum}-{seed}.log").open("w") as log:
        subprocess.run(command, stdout=log, stderr=subprocess.STDOUT, check=True)


def reached(run: Path) -> tuple[float, float]:
    """(steps after which held-out success first reached the threshold, infinity if never; success at the end)."""
    rows = [row for row in read_metrics(run) if "held_out_success" in row]
    above = [row["steps"] for row in rows if row["held_out_success"] >= THRESHOLD]
    return min(above, default=float("inf")), rows[-1]["held_out_success"]


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/curricula"))
    parser.add_argument("--steps", type=int, default=STEPS)
    parser.add_argument("--seeds", type=int, nargs="+", default=SEEDS)
    given = parser.parse_args()
    for split, (count, first) in {"train": (TASKS, 0), "test": (HELD_OUT, 1_000_000)}.items():
        lines = "".join(map(write_line, tasks(count, FOLDS[split], first)))
        write_atomically(given.out / f"{split}.jsonl", lines.encode())
    runs = [(curriculum, seed) for seed in given.seeds for curriculum in CURRICULA]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda run: train(given.out, run[0], run[1], given.steps), runs))
    print(f"| curriculum | steps to {THRESHOLD:.0%} held-out success, by seed | mean | success at the end, by seed |")
    print("|---|---|---|---|")
    for curriculum in CURRICULA:
        found = [reached(given.out / f"{curriculum}-{seed}") for seed in given.seeds]
        steps = [f"{number:,.0f}" if np.isfinite(number) else "never" for number, _ in found]
        mean = np.mean([number for number, _ in found])
        ends = ", ".join(f"{end:.0%}" for _, end in found)
        print(f"| {curriculum} | {', '.join(steps)} | {f'{mean:,.0f}' if np.isfinite(mean) else '-'} | {ends} |")


if __name__ == "__main__":
    main()
