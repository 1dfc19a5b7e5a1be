"""Goals by hindsight: a clause that did not hold at the start of a rollout and held later is a feasible goal.

Nothing here depends on a world. Clauses are drawn from the kinds and colours of the things of a start and from the
relations of the world; the judge itself evaluates them at every tick of the rollout; and compose.py makes goals of
every skill of those that came true, in the order in which they did.
"""

from __future__ import annotations

import numpy as np

from ...worlds.engine.records import judge as j
from ...worlds.engine.records.relations import EVENTS, ROWS, number_of
from ...worlds.engine.records.things import THERE, Things
from ...worlds.engine.world import World
from ..pipeline import Rollouts
from ..splits import SPLITS, Split, pair_split
from .clauses import drawn, first_alike, hold
from .players import Calling

FIRST, THEN = 24, 64
"""Clauses drawn for each rollout: first of all sorts, then of those sorts of which one changed in some rollout."""
HOLDS = (2, 3, 5, 8)
"""Ticks for which a stage must hold, in goals of the skill hold-still."""
TRIES = 6
"""Draws of clauses to combine, before a skill is given up for a rollout."""

_PRIME = 1_000_003


class ClauseSampler:
    """The things of one start of which clauses are drawn."""

    def __init__(self, things: np.ndarray, world: Things):
        self.looks: dict[int, list[int]] = {}  # by kind the colours of its things
        self.player = 0
        self.facing = bool((things["ahead_y"] | things["ahead_x"]).any())  # in first-person worlds
        fields = (things[name].tolist() for name in ("kind", "colour", "player"))
        for kind, colour, player in zip(*fields, strict=True):
            self.looks.setdefault(kind, []).append(colour)
            if player:
                self.player = kind
        colours = [colour for looks in self.looks.values() for colour in set(looks)]
        regions = {1 + world.colours.index(colour) for kind in world.regions for colour in world.kinds[kind]}
        self.shared = {colour for colour in colours if colour and colours.count(colour) > 1} - regions


def named(world: Things, split: Split) -> np.ndarray:
    """The kinds and colours, by their numbers, that clauses of a split may name together: bool (kinds, colours)."""
    found = np.zeros((1 + len(world.kinds), 1 + len(world.colours)), bool)
    for kind, name in enumerate(world.kinds, 1):
        for colour, look in enumerate(world.colours, 1):
            found[kind, colour] = SPLITS.index(pair_split(name, look)) <= SPLITS.index(split)
    return found


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


def draw(
    world: World, played: Rollouts, split: Split, rng: np.random.Generator, *, shared: int = 1
) -> tuple[np.ndarray, np.ndarray]:
    """(clauses, int32 (n, THEN, FIELDS); the ticks at which they hold, bool (n, THEN, ticks + 1)). shared: so many
    rollouts that follow each other, which have the same start, get the same clauses. Of three and more players, others
    are called by their colours, and so is the player itself in clauses of several rollouts."""
    known = world.rules.things
    assert known is not None
    starts = zip(played.things[0], played.counts[0], strict=True)
    samplers = [ClauseSampler(things[:count], known) for things, count in starts]
    names = named(known, split)
    shared_colours = np.zeros((len(samplers), names.shape[1]), bool)
    for row, sampler in enumerate(samplers):
        shared_colours[row, list(sampler.shared)] = True
    movable = moving(played)
    every = [sorts(sampler, known, movable) for sampler in samplers]
    given = shared_colours, names
    several, calling = world.players > 1, Calling(world, yours=shared > 1)
    clauses = calling.called(drawn(played, every, *given, FIRST, several, rng), played.acting, rng)
    first = first_alike(played)
    truth = hold(world, played, first, clauses)
    changing = (truth != truth[:, :, :1]).any(axis=2)
    alive = {tuple(row) for row in clauses[changing][:, [j.RELATION, j.A, j.B]].tolist()}
    left = [[sort for sort in some if sort in alive or (sort[0], sort[1], 0) in alive] or some for some in every]
    clauses = drawn(played, left, *given, THEN, several, rng)
    clauses = calling.called(clauses[::shared], played.acting[::shared], rng).repeat(shared, axis=0)
    return clauses, hold(world, played, first, clauses)
