"""Is learning as good in bfloat16 on two threads as in float32 on one? A study that anyone can extend.

    .venv/bin/python docs/training_study.py --out runs/training     # half an hour or so on two idle cores

PPO trains in box-world-small from the same seeds in both ways, with the settings of `rumpus train ppo`, one run after
the other. At each quarter of a run it plays 1,024 levels of the test split, drawn by chance: the table has the share
that it solves, the mean over seeds with its 95 % interval. The last row is the difference of the two ways, seed by
seed, whose interval tells whether one of them learns better. A run that was stopped is gone on with, and one that is
there is not made again.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np
from study import interval

from rumpus.agents import checkpoint
from rumpus.agents.training.log import read_metrics
from rumpus.agents.training.run import resume, train

WORLD = "box-world-small"
ARMS: dict[str, dict[str, Any]] = {
    "float32, 1 thread": {"bf16": False, "threads": 1},
    "bfloat16, 2 threads": {"bf16": True, "threads": 2},
}
UPDATE = 32 * 64  # steps, by default: rollout times envs
SETTINGS: dict[str, Any] = {"evaluate_split": "test", "evaluate_episodes": 1024, "tensorboard": False}
QUARTERS = 4


def run(folder: Path, arm: str, seed: int, steps: int) -> np.ndarray:
    """Train one run. Returns its success on held-out levels after each quarter, and its median steps a second, float64
    (QUARTERS + 1,)."""
    path = folder / f"{arm.replace(', ', '-').replace(' ', '-')}-{seed}"
    quarter = max(steps // UPDATE // QUARTERS, 1)
    if (path / checkpoint.NAME).exists():
        resume(path, bar=False)
    else:
        whole: dict[str, Any] = {"steps": quarter * QUARTERS * UPDATE, "evaluate_every": quarter, "seed": seed}
        train("ppo", WORLD, folder=path, bar=False, **ARMS[arm], **SETTINGS, **whole)
    rows = [row for row in read_metrics(path) if row["update"] > 0]
    held = [row["held_out_success"] for row in rows if "held_out_success" in row]
    return np.array([*held[-QUARTERS:], np.median([row["steps_per_second"] for row in rows])])


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/training"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=600_000, help="of each run")
    given = parser.parse_args()
    found: dict[str, list[np.ndarray]] = {arm: [] for arm in ARMS}
    for seed in range(given.seeds):
        for arm in ARMS:
            found[arm].append(run(given.out, arm, seed, given.steps))
            print(
                f"seed {seed}, {arm}: " + ", ".join(f"{100 * share:.1f} %" for share in found[arm][-1][:-1]), flush=True
            )
    print(
        f"\n| {WORLD}, {given.seeds} seeds | " + " | ".join(f"{n}/{QUARTERS}" for n in range(1, QUARTERS + 1)), end=""
    )
    print(" | steps/s |\n|" + "---|" * (QUARTERS + 2))
    first, second = (np.array(rows) for rows in found.values())
    for arm, rows in zip((*ARMS, "difference"), (first, second, second - first), strict=True):
        cells = [interval(100 * column) for column in rows.T[:-1]]
        print(f"| {arm} | {' | '.join(cells)} | {np.median(rows[:, -1]):+,.0f} |".replace("| +", "| "))


if __name__ == "__main__":
    main()
