"""Pay by a judge: what an agent that learns by playing earns for its attempts where no goal program may tell.

The agent plays tasks whose goals are hidden (attempts.py), each to its limit, so that the end of an episode tells
nothing. Then the judge sees the attempt as it sees those of a round, drawn from its actions, and its score is paid at
the step after which it says that it was done, or at the end. From the run's threshold on the attempt counts as done,
and ends there. An attempt without a score that can be used earns nothing, and is counted.

The true goals are followed beside, for the audit alone: neither the judge nor the agent is told of them.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ...episodes.episode import Episode, Player
from ...episodes.recorder import Recorder
from ...interface.files import write_atomically
from ...tasks.files import write_line
from ...tasks.goals import Task
from ...worlds.engine.run.batch import Batch
from ..data.paid import Paid
from ..training.log import read_metrics
from .attempts import Beside, hidden, new_id
from .audit import rate
from .bank import Attempt, drawn
from .contracts import Lessons
from .judges import verdicts

LAST = 0.25
"""Share of a round's updates, the last ones, whose attempts are told of by themselves: by then an agent has found what
the judge pays for wrongly."""
_ROW = "row"
COUNTS = ("attempts", "abstained", "right", "wrong", "missed", "refused")
"""Of attempts that were paid for: all, those without a score, and of the others those found done that were, found done
that were not, not found done that were, and neither."""


class _Watched:
    """The attempts of a batch: their episodes by row, and the true goals beside."""

    def __init__(self, batch: Batch, tasks: Sequence[Task], shown: Sequence[Task], options: dict[str, Any]):
        self.episodes: dict[int, Episode] = {}
        self._beside = Beside(batch.world, tasks, batch.n, **options)
        self.truth = self._beside.truth
        batch.listeners.append(self._beside)
        self._recorder = Recorder(
            batch, None, played_by=Player("policy"), tasks=shown, keep=self._keep, unfinished=False
        )
        batch.listeners.append(self)

    def began(self, batch: Batch, mask: np.ndarray) -> None:
        """All rows have begun; their episodes are told by their numbers."""
        self.episodes = {}
        for row in range(batch.n):
            self._recorder.tell(row, _ROW, str(row))

    def stepped(self, batch: Batch) -> None:
        """The recorder notes the step."""

    def loaded(self, batch: Batch, rows: np.ndarray) -> None:
        """Attempts begin anew after this."""

    def _keep(self, episode: Episode) -> bool:
        self.episodes[int(episode.extra[_ROW])] = episode
        return False


class JudgePayer:
    """Pays what the judge of a round says; see agents/data/paid.py. given: the round's lessons; tasks: of the round;
    file: where these are written with their goals hidden."""

    def __init__(self, given: Lessons, tasks: Sequence[Task], file: Path):
        assert given.judge is not None
        self._given, self._judge, self._tasks = given, given.judge, list(tasks)
        self._shown = [hidden(task) for task in tasks]
        self._batches: dict[int, tuple[int, _Watched]] = {}
        self._counts = Counter[str]()
        write_atomically(file, "".join(map(write_line, self._shown)).encode())

    def watch(self, batch: Batch) -> None:
        """Record its attempts."""
        options = {"repeat": batch.repeat, "threads": self._given.settings.threads}
        found = _Watched(batch, self._tasks, self._shown, options)
        self._batches[id(batch)] = len(self._batches), found

    def pay(self, batch: Batch, number: int) -> Paid:
        """The judge's scores of the attempts that have just ended."""
        part, found = self._batches[id(batch)]
        s, won = self._given.settings, [one.won for one in found.truth.found]
        for row, episode in found.episodes.items():
            episode.id = new_id(s.seed, self._given.round, "paid", number, part, row)
        attempts = self._attempts(found.episodes, won)
        given, _ = verdicts(self._judge, list(attempts.values()))
        amount, at, done = np.full(batch.n, math.nan), np.zeros(batch.n, np.int64), np.zeros(batch.n, bool)
        for row, verdict in zip(attempts, given, strict=True):
            if verdict is not None:
                amount[row], at[row], done[row] = verdict.score, verdict.at, verdict.score >= s.threshold
        self._count(np.isfinite(amount), done, np.array(won) > 0)
        return Paid(amount, at, done)

    def _attempts(self, episodes: Mapping[int, Episode], won: Sequence[int]) -> dict[int, Attempt]:
        """The attempts by row as the judge sees them, without those that cannot be drawn for a judge that looks."""
        frames: dict[str, np.ndarray] = {}
        if self._judge.frames:
            frames = drawn(
                self._given.world, list(episodes.values()), self._given.bank.size, self._given.settings.threads
            )
        return {
            row: Attempt(
                each.id, each.instructions[0], frames.get(each.id), each.steps, won[row] if self._judge.truth else None
            )
            for row, each in sorted(episodes.items())
            if each.id in frames or not self._judge.frames
        }

    def _count(self, scored: np.ndarray, done: np.ndarray, true: np.ndarray) -> None:
        given = {"right": done & true, "wrong": done & ~true, "missed": ~done & true, "refused": ~done & ~true}
        self._counts += Counter({name: int((some & scored).sum()) for name, some in given.items()})
        self._counts += Counter({"attempts": len(scored), "abstained": int((~scored).sum())})

    def report(self) -> dict[str, float]:
        """Counts of the attempts since the last report, see COUNTS."""
        found = {f"paid_{name}": float(self._counts[name]) for name in COUNTS}
        self._counts.clear()
        return found


def told(folder: Path) -> dict[str, Any]:
    """The audit of what a round's agent was paid for, from the metrics of its run: counts, and precision, recall and
    false positives of the judge, of all of its attempts and of those of the last updates. {} of a run that no judge
    has paid."""
    rows = [row for row in read_metrics(folder) if f"paid_{COUNTS[0]}" in row]
    if not rows:
        return {}
    last = max(round(LAST * len(rows)), 1)
    return {"paid": _audited(rows), "paid, last": _audited(rows[-last:])}


def _audited(rows: Sequence[dict[str, float]]) -> dict[str, Any]:
    n = {name: int(sum(row[f"paid_{name}"] for row in rows)) for name in COUNTS}
    given = n["attempts"] - n["abstained"]
    return {
        "attempts": n["attempts"], "abstained": n["abstained"], "true": rate(n["right"] + n["missed"], given),
        "judged": rate(n["right"] + n["wrong"], given), "precision": rate(n["right"], n["right"] + n["wrong"]),
        "recall": rate(n["right"], n["right"] + n["missed"]),
        "false_positives": rate(n["wrong"], n["wrong"] + n["refused"]),
    }  # fmt: skip
