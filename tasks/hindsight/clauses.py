"""Clauses of rollouts, compiled: drawn at random from what there is at the start, and judged at every tick.

The random numbers are those of a `np.random.Generator`, drawn one by one: the same seed gives the same clauses.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ...interface.action import ACTION
from ...interface.machine import cores
from ...worlds.engine.compile.cached import cached
from ...worlds.engine.records import judge as j
from ...worlds.engine.records.relations import TABLE
from ...worlds.engine.records.things import ONE
from ...worlds.engine.run.threads import over_rows
from ...worlds.engine.world import World
from ..pipeline import Rollouts

NEAR = (2, 3, 4)
"""Distances in clauses of near, in cells."""
CHAIN = (2, 3, 4)
"""Numbers of things in clauses of towers and rows."""
COLOURED, KINDLESS, SEVERAL, NEGATED = 0.6, 0.1, 0.4, 0.2
"""Chance that a selector names a colour (if there is one); that it then names no kind, if several have it; that a
clause asks for several things, where there are; and that it is negated."""
ALL = 0.5
"""Chance that a clause that asks for several things asks for all."""
_YOU = 3  # of the numbers of which one is drawn for a player's own clause, those that mean "you"
_TAKES = tuple(
    np.array([has(relation) for relation in TABLE])
    for has in (lambda row: row.two, lambda row: "within" in row.takes, lambda row: "number" in row.takes)
)


def drawn(
    played: Rollouts,
    sorts: list[list[tuple[int, int, int]]],
    shared: np.ndarray,
    named: np.ndarray,
    count: int,
    several: bool,
    rng: np.random.Generator,
) -> np.ndarray:
    """`count` clauses for each rollout, int32 (n, count, FIELDS), of things of its start.

    sorts: of each rollout those of its clauses, (relation, kinds on its two sides, 0 for none); shared: bool (n,
    colours), the colours that things of several kinds have; named: bool (kinds, colours), the pairs that clauses may
    name; several: whether there are several players. Raises ValueError for a rollout without sorts.
    """
    if not all(sorts):
        raise ValueError("there is nothing of which this world could ask for anything")
    ends = np.cumsum([len(some) for some in sorts], dtype=np.int64)
    flat = np.array([sort for some in sorts for sort in some], np.int32)
    clauses = np.zeros((len(sorts), count, j.FIELDS), np.int32)
    cached(draw)(rng, played.things[0], played.counts[0], flat, ends, shared, named, several, *_TAKES, clauses)
    return clauses


@njit
def draw(rng, things, counts, sorts, ends, shared, named, several, two, within, number, clauses):
    """Write the clauses of all rollouts; see drawn. two, within, number: of each relation, whether its second side has
    to match two things, and whether it takes a distance, or a number of things."""
    for row in range(len(clauses)):
        first = ends[row - 1] if row > 0 else 0
        count, player = counts[row], 0
        for i in range(count):
            if things[row, i].player != 0:
                player = things[row, i].kind
        for c in range(clauses.shape[1]):
            clauses[row, c, 0] = rng.integers(0, ends[row] - first)
        for c in range(clauses.shape[1]):
            sort = sorts[first + clauses[row, c, 0]]
            relation, some, looks = sort[0], things[row], shared[row]
            clause = clauses[row, c]
            one, other = clause[j.A : j.A + 4], clause[j.B : j.B + 4]
            select(rng, some, count, sort[1], player, several, looks, named, False, one)
            by_player = sort[1] == player
            other[:] = 0
            if sort[2] != 0:
                select(rng, some, count, sort[2], player, several, looks, named, by_player, other)
            if two[relation] and matching(some, count, other) < 2:
                write(other, sort[2], j.ANYBODY)
            if by_player and sort[2] == sort[1]:
                write(one, sort[1], j.YOU)
                write(other, sort[2], j.OTHER)
            least, many = 1, one[3] == j.ANYBODY and rng.random() < SEVERAL
            if many and matching(some, count, one) == 1:
                write(one, sort[1], j.ANYBODY)
            found = matching(some, count, one)
            if many and found > 1:
                least = 0 if rng.random() < ALL else rng.integers(2, found + 1)
            amount = 0
            if within[relation]:
                amount = NEAR[rng.integers(0, len(NEAR))] * ONE
            if number[relation]:
                amount = CHAIN[rng.integers(0, len(CHAIN))]
            clause[j.STAGE], clause[j.NEGATED] = 0, rng.random() < NEGATED
            clause[j.LEAST], clause[j.RELATION], clause[j.AMOUNT] = least, relation, amount


@njit
def select(rng, things, count, kind, player, several, shared, named, kindless, selector):
    """Write a selector for things of a kind, as kind, colour, size and who. kindless: whether it may name a colour that
    several kinds have, and no kind."""
    write(selector, kind, j.ANYBODY)
    if kind == player:
        pick = rng.integers(0, _YOU + (1 if several else 0))
        selector[3] = j.YOU if pick < _YOU else j.OTHER
        return
    left = 0
    for i in range(count):
        if things[i].kind == kind:
            left += 1
    left = rng.integers(0, left)
    colour, size = 0, 0
    for i in range(count):
        if things[i].kind == kind:
            if left == 0:
                colour, size = things[i].colour, things[i].size
            left -= 1
    by_colour, by_size, by_kind = rng.random(), rng.random(), rng.random()
    if by_colour >= COLOURED or not named[kind, colour]:
        colour = 0
    if by_size >= COLOURED:
        size = 0
    if kindless and shared[colour] and by_kind < KINDLESS:
        selector[0] = 0
    selector[1], selector[2] = colour, size


@njit
def write(selector, kind, who):
    """Write the selector that names a kind, or whose a player is, and nothing else."""
    selector[0], selector[1], selector[2], selector[3] = kind, 0, 0, who


@njit
def matching(things, count, selector):
    """The number of things that a selector matches; 1 where it tells whose a player is."""
    if selector[3] != j.ANYBODY:
        return 1
    found = 0
    for i in range(count):
        by_kind = selector[0] == 0 or selector[0] == things[i].kind
        by_colour = selector[1] == 0 or selector[1] == things[i].colour
        by_size = selector[2] == 0 or selector[2] == things[i].size
        if by_kind and by_colour and by_size:
            found += 1
    return found


def hold(world: World, played: Rollouts, first: np.ndarray, clauses: np.ndarray) -> np.ndarray:
    """The ticks at which clauses, int32 (n, clauses, FIELDS), hold: bool (n, clauses, ticks + 1). first: what
    `first_alike` says of these rollouts."""
    truth = np.zeros((*clauses.shape[:2], len(played.things)), np.uint8)
    actions = np.zeros(world.players, ACTION)
    given = (played.things, played.counts, first, clauses, actions, played.acting, truth)
    over_rows(cached(truths), len(clauses), cores(), *given)
    return truth.view(bool)


def first_alike(played: Rollouts) -> np.ndarray:
    """For each tick of each rollout the first at which its things are the same to the byte, int32 (n, ticks + 1)."""
    ticks, n = played.counts.shape
    words = np.ascontiguousarray(played.things).view(np.uint8).reshape(ticks, n, -1).view(np.uint64)
    first, marks = np.zeros((n, ticks), np.int32), np.zeros((n, ticks), np.uint64)
    each = words.shape[2] // max(played.things.shape[2], 1)
    over_rows(cached(alike, allocates=False), n, cores(), words, played.counts, each, marks, first)
    return first


@njit
def alike(words, counts, each, marks, first, low, high):
    """Write the first tick at which a rollout's things are those of each tick. words: uint64 (ticks, n, most * each);
    marks: uint64 (n, ticks), written: hashes of them."""
    for i in range(low, high):
        for tick in range(len(words)):
            size, mark = counts[tick, i] * each, np.uint64(counts[tick, i])
            for word in range(size):
                mark = (mark ^ words[tick, i, word]) * np.uint64(0x9E3779B97F4A7C15)
                mark ^= mark >> np.uint64(29)
            marks[i, tick], first[i, tick] = mark, tick
            for other in range(tick):
                if marks[i, other] == mark and first[i, other] == other and counts[other, i] == counts[tick, i]:
                    same = True
                    for word in range(size):
                        same = same and words[tick, i, word] == words[other, i, word]
                    if same:
                        first[i, tick] = other
                        break


@njit
def truths(things, counts, first, clauses, actions, acting, truth, low, high):
    """Write whether each clause, (n, clauses, FIELDS), holds at each tick of its rollout: uint8 (n, clauses, ticks).

    first: int32 (n, ticks), the first tick at which the things are the same. Neither things nor clauses that are there
    twice are judged again.
    """
    for i in range(low, high):
        for c in range(clauses.shape[1]):
            twin = 0
            while not equal(clauses[i, twin], clauses[i, c]):
                twin += 1
            for tick in range(things.shape[0]):
                if twin < c:
                    truth[i, c, tick] = truth[i, twin, tick]
                elif first[i, tick] < tick:
                    truth[i, c, tick] = truth[i, c, first[i, tick]]
                else:
                    truth[i, c, tick] = j.holds(clauses[i, c], things[tick, i], counts[tick, i], actions, acting[i])


@njit
def equal(one, other):
    """Whether two clauses are the same."""
    for field in range(len(one)):
        if one[field] != other[field]:
            return False
    return True
