"""Proposals settled: played before the judge in the engine, and turned from numbers into goals if they are reached."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..worlds.engine.run.search import FOUND, search
from ..worlds.engine.world import World
from .codec import decode
from .hindsight.propose import Proposal, Proven
from .language import canonical
from .multiplayer import PAIRED
from .prove import done_already, replay
from .rollouts import REST, Starts, begin, least, marks


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
            goals = tuple(canonical(decode(one.goals[seat], world.rules.things)) for seat in range(world.players))  # type: ignore[arg-type]
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
            goal.write(record, seat)
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
