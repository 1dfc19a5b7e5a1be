"""Does a memory find a goal sooner the second time? A study that anyone can extend.

    .venv/bin/python docs/memory_study.py --out runs/memory        # more than half an hour on two idle cores

The goal is somewhere else in each episode and stays there until it ends; the player, whenever it gets there, goes on
from another place. Two mazes, whose walls are the same in every episode: a small I, where the player goes on from the
middle and the goal is at the end of one of four arms, and one of 4x4 cells, where both may be anywhere. Agents with an
LSTM and without one train from each seed, on a thread of their own, and then play episodes of other seeds, twice as
long: how long from the start to the first goal, from there to the second, and between later ones? That is the question
of the table of latencies in Mirowski et al. 2017. A run that is there is not made again.
"""

from __future__ import annotations

import argparse
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from study import in_processes, interval, train_once

from rumpus import worlds
from rumpus.agents.episodes import episodes_of
from rumpus.agents.policies import player
from rumpus.agents.settings import Config
from rumpus.worlds.engine.run.batch import Batch

MAZES: dict[str, dict[str, Any]] = {
    "i-maze": {"knobs": {"map": 1, "height": 3, "width": 4}, "limit": 450},
    "maze-small": {"knobs": {"map": 6, "height": 4, "width": 4, "fold": 0}, "limit": 450},
}
ARMS = {"LSTM": 128, "none": 0}  # units
SETTINGS: dict[str, Any] = {
    **{"steps": 500_000, "size": (24, 24), "repeat": 6, "learning_rate": 2e-3, "gamma": 0.98},
    **{"threads": 1, "tensorboard": False},
}
EPISODES, LONGER = 512, 2  # to measure, and how many times as long as in training
FROM = 10_000  # seeds of the episodes that are measured start here
TIMES = ("first", "second", "later")


def run(folder: Path, maze: str, arm: str, seed: int, steps: int) -> dict[str, float]:
    """Train one run and measure it: goals an episode, and mean seconds to the first, the second and later goals."""
    rollout = MAZES[maze]["limit"] // SETTINGS["repeat"]  # whole episodes, so that learning sees all of a memory
    settings = Config.of(
        "ppo", maze, units=ARMS[arm], seed=seed, rollout=rollout, **MAZES[maze], **SETTINGS | {"steps": steps}
    )
    path = train_once(settings, folder / f"{maze}-{arm.lower()}-{seed}")
    return measure(maze, str(path), seed)


def measure(maze: str, agent: str, seed: int) -> dict[str, float]:
    """Goals an episode, mean seconds to the first, the second and later goals, of what was found in time, and how much
    sooner the second was found than the first, of episodes with both."""
    world, options = worlds.load(maze), dict(MAZES[maze])
    policy, trained = player(agent, world, seed=seed)
    options["limit"] *= LONGER
    repeat = trained.get("repeat", SETTINGS["repeat"] if agent == "random" else 1)
    batch = Batch(world, EPISODES, split="test", seed=FROM, threads=1, repeat=repeat, **options)
    episodes_of(policy, batch, EPISODES)  # one in each row, whose last states tell what was found when
    found, when = batch.states["found"], batch.states["when"].astype(float)
    when[np.arange(when.shape[1]) >= found[:, None]] = np.nan
    gaps = np.diff(when, axis=1, prepend=0.0) / world.controls.tick_hz
    means = [np.nanmean(gaps[:, 0]), np.nanmean(gaps[:, 1]), np.nanmean(gaps[:, 2:])]
    sooner = np.nanmean(gaps[:, 0] - gaps[:, 1])
    return {"goals": float(found.mean()), **dict(zip(TIMES, map(float, means), strict=True)), "sooner": float(sooner)}


def main() -> None:
    """See the module's docstring."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=Path("runs/memory"))
    parser.add_argument("--maze", action="append", choices=MAZES, help="only this one; may be repeated")
    parser.add_argument("--workers", type=int, default=2, help="runs at the same time, a core each")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=SETTINGS["steps"], help="of each run")
    given = parser.parse_args()
    plan = product(given.maze or MAZES, range(given.seeds), ARMS)
    calls = {(maze, arm, seed): (given.out, maze, arm, seed, given.steps) for maze, seed, arm in plan}
    found = in_processes(run, calls, given.workers)
    print(
        "| maze | memory | goals an episode | s to the first | s to the second | s to later ones | first less second |"
    )
    print("|---|---|---|---|---|---|---|")
    for maze in given.maze or MAZES:
        for arm in ARMS:
            rows = [found[maze, arm, seed] for seed in range(given.seeds)]
            cells = [interval([row[name] for row in rows]) for name in ("goals", *TIMES, "sooner")]
            print(f"| `{maze}` | {arm} | {' | '.join(cells)} |")
        for agent in ("expert", "random"):
            row = measure(maze, agent, 0)
            print(f"| `{maze}` | {agent} | {' | '.join(f'{row[name]:.1f}' for name in ('goals', *TIMES))} | |")


if __name__ == "__main__":
    main()
