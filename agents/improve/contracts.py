"""The contracts of the improvement loop: what a setter, a judge and a learner are, and what the loop hands them.

    Setter    proposes tasks for the states that it is shown
    Judge     scores attempts, by their frames and their instruction
    Learner   makes the next generation of the agent from the attempts that were scored

The loop (loop.py) is the only thing that knows all three. One of your own is one class that keeps its contract, in a
file anywhere: it defines SETTERS, JUDGES or LEARNERS, dicts of names and classes (see agents/plugins.py).

Ground truth is the goal program of a task. It audits every round, and no judge sees it unless `truth` is True.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, Protocol

import numpy as np

from ...tasks.goals import Goal, Start
from ...worlds.engine.world import World
from .bank import Attempt, Bank
from .settings import ImproveSettings


class Present(NamedTuple):
    """A state that tasks are proposed for. start: the same as a task states it; things: THING (k,), those that are
    there; state: a record (1,) of the world's state dtype; middle: whether it lies in the middle of an episode."""

    start: Start
    things: np.ndarray
    state: np.ndarray
    middle: bool


class Outcome(NamedTuple):
    """The outcome of a task of an earlier round. task: its id; goal, start: of the task; family: its skill, see
    tasks/skills.py; scores: that the judge gave to its attempts, without those that it could not score."""

    round: int
    task: str
    goal: Goal
    start: Start
    family: str
    scores: tuple[float, ...]


@dataclass(frozen=True)
class Request:
    """The request to a setter.

    world; states: what tasks are for; count: tasks that are wanted; past: all earlier tasks, the latest last; bank: the
    attempts so far; rng: the random numbers to use, the same when a round is repeated; folder: of the round, for files
    of the setter's own; settings: of the run; repeat: ticks of a step of the agent.
    """

    world: World
    states: Sequence[Present]
    count: int
    past: Sequence[Outcome]
    bank: Bank
    rng: np.random.Generator
    folder: Path
    settings: ImproveSettings
    repeat: int = 1


@dataclass(frozen=True)
class Proposal:
    """A task that a setter proposes. state: the index of its state in the request; goal: a Goal, or its JSON as a text
    or a mapping, which is checked as a stranger's is; the instruction is said anew by the grammar, so that no text of a
    setter reaches agents or judges. actions: ACTION (steps, 1), a play that the setter knows of, which becomes one more
    attempt, scored as the others are; None for none. start: in place of that state, for setters of programs that
    know starts of their own."""

    state: int
    goal: Any
    actions: np.ndarray | None = None
    start: Start | None = None


class Setter(Protocol):
    """Proposes tasks. `needs` tells what it looks at beside what an agent sees, for the report.

    `propose` may be a generator, and give anything: what is no Proposal, or no task of this world, is refused and
    counted. What it raises is counted too; what it gave before is kept.
    """

    needs: ClassVar[str]

    def propose(self, request: Request) -> Iterable[Proposal]:
        """About request.count proposals."""


class Verdict(NamedTuple):
    """A judge's score of an attempt: 0 to 1, the chance that it did what it was told; NaN abstains. at: the step after
    which it was done, 0 if the judge does not tell."""

    score: float
    at: int = 0


class Judge(Protocol):
    """Scores attempts. truth: whether it is the goal program itself; frames: whether it looks at frames; marks: how
    many attempts of each round it wants annotated (see annotator.py).

    Attempts are counted as done from a score of the run's `threshold` on. A score that is no number from 0 to 1
    abstains, and is counted.
    """

    truth: ClassVar[bool]
    frames: ClassVar[bool]

    @property
    def marks(self) -> int:
        """Attempts of each round that are to be annotated before it is prepared."""

    def prepare(self, bank: Bank, folder: Path, seed: int) -> dict[str, float]:
        """Called in each round, after its attempts were played and annotated. A judge that learns does so here, and
        keeps what it learned in the folder, from which it is read where it is called again. Returns numbers for the
        report."""

    def score(self, attempts: Sequence[Attempt]) -> Sequence[Verdict]:
        """A verdict for each attempt."""


@dataclass(frozen=True)
class Lesson:
    """An attempt that a learner may learn from. round: in which it was played; score: of the judge; at: the step at
    which the judge found it done, or 0; family: of its task."""

    id: str
    round: int
    score: float
    at: int
    family: str


@dataclass(frozen=True)
class Lessons:
    """The material of a learner. world; bank; lessons: all attempts that were scored, of all rounds, the latest last;
    round: this one's number, from 1 on; tasks: the file of its tasks; start: the checkpoint of the last generation,
    None if there is none; folder: in which the run of the next generation is to lie; settings: of the
    whole run; repeat: ticks of a step; judge: of the run, prepared for this round, for learners that play and are paid
    by its scores."""

    world: World
    bank: Bank
    lessons: Sequence[Lesson]
    round: int
    tasks: Path
    start: str | None
    folder: Path
    settings: ImproveSettings
    repeat: int = 1
    judge: Judge | None = None


class NothingToLearn(Exception):
    """A round has nothing to learn from; its text says why."""


class Learner(Protocol):
    """Makes the next generation. truth: whether it learns from goal programs, and so needs the judge `program`.

    algorithm (optional): whose settings `learning` may hold, by default those of bc; report() (optional): facts about
    what was learned last, for the files of the round.
    """

    truth: ClassVar[bool]

    def learn(self, given: Lessons) -> Path:
        """Train in given.folder, or go on there where it was broken off, and return the checkpoint. Raises
        NothingToLearn."""
