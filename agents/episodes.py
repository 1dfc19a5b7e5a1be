"""Episodes: a policy plays a given number of them in a batch, and their results."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import binomtest, t

from ..interface.progress import Work, work
from ..tasks.compile import table
from ..tasks.goals import Task
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.world import World
from .contracts import Policy

ROWS = 256
"""Most rows of a batch."""
CONFIDENCE = 0.95
REPEAT = 4
"""Ticks that an action is held in worlds of real time: usual for agents in DeepMind Lab (github.com/google-deepmind/
scalable_agent)."""


def interval(successes: int, episodes: int) -> tuple[float, float]:
    """The Wilson 95 % interval of a success rate: (low, high)."""
    found = binomtest(successes, episodes).proportion_ci(CONFIDENCE, method="wilson")
    return float(found.low), float(found.high)


def mean_interval(values: np.ndarray) -> tuple[float, float]:
    """Student's 95 % interval of the mean of values, (n,): (low, high); the mean itself where all are equal."""
    mean, spread = float(values.mean()), float(values.std(ddof=1)) if len(values) > 1 else 0.0
    if not spread > 0:
        return mean, mean
    half = float(t.ppf((1 + CONFIDENCE) / 2, len(values) - 1)) * spread / math.sqrt(len(values))
    return mean - half, mean + half


class Episodes(NamedTuple):
    """The results of episodes: won, bools (episodes, players); player_returns, float64 (episodes, players); lengths in
    steps, (episodes,); seeds, uint64 (episodes,), and tasks, rows of the batch's table, (episodes,), which give an
    episode again."""

    won: np.ndarray
    player_returns: np.ndarray
    lengths: np.ndarray
    seeds: np.ndarray
    tasks: np.ndarray

    @property
    def wins(self) -> np.ndarray:
        """Whether any player of an episode succeeded, (episodes,)."""
        return np.asarray(self.won.any(1))

    @property
    def returns(self) -> np.ndarray:
        """The mean return of an episode's players, (episodes,)."""
        return self.player_returns.mean(1)


def episodes_of(
    policy: Policy,
    batch: Batch,
    episodes: int,
    tasks: np.ndarray | None = None,
    on_begin: Callable[[np.ndarray], None] | None = None,
) -> Episodes:
    """Play exactly this many episodes, in their order: episode e is played in row e % n.

    The number of episodes of each row is fixed beforehand, so that short episodes do not count more than long ones.
    tasks: the row of the table of each episode, integers (episodes,); by default each reset draws one. on_begin: called
    with the rows that have just begun, (rows,) integers.
    """
    with work(f"Playing {episodes:,} episodes: {policy.name} in {batch.world.name}", episodes) as job:
        return _played(policy, batch, episodes, tasks, on_begin, job)


def _played(
    policy: Policy,
    batch: Batch,
    episodes: int,
    tasks: np.ndarray | None,
    on_begin: Callable[[np.ndarray], None] | None,
    job: Work,
) -> Episodes:
    n = batch.n
    drawn = np.full(episodes, -1) if tasks is None else np.asarray(tasks)
    rows = np.arange(n)
    now = rows.copy()  # the episode that each row plays
    shape = (episodes, batch.players)
    counts = np.zeros(episodes, np.int64)
    result = Episodes(np.zeros(shape, bool), np.zeros(shape), counts, counts.astype(np.uint64), counts.copy())
    active = is_first = now < episodes

    def begin(which: np.ndarray | None) -> None:
        batch.reset(which, tasks=np.where(now < episodes, drawn[np.minimum(now, episodes - 1)], -1))
        started = np.flatnonzero(active if which is None else which)
        if len(started):
            result.seeds[now[started]] = host(batch.states["seed"])[started]
            result.tasks[now[started]] = host(batch.states["task"])[started]
        if on_begin is not None:
            on_begin(started)

    begin(None)
    policy.start(batch)
    watcher = getattr(policy, "ended", None)
    while active.any():
        policy.act(batch, is_first)
        batch.step()
        outcomes = batch.outcomes
        reward, success, over = map(host, (outcomes["reward"], outcomes["success"], batch.over))
        at = now[active]
        won = np.ones(n, bool)
        won[active] = result.won[at].any(1)
        result.player_returns[at] += reward[active]
        result.won[at] |= success[active] != 0
        result.lengths[at] += 1
        ended = active & (over != 0)
        if watcher is not None:
            watcher(batch, (ended | (success.any(1) & active)) & ~won, success.any(1))
        job.advance(int(ended.sum()))
        now = now + n * ended
        active = now < episodes
        is_first = ended & active
        begin(is_first)
    return result


def rows_for(policy: Policy, episodes: int) -> int:
    """The rows of a batch in which a policy plays so many episodes: ROWS at most, or as many as it wishes (`rows`)."""
    return min(episodes, getattr(policy, "rows", ROWS), ROWS)


def host(values: Any) -> np.ndarray:
    """The values of an array of either device, as a NumPy array."""
    return np.asarray(values.cpu() if hasattr(values, "cpu") else values)


def play_tasks(policy: Policy, world: World, tasks: Sequence[Task], times: int, **options: Any) -> Episodes:
    """Play every task `times` times: episode e is of task e % len(tasks). options: of the Batch."""
    plan = np.arange(times * len(tasks)) % len(tasks)
    batch = Batch(world, rows_for(policy, len(plan)), tasks=table(tasks, world), **options)
    return episodes_of(policy, batch, len(plan), plan)
