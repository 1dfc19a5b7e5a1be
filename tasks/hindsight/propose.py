"""Goals by hindsight: a clause that did not hold at the start of a rollout and held later is a feasible goal.

Nothing here depends on a world. Clauses are drawn from the kinds and colours of the things of a start and from the
relations of the world; the judge itself evaluates them at every tick of the rollout; and compose.py makes goals of
every skill of those that came true, in the order in which they did.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from ...interface.action import ACTION
from ...interface.machine import cores
from ...worlds.engine.compile.cached import cached
from ...worlds.engine.records import judge as j
from ...worlds.engine.records.relations import EVENTS, ROWS, TABLE, number_of
from ...worlds.engine.records.things import ONE, THERE, Things
from ...worlds.engine.run.threads import over_rows
from ...worlds.engine.world import World
from ..codec import EncodedClause
from ..pipeline import Rollouts
from ..splits import SPLITS, Split, pair_split

FIRST, THEN = 24, 64
"""Clauses drawn for each rollout: first of all sorts, then of those sorts of which one changed in some rollout."""
NEAR = (2, 3, 4)
"""Distances in clauses of near, in cells."""
CHAIN = (2, 3, 4)
"""Numbers of things in clauses of towers and rows."""
HOLDS = (2, 3, 5, 8)
"""Ticks for which a stage must hold, in goals of the skill hold-still."""
COLOURED, KINDLESS, SEVERAL, NEGATED = 0.6, 0.1, 0.4, 0.2
"""Chance that a selector names a colour (if there is one); that it then names no kind, if several have it; that a
clause asks for several things, where there are; and that it is negated."""
TRIES = 6
"""Draws of clauses to combine, before a skill is given up for a rollout."""

_PRIME = 1_000_003


@njit
def truths(things, counts, still, clauses, actions, acting, truth, low, high):
    """Write whether each clause, (n, clauses, FIELDS), holds at each tick of its rollout: uint8 (n, clauses, ticks).

    still: bool (ticks, n), whether the things are as in the tick before. Neither such ticks nor clauses that are there
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
                elif still[tick, i]:
                    truth[i, c, tick] = truth[i, c, tick - 1]
                else:
                    truth[i, c, tick] = j.holds(clauses[i, c], things[tick, i], counts[tick, i], actions, acting[i])


@njit
def equal(one, other):
    """Whether two clauses are the same."""
    for field in range(len(one)):
        if one[field] != other[field]:
            return False
    return True


def unmoved(played: Rollouts) -> np.ndarray:
    """The ticks of each rollout at which its things are as in the tick before, byte by byte: bool (ticks + 1, n)."""
    ticks, n = played.counts.shape
    words = np.ascontiguousarray(played.things).view(np.uint8).reshape(ticks, n, -1).view(np.uint32)
    still = np.zeros((ticks, n), bool)
    for tick in range(1, ticks):
        same = (words[tick] == words[tick - 1]).all(axis=1)
        still[tick] = same & (played.counts[tick] == played.counts[tick - 1])
    return still


def hold(world: World, played: Rollouts, still: np.ndarray, clauses: np.ndarray) -> np.ndarray:
    """The ticks at which clauses, int32 (n, clauses, FIELDS), hold: bool (n, clauses, ticks + 1). still: what `unmoved`
    says of these rollouts."""
    truth = np.zeros((*clauses.shape[:2], len(played.things)), np.uint8)
    actions = np.zeros(world.players, ACTION)
    given = (played.things, played.counts, still, clauses, actions, played.acting, truth)
    over_rows(cached(truths), len(clauses), cores(), *given)
    return truth.view(bool)


class ClauseSampler:
    """Draws selectors of the things of one start."""

    def __init__(self, things: np.ndarray, world: Things, players: int, split: Split):
        self.looks: dict[int, list[tuple[int, int]]] = {}  # kind: (colour, size) of each thing of it
        self.player = 0
        self.facing = bool((things["ahead_y"] | things["ahead_x"]).any())  # in first-person worlds
        fields = (things[name].tolist() for name in ("kind", "colour", "size", "player"))
        for kind, colour, size, player in zip(*fields, strict=True):
            self.looks.setdefault(kind, []).append((colour, size))
            if player:
                self.player = kind
        self._allowed = {
            (kind, colour)
            for kind, looks in self.looks.items()
            for colour, _ in looks
            if colour and _may_be_named(world, kind, colour, split)
        }
        of_regions = {1 + world.colours.index(colour) for kind in world.regions for colour in world.kinds[kind]}
        colours = [colour for looks in self.looks.values() for colour in {colour for colour, _ in looks}]
        self._shared = {colour for colour in colours if colour and colours.count(colour) > 1} - of_regions
        self.whose = [j.YOU] * 3 + [j.OTHER] * (players > 1)

    def selector(self, kind: int, rng: np.random.Generator, colour_only: bool) -> tuple[int, int, int, int]:
        """A selector for things of this kind: kind, colour, size, who."""
        if kind == self.player:
            return kind, 0, 0, self.whose[int(rng.integers(len(self.whose)))]
        looks = self.looks[kind]
        colour, size = looks[int(rng.integers(len(looks)))]
        chance = rng.random(3)
        if (kind, colour) not in self._allowed or chance[0] >= COLOURED:
            colour = 0
        if size and chance[1] >= COLOURED:
            size = 0
        kindless = colour_only and colour in self._shared and chance[2] < KINDLESS
        return (0 if kindless else kind), colour, size, 0

    def matching(self, selector: tuple[int, int, int, int]) -> int:
        """The number of things of the start that a selector matches."""
        kind, colour, size, who = selector
        if who:
            return 1
        every = self.looks.items()
        return sum(
            (not colour or look[0] == colour) and (not size or look[1] == size)
            for one, looks in every
            if kind in (0, one)
            for look in looks
        )


def _may_be_named(world: Things, kind: int, colour: int, split: Split) -> bool:
    named = pair_split(list(world.kinds)[kind - 1], world.colours[colour - 1])
    return SPLITS.index(named) <= SPLITS.index(split)


Sort = tuple[int, int, int]
"""A relation and the kinds on its two sides, 0 for none: clauses of one sort differ in colours and numbers only."""


def moving(played: Rollouts) -> set[int]:
    """The kinds of things that some rollout moves, with all things of the kind still there."""
    things = played.things
    there = (things["state"] == THERE) & (np.arange(things.shape[2]) < played.counts[..., None])
    found = set()
    for kind in np.unique(things["kind"][there]).tolist():
        some = there & (things["kind"] == kind)
        number, places = some.sum(axis=2), ((things["y"].astype(np.int64) * _PRIME + things["x"]) * some).sum(axis=2)
        if ((number == number[0]) & (places != places[0])).any():
            found.add(kind)
    return found


def sorts(sampler: ClauseSampler, world: Things, movable: set[int]) -> list[Sort]:
    """All sorts of clauses about these things. Regions come only in relations that have a meaning for them. The first
    side of a binary relation is a player, or a thing that moves while the other is no player; only players hold and
    face. Things need not move for a relation of sight, since the player does. Relations of speech, and those that
    no task asks for, are left out."""
    found, player = [], sampler.player
    numbers = {kind: number for number, kind in enumerate(world.kinds, 1)}
    regions = {numbers[kind] for kind in world.regions}
    for row in (ROWS[name] for name in world.relations if name not in EVENTS and ROWS[name].proposed):
        relation = number_of(row.name)
        fitting = [b for b in sampler.looks if b not in regions or row.regions]
        holders = regions | {numbers[kind] for kind, good in world.affords.items() if row.into in good}
        if row.into and holders:  # to be in a ball is no goal
            fitting = [b for b in fitting if b in holders]
        for a, looks in sampler.looks.items():
            if "b" not in row.takes:
                found += [(relation, a, 0)] * (a != player and a in fitting)
                continue
            others = [b for b in fitting if len(sampler.looks[b]) > (b == a) + row.two]
            if row.among:
                others = others if len(looks) > 1 and a in fitting else []
                found += [(relation, a, player)] * (a != player and player in others)
            if row.sight and sampler.facing:
                found += [(relation, a, b) for b in others if a in fitting and player not in (a, b)]
            elif a == player or (a in movable and not row.by_players):
                found += [(relation, a, b) for b in others if a == player or b != player]
    return found


def clause(sort: Sort, sampler: ClauseSampler, rng: np.random.Generator) -> EncodedClause:
    """A clause of a sort, at random."""
    relation, a, b = sort
    player = a == sampler.player
    one = sampler.selector(a, rng, False)
    other = sampler.selector(b, rng, player) if b else (0, 0, 0, 0)
    if TABLE[relation].two and sampler.matching(other) < 2:
        other = (b, 0, 0, 0)
    if player and b == a:
        one, other = (a, 0, 0, j.YOU), (b, 0, 0, j.OTHER)
    least, several = 1, not one[3] and rng.random() < SEVERAL
    if several and sampler.matching(one) == 1:
        one = (a, 0, 0, 0)
    number = sampler.matching(one)
    if several and number > 1:
        least = 0 if rng.random() < 0.5 else int(rng.integers(2, number + 1))
    amount = NEAR[int(rng.integers(len(NEAR)))] * ONE if "within" in TABLE[relation].takes else 0
    if "number" in TABLE[relation].takes:
        amount = CHAIN[int(rng.integers(len(CHAIN)))]
    return (0, int(rng.random() < NEGATED), least, relation, amount, *one, *other)


def draw(
    world: World, played: Rollouts, split: Split, rng: np.random.Generator, *, shared: bool = False
) -> tuple[np.ndarray, np.ndarray]:
    """(clauses, int32 (n, THEN, FIELDS); the ticks at which they hold, bool (n, THEN, ticks + 1)). shared: each two
    rollouts that follow each other, which have the same start, get the same clauses."""
    known = world.rules.things
    assert known is not None
    n = played.things.shape[1]
    samplers = [
        ClauseSampler(played.things[0, row, : played.counts[0, row]], known, world.players, split) for row in range(n)
    ]
    movable = moving(played)
    every = [sorts(sampler, known, movable) for sampler in samplers]
    drawn = _drawn(samplers, every, FIRST, rng)
    still = unmoved(played)
    truth = hold(world, played, still, drawn)
    changing = (truth != truth[:, :, :1]).any(axis=2)
    alive = {tuple(row) for row in drawn[changing][:, [j.RELATION, j.A, j.B]].tolist()}
    left = [[sort for sort in some if sort in alive or (sort[0], sort[1], 0) in alive] or some for some in every]
    drawn = _drawn(samplers, left, THEN, rng)
    if shared:
        drawn[1::2] = drawn[::2]
    return drawn, hold(world, played, still, drawn)


def _drawn(samplers: list[ClauseSampler], every: list[list[Sort]], count: int, rng: np.random.Generator) -> np.ndarray:
    drawn = np.zeros((len(samplers), count, j.FIELDS), np.int32)
    for row, (sampler, some) in enumerate(zip(samplers, every, strict=True)):
        picks = rng.integers(len(some), size=count)
        drawn[row] = [clause(some[pick], sampler, rng) for pick in picks]
    return drawn
