"""Proofs of questions by a player that sees the things before it answers.

It turns once around, since it cannot know where things are; then it looks at each thing that the question is about,
and walks up to each such place; then it says the answer. The world's expert does this, by goals that it alone is given.
In worlds that are seen from above all things are in view, and the answer is the first action.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..interface.action import ACTION, MOUSE_ONE
from ..interface.text import encode
from ..worlds.engine.compile.cached import cached
from ..worlds.engine.records import judge as j
from ..worlds.engine.records.relations import number_of
from ..worlds.engine.records.things import ONE, Things
from ..worlds.engine.render.views import Rays
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.device import things_table
from ..worlds.engine.world import Controller, World
from .goals import Question, Selector, Task
from .questions import answered, fits, rows_of

ABOUT = 60
"""Ticks of a whole turn: two seconds."""
PART = 2
"""A solution has at most this part of the world's own limit: one in PART."""
CLOSE = ONE
"""Distance from which a place is looked at, in 1/ONE cells."""

_QUARTERS = 4  # picture heights that the mouse moves for a whole turn
Look = tuple[tuple[int, ...], ...]
"""Encoded clauses that hold when a thing is looked at."""


def inquire(world: World, tasks: Sequence[Task], batch: Batch, acting: np.ndarray) -> list[np.ndarray | None]:
    """For each task with a question actions, ACTION (ticks, players), of the first player that acts, which look and
    then answer; None if that takes too long, or without a question. batch: a row for each task, at its start."""
    assert isinstance(world.expert, Controller)
    assert world.rules.things is not None
    things, counts, _ = batch.things()
    ways = [
        _Way(world, task, int(seats.argmax()), things[row, : counts[row]], world.rules.things)
        for row, (task, seats) in enumerate(zip(tasks, acting, strict=True))
    ]
    table, most = things_table(1, world.rules.things.most)[0], world.objective.limit // PART
    played: list[np.ndarray] = []
    while any(way.going for way in ways) and len(played) < most:
        batch.actions[...] = np.zeros((), ACTION)
        for row, way in enumerate(ways):
            if way.going:
                way.act(batch.states[row : row + 1].copy()[0], batch.actions[row], table)
        played.append(batch.actions.copy())
        success = batch.step()["success"] != 0
        for row, way in enumerate(ways):
            way.ended(bool(success[row, way.seat]), bool(batch.over[row]), len(played))
    every = np.stack(played, axis=1) if played else np.zeros((len(ways), 0, world.players), ACTION)
    return [every[row, : way.ticks] if way.ticks else None for row, way in enumerate(ways)]


class _Way:
    """The proof of one task. going: whether it goes on; ticks: the number of ticks to the right answer, 0 before."""

    def __init__(self, world: World, task: Task, seat: int, things: np.ndarray, known: Things):
        self.seat, self.ticks, self._world = seat, 0, world
        question = next((player.question for player in task.players if player.question), None)
        word = answered(task.players[seat].goal)
        self.going = question is not None and word is not None
        self._word = encode(word or "")
        seen = isinstance(world.view, Rays) and "facing" in known.relations
        self._turns = ABOUT if seen else 0
        self._looks = looks(question, things, known) if seen and question else []

    def act(self, state: Any, actions: np.ndarray, table: np.ndarray) -> None:
        """Write the actions of the next tick, ACTION (players,). state: a copy, in which the next look
        becomes the goal."""
        if self._turns:
            self._turns -= 1
            actions[self.seat]["mouse"] = MOUSE_ONE * _QUARTERS // ABOUT, 0
            return
        world, silent = self._world, np.zeros(self._world.players, ACTION)
        assert isinstance(world.expert, Controller)
        assert world.rules.things is not None
        count = cached(world.rules.things.fill)(state, table)
        state["judged"], state["stages"][self.seat], state["stage"][self.seat] = 1, 1, 0
        while self._looks:
            state["clauses"][self.seat] = len(self._looks[0])
            state["goal"][self.seat, : len(self._looks[0])] = self._looks[0]
            if not cached(j.fulfilled)(state, table, count, silent, self.seat)[0]:
                cached(world.expert.act)(state, self.seat, actions[self.seat], table, count)
                return
            self._looks.pop(0)
        actions[self.seat]["say"] = self._word

    def ended(self, success: bool, over: bool, tick: int) -> None:
        """Note the result of a tick."""
        if self.going and (success or over):
            self.going, self.ticks = False, tick if success else 0


def looks(question: Question, things: np.ndarray, known: Things) -> list[Look]:
    """The looks from which the answer is known: at the places of the question, from near by; or at the things of the
    kind of the question, of any colour and size, one for each that differs from the others."""
    wanted = question.b or Selector(kind=question.a.kind)
    found = dict.fromkeys((row.kind, row.colour, row.size) for row in rows_of(things) if fits(wanted, row, known))
    close = question.b is not None and "near" in known.relations
    return [(*([_clause("near", CLOSE, look)] if close else []), _clause("facing", 0, look)) for look in found]


def _clause(relation: str, amount: int, look: tuple[int, int, int]) -> tuple[int, ...]:
    return (0, 0, 1, number_of(relation), amount, 0, 0, 0, j.YOU, *look, 0)
