"""A setter and a judge that are language models behind any OpenAI-compatible server (agents/language).

What a model writes is text and JSON. A goal is checked as a stranger's, and said anew by the grammar; a score that is
no number from 0 to 100 abstains. Answers lie in RUN/answers, so that a run that goes on pays for none twice.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import ClassVar

import cv2
import numpy as np

from ...interface.files import write_atomically
from ...tasks.goals import Goal
from ...tasks.language import plainly
from ...worlds.engine.records.relations import ROWS
from ...worlds.engine.world import World
from ..language import BadAnswer, Budget, LanguageModel, Reply, Request, ServerError
from ..language.replies import checked
from .bank import Attempt, Bank
from .contracts import Outcome, Present, Proposal, Verdict
from .contracts import Request as Asked
from .learned import fitted
from .setters import sort_of, tally
from .settings import ImproveSettings

EACH, LOST = 8, 3
"""Goals that are asked for at a state, and requests in a row that may fail before the setter gives up."""
SHOWN = 6
"""Goals that are told as too easy, and as never reached."""
PICTURES, COLUMNS, EDGE = 8, 4, 128
"""Frames of a contact sheet, in a row of it, and the least pixels of the edge of one."""
CALIBRATED = 32
"""Annotated attempts on which the curve of the judge is fitted, at most."""
COMPLETION = 0.75
"""Weight of completion beside directedness in a score, of our own."""
_GOALS = {
    "title": "goals",
    "type": "object",
    "properties": {"goals": {"type": "array", "items": {"type": "object"}, "maxItems": 2 * EACH}},
    "required": ["goals"],
}
_RUBRIC = {
    "title": "score",
    "type": "object",
    "properties": {name: {"type": "number", "minimum": 0, "maximum": 100} for name in ("completion", "directedness")},
    "required": ["completion", "directedness"],
}


def model_of(settings: ImproveSettings, folder: Path) -> LanguageModel:
    """The model that the settings name, with its answers kept in this folder. Raises ValueError without one."""
    if settings.server is None or settings.model is None:
        raise ValueError(
            "a language model needs --set server=URL and --set model=NAME, such as http://127.0.0.1:8000/v1"
        )
    return LanguageModel(
        settings.server, settings.model, timeout=settings.timeout, retries=settings.retries, wait=settings.wait,
        budget=Budget(calls=settings.calls), cache=folder,
    )  # fmt: skip


class LanguageSetter:
    """A language model that is shown the things of a state, the schema of goals, what was too easy and what failed."""

    needs: ClassVar[str] = "the table of things, and the scores of the judge"

    def __init__(self) -> None:
        self._counts: Mapping[str, float] = {}

    def propose(self, request: Asked) -> Iterator[Proposal]:
        """EACH goals at a state, one state after the other; an answer that is none is a proposal without a goal."""
        model, lost = model_of(request.settings, request.folder.parent.parent / "answers"), 0
        order = request.rng.permutation(len(request.states)).tolist()
        try:
            for at in order:
                text = prompt(request.world, request.states[at], request.past, request.settings.threshold)
                try:
                    goals = model.answer(text, _GOALS, max_tokens=2048)["goals"]
                except BadAnswer:
                    yield Proposal(at, None)
                    continue
                except ServerError:
                    lost += 1
                    if lost == LOST:
                        raise
                    continue
                finally:
                    self._counts = model.report()
                lost = 0
                for goal in goals:
                    yield Proposal(at, goal)
        finally:
            model.close()

    def report(self) -> dict[str, float]:
        """The counts of the client: calls, refusals, wrong answers, tokens."""
        return dict(self._counts)


def prompt(world: World, state: Present, past: Sequence[Outcome], threshold: float) -> str:
    """The description of a state for the setter's model."""
    things = world.rules.things
    assert things is not None
    kinds = list(things.kinds)
    seen = Counter(
        " ".join(
            filter(None, (things.colours[int(one["colour"]) - 1] if one["colour"] else "", kinds[one["kind"] - 1]))
        )
        for one in state.things
    )
    listed = ", ".join(f"{count} {name}" for name, count in seen.items())
    relations = ", ".join(f"{name} ({' and '.join(ROWS[name].takes) or 'nothing more'})" for name in things.relations)
    rates = {sort: float(np.mean(results)) for sort, results in tally(past, threshold).items() if len(results) > 1}
    example = {one: goal for goal in (o.goal for o in past) if (one := sort_of(goal)) in rates}
    easy = [plainly(example[sort]) for sort, rate in rates.items() if rate >= 0.9][:SHOWN]
    never = [plainly(example[sort]) for sort, rate in rates.items() if rate == 0][:SHOWN]
    schema = json.dumps(Goal.model_json_schema(), separators=(",", ":"))
    return "\n".join(
        [
            f"An agent learns to do what it is told in the world {world.name}. Propose {EACH} different goals that it",
            "could reach from this state, some easy and some hard, none of which holds already.",
            f"The things that are there: {listed}. The agent is the player; call it {{'who': 'you'}}.",
            f"Relations of clauses, and what each takes beside `a`: {relations}.",
            f"Too easy by now: {'; '.join(easy) or 'nothing yet'}.",
            f"Never reached so far: {'; '.join(never) or 'nothing yet'}.",
            f'Answer with JSON: {{"goals": [...]}}, each a goal of this schema: {schema}',
        ]
    )


class VisionJudge:
    """A language model that sees a contact sheet of an attempt and scores it by a rubric from 0 to 100, for completion
    and for directedness, as SIMA 2's does (arXiv 2512.04797). A curve from its scores to the chance of success is
    fitted on annotated attempts."""

    truth: ClassVar[bool] = False
    frames: ClassVar[bool] = True

    def __init__(self, settings: ImproveSettings):
        self._settings = settings
        self._language: LanguageModel | None = None
        self.curve = (4.0, -2.0)  # before any mark: one half at a score of 50

    @property
    def marks(self) -> int:
        """As the settings say."""
        return self._settings.marks

    def prepare(self, bank: Bank, folder: Path, seed: int) -> dict[str, float]:
        """Fit the curve, or read the one that was fitted."""
        self._language = self._language or model_of(self._settings, bank.store.path.parent / "answers")
        file = folder / "curve.json"
        if file.exists():
            content = json.loads(file.read_text())
            self.curve = (float(content["curve"][0]), float(content["curve"][1]))
            return dict(content["told"])
        done = {
            id: any(mark.label == "success" for mark in marks)
            for id, marks in bank.marks().items()
            if any(mark.label in ("success", "failure") for mark in marks)
        }
        ids, raw, truth = list(done)[-CALIBRATED:], list[float](), list[bool]()
        for part in bank.attempts(ids, truth=False, frames=True):
            for one, score in zip(part, self._raw(part), strict=True):
                if math.isfinite(score):
                    raw.append(score)
                    truth.append(done[one.id])
        if raw:
            self.curve = fitted(np.array(raw), np.array(truth), np.array(list(done.values())))
        told = {"annotated": float(len(done)), "calibrated_on": float(len(raw))}
        told |= {name: count for name, count in self._language.report().items() if not name.startswith("latency")}
        write_atomically(file, json.dumps({"curve": list(self.curve), "told": told}).encode())
        return told

    def score(self, attempts: Sequence[Attempt]) -> list[Verdict]:
        """The chance of success by the curve; NaN where the model declined, or gave no score."""
        slope, offset = self.curve
        return [
            Verdict(math.nan if not math.isfinite(raw) else 1 / (1 + math.exp(-np.clip(slope * raw + offset, -30, 30))))
            for raw in self._raw(attempts)
        ]

    def _raw(self, attempts: Sequence[Attempt]) -> list[float]:
        """The rubric's scores from 0 to 1."""
        if self._language is None:
            return [math.nan] * len(attempts)
        requests = []
        for one in attempts:
            assert one.frames is not None
            text = (
                f"The pictures, row by row from the left, show an agent that was told: {json.dumps(one.instruction)}. "
                "How far did it do what it was told (completion), and how much did it act as if it tried to "
                "(directedness)? Each from 0 to 100; 50 and more of completion only where it was done. "
                'Answer with JSON: {"completion": ..., "directedness": ...}'
            )
            requests.append(Request.of(text, images=[sheet(one.frames)], schema=_RUBRIC, max_tokens=512))
        return [_score(reply) for reply in self._language.ask_many(requests)]


def _score(reply: Reply | Exception) -> float:
    """The score in a reply, NaN where there is none."""
    if isinstance(reply, Exception):
        return math.nan
    try:
        found = checked(reply, _RUBRIC)
    except BadAnswer:
        return math.nan
    return (COMPLETION * float(found["completion"]) + (1 - COMPLETION) * float(found["directedness"])) / 100


def sheet(frames: np.ndarray) -> np.ndarray:
    """PICTURES frames of an attempt, from the first to the last, side by side in rows: uint8 (height, width, 3)."""
    chosen = frames[np.linspace(0, len(frames) - 1, PICTURES).round().astype(int)]
    times = max(-(-EDGE // max(frames.shape[1:3])), 1)
    size = frames.shape[2] * times, frames.shape[1] * times
    large = [cv2.resize(each, size, interpolation=cv2.INTER_NEAREST) for each in chosen]
    edged = [cv2.copyMakeBorder(each, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=(255, 255, 255)) for each in large]
    rows = [np.concatenate(edged[first : first + COLUMNS], 1) for first in range(0, PICTURES, COLUMNS)]
    return np.ascontiguousarray(np.concatenate(rows, 0))
