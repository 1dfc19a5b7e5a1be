"""The dispatch of experts: which skill a clause of a goal that does not hold now asks for. On the CPU only.

    unmet(…)               whether a clause is to be reached now
    first_pair(…)          the things of which a negated clause is to end something
    errand_of(Skills(…))   the dispatch, made of a world's skills

The order is one for all: to speak; to undo a negated clause; skills for relations that need more than a way to a
thing; and else, the player goes to a thing that matches `b`, or moves a thing that matches `a` there. The skills differ
in kind from world to world: bodies on a grid of cells walk, and use what they face; hands in a room with a simulator
grasp and carry.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import njit

from ..engine.records.judge import NEGATED, RELATION, STAGE, A, B, holds, matches, paired
from ..engine.records.relations import ALONE, SAID

FIRST, SECOND = np.int32(A), np.int32(B)
"""The fields at which the selectors of a clause begin, of NumPy's type, so that functions of them compile once."""


@dataclass(frozen=True)
class Skills:
    """A world's skills: @njit functions. All write one tick's action and return whether there was anything to do, but
    `choose`, which returns the index of a thing, -1 for none.

    say(clause, mine, action): say the word of a clause. mine: whether the player matches `a`.
    undo(state, player, clause, things, count, mine, ways, action): end what a negated clause forbids.
    handled: numbers of the relations that `handle` takes, and not the skills below.
    handle(state, player, clause, things, count, mine, ways, action): one tick towards a clause of these.
    choose(state, player, clause, at, things, count, ways): the thing to take for the selector that begins at field
        `at`: for the first one, a thing that the clause does not hold for yet.
    visit(state, player, clause, index, things, ways, action): what the player itself is to do with a thing.
    move(state, player, clause, index, things, count, ways, action): what is to be done to a thing that matches `a`.

    things: (most,) THING, of which the first `count` are there. ways: what the world's expert found out for this tick,
    handed on as it is.
    """

    say: Callable[..., Any]
    undo: Callable[..., Any]
    handled: tuple[int, ...]
    handle: Callable[..., Any]
    choose: Callable[..., Any]
    visit: Callable[..., Any]
    move: Callable[..., Any]


def errand_of(skills: Skills) -> Callable[..., Any]:
    """The @njit function errand(state, player, clause, things, count, ways, action): one tick towards a clause that
    does not hold. It returns whether there was anything to do."""
    say, undo, handled, handle = skills.say, skills.undo, skills.handled, skills.handle
    choose, visit, move = skills.choose, skills.visit, skills.move

    @njit
    def errand(state, player, clause, things, count, ways, action):
        relation, mine = clause[RELATION], matches(things[player], player, clause, FIRST, player)
        if relation == SAID:
            return say(clause, mine, action)
        if clause[NEGATED] != 0:
            return undo(state, player, clause, things, count, mine, ways, action)
        if relation in handled:
            return handle(state, player, clause, things, count, mine, ways, action)
        if mine and relation not in ALONE:
            index = choose(state, player, clause, SECOND, things, count, ways)
            return index >= 0 and visit(state, player, clause, index, things, ways, action)
        index = choose(state, player, clause, FIRST, things, count, ways)
        return index >= 0 and move(state, player, clause, index, things, count, ways, action)

    return errand


@njit
def unmet(state, player, clause, things, count, silent):
    """Whether a clause belongs to the player's stage and does not hold. silent: (players,) ACTION, zeros."""
    return clause[STAGE] == state.stage[player] and not holds(clause, things, count, silent, player)


@njit
def first_pair(player, clause, things, count):
    """(i, j): the first two things of the table that stand in the relation of a clause, (-1, -1) if none do."""
    for i in range(count):
        for j in range(count):
            pair = (
                i != j
                and matches(things[i], i, clause, FIRST, player)
                and matches(things[j], j, clause, SECOND, player)
            )
            if pair and paired(clause, things, count, player, i, j):
                return i, j
    return -1, -1
