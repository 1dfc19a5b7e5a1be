"""How good a player is: success over a fixed number of episodes, with an interval."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import binomtest

from .. import worlds
from ..worlds.engine.batch import Batch
from ..worlds.engine.world import World
from .policy import Policy, player

ROWS = 256
"""Most rows played side by side."""
CONFIDENCE = 0.95


def interval(successes: int, episodes: int) -> tuple[float, float]:
    """The Wilson 95 % interval of a success rate: (low, high)."""
    found = binomtest(successes, episodes).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def episodes_of(policy: Policy, batch: Batch, episodes: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Play exactly this many episodes: (success bools, returns, lengths in steps), each (episodes,), row by row.

    How many each row plays is settled beforehand, so that short episodes do not count more than long ones. An episode
    succeeds if any of its players does; its return is the mean over its players.
    """
    tensors = batch.tensors()
    quota = np.full(batch.n, episodes // batch.n) + (np.arange(batch.n) < episodes % batch.n)
    records: list[list[tuple[bool, float, int]]] = [[] for _ in range(batch.n)]
    success, total, length = np.zeros(batch.n, bool), np.zeros(batch.n), np.zeros(batch.n, np.int64)
    batch.reset()
    playing = fresh = quota > 0
    policy.start(batch)
    while playing.any():
        policy.act(batch, fresh)
        batch.step()
        reward, won, over = (tensors[name].cpu().numpy() for name in ("reward", "success", "over"))
        total += reward.mean(1, dtype=np.float64)
        success |= won.any(1)
        length += 1
        ended = playing & (over != 0)
        for row in np.flatnonzero(ended):
            records[row].append((bool(success[row]), float(total[row]), int(length[row])))
        success[ended], total[ended], length[ended] = False, 0, 0
        quota = quota - ended
        playing = quota > 0
        fresh = ended & playing
        batch.reset(fresh)
    wins, returns, lengths = zip(*(record for row in records for record in row), strict=True)
    return np.array(wins), np.array(returns), np.array(lengths)


def evaluate(
    world: str | Path | World,
    agent: str | Path | Policy,
    *,
    episodes: int = 256,
    split: str = "test",
    seed: int = 0,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    levels: str | Path | np.ndarray | None = None,
    device: str = "cpu",
    threads: int | None = None,
    greedy: bool = False,
) -> dict[str, Any]:
    """Play `episodes` episodes and sum them up.

    agent: "random", "expert", the path of a checkpoint or of a run's folder, or a Policy. knobs and limit: those that
    the agent was trained on unless given. Returns {world, agent, episodes, success, success_low, success_high,
    return_mean, length_mean}, and whatever the player reports of itself (experts: planning time in seconds). The same
    seed gives the same result on the CPU. Raises ValueError for anything unknown.
    """
    world = worlds.load(world)
    if int(episodes) != episodes or episodes < 1:
        raise ValueError(f"episodes must be a whole number of at least 1, got {episodes}")
    policy, trained = (agent, {}) if isinstance(agent, Policy) else player(agent, world, seed=seed, greedy=greedy)
    knobs = trained.get("knobs") if knobs is None else knobs
    limit = trained.get("limit") if limit is None else limit
    options: dict[str, Any] = {"knobs": knobs, "limit": limit, "levels": levels, "device": device, "threads": threads}
    batch = Batch(world, min(episodes, ROWS), split=split, seed=seed, **options)
    wins, returns, lengths = episodes_of(policy, batch, episodes)
    low, high = interval(int(wins.sum()), episodes)
    return {
        "world": world.name,
        "agent": policy.name,
        "episodes": episodes,
        "success": float(wins.mean()),
        "success_low": low,
        "success_high": high,
        "return_mean": float(returns.mean()),
        "length_mean": float(lengths.mean()),
        **policy.report(),
    }
