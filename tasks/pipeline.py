"""The five records that pass through the making of tasks, in the order in which they are made.

n is the number of starts, T of ticks, players that of the world. The functions that make each are named in the table of
tasks/__init__.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .codec import EncodedGoal
from .goals import Goal, Player, Question, Reward, Start
from .splits import Axis


@dataclass(frozen=True)
class Starts:
    """Where n tasks start.

    records: (n,) of the world's `task_dtype`, with goals that are never reached; levels: (k,) of the world's level
    dtype, those that `records["level"]` counts in, or None; data: the same starts as a task states them; scales: for
    each the index of its scale in `Things.scales`.
    """

    records: np.ndarray
    levels: np.ndarray | None
    data: list[Start]
    scales: list[int]

    def __len__(self) -> int:
        return len(self.records)

    def times(self, count: int) -> Starts:
        """Each start so many times, one after the other."""
        data = [start for start in self.data for _ in range(count)]
        scales = [scale for scale in self.scales for _ in range(count)]
        return Starts(self.records.repeat(count), self.levels, data, scales)


@dataclass(frozen=True)
class Rollouts:
    """T ticks of play from each of n starts.

    moves: int16 (n, T), of the player that acts, while the others do nothing; acting: int64 (n,), which player that is;
    things: THING (T + 1, n, most) and counts: int32 (T + 1, n), before the first tick and after each; marks: uint64
    (n, T + 1), equal for equal states; planned: int64 (n,), how many of the moves are the solver's.
    """

    moves: np.ndarray
    acting: np.ndarray
    things: np.ndarray
    counts: np.ndarray
    marks: np.ndarray
    planned: np.ndarray


@dataclass
class Proposal:
    """Goals for the players of one start that a rollout reached, before the judge has confirmed it.

    row: index of the start; skill: of the first goal; goals: by player; acting: the player whose moves they are; moves:
    one a tick, REST for none; planned: whether they are the solver's alone.
    """

    row: int
    skill: str
    goals: dict[int, EncodedGoal]
    acting: int
    moves: list[int]
    planned: bool


@dataclass
class Candidate:
    """Goals for all players of one start, with a solution by which the player that acts reaches its own.

    starts, row: its start; kind: of the task, see kinds.py; skill: one of SKILLS, or the family of families.py; mark:
    of the state at its start; goals: one a player; acting: the player that acts; by: the source of the solution, as in
    goals.Solution; moves: one a tick, or actions: ACTION (ticks, players) in place of them; state: (1,) of the world's
    state dtype, at its start, where a search is to shorten the moves; branching: new states for each state of that
    search, 0 before it; question: what the player that acts is asked.
    """

    starts: Starts
    row: int
    kind: str
    skill: str
    mark: int
    goals: tuple[Goal, ...]
    acting: int
    by: str
    moves: list[int]
    actions: np.ndarray | None = None
    state: np.ndarray | None = None
    branching: float = 0.0
    question: Question | None = None

    @property
    def steps(self) -> int:
        """The number of ticks of the solution."""
        return len(self.moves) if self.actions is None else len(self.actions)


@dataclass(frozen=True)
class Draft:
    """A candidate with instructions and a reward: all of a task but its id.

    held: the axes of content that keep it out of training; axis: the one of them that it is counted for, "" in
    training; key: a hash of the start's mark and the goals, by which duplicates are found.
    """

    candidate: Candidate
    players: tuple[Player, ...]
    reward: Reward
    held: tuple[Axis, ...]
    axis: str
    key: int
