"""Proposals verified: played before the judge of the engine, and decoded from numbers to goals if they are reached."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..worlds.engine.run.search import FOUND, search
from ..worlds.engine.run.table import pack_tasks
from ..worlds.engine.world import World
from .codec import decode
from .kinds import PAIRED
from .language import canonical
from .pipeline import Candidate, Proposal, Starts
from .prove import done_already, replay
from .rollouts import REST, begin, least, marks


def verify(world: World, starts: Starts, proposed: Sequence[Proposal], kind: str) -> list[Candidate]:
    """The proposals that their moves fulfil in no less than the least time, with no stage reached before its turn.

    Of kinds in which each player is to reach its own goal, the first's, if all do.
    """
    if not proposed:
        return []
    batch = begin(world, pack_tasks(records(world, starts, proposed, kind), starts.levels))
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
        together = good.reshape(-1, world.players).all(axis=1)
        good[:] = False
        good[:: world.players] = together
    found = []
    for index in np.flatnonzero(good).tolist():
        one = proposed[index]
        try:
            goals = tuple(canonical(decode(one.goals[seat], world.rules.things)) for seat in range(world.players))  # type: ignore[arg-type]
        except ValueError:
            continue  # it contradicts itself
        found.append(
            Candidate(
                starts=starts,
                row=one.row,
                kind=kind,
                skill=one.skill,
                mark=int(which[index]),
                goals=goals,
                acting=one.acting,
                by="expert" if one.planned else "play",
                moves=moves[index, : steps[index], one.acting].tolist(),
                state=states[index : index + 1],
            )
        )
    return found


def records(world: World, starts: Starts, proposed: Sequence[Proposal], kind: str) -> np.ndarray:
    """Task records for proposals, (n,), without instructions and rewards."""
    found = starts.records[[one.row for one in proposed]]
    found["limit"], found["first"] = (
        max(world.objective.limit, *(len(one.moves) + 1 for one in proposed)),
        kind in PAIRED,
    )
    for record, one in zip(found, proposed, strict=True):
        for seat, goal in one.goals.items():
            goal.write(record, seat)
    return found


def shorten(world: World, candidates: Sequence[Candidate], nodes: int) -> None:
    """Give each the shortest solution that a search of at most `nodes` states finds, if it is no longer than its own,
    and the branching of that search."""
    for player in range(world.players):
        some = [one for one in candidates if one.acting == player]
        if some:
            plans = search(world, _states(some), player=player, nodes=nodes)
            for one, verdict, moves, branching in zip(some, plans.verdicts, plans.moves, plans.branching, strict=True):
                one.branching = round(float(branching), 2)
                if verdict == FOUND and len(moves) <= len(one.moves):
                    one.moves, one.by = moves.tolist(), "search"


def worthwhile(world: World, candidates: Sequence[Candidate]) -> list[bool]:
    """Of each, all of one set of starts, whether its solution takes the least time or more, and no stage is reached
    before its turn."""
    starts = candidates[0].starts
    batch = begin(world, pack_tasks(starts.records[[one.row for one in candidates]], starts.levels))
    batch.states[...] = _states(candidates)
    moves = np.full((len(candidates), max(one.steps for one in candidates), world.players), REST, np.int16)
    for row, one in enumerate(candidates):
        moves[row, : one.steps, one.acting] = one.moves
    already = replay(batch, moves)[1]
    return [one.steps >= least(world) and not already[row, one.acting] for row, one in enumerate(candidates)]


def _states(candidates: Sequence[Candidate]) -> np.ndarray:
    """The states that candidates start in, (n,) of the world's state dtype."""
    return np.concatenate([one.state for one in candidates if one.state is not None])
