"""Proposals of every kind of task: for a player alone, and for two players bound together as kinds.py says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..worlds.engine.records import judge as j
from ..worlds.engine.world import World
from .codec import EncodedClause, EncodedGoal, negated
from .hindsight.compose import MADE, Hindsight, Way, compose
from .hindsight.propose import TRIES, draw
from .kinds import PAIRED
from .pipeline import Proposal, Rollouts
from .rollouts import REST, shortcut
from .skills import SKILLS
from .splits import Split

EACH, RARE = 4, 0.4
"""Skills that are tried on each rollout; and the part of the rollouts below which a skill is rare, if fewer have a
clause for it: rare skills are tried wherever they can be."""

_SIMPLE = tuple(SKILLS)[tuple(SKILLS).index("negation") :]  # goals of one clause


def skills_of(kind: str) -> tuple[str, ...]:
    """The skills that tasks of a kind take."""
    if kind == "rivals":
        return ("both",)
    return tuple(skill for skill in MADE if skill in _SIMPLE) if kind == "lookout" else MADE


def acting(kind: str, n: int) -> np.ndarray:
    """The player that acts in each of n rollouts, int64 (n,)."""
    return np.arange(n) % 2 if kind in PAIRED else np.full(n, int(kind == "informed-blind"))


def proposals(
    world: World, played: Rollouts, kind: str, split: Split, wanted: Sequence[str], rng: np.random.Generator
) -> list[Proposal]:
    """Goals of the wanted skills that rollouts reached, for tasks of a kind. Those of a pair follow each other."""
    drawn, truth = draw(world, played, split, rng, shared=kind == "rivals")
    whose = (drawn[:, :, [j.A + 3, j.B + 3]] != j.ANYBODY).any(axis=2)
    usable = ~whose if kind in ("partners", "rivals") else np.ones_like(whose)
    plays = [Hindsight(rows, truth[i], usable[i], rng) for i, rows in enumerate(drawn)]
    found: list[Proposal] = []
    chances = [set(play.skills[play.turned].tolist()) for play in plays]
    some = Counter(skill for chance in chances for skill in chance)
    rare = [skill for skill in wanted if 0 < some[skill] < RARE * len(plays)]
    common = [skill for skill in wanted if skill not in rare and (some[skill] or skill not in _SIMPLE)]
    for row in range(0, len(plays), 1 + (kind in PAIRED)):
        skills = [skill for skill in rare if skill in chances[row]]
        skills += [common[pick] for pick in rng.permutation(len(common))[:EACH]]
        for skill in skills * EACH if len(skills) == 1 else skills:
            if kind in PAIRED:
                make = _rivals if kind == "rivals" else _race
                ways = make(plays[row], plays[row + 1], skill)
                if ways:
                    goals = {0: ways[0][0], 1: ways[1][0]}
                    found += [_proposal(played, row + i, skill, goals, way) for i, way in enumerate(ways)]
            else:
                way = compose(skill, plays[row])
                if way:
                    found.append(_proposal(played, row, skill, _shared(kind, way[0]), way))
    return found


def _shared(kind: str, goal: EncodedGoal) -> dict[int, EncodedGoal]:
    """The goals of all players, of kinds in which they follow from one goal."""
    if kind == "lookout":
        return {0: goal, 1: EncodedGoal(never=goal.swapped().stages[0])}
    if kind == "informed-blind":
        return {0: goal.swapped(), 1: goal}
    return {0: goal, 1: goal} if kind == "partners" else {0: goal}


def _race(one: Hindsight, other: Hindsight, skill: str) -> tuple[Way, Way] | None:
    for _ in range(TRIES):
        mine = compose(skill, one)
        if mine is None:
            return None
        for _ in range(TRIES):
            yours = compose(skill, other)
            if yours is None:
                return None
            if _shape(mine[0]) == _shape(yours[0]):
                return mine, yours
    return None


def _shape(goal: EncodedGoal) -> tuple[object, ...]:
    """A goal without its colours, sizes, numbers and times."""
    stages = tuple(tuple(sorted(map(_plain, stage))) for stage in goal.stages)
    return stages, tuple(hold > 0 for hold in goal.holds), tuple(sorted(map(_plain, goal.never)))


def _plain(row: EncodedClause) -> EncodedClause:
    return (row[j.NEGATED], min(row[j.LEAST], 2), row[j.RELATION], row[j.A], row[j.A + 3], row[j.B], row[j.B + 3])


def _rivals(one: Hindsight, other: Hindsight, skill: str) -> tuple[Way, Way] | None:
    """Goals that exclude each other: what one rollout reached without what the other did, and the reverse."""
    for _ in range(TRIES):
        c, d = one.pick(one.turned), other.pick(other.turned)
        if c is None or d is None:
            return None
        mine, yours = one.truth[c] & ~one.truth[d], other.truth[d] & ~other.truth[c]
        if mine.any() and yours.any() and not (mine[0] or yours[0]):
            rows = one.clauses[c], one.clauses[d]
            goals = [EncodedGoal(((row, negated(other)),), (0,)) for row, other in (rows, rows[::-1])]
            return (goals[0], [int(mine.argmax())], 0), (goals[1], [int(yours.argmax())], 0)
    return None


def _proposal(played: Rollouts, row: int, skill: str, goals: dict[int, EncodedGoal], way: Way) -> Proposal:
    """A proposal with the moves of the rollout to each stage, without loops."""
    moves: list[int] = []
    start = 0
    for end in way[1]:
        moves += shortcut(played.moves[row, start:end].tolist(), played.marks[row, start : end + 1].tolist())
        start = end
    planned = start <= played.planned[row]
    return Proposal(row, skill, goals, int(played.acting[row]), moves + [REST] * way[2], bool(planned))
