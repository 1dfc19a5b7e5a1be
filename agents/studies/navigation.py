"""Does a memory find a goal sooner the second time? (Mirowski et al. 2017, arXiv 1611.03673, table of latencies.)

The goal is somewhere else in each episode and stays there until it ends; the player, whenever it gets there, goes on
from another place. The walls are the same in every episode: a small I, where the player goes on from the middle and the
goal is at the end of one of four arms, and a maze of 4x4 cells, where both may be anywhere. Agents with an LSTM, and
without a memory, learn by PPO and then play episodes of other seeds, twice as long: how long from the start to the
first goal, from there to the second, and between later ones?

An episode must hold several finds, or nothing in it rewards remembering: `limit` is a minute and more, a rollout is a
whole episode, and the discount looks 10 seconds ahead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ... import worlds
from ...worlds.engine.run.batch import Batch
from ..episodes import episodes_of
from ..policies import player
from ..settings import Config
from .frame import Job, Row, Study, sizes, trained

MAZES: dict[str, dict[str, Any]] = {
    "i-maze": {"knobs": {"map": 1, "height": 3, "width": 4}, "limit": 1350},
    "maze-small": {"knobs": {"map": 6, "height": 4, "width": 4, "fold": 0}, "limit": 1350},
}
FROM = 10_000  # seeds of the episodes that are measured start here
LONGER = 2  # times as long as in training are the episodes that are measured
TIMES = ("first", "second", "later")
COMMON: dict[str, Any] = {
    **{"algorithm": "ppo", "size": (24, 24), "repeat": 6, "learning_rate": 2e-3, "gamma": 0.98, "episodes": 512},
    **{"minibatches": 8, "epochs": 2, "envs": 32},
}
SCALES: dict[str, dict[str, Any]] = {
    "tiny": {"steps": 600, "envs": 4, "limit": 300, "episodes": 4, "minibatches": 2, "epochs": 1},
    "cpu": {"steps": 2_000_000},
    "gpu": {"steps": 60_000_000, "envs": 512, "size": (48, 48), "device": "cuda"},
}
COLUMNS = {
    "goals": "goals an episode", "first": "s to the first", "second": "s to the second", "later": "s to later ones",
    "sooner": "first less second",
}  # fmt: skip


def run(job: Job) -> Row:
    """Train a run, and measure how soon it finds its goals."""
    s = dict(MAZES[job.settings["world"]]) | dict(job.settings)
    episodes, world, algorithm = s.pop("episodes"), s.pop("world"), s.pop("algorithm")
    base = {"seed": job.seed, "threads": 1, "tensorboard": False, "rollout": s["limit"] // s["repeat"]}
    content = trained(Config.of(algorithm, world, **{**base, **s}), job.folder)
    return sizes(content) | measured(str(job.folder), world, s, episodes)


def measured(agent: str, maze: str, settings: Mapping[str, Any], episodes: int) -> Row:
    """{goals: an episode; first, second, later: mean seconds to these, of what was found in time; sooner: how much
    sooner the second was found than the first, of episodes with both}."""
    world, options = worlds.load(maze), {name: settings[name] for name in ("knobs", "limit")}
    policy, known = player(agent, world)
    options["limit"] *= LONGER
    repeat = known.get("repeat", settings["repeat"] if agent == "random" else 1)
    batch = Batch(world, episodes, split="test", seed=FROM, threads=1, repeat=repeat, **options)
    episodes_of(policy, batch, episodes)  # one in each row, whose last states tell what was found when
    found, when = batch.states["found"], batch.states["when"].astype(float)
    when[np.arange(when.shape[1]) >= found[:, None]] = np.nan
    gaps = np.diff(when, axis=1, prepend=0.0) / world.controls.tick_hz
    parts = gaps[:, 0], gaps[:, 1], gaps[:, 2:], gaps[:, 0] - gaps[:, 1]
    means = [float(part[~np.isnan(part)].mean()) if (~np.isnan(part)).any() else float("nan") for part in parts]
    row = {"goals": float(found.mean())} | dict(zip((*TIMES, "sooner"), means, strict=True))
    return {name: value for name, value in row.items() if np.isfinite(value)}


def baseline(agent: str, maze: str | None = None) -> Callable[[Path, Mapping[str, Any]], Row]:
    """The row of a player that does not learn, in the study's maze or another."""

    def row(folder: Path, settings: Mapping[str, Any]) -> Row:
        world = maze or settings["world"]
        known = dict(MAZES[world]) | dict(settings)
        return measured(agent, world, known, settings["episodes"])

    return row


STUDY = Study(
    name="navigation",
    asks="Does a memory find a goal sooner the second time?",
    run=run,
    arms={
        f"{maze}, {name}": {"world": maze, "units": units}
        for maze in MAZES
        for name, units in {"LSTM": 128, "no memory": 0}.items()
    },
    common=COMMON,
    columns=COLUMNS,
    scales=SCALES,
    baselines={f"{maze}, {agent}": baseline(agent, maze) for maze in MAZES for agent in ("expert", "random")},
)
