"""A space of goals as numbers, for setters that are networks: one or two clauses that are to hold at the same time,
each of a sort (a relation, and the kinds of things that it is about) and of a colour or of any.

Clauses are about the player and one kind of things, about things alone, or about one kind of things on or in another.
The space depends on the world alone, and on no state: most of its goals cannot be reached from a given state, many from
none. A goal is four numbers, (sort, colour, sort, colour), the second sort being NONE for goals of one clause.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from ...episodes.label import Seen, rollouts
from ...tasks.codec import encode
from ...tasks.goals import Clause, Goal, Selector, Stage
from ...tasks.hindsight.clauses import first_alike, hold
from ...tasks.hindsight.propose import named
from ...tasks.language import canonical
from ...worlds.engine.records.relations import EVENTS, ROWS
from ...worlds.engine.world import World
from .setters import movable

PLAYER = "player"
WITHIN = 2
"""Cells or metres, in clauses of near."""
EACH = 4
"""Goals that are taken from an attempt at most."""
NONE = -1


class Sort(NamedTuple):
    """The sort of a clause. relation: its name; kind: of the things whose colour it may name; other: the kind on its
    second side, "" for none; player: whether its first side is the player, and `kind` its second."""

    relation: str
    kind: str
    other: str
    player: bool


class GoalSpace:
    """The goals of a world. sorts; colours: of the world; atoms: int32 (atoms, FIELDS), all clauses as the engine's
    judge reads them, and `numbers` their (sort, colour), colour 0 for any. Raises ValueError for a world without
    things."""

    def __init__(self, world: World):
        if world.rules.things is None:
            raise ValueError(f"{world.name} shows no things, and goals are about things")
        self.world, self.things = world, world.rules.things
        self.colours = len(self.things.colours)
        self.sorts = list(self._sorts())
        self._told, kinds = named(self.things, "train"), list(self.things.kinds)
        self.numbers = [
            (number, colour)
            for number, sort in enumerate(self.sorts)
            for colour in (0, *(1 + self.things.colours.index(name) for name in self.things.kinds[sort.kind]))
            if self._told[1 + kinds.index(sort.kind), colour] or colour == 0
        ]
        clauses = [self.clause(*one) for one in self.numbers]
        rows = [encode(Goal(stages=(Stage(all=(one,)),)), self.things).stages[0][0] for one in clauses]
        self.atoms = np.array(rows, np.int32)

    def _sorts(self) -> Iterator[Sort]:
        things = self.things
        kinds = [kind for kind in things.kinds if kind != PLAYER and kind not in things.regions]
        for row in (ROWS[name] for name in things.relations if name not in EVENTS and ROWS[name].proposed):
            if row.two or row.among or row.sight or set(row.takes) - {"b", "within"}:
                continue
            if "b" not in row.takes:
                yield from (Sort(row.name, kind, "", False) for kind in kinds)
                continue
            yield from (Sort(row.name, kind, "", True) for kind in kinds if not row.into and row.name != "on")
            if row.into or row.name == "on":
                moved = [kind for number, kind in enumerate(things.kinds, 1) if number in movable(self.world)]
                holders = [kind for kind in kinds if not things.affords or row.into in things.affords.get(kind, ())]
                for one in (kind for kind in moved if kind in kinds):
                    yield from (Sort(row.name, one, other, False) for other in holders if other != one)

    def clause(self, sort: int, colour: int) -> Clause:
        """The clause of a sort and a colour; 0 is any, and so is a colour that things of this kind never have, or that
        no training task names with them."""
        one = self.sorts[sort]
        name = self.things.colours[colour - 1] if colour else None
        told = name in self.things.kinds[one.kind] and self._told[1 + list(self.things.kinds).index(one.kind), colour]
        about = Selector(kind=one.kind, colour=name if told else None)
        within = WITHIN if "within" in ROWS[one.relation].takes else None
        if one.player:
            you = Selector(kind=PLAYER, who="you")
            return Clause(a=you, relation=one.relation, b=about, within=within)
        other = Selector(kind=one.other) if one.other else None
        return Clause(a=about, relation=one.relation, b=other, within=within)

    def goal(self, numbers: Sequence[int]) -> Goal:
        """The goal of four numbers."""
        clauses = [self.clause(*numbers[:2])]
        if numbers[2] != NONE:
            other = self.clause(*numbers[2:])
            clauses += [other] * (other != clauses[0])
        return canonical(Goal(stages=(Stage(all=tuple(clauses)),)))

    def numbers_of(self, goal: Goal) -> tuple[int, int, int, int] | None:
        """The four numbers of a goal; None for one that the space does not have."""
        if len(goal.stages) != 1 or goal.never or goal.stages[0].hold or goal.stages[0].before:
            return None
        clauses = goal.stages[0].all
        found = [self._number(clause) for clause in clauses]
        if len(found) not in (1, 2) or None in found:
            return None
        first, second = found[0], found[1] if len(found) == 2 else (NONE, 0)
        assert first is not None and second is not None
        return (*first, *second)

    def _number(self, clause: Clause) -> tuple[int, int] | None:
        """Sort and colour of a clause, if there is one."""
        player = clause.a.kind == PLAYER
        about = clause.b if player else clause.a
        if about is None or about.kind is None:
            return None
        other = (clause.b.kind or "") if clause.b and not player else ""
        sort = Sort(clause.relation, about.kind, other, player)
        if sort not in self.sorts:
            return None
        found = self.sorts.index(sort), 1 + self.things.colours.index(about.colour) if about.colour else 0
        return found if self.clause(*found) == clause else None

    def uniform(self, count: int, rng: np.random.Generator) -> np.ndarray:
        """Goals by chance, int (count, 4): all sorts alike often, and of each all colours; one or two clauses."""
        first, second = (
            np.stack([rng.integers(len(self.sorts), size=count), rng.integers(1 + self.colours, size=count)], 1)
            for _ in range(2)
        )
        single = rng.random(count) < 0.5
        second[single] = NONE, 0
        return np.concatenate([first, second], 1)

    def achieved(self, seen: Sequence[Seen], rng: np.random.Generator) -> list[tuple[int, np.ndarray]]:
        """Goals that attempts reached, EACH of each at most, as (index into `seen`, four numbers): what holds at some
        step and did not at the start, all sorts that there are alike often, and half of them with a second clause that
        holds at the same time."""
        played = rollouts([(one, 0) for one in seen])
        clauses = np.repeat(self.atoms[None], len(seen), 0)
        truth = hold(self.world, played, first_alike(played), clauses)
        found = []
        for row, one in enumerate(seen):
            new = truth[row, :, : one.episode.steps + 1] & ~truth[row, :, :1]
            times = np.flatnonzero(new.any(axis=0))
            for _ in range(EACH if len(times) else 0):
                true = np.flatnonzero(new[:, times[rng.integers(len(times))]]).tolist()
                first = self._drawn(true, rng)
                left = [atom for atom in true if atom != first]
                both = left and rng.random() < 0.5
                second = self.numbers[self._drawn(left, rng)] if both else (NONE, 0)
                found.append((row, np.array([*self.numbers[first], *second])))
        return found

    def _drawn(self, atoms: Sequence[int], rng: np.random.Generator) -> int:
        """One of these atoms: a sort by chance, and then one of it."""
        sorts = sorted({self.numbers[atom][0] for atom in atoms})
        chosen = sorts[rng.integers(len(sorts))]
        some = [atom for atom in atoms if self.numbers[atom][0] == chosen]
        return some[rng.integers(len(some))]
