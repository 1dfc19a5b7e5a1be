"""Tasks of a run: which of a batch's table come up, as its curriculum says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ...tasks.goals import Task
from ...worlds.engine.records.judge import MILLI
from ...worlds.engine.run.batch import TALLY, Batch
from .curricula import TaskOutcomes, curriculum


class EpisodeMeans:
    """The mean of something over each episode, for the row of the table of tasks that was played."""

    def __init__(self, n: int, tasks: int, device: torch.device):
        self.sums, self.counts, self._tasks = torch.zeros(n, device=device), torch.zeros(n, device=device), tasks

    def __call__(
        self, values: torch.Tensor, weights: torch.Tensor, over: torch.Tensor, rows: torch.Tensor
    ) -> np.ndarray:
        """The mean over the episodes of each row that ended in a rollout, float64 (tasks,), NaN where none did.

        values, weights: (steps, n, players); over: (steps, n), 1 where a step ended an episode; rows: (steps, n).
        """
        device = self.sums.device
        totals, ended = torch.zeros(2, self._tasks, device=device)
        for value, weight, last, row in zip(values, weights, over, rows, strict=True):
            self.sums = self.sums + (value * weight).sum(-1)
            self.counts = self.counts + weight.sum(-1)
            totals.index_add_(0, row, last * self.sums / self.counts.clamp_min(1))
            ended.index_add_(0, row, last)
            self.sums, self.counts = self.sums * (1 - last), self.counts * (1 - last)
        found, episodes = torch.stack([totals, ended]).cpu().double().numpy()
        return np.where(episodes > 0, found / np.maximum(episodes, 1), np.nan)


class TaskSampler:
    """The curriculum of one batch: it is told what has ended, and sets `batch.weights`."""

    def __init__(self, batch: Batch, tasks: Sequence[Task], name: str, options: dict[str, float], rollout: int):
        self._batch, self._file_tasks = batch, len(tasks)
        difficulty = np.array([np.nan if task.steps is None else task.steps for task in tasks])
        self._curriculum = curriculum(name, difficulty, options)
        rows = len(batch.task_table)
        device = batch.tensors()["task"].device
        self._counted = {name: np.zeros(rows, np.int64) for name in TALLY}
        self._means = EpisodeMeans(batch.n, rows, device)
        self._over = torch.zeros(rollout, batch.n, device=device)
        self._rows = torch.zeros(rollout, batch.n, dtype=torch.int64, device=device)
        self._paid: dict[str, np.ndarray] | None = None
        nothing = np.zeros(rows, np.int64)
        errors = np.full(rows, np.nan) if self._curriculum.errors else None
        batch.weights = self._curriculum.weigh(TaskOutcomes(0.0, nothing, nothing, np.zeros(rows), errors))

    def saw(self, index: int, rows: torch.Tensor, over: torch.Tensor) -> None:
        """One step of a rollout: the row of the table that each environment played, and which ended."""
        self._rows[index], self._over[index] = rows, over

    def rewarded(self, rows: np.ndarray, done: np.ndarray, amounts: np.ndarray) -> None:
        """Attempts that somebody has paid for, in place of the episodes that the batch counts: of each environment the
        row of the table, int (n,), whether it was found done, bool (n,), and the amount, float32 (n,)."""
        parts = zip(TALLY, (np.ones(len(rows)), done, amounts * MILLI), strict=True)
        size = len(self._batch.task_table)
        self._paid = {name: np.bincount(rows, part, size).round().astype(np.int64) for name, part in parts}

    def choose(self, errors: torch.Tensor | None, done: float) -> None:
        """Tell the curriculum what has ended in a rollout, and take its weights. errors: (rollout, lanes) of this
        batch, see Algorithm.errors; done: share of the run that lies behind. Raises ValueError if the curriculum asks
        for errors and the algorithm has none."""
        found = None
        if self._curriculum.errors:
            if errors is None:
                raise ValueError("this algorithm estimates no values, so the curriculum 'plr' has nothing to go by")
            sizes = errors.to(self._over.device).reshape(len(errors), self._batch.n, self._batch.players)
            playing = ~sizes.isnan()
            found = self._means(sizes.nan_to_num(), playing.float(), self._over, self._rows)
        counts = {name: torch.as_tensor(self._batch.tally[name]).cpu().numpy().copy() for name in TALLY}
        new = {name: counts[name] - self._counted[name] for name in TALLY}
        self._counted = counts
        if self._paid is not None:
            new, self._paid = self._paid, None
        outcomes = TaskOutcomes(done, new["attempts"], new["successes"], new["returns"] / MILLI, found)
        self._batch.weights = self._curriculum.weigh(outcomes)

    def state_dict(self) -> dict[str, Any]:
        """All that a run needs to go on."""
        return {
            "tasks": self._file_tasks,
            "state": {name: torch.from_numpy(part.copy()) for name, part in self._curriculum.state().items()},
            "weights": torch.from_numpy(self._batch.weights.copy()),
            "tally": {name: torch.from_numpy(counts) for name, counts in self._counted.items()},
            "means": [self._means.sums, self._means.counts],
        }

    def load_state_dict(self, saved: dict[str, Any]) -> None:
        """Go back to a saved state. Raises ValueError if it is of other tasks."""
        if saved["tasks"] != self._file_tasks:
            raise ValueError(
                f"the file of tasks held {saved['tasks']} of {self._batch.world.name} when this run began, and now it "
                f"holds {self._file_tasks}: a run goes on only with the file as it was"
            )
        self._curriculum.restore({name: part.numpy() for name, part in saved["state"].items()})
        self._batch.weights = saved["weights"].numpy()
        for name, counts in saved["tally"].items():
            self._counted[name] = counts.numpy()
            torch.as_tensor(self._batch.tally[name]).copy_(counts)
        device = self._means.sums.device
        self._means.sums, self._means.counts = (part.to(device) for part in saved["means"])
