"""Curricula: the probability of each task of a table at the next reset, from the results on the tasks so far.

After each rollout a curriculum receives the outcomes since the last one, and returns weights, (tasks,), of any scale.
It counts by row of the table, so it needs rows that come up again and again: with many more tasks than episodes in a
run, all of them are uniform in effect, except `manual`.

    uniform        every task with the same weight
    manual         the easiest first, then more and more, until all are in
    plr            prioritised level replay: tasks with the largest errors of value
    learnability   tasks that sometimes succeed and sometimes fail
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from scipy.stats import rankdata

from ..settings import RENAMED


@dataclass(frozen=True)
class TaskOutcomes:
    """The outcomes of the episodes that ended since the last time, by row of the table.

    done: share of the run that is over, 0 to 1; attempts, successes: int64 (tasks,); returns: their sums, float64
    (tasks,); errors: float64 (tasks,), the mean size of the advantage estimates of a row's episodes, NaN where none has
    ended; None for curricula that do not need them.
    """

    done: float
    attempts: np.ndarray
    successes: np.ndarray
    returns: np.ndarray
    errors: np.ndarray | None = None


class Curriculum(Protocol):
    """Weights for tasks. `errors`: whether it needs the errors, which cost a little."""

    errors: bool

    def weigh(self, outcomes: TaskOutcomes) -> np.ndarray:
        """Take in the outcomes, and return the weights from now on, float64 (tasks,)."""

    def state(self) -> dict[str, np.ndarray]:
        """All that a run must save to resume exactly; `restore` takes it back."""
        return {}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go back to a saved state."""


@dataclass
class Uniform:
    """Every task is as likely as any other."""

    difficulty: np.ndarray
    errors = False

    def weigh(self, outcomes: TaskOutcomes) -> np.ndarray:
        """Ones."""
        return np.ones(len(outcomes.attempts))

    def state(self) -> dict[str, np.ndarray]:
        """Nothing to keep."""
        return {}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Nothing to go back to."""


@dataclass
class Manual:
    """A schedule set by hand: at first the easiest tasks alone, then a share that grows linearly until all are in.

    difficulty: of each task, (tasks,), NaN where it is not known. first: the share of the tasks at the start of the
    run; full: the share of the run after which all are in. Neither number has a source.
    """

    difficulty: np.ndarray
    first: float = 0.1
    full: float = 0.5
    errors = False

    def __post_init__(self) -> None:
        _share(self, "first", "full")
        if np.isnan(self.difficulty).any():
            raise ValueError(
                "the curriculum 'manual' goes by how hard tasks are, and some have no `steps`: grade them first, or "
                "choose another curriculum"
            )

    def weigh(self, outcomes: TaskOutcomes) -> np.ndarray:
        """1 for the tasks that are in, among them all that tie with the hardest of these; 0 for the others."""
        grown = min(outcomes.done / self.full, 1.0) if self.full else 1.0
        easier = (rankdata(self.difficulty, method="min") - 1) / len(self.difficulty)  # share of the tasks, below 1
        return (easier <= (self.first + (1 - self.first) * grown) * (1 - 1e-9)).astype(np.float64)

    def state(self) -> dict[str, np.ndarray]:
        """Nothing to keep."""
        return {}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Nothing to go back to."""


@dataclass
class PrioritisedLevelReplay:
    """Prioritised level replay (Jiang et al. 2021, arXiv 2010.03934), value_l1 with prioritised ranks.

    The score of a task is the mean size of the advantage estimates of its last episodes. With the share of tasks seen
    so far, a reset plays a seen one, drawn by (1 - staleness) of (1 / rank of its score) ** (1 / temperature) and
    staleness of the episodes since it was played last; else one that was never seen. temperature and staleness are
    those of the authors' README (github.com/facebookresearch/level-replay). Where they draw level after level, here
    the weights stay as they are for a rollout.
    """

    difficulty: np.ndarray
    temperature: float = 0.1
    staleness: float = 0.1
    errors = True

    def __post_init__(self) -> None:
        _share(self, "staleness")
        if self.temperature <= 0:
            raise ValueError(f"plr: temperature must be greater than 0, got {self.temperature}")
        tasks = len(self.difficulty)
        self._scores, self._played = np.full(tasks, np.nan), np.zeros(tasks)
        self._episodes = 0.0

    def weigh(self, outcomes: TaskOutcomes) -> np.ndarray:
        """The distribution of the next resets, which adds up to 1."""
        assert outcomes.errors is not None
        self._episodes += float(outcomes.attempts.sum())
        ended = ~np.isnan(outcomes.errors)
        self._scores[ended], self._played[ended] = outcomes.errors[ended], self._episodes
        known = ~np.isnan(self._scores)
        weights = np.zeros(len(known))
        if known.any():
            rank = rankdata(-self._scores[known], method="ordinal")
            # divided by the largest: rank 1 has weight 1, and the powers of others only ever fall to 0
            by_score = (1.0 / rank) ** (1 / self.temperature)
            by_age = self._episodes - self._played[known]
            replay = by_score / by_score.sum()
            if by_age.any():
                replay = (1 - self.staleness) * replay + self.staleness * by_age / by_age.sum()
            weights[known] = known.mean() * replay
        if not known.all():
            weights[~known] = (1 - known.mean()) / (~known).sum()
        return weights

    def state(self) -> dict[str, np.ndarray]:
        """Scores, when each task was played last, and how many episodes there were."""
        return {"scores": self._scores, "played": self._played, "episodes": np.array(self._episodes)}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go back to a saved state."""
        self._scores, self._played = state["scores"].copy(), state["played"].copy()
        self._episodes = float(state["episodes"])


@dataclass
class Learnability:
    """Sampling for learnability (Rutherford et al. 2024, arXiv 2408.15099): tasks whose success p is neither 0 nor 1.

    Half of the resets (uniform) draw any task, the others one of the best tenth (share) by p(1 - p), all alike. The
    authors find p by rollouts that are for nothing else; here it comes from the training episodes themselves, the
    last 1 / (1 - decay) or so of each task, and p(1 - p) is its mean under the Beta distribution that they leave of a
    flat one, so that a task nobody has tried has 1/6. uniform is the authors' for grid mazes
    (github.com/amacrutherford/sampling-for-learnability, minigrid-sfl.yaml: 128 of 256), who keep 1,000 of 25,000
    levels as the best; share and decay have no source.
    """

    difficulty: np.ndarray
    uniform: float = 0.5
    share: float = 0.1
    decay: float = 0.9
    errors = False

    def __post_init__(self) -> None:
        _share(self, "uniform", "share", "decay")
        self._attempts, self._successes = np.zeros((2, len(self.difficulty)))

    def learnability(self) -> np.ndarray:
        """The mean of p(1 - p) for each task, (tasks,)."""
        a, b = 1 + self._successes, 1 + self._attempts - self._successes
        return a * b / ((a + b) * (a + b + 1))

    def weigh(self, outcomes: TaskOutcomes) -> np.ndarray:
        """The distribution of the next resets, which adds up to 1. Tasks as good as the last of the best are with
        them."""
        remaining = self.decay**outcomes.attempts
        self._attempts = self._attempts * remaining + outcomes.attempts
        self._successes = self._successes * remaining + outcomes.successes
        score, tasks = self.learnability(), len(self._attempts)
        last = min(max(round(self.share * tasks), 1), tasks)
        best = score >= np.partition(score, tasks - last)[tasks - last] - 1e-12
        return self.uniform / tasks + (1 - self.uniform) * best / best.sum()

    def state(self) -> dict[str, np.ndarray]:
        """Attempts and successes, less what has faded."""
        return {"attempts": self._attempts, "successes": self._successes}

    def restore(self, state: dict[str, np.ndarray]) -> None:
        """Go back to a saved state."""
        self._attempts, self._successes = state["attempts"].copy(), state["successes"].copy()


CURRICULA: dict[str, Any] = {
    "uniform": Uniform,
    "manual": Manual,
    "plr": PrioritisedLevelReplay,
    "learnability": Learnability,
}


def curriculum(name: str, difficulty: np.ndarray, options: dict[str, float] | None = None) -> Curriculum:
    """The curriculum of this name for tasks of this difficulty, (tasks,), NaN where it is not known.

    options: its numbers that differ from its defaults. Raises ValueError for an unknown name, an unknown number, or a
    value that cannot be.
    """
    name = RENAMED.get(name, name)
    if name not in CURRICULA:
        raise ValueError(f"unknown curriculum {name!r}; it is one of {', '.join(CURRICULA)}")
    known = [field.name for field in dataclasses.fields(CURRICULA[name]) if field.name != "difficulty"]
    for option in options or {}:
        if option not in known:
            raise ValueError(f"the curriculum {name!r} has no {option!r}; it has {', '.join(known) or 'no options'}")
    made: Curriculum = CURRICULA[name](np.asarray(difficulty, np.float64), **(options or {}))
    return made


def _share(curriculum: Any, *names: str) -> None:
    """Raise ValueError unless these numbers of a curriculum lie from 0 to 1."""
    for name in names:
        if not 0 <= getattr(curriculum, name) <= 1:
            raise ValueError(f"{name} must lie from 0 to 1, got {getattr(curriculum, name)}")
