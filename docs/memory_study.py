"""Does a memory find a goal sooner the second time? A study that anyone can extend.

    .venv/bin/python docs/memory_study.py --out runs/memory        # about twenty minutes on two cores

In `maze-small` the goal stays where it is while the player, whenever it gets there, goes on from another place. Agents
with an LSTM and without one train from each seed, on a thread of their own, and then play mazes of the test split for
twice as long an episode: how long from the start to the first goal, from there to the second, and between later ones?
That is the question of the table of latencies in Mirowski et al. 2017. A run that is there is not made again.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from scipy import stats

from rumpus import worlds
from rumpus.agents import checkpoint, ppo
from rumpus.agents.evaluate import episodes_of
from rumpus.agents.policy import player
from rumpus.worlds.engine.batch import Batch

WORLD = "maze-small"
ARMS = {"LSTM": 128, "none": 0}  # units
SEEDS = (0, 1, 2)
SETTINGS: dict[str, Any] = {
    **{"steps": 400_000, "size": (32, 32), "repeat": 6, "learning_rate": 1e-3, "gamma": 0.98},
    **{"threads": 1, "tensorboard": False},
}
EPISODES, LONGER = 512, 2  # to measure, and how many times as long as in training
TIMES = ("first", "second", "later")


def run(folder: Path, arm: str, seed: int) -> dict[str, float]:
    """Train one run and measure it: goals an episode, and mean seconds to the first, the second and later goals."""
    path = folder / f"{arm.lower()}-{seed}"
    if not (path / checkpoint.NAME).exists() or checkpoint.load(path)["updates"] < checkpoint.load(path)["total"]:
        ppo.train(ppo.Settings(WORLD, units=ARMS[arm], seed=seed, **SETTINGS), path, overwrite=True, bar=False)
    return measure(str(path), seed)


def measure(agent: str, seed: int) -> dict[str, float]:
    """Goals an episode, and mean seconds to the first, the second and later goals, of what was found in time."""
    world = worlds.load(WORLD)
    policy, trained = player(agent, world, seed=seed)
    repeat, limit = trained.get("repeat", 1), LONGER * world.limit
    batch = Batch(world, EPISODES, split="test", seed=1, threads=1, limit=limit, repeat=repeat)
    episodes_of(policy, batch, EPISODES)  # one in each row, whose last states tell what was found when
    found, when = batch.states["found"], batch.states["when"].astype(float)
    when[np.arange(when.shape[1]) >= found[:, None]] = np.nan
    gaps = np.diff(when, axis=1, prepend=0.0) / world.tick_hz
    means = [np.nanmean(gaps[:, 0]), np.nanmean(gaps[:, 1]), np.nanmean(gaps[:, 2:])]
    return {"goals": float(found.mean()), **dict(zip(TIMES, map(float, means), strict=True))}


def interval(values: list[float]) -> str:
    """The mean of some seeds, and half of its 95 % interval (Student's t)."""
    half = stats.t.ppf(0.975, len(values) - 1) * stats.sem(values)
    return f"{np.mean(values):.1f} ± {half:.1f}"


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/memory"))
    given = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        waiting = {(arm, seed): pool.submit(run, given.out, arm, seed) for seed in SEEDS for arm in ARMS}
        found = {key: future.result() for key, future in waiting.items()}
    print("| memory | goals an episode | s to the first | s to the second | s to later ones | first less second |")
    print("|---|---|---|---|---|---|")
    for arm in ARMS:
        rows = [found[arm, seed] for seed in SEEDS]
        cells = [interval([row[name] for row in rows]) for name in ("goals", *TIMES)]
        cells.append(interval([row["first"] - row["second"] for row in rows]))
        print(f"| {arm} | {' | '.join(cells)} |")
    for agent in ("expert", "random"):
        row = measure(agent, 0)
        print(f"| {agent} | {' | '.join(f'{row[name]:.1f}' for name in ('goals', *TIMES))} | |")


if __name__ == "__main__":
    main()
