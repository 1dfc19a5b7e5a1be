"""The setter `edits`: small changes of tasks at the edge of what the agent can do, of which those stay that can be
learned from (ACCEL, Parker-Holder et al. 2022, arXiv 2203.01302, whose edits are of levels and whose score is regret).

Parents are drawn from all tasks so far, children of earlier rounds with them, by the p(1 - p) of their sort. So the
tasks grow harder or easier, one change at a time, as far as some attempts still come out otherwise than others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import ClassVar

import numpy as np
from pydantic import ValidationError

from ...tasks.compile import table
from ...tasks.goals import FORMAT, Clause, Goal, Player, Selector, Task
from ...tasks.rollouts import begin
from .admission import limit_of
from .contracts import Outcome, Present, Proposal, Request
from .setters import GrammarSetter, goals, sort_of, tally, worth

PARENTS = 4
"""Parents of which one is chosen for each child: the more, the nearer to the edge."""

Edit = Callable[[Goal, Goal | None, Present, np.random.Generator], Goal | None]
"""A change of a goal, with another goal about the same state, None if there is none, and the things there. It gives
None where it cannot be made."""


def shorter(goal: Goal, other: Goal | None, at: Present, rng: np.random.Generator) -> Goal | None:
    """One stage, one clause of a stage with several, one thing that must never be, or the wait at its end, less."""
    ways: list[Goal] = []
    stages = goal.stages
    if len(stages) > 1:
        ways += [goal.model_copy(update={"stages": stages[:n] + stages[n + 1 :]}) for n in range(len(stages))]
    for number, stage in enumerate(stages):
        if len(stage.all) > 1:
            ways += [_with(goal, number, all=stage.all[:n] + stage.all[n + 1 :]) for n in range(len(stage.all))]
        if stage.hold:
            ways.append(_with(goal, number, hold=stage.hold // 2))
    if goal.never and stages:
        ways += [
            goal.model_copy(update={"never": goal.never[:n] + goal.never[n + 1 :]}) for n in range(len(goal.never))
        ]
    return ways[int(rng.integers(len(ways)))] if ways else None


def longer(goal: Goal, other: Goal | None, at: Present, rng: np.random.Generator) -> Goal | None:
    """One stage more, at the end, before or with which the first stage of the other goal is reached."""
    if other is None or not other.stages or not goal.stages:
        return None
    added = other.stages[0]
    if rng.random() < 0.5:
        return goal.model_copy(update={"stages": (*goal.stages, added)})
    last = len(goal.stages) - 1
    return _with(goal, last, all=(*goal.stages[last].all, *added.all))


def another_thing(goal: Goal, other: Goal | None, at: Present, rng: np.random.Generator) -> Goal | None:
    """Another colour, that of a thing which is there, in one place of a clause that names one."""
    named = [
        (number, place, part)
        for number, stage in enumerate(goal.stages)
        for place, clause in enumerate(stage.all)
        for part in ("a", "b")
        if getattr(clause, part) is not None and getattr(clause, part).colour is not None
    ]
    if not named or other is None:
        return None
    number, place, part = named[int(rng.integers(len(named)))]
    clause: Clause = goal.stages[number].all[place]
    was: Selector = getattr(clause, part)
    colours = sorted({one.colour for one in _selectors(other) if one.kind == was.kind and one.colour} - {was.colour})
    if not colours:
        return None
    new = was.model_copy(update={"colour": colours[int(rng.integers(len(colours)))]})
    changed = clause.model_copy(update={part: new})
    every = goal.stages[number].all
    return _with(goal, number, all=(*every[:place], changed, *every[place + 1 :]))


EDITS: tuple[Edit, ...] = (shorter, longer, another_thing)


class EditsSetter:
    """See this file's docstring. In the first round, and where no edit can be made, goals of the grammar."""

    needs: ClassVar[str] = "the table of things, and the scores of the judge"
    elsewhere: ClassVar[float] = 0.25
    """Share of the children that are the same goal from another start: an edit of the level, and not of the goal."""

    def propose(self, request: Request) -> Iterator[Proposal]:
        """Children first, and then goals of the grammar."""
        if request.past:
            yield from self._children(request)
        yield from GrammarSetter().propose(request)

    def _children(self, request: Request) -> Iterator[Proposal]:
        rng, known = request.rng, tally(request.past, request.settings.threshold)
        drawn = rng.integers(len(request.past), size=(2 * request.count, PARENTS)).tolist()
        promise = [worth(known.get(sort_of(one.goal), [])) if one.scores else 0.0 for one in request.past]
        parents = [request.past[max(some, key=lambda index: promise[index])] for some in drawn]
        away = rng.random(len(parents)) < self.elsewhere
        places = starts(request, [one for one, moved in zip(parents, away.tolist(), strict=True) if not moved])
        others = dict(goals(request.world, places, rng)) if places else {}
        number = -1
        for parent, moved in zip(parents, away.tolist(), strict=True):
            if moved:
                yield Proposal(int(rng.integers(len(request.states))), parent.goal)
                continue
            number += 1
            child = edited(parent.goal, others.get(number), places[number], rng)
            if child is not None:
                yield Proposal(-1, child, start=parent.start)


def edited(goal: Goal, other: Goal | None, at: Present, rng: np.random.Generator) -> Goal | None:
    """The goal with one change of EDITS, by chance of those that can be made; None if none can."""
    for index in rng.permutation(len(EDITS)).tolist():
        try:
            found = EDITS[index](goal, other, at, rng)
            if found is not None and found != goal:
                return Goal.model_validate(found.model_dump())
        except ValidationError:
            continue  # more stages or clauses than a goal may have, or one that contradicts itself
    return None


def starts(request: Request, parents: Sequence[Outcome]) -> list[Present]:
    """The states from which the tasks of these outcomes begin."""
    if not parents:
        return []
    world, limit = request.world, limit_of(request.world, request.settings.limit)
    tasks = [
        Task(
            rumpus_task=FORMAT, id=f"p{n}", world=world.name, version=world.version, start=one.start, limit=limit,
            skill=one.family, players=(Player(goal=one.goal, instruction=""),),
        )
        for n, one in enumerate(parents)
    ]  # fmt: skip
    things, counts, _ = begin(world, table(tasks, world)).things()
    none = np.zeros(0)
    return [Present(one.start, things[row, : counts[row]].copy(), none, False) for row, one in enumerate(parents)]


def _with(goal: Goal, number: int, **changes: object) -> Goal:
    """The goal with changes of one stage."""
    stages = list(goal.stages)
    stages[number] = stages[number].model_copy(update=changes)
    return goal.model_copy(update={"stages": tuple(stages)})


def _selectors(goal: Goal) -> list[Selector]:
    clauses = [clause for stage in goal.stages for clause in stage.all] + list(goal.never)
    return [one for clause in clauses for one in (clause.a, clause.b) if one is not None]
