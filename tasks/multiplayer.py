"""Proposals of every kind of task: for a player alone, and for several bound together as kinds.py says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from ..worlds.engine.records import judge as j
from ..worlds.engine.world import World
from .codec import EncodedClause, EncodedGoal, negated
from .hindsight.compose import MADE, Hindsight, Way, compose
from .hindsight.players import player_looks
from .hindsight.propose import TRIES, draw
from .kinds import PAIRED
from .pipeline import Proposal, Rollouts
from .rollouts import REST, shortcut
from .skills import SKILLS
from .splits import Split

EACH, RARE = 4, 0.4
"""Skills that are tried on each rollout; and the part of the rollouts below which a skill is rare, if fewer have a
clause for it: rare skills are tried wherever they can be."""

MANY = 24
"""Draws of each rollout, before goals of three and more players that belong together are given up."""

_SIMPLE = tuple(SKILLS)[tuple(SKILLS).index("negation") :]  # goals of one clause


def skills_of(kind: str) -> tuple[str, ...]:
    """The skills that tasks of a kind take."""
    if kind == "rivals":
        return ("both",)
    return tuple(skill for skill in MADE if skill in _SIMPLE) if kind == "lookout" else MADE


def acting(kind: str, n: int, players: int) -> np.ndarray:
    """The player that acts in each of n rollouts, int64 (n,)."""
    return np.arange(n) % players if kind in PAIRED else np.full(n, int(kind == "informed-blind"))


def proposals(
    world: World, played: Rollouts, kind: str, split: Split, wanted: Sequence[str], rng: np.random.Generator
) -> list[Proposal]:
    """Goals of the wanted skills that rollouts reached, for tasks of a kind. Those of one start follow each other."""
    each, looks = world.players if kind in PAIRED else 1, player_looks(world)
    drawn, truth = draw(world, played, split, rng, shared=each if kind == "rivals" else 1)
    whose = (drawn[:, :, [j.A + 3, j.B + 3]] != j.ANYBODY).any(axis=2)
    alike = kind == "rivals" or (kind == "partners" and not looks)
    usable = ~whose if alike else np.ones_like(whose)
    plays = [Hindsight(rows, truth[i], usable[i], rng) for i, rows in enumerate(drawn)]
    found: list[Proposal] = []
    chances = [set(play.skills[play.turned].tolist()) for play in plays]
    some = Counter(skill for chance in chances for skill in chance)
    rare = [skill for skill in wanted if 0 < some[skill] < RARE * len(plays)]
    common = [skill for skill in wanted if skill not in rare and (some[skill] or skill not in _SIMPLE)]
    for row in range(0, len(plays), each):
        skills = [skill for skill in rare if skill in chances[row]]
        skills += [common[pick] for pick in rng.permutation(len(common))[:EACH]]
        for skill in skills * EACH if len(skills) == 1 else skills:
            if kind in PAIRED:
                make = _rivals if kind == "rivals" else _race
                ways = make(plays[row : row + each], skill)
                if ways:
                    goals = {seat: way[0] for seat, way in enumerate(ways)}
                    found += [_proposal(played, row + i, skill, goals, way) for i, way in enumerate(ways)]
            else:
                way = compose(skill, plays[row])
                if way:
                    found.append(_proposal(played, row, skill, _shared(kind, way[0], looks), way))
    for one in found if looks else ():
        one.goals = {seat: goal.told(looks[seat]) for seat, goal in one.goals.items()}
    return found


def _shared(kind: str, goal: EncodedGoal, looks: list[tuple[int, int]]) -> dict[int, EncodedGoal]:
    """The goals of all players, of kinds in which they follow from one goal. looks: of three and more players, by
    which others call the one that acts; see player_looks."""
    others, act = range(1, max(len(looks), 2)), int(kind == "informed-blind")
    seen = goal.called(looks[act]) if looks else goal if kind == "partners" else goal.swapped()
    if kind == "alone":
        return {0: goal}
    if kind == "lookout":
        return {0: goal} | dict.fromkeys(others, EncodedGoal(never=seen.stages[0]))
    return dict.fromkeys((0, *others), seen) | {act: goal}


def _race(plays: Sequence[Hindsight], skill: str) -> list[Way] | None:
    """A way of each rollout, with goals of one shape."""
    if len(plays) > 2:
        return _alike(plays, skill)
    for _ in range(TRIES):
        mine = compose(skill, plays[0])
        if mine is None:
            return None
        for _ in range(TRIES):
            yours = compose(skill, plays[1])
            if yours is None:
                return None
            if _shape(mine[0]) == _shape(yours[0]):
                return [mine, yours]
    return None


def _alike(plays: Sequence[Hindsight], skill: str) -> list[Way] | None:
    """The same of three and more rollouts, which seldom meet by chance: of many ways of each, those of a shape that all
    have."""
    known: list[dict[tuple[object, ...], Way]] = []
    for play in plays:
        ways = {_shape(way[0]): way for _ in range(MANY) if (way := compose(skill, play))}
        known.append({shape: way for shape, way in ways.items() if not known or shape in known[-1]})
        if not known[-1]:
            return None
    shape = next(iter(known[-1]))
    return [ways[shape] for ways in known]


def _shape(goal: EncodedGoal) -> tuple[object, ...]:
    """A goal without its colours, sizes, numbers and times."""
    stages = tuple(tuple(sorted(map(_plain, stage))) for stage in goal.stages)
    return stages, tuple(hold > 0 for hold in goal.holds), tuple(sorted(map(_plain, goal.never)))


def _plain(row: EncodedClause) -> EncodedClause:
    return (row[j.NEGATED], min(row[j.LEAST], 2), row[j.RELATION], row[j.A], row[j.A + 3], row[j.B], row[j.B + 3])


def _rivals(plays: Sequence[Hindsight], skill: str) -> list[Way] | None:
    """Goals that exclude each other: what one rollout reached without what any other did."""
    for _ in range(TRIES if len(plays) == 2 else MANY):
        picked = [play.pick(play.turned) for play in plays]
        chosen = [clause for clause in picked if clause is not None]
        if len(chosen) < len(plays):
            return None
        ways: list[Way] = []
        for play, own in zip(plays, chosen, strict=True):
            others = [clause for clause in chosen if clause != own]
            held = play.truth[own] & ~play.truth[others].any(axis=0)
            if len(others) + 1 < len(plays) or not held.any() or held[0]:
                break
            goal = EncodedGoal(((play.clauses[own], *(negated(play.clauses[other]) for other in others)),), (0,))
            ways.append((goal, [int(held.argmax())], 0))
        if len(ways) == len(plays):
            return ways
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
