"""Judges that learn from marks: a small network that reads the first frame of an attempt, a later one, and the
instruction, and gives a number for how far the attempt has come.

`preferences`: of two moments the better one has the greater number (Bradley and Terry 1952, as in Abramson et al. 2022,
arXiv 2211.11602). A moment at which success was marked is better than earlier ones of the same attempt, than moments of
attempts at which failure was marked, and than the same moment beside the instruction of another attempt; of two moments
of one attempt the one with more marks of progress before it, less those of regress, is better.
`steps-to-go`: the number is a discounted count of the steps that are left until a marked success (the reward of
Self-Improving Embodied Foundation Models, arXiv 2509.15155); where no success was marked, and beside the instruction
of another attempt, it is 0.

Both turn the greatest number of an attempt into the chance that it succeeded by a logistic curve (Platt 1999), fitted
on the marks of success and failure of attempts that the network has not learned from, weighted so that as great a share
of them succeeded as of all.
"""

from __future__ import annotations

import io
import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

import numpy as np
import torch
from scipy.optimize import minimize
from torch import nn
from torch.nn import functional as F

from ...episodes.marks import Mark
from ...interface.files import write_atomically
from ...interface.text import TOKENS, encode
from ..networks.language import Language
from ..networks.torsos.patches import Residual, patch_size
from .bank import Attempt, Bank
from .contracts import Verdict
from .settings import ImproveSettings

WIDTH, TOLD, BLOCKS = 32, 64, 2
"""Channels and residual blocks of the network, and features of a text; chosen without trial."""
DROPPED = 0.1
"""Share of features that is left out while it learns; chosen without trial."""
REACHED, TRIES = 32, 4
"""Moments of success in a step of the optimiser, and moments of each of as many failed attempts, of which the greatest
number counts, as it does where an attempt is scored."""
RATE, DECAY = 2e-3, 0.05
"""The greatest rate of AdamW, which rises and falls in one cycle, and its decay of weights; chosen without trial."""
HELD = 0.25
"""Share of the annotated attempts that the curve is fitted on."""
GAMMA = 0.95
"""The discount of steps to go, for each step of the agent."""
MOST = 4096
"""Annotated attempts that are learned from at most, the latest."""
FILE = "judge.pt"


class Scorer(nn.Module):
    """(first frames, later frames), each uint8 (batch, height, width, 3), and tokens (batch, 64) to (batch,). size:
    (height, width) of the frames, which are cut into patches as an agent's are, since relations of goals are between
    things that stand in tiles."""

    def __init__(self, size: tuple[int, int]):
        super().__init__()
        self.size, self._patch = (int(size[0]), int(size[1])), patch_size(*size)
        cells = self.size[0] // self._patch, self.size[1] // self._patch
        self.stem = nn.Linear(self._patch**2 * 6, WIDTH)
        self.places = nn.Parameter(torch.randn(WIDTH, *cells) / 50)
        self.blocks = nn.ModuleList(Residual(WIDTH, 1.0) for _ in range(BLOCKS))
        self.news = nn.ModuleList(nn.Linear(2 * WIDTH, WIDTH) for _ in range(BLOCKS))
        self.language = Language(TOLD)
        self.film = nn.Linear(TOLD, 2 * BLOCKS * WIDTH)
        self.drop = nn.Dropout(DROPPED)
        self.head = nn.Sequential(nn.Linear(2 * WIDTH + TOLD, 64), nn.ReLU(), nn.Linear(64, 1))

    def forward(self, first: torch.Tensor, now: torch.Tensor, tokens: torch.Tensor) -> torch.Tensor:
        """The numbers."""
        cells = F.relu(self.stem(self._cut(torch.cat([first, now], -1)))).permute(0, 3, 1, 2) + self.places
        told = self.drop(self.language(tokens))
        film = self.film(told).view(len(told), BLOCKS, 2, WIDTH)
        for index, (block, news) in enumerate(zip(self.blocks, self.news, strict=True)):
            cells = block(cells, film[:, index])
            cells = cells + news(_pooled(cells))[..., None, None]
        return torch.as_tensor(self.head(self.drop(torch.cat([_pooled(cells), told], 1)))[:, 0])

    def _cut(self, pixels: torch.Tensor) -> torch.Tensor:
        """uint8 (batch, height, width, 6) to the patches of frames, float32 (batch, rows, columns, numbers)."""
        edge, (rows, columns) = self._patch, self.places.shape[1:]
        cut = pixels[:, : rows * edge, : columns * edge].reshape(len(pixels), rows, edge, columns, edge, 6)
        return cut.permute(0, 1, 3, 2, 4, 5).flatten(3).float() / 64 - 2


def _pooled(cells: torch.Tensor) -> torch.Tensor:
    """The mean and the maximum of a map: (batch, channels, rows, columns) to (batch, 2 * channels)."""
    return torch.cat([cells.mean((2, 3)), cells.amax((2, 3))], 1)


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


Moment = tuple[Marked, int, np.ndarray]
"""An annotated attempt, one of its steps, and the tokens of an instruction, int64 (64,)."""


class Moments(NamedTuple):
    """The moments of a step of the optimiser, and their numbers after it was asked for them. Each is a list of
    (attempt, step, tokens of the instruction).

    reached: marked successes; failed: of attempts at which failure was marked, TRIES of each, one after the other;
    before: of the first of `reached`, moments before the success; beside: the same moments of success beside the
    instruction of another attempt; nearer, farther: pairs of moments of one attempt, of which the first has more marks
    of progress before it.
    """

    reached: list[Moment]
    failed: list[Moment]
    before: list[Moment]
    beside: list[Moment]
    nearer: list[Moment]
    farther: list[Moment]


class LearnedJudge(ABC):
    """The base of `preferences` and `steps-to-go`: all but the loss."""

    truth: ClassVar[bool] = False
    frames: ClassVar[bool] = True

    def __init__(self, settings: ImproveSettings):
        self._settings = settings
        self.network: Scorer | None = None
        self.curve = (0.0, 0.0)

    @property
    def marks(self) -> int:
        """As the settings say."""
        return self._settings.marks

    @abstractmethod
    def loss(self, moments: Moments, numbers: Sequence[torch.Tensor]) -> torch.Tensor:
        """The loss on some moments, and their numbers, as many float32 tensors (moments,) as Moments has parts; those
        of `failed` are the greatest of each attempt, (attempts,)."""

    def prepare(self, bank: Bank, folder: Path, seed: int) -> dict[str, float]:
        """Learn from all marks of the bank, or read what was learned."""
        file = folder / FILE
        if file.exists():
            content = torch.load(file, map_location="cpu", weights_only=True)
            self.network, self.curve = Scorer(content["size"]).eval(), tuple(content["curve"])
            self.network.load_state_dict(content["network"])
            return dict(content["told"])
        marked = annotated(bank)
        if not marked:
            self.network = None
            return {"annotated": 0.0}
        told = self.learn(marked, seed)
        assert self.network is not None
        buffer = io.BytesIO()
        content = {"network": self.network.state_dict(), "size": list(self.network.size), "curve": list(self.curve)}
        torch.save(content | {"told": told}, buffer)
        write_atomically(file, buffer.getvalue())
        return told

    def learn(self, marked: Sequence[Marked], seed: int) -> dict[str, float]:
        """Learn from annotated attempts; returns numbers for the report."""
        rng, steps = np.random.default_rng(seed), self._settings.judge_steps
        order = rng.permutation(len(marked)).tolist()
        held = [marked[index] for index in order[: round(HELD * len(marked))]]
        used = [marked[index] for index in order[len(held) :]]
        total = 0.0
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.network = Scorer(marked[0].frames.shape[1:3])
            optimiser = torch.optim.AdamW(self.network.parameters(), RATE, weight_decay=DECAY)
            rates = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps + 1)
            for _ in range(steps):
                moments = drawn(used, rng)
                loss = self.loss(moments, self._numbers(moments))
                optimiser.zero_grad()
                loss.backward()
                optimiser.step()
                rates.step()
                total += float(loss.detach())
        self.network.eval()
        peaks = np.array([self._values(one.frames, one.tokens).max() for one in held or used])
        done = np.array([one.done for one in marked])
        self.curve = fitted(peaks, np.array([one.done for one in held or used]), done)
        return {"annotated": len(marked), "marked_done": float(done.mean()), "loss": total / steps}

    def _numbers(self, moments: Moments) -> list[torch.Tensor]:
        """The numbers of each part of some moments."""
        assert self.network is not None
        every = [one for part in moments for one in part]
        first, now = (np.stack([one.frames[at] for one, at in each]) for each in (
            [(one, 0) for one, _, _ in every], [(one, at) for one, at, _ in every],
        ))  # fmt: skip
        tokens = np.stack([tokens for _, _, tokens in every])
        numbers = self.network(*map(torch.from_numpy, (first, now, tokens)))
        reached, failed, *others = numbers.split([len(part) for part in moments])
        return [reached, failed.view(-1, TRIES).amax(1), *others]

    @torch.no_grad()
    def _values(self, frames: np.ndarray, tokens: np.ndarray) -> np.ndarray:
        """The number of each moment of an attempt."""
        assert self.network is not None
        now = torch.from_numpy(frames)
        first = now[:1].expand(len(now), -1, -1, -1)
        values: np.ndarray = self.network(first, now, torch.from_numpy(tokens).expand(len(now), -1)).numpy()
        return values

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


def drawn(used: Sequence[Marked], rng: np.random.Generator) -> Moments:
    """The moments of a step of the optimiser, from annotated attempts."""
    won, lost = [one for one in used if one.done], [one for one in used if not one.done]

    def some(of: Sequence[Marked]) -> list[Marked]:
        return [of[index] for index in rng.integers(len(of), size=REACHED)] if of else []

    reached, failed = some(won), some(lost)
    others = some(used)
    pairs = [_apart(one, rng) for one in some([one for one in used if np.ptp(one.progress)])[: REACHED // 2]]
    return Moments(
        [(one, one.end, one.tokens) for one in reached],
        [(one, int(rng.integers(len(one.frames))), one.tokens) for one in failed for _ in range(TRIES)],
        [(one, int(rng.integers(one.end)), one.tokens) for one in reached[: REACHED // 2] if one.end],
        [
            (one, one.end, other.tokens)
            for one, other in zip(reached, others, strict=False) if (one.tokens != other.tokens).any()
        ],
        [pair[0] for pair in pairs], [pair[1] for pair in pairs],
    )  # fmt: skip


def _apart(one: Marked, rng: np.random.Generator) -> tuple[Moment, Moment]:
    """Two moments of an attempt, one on each side of a mark of progress or of regress: the better one first."""
    changes = np.flatnonzero(np.diff(one.progress)) + 1
    which = int(rng.integers(len(changes)))
    first, behind = (0, *changes)[which], (*changes, len(one.progress))[which + 1]
    earlier, later = int(rng.integers(first, changes[which])), int(rng.integers(changes[which], behind))
    better, worse = (later, earlier) if one.progress[later] > one.progress[earlier] else (earlier, later)
    return (one, better, one.tokens), (one, worse, one.tokens)


class PreferenceJudge(LearnedJudge):
    """Bradley and Terry's model of two moments."""

    def loss(self, moments: Moments, numbers: Sequence[torch.Tensor]) -> torch.Tensor:
        """The cross-entropy of the marked success being better: than each failed attempt, than moments before it, and
        than itself beside another instruction; and of moments after a mark of progress being better than before."""
        reached, failed, before, beside, nearer, farther = numbers
        worse = torch.cat([failed, before, beside])
        pairs = [(worse[None] - reached[:, None]).flatten(), farther - nearer]
        return torch.stack([F.softplus(each).mean() if len(each) else each.sum() for each in pairs]).sum()


class StepsToGoJudge(LearnedJudge):
    """Prediction of the steps that are left."""

    def loss(self, moments: Moments, numbers: Sequence[torch.Tensor]) -> torch.Tensor:
        """The cross-entropy of GAMMA to the power of the steps that are left, as a chance."""
        reached, failed, before, beside, *_ = numbers
        left = torch.tensor([GAMMA ** (one.end - at) for one, at, _ in moments.before], dtype=torch.float32)
        wanted = torch.ones_like(reached), torch.zeros_like(failed), left, torch.zeros_like(beside)
        return F.binary_cross_entropy_with_logits(torch.cat([reached, failed, before, beside]), torch.cat(wanted))


def annotated(bank: Bank) -> list[Marked]:
    """The attempts of a bank that somebody has called a success or a failure, the latest MOST."""
    marks = bank.marks()
    ids = [id for id, some in marks.items() if any(mark.label in ("success", "failure") for mark in some)][-MOST:]
    return [
        Marked(attempt, marks[attempt.id]) for part in bank.attempts(ids, truth=False, frames=True) for attempt in part
    ]


def fitted(values: np.ndarray, done: np.ndarray, every: np.ndarray) -> tuple[float, float]:
    """(slope, offset) of the logistic curve from values to whether it was done, (n,) each, with Platt's targets, which
    keep it from certainty where there are few of either. every: whether it was done of all attempts that are known,
    (m,); their share of successes, by Laplace's rule, is that of `done` by weights, if it has both kinds."""
    positive, negative = int(done.sum()), int((~done).sum())
    target = np.where(done, (positive + 1) / (positive + 2), 1 / (negative + 2))
    weights, share = np.ones(len(done)), (every.sum() + 1) / (len(every) + 2)
    if positive and negative:
        weights = np.where(done, share / positive, (1 - share) / negative) * len(done)
    spread = max(float(values.std()), 1e-6)
    scaled = (values - values.mean()) / spread

    def loss(curve: Any) -> float:
        logits = curve[0] * scaled + curve[1]
        return float(np.mean(weights * (np.logaddexp(0, logits) - target * logits))) + 1e-4 * float(curve[0]) ** 2

    slope, offset = minimize(loss, np.array([1.0, 0.0]), method="BFGS").x.tolist()
    slope = max(slope, 0.0)  # more of the number never means less
    return slope / spread, offset - slope * float(values.mean()) / spread
