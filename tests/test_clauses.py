"""Clauses of rollouts: the compiled draws and judgements against plain Python with the same random numbers."""

import numpy as np
import pytest

from rumpus import worlds
from rumpus.interface.action import ACTION
from rumpus.tasks.hindsight.clauses import (
    ALL,
    CHAIN,
    COLOURED,
    KINDLESS,
    NEAR,
    NEGATED,
    SEVERAL,
    drawn,
    first_alike,
    hold,
)
from rumpus.tasks.rollouts import StartSampler, play
from rumpus.worlds.engine.records import judge as j
from rumpus.worlds.engine.records.relations import TABLE, number_of
from rumpus.worlds.engine.records.things import ONE

WORLDS = ["sokoban-small", "sokoban-duo", "box-world-small"]
COUNT, TICKS = 12, 24


def rollouts(world, seed=0):
    rng = np.random.default_rng(seed)
    starts = StartSampler(world, "train").draw(rng, 12)
    return play(world, starts, np.zeros(12, np.int64), TICKS, rng)


def sorts_of(things, rng):
    """Some sorts of clauses about things, of all shapes that there are."""
    kinds = np.unique(things["kind"]).tolist()
    names = "near", "touching", "there", "left-of", "between", "stacked", "on"
    rows = [TABLE[number_of(name)] for name in names]
    return [
        (number_of(row.name), a, kinds[int(rng.integers(len(kinds)))] if "b" in row.takes else 0)
        for row in rows
        for a in kinds
    ]


def selector(things, kind, player, shared, named, several, kindless, rng):
    if kind == player:
        return [kind, 0, 0, ([j.YOU] * 3 + [j.OTHER] * several)[int(rng.integers(3 + several))]]
    looks = [(int(one["colour"]), int(one["size"])) for one in things if one["kind"] == kind]
    colour, size = looks[int(rng.integers(len(looks)))]
    chance = rng.random(3)
    colour = colour if chance[0] < COLOURED and named[kind, colour] else 0
    size = size if chance[1] < COLOURED else 0
    return [0 if kindless and shared[colour] and chance[2] < KINDLESS else kind, colour, size, 0]


def matching(things, chosen):
    kind, colour, size, who = chosen
    fits = [
        (one["kind"] == kind or not kind)
        and (one["colour"] == colour or not colour)
        and (one["size"] == size or not size)
        for one in things
    ]
    return 1 if who else sum(fits)


def clause(things, sort, player, shared, named, several, rng):
    relation, a, b = sort
    row = TABLE[relation]
    one = selector(things, a, player, shared, named, several, False, rng)
    other = selector(things, b, player, shared, named, several, a == player, rng) if b else [0, 0, 0, 0]
    if row.two and matching(things, other) < 2:
        other = [b, 0, 0, 0]
    if a == b == player:
        one, other = [a, 0, 0, j.YOU], [b, 0, 0, j.OTHER]
    least, many = 1, not one[3] and rng.random() < SEVERAL
    if many and matching(things, one) == 1:
        one = [a, 0, 0, 0]
    if many and (number := matching(things, one)) > 1:
        least = 0 if rng.random() < ALL else int(rng.integers(2, number + 1))
    amount = NEAR[int(rng.integers(len(NEAR)))] * ONE if "within" in row.takes else 0
    amount = CHAIN[int(rng.integers(len(CHAIN)))] if "number" in row.takes else amount
    return [0, int(rng.random() < NEGATED), least, relation, amount, *one, *other]


@pytest.mark.parametrize("name", WORLDS)
def test_clauses_are_those_that_plain_python_draws_and_judges(name):
    world = worlds.load(name)
    played = rollouts(world)
    known, rng = world.rules.things, np.random.default_rng(7)
    starts = [things[:count] for things, count in zip(played.things[0], played.counts[0], strict=True)]
    every = [sorts_of(things, rng) for things in starts]
    shared = rng.random((len(starts), 1 + len(known.colours))) < 0.5
    named = rng.random((1 + len(known.kinds), 1 + len(known.colours))) < 0.7
    shared[:, 0] = False
    several = world.players > 1
    mine, theirs = np.random.default_rng(3), np.random.default_rng(3)
    expected = []
    for row, things in enumerate(starts):
        player = max(int(one["kind"]) for one in things if one["player"])
        picks = mine.integers(len(every[row]), size=COUNT)
        expected.append([clause(things, every[row][at], player, shared[row], named, several, mine) for at in picks])
    found = drawn(played, every, shared, named, COUNT, several, theirs)
    assert found.tolist() == expected
    assert mine.bit_generator.state == theirs.bit_generator.state
    first, actions = first_alike(played), np.zeros(world.players, ACTION)
    for row in range(len(starts)):
        seen = [played.things[tick, row, : played.counts[tick, row]].tobytes() for tick in range(TICKS + 1)]
        assert first[row].tolist() == [seen.index(one) for one in seen]
    assert (first < np.arange(TICKS + 1)).any(), "some state came twice"
    truth = hold(world, played, first, found)
    for row, at, tick in np.ndindex(4, COUNT, TICKS + 1):
        judged = j.holds(found[row, at], played.things[tick, row], played.counts[tick, row], actions, 0)
        assert truth[row, at, tick] == judged


def test_a_start_of_which_nothing_can_be_asked_is_an_error():
    played = rollouts(worlds.load(WORLDS[0]))
    with pytest.raises(ValueError, match="nothing of which"):
        drawn(played, [[]] * 12, np.zeros((12, 9), bool), np.zeros((9, 9), bool), 2, False, np.random.default_rng(0))
