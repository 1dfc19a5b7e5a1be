"""A player recorded to an mp4 or gif; tasks with their text below. Its window is in agents/human/watching.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import worlds
from ...interface.clip import FASTEST, check_path, rested, write_clip
from ...interface.progress import Work, work
from ...tasks.compile import table
from ...tasks.goals import Task
from ...tasks.show import strips
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..contracts import Policy
from ..policies import player, start
from .evaluate import solutions
from .insight import Insight, check

if TYPE_CHECKING:
    from ..search.settings import SearchSettings

EDGE = 480
"""Most pixels of the longer side of a recorded frame, by default."""


def picture_size(batch: Batch, edge: int = EDGE) -> tuple[int, int]:
    """(height, width) of the largest frame of whole, even tiles that fits a square of this edge; videos need even
    sizes."""
    tile = max(edge // max(batch.rows, batch.cols) // 2 * 2, 2)
    return batch.rows * tile, batch.cols * tile


def episode(
    policy: Policy,
    batch: Batch,
    size: tuple[int, int],
    below: Sequence[np.ndarray] = (),
    insight: Insight | None = None,
) -> Iterator[np.ndarray]:
    """The frames of the episode that begins now in a batch of one row: all players' pictures, each of this size, side
    by side, with what `insight` draws, and further strips of the same width below."""
    is_first = np.ones(1, bool)
    if insight:
        insight.begin()
    while not batch.over[0]:
        if not insight:
            yield _frame(batch, size, below)
        policy.act(batch, is_first)
        if insight:  # which shows what is made of this state
            yield _frame(batch, size, below, insight)
        batch.step()
        is_first = np.zeros(1, bool)
    yield _frame(batch, size, below, insight)


def _frame(
    batch: Batch, size: tuple[int, int], below: Sequence[np.ndarray], insight: Insight | None = None
) -> np.ndarray:
    pictures = [batch.picture(player=player, size=size) for player in range(batch.players)]
    pictures = insight.draw(pictures, batch) if insight else pictures
    return np.concatenate([np.concatenate(pictures, axis=1), *below])


def _episodes(
    policy: Policy, batch: Batch, size: tuple[int, int], tasks: Sequence[Task], episodes: int, hz: float,
    insight: Insight | None,
) -> Iterator[np.ndarray]:  # fmt: skip
    """The frames of this many episodes, from the one that begins now on; each is followed by the next of the tasks,
    with its text below."""
    words = strips(tasks[:episodes], size[1] * batch.players)
    for number in range(episodes):
        row = number % max(len(tasks), 1)
        yield from rested(episode(policy, batch, size, words[row : row + 1], insight), hz)
        batch.reset(tasks=[(number + 1) % max(len(tasks), 1)])


def _reported(frames: Iterator[np.ndarray], batch: Batch, job: Work) -> Iterator[np.ndarray]:
    """The frames; the job receives the number of finished episodes, and the share of this one, of its limit."""
    number = before = 0
    for frame in frames:
        tick, limit = int(batch.states["tick"][0]), int(batch.states["limit"][0])
        number += tick < before
        before = tick
        job.to(number + tick / max(tick, limit, 1))
        yield frame


def watch(
    world: str | Path | World,
    agent: str | Path | Policy,
    *,
    out: str | Path,
    episodes: int = 3,
    split: str = "test",
    seed: int = 0,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    levels: str | Path | None = None,
    tasks: Sequence[Task] = (),
    size: tuple[int, int] | None = None,
    hz: float | None = None,
    repeat: int = 1,
    greedy: bool | None = None,
    guidance: float = 1.0,
    search: SearchSettings | None = None,
    show: Sequence[str] = (),
) -> None:
    """Record a player to `out` (.mp4 or .gif).

    agent, guidance, search: as for `evaluate`; tasks: played one after the other in place of the world's own task (the
    expert shows their solutions); size: (height, width) of a player's picture in pixels; hz: frames a second, the
    world's tick rate (turn-based worlds: at most 8) by default; repeat: ticks that a Policy's actions are held; show:
    what is drawn of a trained player's network, of "attention", "value" and "plan", see insight.py. Raises ValueError
    for unknown names, and OSError where no clip can be written.
    """
    check_pace(episodes, hz)
    check_path(out)
    world = worlds.load(world)
    known = solutions(tasks) if tasks else None
    if isinstance(agent, Policy):
        policy, trained = agent, dict[str, Any]()
    else:
        policy, trained = player(
            agent, world, seed=seed, greedy=greedy, guidance=guidance, search=search, solutions=known
        )
    repeat = trained.get("repeat", repeat)
    options = start({} if tasks else trained, knobs, limit) | {"tasks": table(tasks, world) if tasks else None}
    batch = Batch(world, 1, split=split, seed=seed, levels=levels, threads=1, repeat=repeat, **options)
    size = size or picture_size(batch)
    hz = hz or (min(world.controls.tick_hz, 8) if world.controls.turn_based else world.controls.tick_hz / repeat)
    batch.reset(seed=seed, tasks=[0])
    check(show, policy, batch)
    policy.start(batch)
    insight = Insight(show, policy, batch) if show else None
    shown = _episodes(policy, batch, size, tasks, episodes, hz, insight)
    with work(f"Recording {policy.name} in {world.name}", episodes) as job:
        write_clip(out, _reported(shown, batch, job), hz)


def check_pace(episodes: int, hz: float | None) -> None:
    """Raise ValueError for a number of episodes, or of frames a second, out of range."""
    if int(episodes) != episodes or episodes < 1:
        raise ValueError(f"episodes must be a whole number of at least 1, got {episodes}")
    if hz is not None and not 0 < hz <= FASTEST:
        raise ValueError(f"hz must be more than 0 and at most {FASTEST}, got {hz}")
