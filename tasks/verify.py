"""Proposals settled: played before the judge in the engine, and turned from numbers into goals if they are reached."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ..worlds.engine.records import judge as j
from ..worlds.engine.records.relations import CHAINS, RELATIONS
from ..worlds.engine.records.things import ONE, Things
from ..worlds.engine.run.search import FOUND, search
from ..worlds.engine.world import World
from .goals import Clause, Goal, Selector, Stage
from .hindsight.propose import Numbers, Proposal, Proven, Row
from .language import canonical
from .multiplayer import PAIRED
from .prove import done_already, replay
from .rollouts import REST, Starts, begin, least, marks

_WHO = {j.ANYBODY: None, j.YOU: "you", j.OTHER: "other"}


def settle(world: World, starts: Starts, proposed: Sequence[Proposal], kind: str) -> tuple[list[Proven], np.ndarray]:
    """(those proposals that their moves fulfil in no less than the least time, with each stage still to be reached when
    its turn comes; the states that all begin in).

    Of kinds in which each of two players is to reach its own goal, the first's, if both do.
    """
    if not proposed:
        return [], np.zeros(0, world.rules.state)
    batch = begin(world, records(world, starts, proposed, kind), starts.levels)
    states, which = batch.states.copy(), marks(world, batch.states)
    fresh = ~done_already(batch).any(axis=1)
    moves = np.full((len(proposed), max(len(one.moves) for one in proposed), world.players), REST, np.int16)
    for index, one in enumerate(proposed):
        moves[index, : len(one.moves), one.acting] = one.moves
    won, already = replay(batch, moves)
    acting = np.arange(len(proposed)), [one.acting for one in proposed]
    steps = won[acting]
    good = fresh & (steps >= least(world)) & ~already[acting]
    if kind in PAIRED:
        good[::2] &= good[1::2]
        good[1::2] = False
    found = []
    for index in np.flatnonzero(good).tolist():
        one = proposed[index]
        try:
            goals = tuple(_goal(one.goals[seat], world.rules.things) for seat in range(world.players))  # type: ignore[arg-type]
        except ValueError:
            continue  # it contradicts itself
        by = "expert" if one.planned else "play"
        way = one.moves[: steps[index]]
        found.append(Proven(one.row, index, int(which[index]), one.skill, goals, one.acting, way, by))
    return found, states


def records(world: World, starts: Starts, proposed: Sequence[Proposal], kind: str) -> np.ndarray:
    """Records of the world's tasks for proposals, (n,), without words and pay."""
    found = starts.records[[one.row for one in proposed]]
    found["limit"], found["first"] = (
        max(world.objective.limit, *(len(one.moves) + 1 for one in proposed)),
        kind in PAIRED,
    )
    for record, one in zip(found, proposed, strict=True):
        for seat, goal in one.goals.items():
            rows = [(number, *row[1:]) for number, stage in enumerate(goal.stages) for row in stage]
            rows += [(j.NEVER, *row[1:]) for row in goal.never]
            record["goal"][seat, : len(rows)] = rows
            record["clauses"][seat], record["stages"][seat] = len(rows), len(goal.stages)
            record["hold"][seat, : len(goal.holds)] = goal.holds
    return found


def shorten(world: World, proven: Sequence[Proven], states: np.ndarray, nodes: int) -> None:
    """Give each the shortest way that a search of so many states finds, if it is no longer, and its branching."""
    for player in range(world.players):
        some = [one for one in proven if one.acting == player]
        if some:
            plans = search(world, states[[one.state for one in some]], player=player, nodes=nodes)
            for one, verdict, moves, branching in zip(some, plans.verdicts, plans.moves, plans.branching, strict=True):
                one.branching = round(float(branching), 2)
                if verdict == FOUND and len(moves) <= len(one.moves):
                    one.moves, one.by = moves.tolist(), "search"


def worthwhile(world: World, starts: Starts, proven: Sequence[Proven], states: np.ndarray) -> list[bool]:
    """Of each whether its way takes the least time or more, and reaches each stage after its turn has come."""
    batch = begin(world, starts.records[[one.row for one in proven]], starts.levels)
    batch.states[...] = states[[one.state for one in proven]]
    moves = np.full((len(proven), max(one.steps for one in proven), world.players), REST, np.int16)
    for row, one in enumerate(proven):
        moves[row, : one.steps, one.acting] = one.moves
    already = replay(batch, moves)[1]
    return [one.steps >= least(world) and not already[row, one.acting] for row, one in enumerate(proven)]


def _goal(numbers: Numbers, things: Things) -> Goal:
    stages = tuple(
        Stage(all=tuple(_clause(row, things) for row in rows), hold=ticks)
        for rows, ticks in zip(numbers.stages, numbers.holds, strict=True)
    )
    return canonical(Goal(stages=stages, never=tuple(_clause(row, things) for row in numbers.never)))


def _clause(row: Row, things: Things) -> Clause:
    return _read(row, tuple(things.kinds), things.colours, things.sizes)


@lru_cache(maxsize=1 << 16)
def _read(row: Row, kinds: tuple[str, ...], colours: tuple[str, ...], sizes: tuple[str, ...]) -> Clause:
    """A clause from its numbers; the reverse of what compile.py does."""

    def selector(kind: int, colour: int, size: int, who: int) -> Selector:
        names: dict[str, Any] = {"kind": kinds[kind - 1] if kind else None, "who": _WHO[who]}
        names |= {"colour": colours[colour - 1] if colour else None, "size": sizes[size - 1] if size else None}
        return Selector(**names)

    relation: Any = RELATIONS[row[j.RELATION]]
    return Clause(
        a=selector(*row[j.A : j.A + 4]),
        relation=relation,
        b=selector(*row[j.B : j.B + 4]) if any(row[j.B : j.B + 4]) else None,
        least=row[j.LEAST] or "all",
        negated=bool(row[j.NEGATED]),
        within=None if relation in CHAINS else row[j.AMOUNT] // ONE or None,
        number=row[j.AMOUNT] if relation in CHAINS else None,
    )
