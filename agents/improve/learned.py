"""Judges that learn from marks: a small network that reads the first frame of an attempt, a later one, and the
instruction, and gives a number for how far the attempt has come.

`preferences`: of two moments of one attempt the one after a mark of progress is better (Bradley and Terry 1952, as in
Abramson et al. 2022, arXiv 2211.11602); moments between which nothing was marked are alike.
`steps-to-go`: the number is a discounted count of the steps that are left until a marked success (the reward of
Self-Improving Embodied Foundation Models, arXiv 2509.15155); where no success was marked it is 0.

Both turn the greatest number of an attempt into the chance that it succeeded by a logistic curve (Platt 1999), fitted
on the marks of success and failure of attempts that the network has not learned from.
"""

from __future__ import annotations

import io
import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import torch
from scipy.optimize import minimize
from torch import nn
from torch.nn import functional as F

from ...episodes.marks import Mark
from ...interface.files import write_atomically
from ...interface.text import TOKENS, encode
from ..networks.language import Language
from .bank import Attempt, Bank
from .contracts import Verdict
from .settings import ImproveSettings

WIDTH, TOLD = 32, 64
"""Channels of the network, and features of a text; chosen without trial."""
PAIRS = 128
"""Pairs of moments in a step of the optimiser."""
RATE = 1e-3
HELD = 0.25
"""Share of the annotated attempts that the curve is fitted on."""
GAMMA = 0.95
"""The discount of steps to go, for each step of the agent."""
MOST = 4096
"""Annotated attempts that are learned from at most, the latest."""
FILE = "judge.pt"


class Scorer(nn.Module):
    """(first frames, later frames), each uint8 (batch, height, width, 3), and tokens (batch, 64) to (batch,)."""

    def __init__(self) -> None:
        super().__init__()
        sizes = (6, WIDTH // 2, WIDTH, WIDTH)
        self.layers = nn.ModuleList(nn.Conv2d(one, other, 4, stride=2, padding=1) for one, other in pairwise(sizes))
        self.language = Language(TOLD)
        self.film = nn.Linear(TOLD, 2 * WIDTH)
        self.mix = nn.Conv2d(WIDTH, WIDTH, 3, padding=1)
        self.head = nn.Sequential(nn.Linear(2 * WIDTH + TOLD, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, first: torch.Tensor, now: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """The numbers."""
        seen = torch.cat([first, now], -1).permute(0, 3, 1, 2).float() / 255 - 0.5
        for layer in self.layers:
            seen = F.relu(layer(seen))
        told = self.language(tokens)
        scale, shift = self.film(told)[..., None, None].chunk(2, 1)
        seen = F.relu(self.mix(seen * (1 + scale) + shift))
        return torch.as_tensor(self.head(torch.cat([seen.mean((2, 3)), seen.amax((2, 3)), told], 1))[:, 0])


class Marked:
    """An annotated attempt. steps: at which progress (1) or regress (-1) was marked, in order; done: whether it was
    called a success, and end: at which step."""

    def __init__(self, attempt: Attempt, marks: Sequence[Mark]):
        assert attempt.frames is not None
        self.frames = attempt.frames
        self.tokens = np.asarray(encode(attempt.instruction), np.int64)
        last = len(self.frames) - 1
        self.done = any(mark.label == "success" for mark in marks)
        ends = [mark.first for mark in marks if mark.label in ("success", "failure") and mark.first is not None]
        self.end = min(ends[-1], last) if ends else last
        moved = {"progress": 1, "regress": -1}
        self.progress = np.zeros(last + 1)
        for mark in marks:
            if mark.label in moved and mark.first is not None and mark.first <= last:
                self.progress[mark.first :] += moved[mark.label]
        if self.done and self.progress[self.end] <= 0:
            self.progress[self.end :] += 1


class LearnedJudge(ABC):
    """The base of `preferences` and `steps-to-go`: all but the loss."""

    truth: ClassVar[bool] = False
    frames: ClassVar[bool] = True
    relative: ClassVar[bool] = False
    """Whether its numbers mean something beside those of the same attempt alone."""

    def __init__(self, settings: ImproveSettings):
        self._settings = settings
        self.network: Scorer | None = None
        self.curve = (0.0, 0.0)

    @property
    def marks(self) -> int:
        """As the settings say."""
        return self._settings.marks

    @abstractmethod
    def loss(self, batch: Sequence[Marked], rng: np.random.Generator) -> torch.Tensor:
        """The loss on some annotated attempts."""

    def prepare(self, bank: Bank, folder: Path, seed: int) -> dict[str, float]:
        """Learn from all marks of the bank, or read what was learned."""
        file = folder / FILE
        if file.exists():
            content = torch.load(file, map_location="cpu", weights_only=True)
            self.network, self.curve = Scorer(), tuple(content["curve"])
            self.network.load_state_dict(content["network"])
            return dict(content["told"])
        marked = annotated(bank)
        if not marked:
            self.network = None
            return {"annotated": 0.0}
        told = self._learn(marked, seed)
        assert self.network is not None
        buffer = io.BytesIO()
        torch.save({"network": self.network.state_dict(), "curve": list(self.curve), "told": told}, buffer)
        write_atomically(file, buffer.getvalue())
        return told

    def _learn(self, marked: Sequence[Marked], seed: int) -> dict[str, float]:
        rng = np.random.default_rng(seed)
        order = rng.permutation(len(marked)).tolist()
        held = [marked[index] for index in order[: round(HELD * len(marked))]]
        used = [marked[index] for index in order[len(held) :]]
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = Scorer()
        optimiser = torch.optim.AdamW(self.network.parameters(), RATE, weight_decay=0.01)
        total = 0.0
        for _ in range(self._settings.judge_steps):
            loss = self.loss([used[index] for index in rng.integers(len(used), size=PAIRS)], rng)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total += float(loss.detach())
        peaks = np.array([self._values(one.frames, one.tokens).max() for one in held or used])
        self.curve = fitted(peaks, np.array([one.done for one in held or used]))
        done = float(np.mean([one.done for one in marked]))
        return {"annotated": len(marked), "marked_done": done, "loss": total / self._settings.judge_steps}

    @torch.no_grad()
    def _values(self, frames: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """The number of each moment of an attempt."""
        assert self.network is not None
        now = torch.from_numpy(frames)
        first = now[:1].expand(len(now), -1, -1, -1)
        values: np.ndarray = self.network(first, now, torch.from_numpy(tokens).expand(len(now), -1)).numpy()
        return values - values[0] if self.relative else values

    def score(self, attempts: Sequence[Attempt]) -> list[Verdict]:
        """The chance of success, at the greatest number of each attempt; NaN before anything was annotated."""
        if self.network is None:
            return [Verdict(math.nan)] * len(attempts)
        found = []
        for one in attempts:
            assert one.frames is not None
            values = self._values(one.frames, np.asarray(encode(one.instruction), np.int64).reshape(TOKENS))
            at = int(values.argmax())
            slope, offset = self.curve
            found.append(Verdict(float(1 / (1 + math.exp(-np.clip(slope * values[at] + offset, -30, 30)))), at))
        return found

    def given(self, some: Sequence[Marked], times: np.ndarray) -> torch.Tensor:
        """The numbers of these moments, one of each attempt."""
        assert self.network is not None
        frames = [one.frames[time] for one, time in zip(some, times.tolist(), strict=True)]
        first = torch.from_numpy(np.stack([one.frames[0] for one in some]))
        tokens = torch.from_numpy(np.stack([one.tokens for one in some]))
        found: torch.Tensor = self.network(first, torch.from_numpy(np.stack(frames)), tokens)
        return found


class PreferenceJudge(LearnedJudge):
    """Bradley and Terry's model of two moments of one attempt."""

    relative: ClassVar[bool] = True

    def loss(self, batch: Sequence[Marked], rng: np.random.Generator) -> torch.Tensor:
        """The cross-entropy of which moment is better: 1, 0, or one half where they are alike."""
        earlier, later = np.sort([[int(rng.integers(len(one.frames))) for one in batch] for _ in range(2)], axis=0)
        for index, one in enumerate(batch):  # half of the pairs are about the change, where there is one
            changes = np.flatnonzero(np.diff(one.progress)) + 1
            if len(changes) and rng.random() < 0.5:
                at = int(changes[rng.integers(len(changes))])
                earlier[index], later[index] = rng.integers(at), rng.integers(at, len(one.frames))
        ahead = [np.sign(one.progress[j] - one.progress[i]) for one, i, j in zip(batch, earlier, later, strict=True)]
        better = torch.tensor([(1 + each) / 2 for each in ahead], dtype=torch.float32)
        logits = self.given(batch, later) - self.given(batch, earlier)
        return F.binary_cross_entropy_with_logits(logits, better)


class StepsToGoJudge(LearnedJudge):
    """Prediction of the steps that are left."""

    def loss(self, batch: Sequence[Marked], rng: np.random.Generator) -> torch.Tensor:
        """The cross-entropy of GAMMA to the power of the steps that are left, as a chance."""
        times = np.array([int(rng.integers(one.end + 1)) for one in batch])
        for index, one in enumerate(batch):
            if one.done and rng.random() < 0.3:
                times[index] = one.end
        left = [GAMMA ** (one.end - time) * one.done for one, time in zip(batch, times.tolist(), strict=True)]
        return F.binary_cross_entropy_with_logits(self.given(batch, times), torch.tensor(left, dtype=torch.float32))


def annotated(bank: Bank) -> list[Marked]:
    """The attempts of a bank that somebody has called a success or a failure, the latest MOST."""
    marks = bank.marks()
    ids = [id for id, some in marks.items() if any(mark.label in ("success", "failure") for mark in some)][-MOST:]
    return [
        Marked(attempt, marks[attempt.id]) for part in bank.attempts(ids, truth=False, frames=True) for attempt in part
    ]


def fitted(values: np.ndarray, done: np.ndarray) -> tuple[float, float]:
    """(slope, offset) of the logistic curve from values to whether it was done, (n,) each, with Platt's targets, which
    keep it from certainty where there are few of either."""
    positive, negative = int(done.sum()), int((~done).sum())
    target = np.where(done, (positive + 1) / (positive + 2), 1 / (negative + 2))
    spread = max(float(values.std()), 1e-6)
    scaled = (values - values.mean()) / spread

    def loss(curve: Any) -> float:
        logits = curve[0] * scaled + curve[1]
        return float(np.mean(np.logaddexp(0, logits) - target * logits)) + 1e-4 * float(curve[0]) ** 2

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="BFGS").x.tolist()
    slope = max(slope, 0.0)  # more of the number never means less
    return slope / spread, offset - slope * float(values.mean()) / spread
