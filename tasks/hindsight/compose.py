"""Goals of every skill, composed of the clauses that came true in one rollout; see propose.py."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np

from ...worlds.engine.records import judge as j
from ...worlds.engine.records.relations import RELATIONS
from ..codec import EncodedClause, EncodedGoal
from ..skills import SKILLS, skill_of_relation
from .propose import HOLDS, TRIES

STAGED = 0.3
"""Part of the goals with a never-clause that have two stages."""

_NO_SKILLS = ("guard", "speak", "answer")  # the first is reached without acting, and no player speaks in a rollout


class Hindsight:
    """The clauses of one rollout. clauses: int32 (clauses, FIELDS); truth: bool (clauses, ticks + 1), whether each
    holds; usable: bool (clauses,), those that goals may be made of; turned: those that came true after the start, at
    the tick `first`."""

    def __init__(self, clauses: np.ndarray, truth: np.ndarray, usable: np.ndarray, rng: np.random.Generator):
        self.clauses: list[EncodedClause] = list(map(tuple, clauses.tolist()))
        self.truth, self.usable, self.rng = truth, usable, rng
        self.turned = ~truth[:, 0] & usable & truth.any(axis=1)
        self.first = truth.argmax(axis=1)
        self.plain = (clauses[:, j.LEAST] == 1) & (clauses[:, j.NEGATED] == 0)
        by_player, negated = clauses[:, j.A + 3] != j.ANYBODY, clauses[:, j.NEGATED] != 0
        form = clauses[:, j.RELATION], np.minimum(clauses[:, j.LEAST], 2), by_player.astype(int), negated.astype(int)
        self.skills = _skills()[form]

    def pick(self, mask: np.ndarray) -> int | None:
        """One of the clauses of a mask, with more chance the later it came true; None if the mask is empty."""
        found = np.flatnonzero(mask)
        if not len(found):
            return None
        late = np.cumsum(self.first[found] + 1)
        return int(found[np.searchsorted(late, self.rng.integers(late[-1]), side="right")])


Way = tuple[EncodedGoal, list[int], int]
"""A goal, the ticks of the rollout at which its stages are reached, and the ticks without action after the last."""


def compose(skill: str, play: Hindsight) -> Way | None:
    """A goal of a skill that the rollout reached; None if none was found."""
    return _MAKERS.get(skill, _single)(play, skill)


@cache
def _skills() -> np.ndarray:
    """The skill of each clause: (relations, 3, 2, 2), by its relation, its least number up to 2, whether it is about a
    player, and whether it is negated."""
    shape = len(RELATIONS), 3, 2, 2
    return np.array(
        [
            skill_of_relation(RELATIONS[relation], least, bool(by_player), bool(negated))
            for relation, least, by_player, negated in np.ndindex(shape)
        ]
    ).reshape(shape)


def _goal(*clauses: EncodedClause, never: tuple[EncodedClause, ...] = (), hold: int = 0) -> EncodedGoal:
    """A goal with a clause for each stage."""
    return EncodedGoal(tuple((row,) for row in clauses), (0,) * (len(clauses) - 1) + (hold,), never)


def _single(play: Hindsight, skill: str) -> Way | None:
    c = play.pick(play.turned & (play.skills == skill))
    return None if c is None else (_goal(play.clauses[c]), [int(play.first[c])], 0)


def _hold(play: Hindsight, skill: str) -> Way | None:
    c = play.pick(play.turned)
    if c is None:
        return None
    ticks = HOLDS[int(play.rng.integers(len(HOLDS)))]
    return _goal(play.clauses[c], hold=ticks), [int(play.first[c])], ticks


def _both(play: Hindsight, skill: str) -> Way | None:
    for _ in range(TRIES):
        c = play.pick(play.turned)
        if c is None:
            return None
        together = play.turned & (play.truth & play.truth[c]).any(axis=1)
        d = play.pick(together)
        if d is not None and apart(play.clauses[c], play.clauses[d]):
            at = int((play.truth[c] & play.truth[d]).argmax())
            return EncodedGoal(((play.clauses[c], play.clauses[d]),), (0,)), [at], 0
    return None


def _stages(play: Hindsight, skill: str) -> Way | None:
    for _ in range(TRIES):
        chosen, ends = [], [0]
        for number in range(2 if skill == "two-stage" else 3):
            new = ~play.truth[:, ends[-1]] & play.truth[:, ends[-1] :].any(axis=1) & play.usable
            c = play.pick(new & play.turned if number == 0 else new)
            if c is None:
                break
            chosen.append(c)
            ends.append(ends[-1] + int(play.truth[c, ends[-1] :].argmax()))
        else:
            rows = [play.clauses[c] for c in chosen]
            if len(set(rows)) == len(rows):
                return _goal(*rows), ends[1:], 0
    return None


def _avoid(play: Hindsight, skill: str) -> Way | None:
    for _ in range(TRIES):
        if play.rng.random() < STAGED:
            way = _stages(play, "two-stage")
        else:
            c = play.pick(play.turned)
            way = None if c is None else (_goal(play.clauses[c]), [int(play.first[c])], 0)
        if way is None:
            continue
        goal, ends, _ = way
        later = ~play.truth[:, : ends[-1] + 1].any(axis=1) & play.truth[:, ends[-1] :].any(axis=1) & play.usable
        c = play.pick(later & play.plain)
        if c is not None and all(apart(play.clauses[c], row) for stage in goal.stages for row in stage):
            return EncodedGoal(goal.stages, goal.holds, (play.clauses[c],)), ends, 0
    return None


_MAKERS: dict[str, Callable[[Hindsight, str], Way | None]] = {
    "hold-still": _hold,
    "both": _both,
    "two-stage": _stages,
    "three-stage": _stages,
    "avoid": _avoid,
}
MADE = tuple(skill for skill in SKILLS if skill not in _NO_SKILLS)
"""The skills that goals are made of."""


def apart(one: EncodedClause, other: EncodedClause) -> bool:
    """Whether neither of two clauses implies the other by its form."""
    return not (_wider(one, other) or _wider(other, one))


def _wider(one: EncodedClause, other: EncodedClause) -> bool:
    """Whether a clause is another one with some properties left open."""
    if one[j.RELATION] != other[j.RELATION]:
        return False
    return all(mine in (0, yours) for mine, yours in zip(one[j.A :], other[j.A :], strict=True))
