"""Judges that need no network: the goal program, chance, and several judges as one."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from .bank import Attempt, Bank
from .contracts import Judge, Verdict
from .settings import ImproveSettings

APART = 0.4
"""Greatest difference between two judges of an ensemble, beyond which it abstains."""


class ProgramJudge:
    """The goal program of each task: the truth."""

    truth: ClassVar[bool] = True
    frames: ClassVar[bool] = False
    marks = 0

    def __init__(self, settings: ImproveSettings):
        pass

    def prepare(self, bank: Bank, folder: Path, seed: int) -> dict[str, float]:
        """Nothing to learn."""
        return {}

    def score(self, attempts: Sequence[Attempt]) -> list[Verdict]:
        """1 where the goal was reached, at the step at which it was; else 0."""
        return [Verdict(1.0 if one.won else 0.0, one.won or 0) for one in attempts]


class RandomJudge:
    """Chance: the control. Scores are uniform, and the same for the same attempt."""

    truth: ClassVar[bool] = False
    frames: ClassVar[bool] = False
    marks = 0

    def __init__(self, settings: ImproveSettings):
        self._seed = settings.seed

    def prepare(self, bank: Bank, folder: Path, seed: int) -> dict[str, float]:
        """Nothing to learn."""
        return {}

    def score(self, attempts: Sequence[Attempt]) -> list[Verdict]:
        """Uniform from 0 to 1."""
        return [Verdict(self._number(one.id)) for one in attempts]

    def _number(self, id: str) -> float:
        drawn = hashlib.sha256(f"{self._seed}/{id}".encode()).digest()[:8]
        return int.from_bytes(drawn, "big") / 2**64


class EnsembleJudge:
    """Several judges: the mean of their scores; it abstains where one of them does, or where two are farther apart than
    APART. Made with the classes of its members."""

    truth: ClassVar[bool] = False
    frames: ClassVar[bool] = True
    members: ClassVar[Sequence[Any]] = ()

    def __init__(self, settings: ImproveSettings):
        self._judges: list[Judge] = [made(settings) for made in self.members]

    @property
    def marks(self) -> int:
        """The most that one of them wants."""
        return max(judge.marks for judge in self._judges)

    def prepare(self, bank: Bank, folder: Path, seed: int) -> dict[str, float]:
        """Each of them, in a folder of its own."""
        row: dict[str, float] = {}
        for number, judge in enumerate(self._judges):
            own = folder / str(number)
            own.mkdir(parents=True, exist_ok=True)
            told = judge.prepare(bank, own, seed + number)
            row |= {f"{number}_{name}": value for name, value in told.items()}
        return row

    def score(self, attempts: Sequence[Attempt]) -> list[Verdict]:
        """The mean, and the latest step."""
        given = [judge.score(attempts) for judge in self._judges]
        found = []
        for verdicts in zip(*given, strict=True):
            scores = [verdict.score for verdict in verdicts]
            apart = max(scores) - min(scores)
            mean = math.nan if not all(map(math.isfinite, scores)) or apart > APART else float(np.mean(scores))
            found.append(Verdict(mean, max(verdict.at for verdict in verdicts)))
        return found


def usable(verdict: Any, steps: int) -> Verdict | None:
    """A verdict as a judge of anybody's may give it, or None if it is none: its score is no number from 0 to 1."""
    try:
        score, at = float(verdict[0]), int(verdict[1])
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    if not 0 <= score <= 1:  # NaN is neither
        return None
    return Verdict(score, at if 0 < at <= steps else 0)


def verdicts(judge: Judge, attempts: Sequence[Attempt]) -> tuple[list[Verdict | None], str]:
    """A verdict for each attempt, None for those without one that can be used, and what the judge raised, or ""."""
    try:
        given: list[Any] = list(judge.score(attempts))
    except Exception as error:  # a judge may be anybody's
        return [None] * len(attempts), f"{type(error).__name__}: {error}"[:400]
    given += [None] * (len(attempts) - len(given))
    return [usable(one, each.steps) for one, each in zip(given, attempts, strict=False)], ""
