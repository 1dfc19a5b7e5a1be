"""The measurement of a player in real time: the episodes that it has played in a world that waits, played again in one
that does not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ...interface.progress import work
from ...interface.realtime import Clock, RealTime
from ...tasks.goals import Task
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.run.replay import Episode
from ..contracts import Policy
from ..episodes import Episodes
from .people import plain


class Noted:
    """A listener that records the episodes of a batch of one row, as replays. tasks: of the rows of its table, where it
    plays tasks."""

    def __init__(self, tasks: Sequence[Task] | None = None):
        self._tasks, self.episode = tasks, Episode("", 0, {}, 0, "", 0)

    def began(self, batch: Any, mask: np.ndarray) -> None:
        """Begin a new replay."""
        task = None if self._tasks is None else plain(self._tasks[int(batch.states["task"][0])])
        self.episode = Episode.start(batch, 0, task)

    def stepped(self, batch: Any) -> None:
        """Record the tick."""
        self.episode.note(batch)

    def loaded(self, batch: Any, rows: np.ndarray) -> None:
        """States are not restored in measurements."""


class Again(NamedTuple):
    """Episodes in real time. played: their results, whose lengths are ticks; missed: ticks that the player came too
    late for in each, int64 (episodes,); live: the RealTime, with its report of all of them."""

    played: Episodes
    missed: np.ndarray
    live: RealTime


def play_again(
    policy: Policy,
    batch: Batch,
    played: Episodes,
    *,
    repeat: int = 1,
    clock: Clock | None = None,
    latencies: Sequence[float] | None = None,
    arrivals: str | Path | None = None,
    tasks: Sequence[Task] | None = None,
) -> Again:
    """Play the episodes of `played` again, one after the other, in real time: same seeds, levels and tasks.

    batch: of one row, whose steps are ticks; repeat: ticks for which the policy's actions are held; clock, latencies:
    see RealTime. A policy says by its attribute `holds` whether keys stay down in missed ticks, if it has it. arrivals:
    a folder, by default none, in which each episode is stored as a replay with its arrivals; tasks: of the rows of the
    table, for these. Raises ValueError for a world whose episodes cannot be stored.
    """
    live = RealTime(batch, hold=getattr(policy, "holds", None), clock=clock, latencies=latencies, repeat=repeat)
    count = len(played.lengths)
    won, returns, lengths = map(np.zeros_like, (played.won, played.player_returns, played.lengths))
    result = Episodes(won, returns, lengths, played.seeds, played.tasks)
    missed = np.zeros(count, np.int64)
    note = None
    if arrivals is not None:
        Path(arrivals).mkdir(parents=True, exist_ok=True)
        note = Noted(tasks)
        batch.listeners.append(note)
    with work(f"Playing {count:,} episodes in real time: {policy.name} in {batch.world.name}", count) as job:
        for number in range(count):
            batch.reset(seed=[int(played.seeds[number])], tasks=np.array([played.tasks[number]]))
            if not number:
                policy.start(batch)
            before = live.missed
            _one(policy, batch, live, result, number)
            missed[number] = live.missed - before
            if note is not None:
                at = [[each.tick, each.seconds] for each in live.arrivals]
                note.episode.arrivals = {"hold": live.hold, "repeat": repeat, "at": at}
                note.episode.save(Path(str(arrivals)) / f"episode-{number:05d}.json")
            job.advance()
    return Again(result, missed, live)


def _one(policy: Policy, batch: Batch, live: RealTime, result: Episodes, number: int) -> None:
    """Play the episode that has just begun, and write what came of it."""
    live.begin()
    first = np.ones(1, bool)
    while not batch.over.all():
        policy.act(batch, first)
        outcomes = live.step()
        result.player_returns[number] += outcomes["reward"][0]
        result.won[number] |= outcomes["success"][0] != 0
        first = np.zeros(1, bool)
    result.lengths[number] = int(batch.states["tick"][0])


Measured = Callable[[Episodes], dict[str, Any]]


def summed(again: Again, sums: Measured) -> dict[str, Any]:
    """The results in real time beside those of a world that waits: the same sums, and the report of the clock."""
    return sums(again.played) | again.live.report()
