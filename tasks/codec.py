"""Goals to numbers and back: a clause as the row of integers that the engine's judge reads (engine/records/judge.py).

encode(goal, world.rules.things)      an EncodedGoal; ValueError "place: reason" where the world has no such thing
encode(goal, things, here=situation)  the same of a goal that names particular things or places, as a start shows them
decode(encoded, world.rules.things)   the goal again
encoded.write(record, seat)     into a task record, as the goal of a player
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from ..interface.text import TOKENS, vocabulary
from ..interface.text import decode as text_of
from ..interface.text import encode as tokens_of
from ..worlds.engine.records import judge as j
from ..worlds.engine.records.relations import BINARY, CHAINS, EVENTS, OF_REGIONS, RELATIONS, number_of
from ..worlds.engine.records.things import ONE, Things
from .goals import Clause, Goal, Selector, Stage, Which
from .named import Situation, alike, bounds, chosen, mask

EncodedClause = tuple[int, ...]
"""A clause as FIELDS integers; its STAGE is 0 until it is written."""

Side = tuple[int, int, int, int]
"""A selector of a clause: kind, colour, size and who."""

_WHO = {None: j.ANYBODY, "you": j.YOU, "other": j.OTHER}
_WHOSE = {number: who for who, number in _WHO.items()}
_SWAPPED = {j.ANYBODY: j.ANYBODY, j.YOU: j.OTHER, j.OTHER: j.YOU}


@dataclass(frozen=True)
class EncodedGoal:
    """A goal as numbers: the clauses of each stage, the ticks for which each stage must hold, the clauses that must
    never hold, and those that must not hold before each stage is reached."""

    stages: tuple[tuple[EncodedClause, ...], ...] = ()
    holds: tuple[int, ...] = ()
    never: tuple[EncodedClause, ...] = ()
    before: tuple[tuple[EncodedClause, ...], ...] = ()

    def clauses(self) -> np.ndarray:
        """All clauses with their stages, int32 (clauses, FIELDS)."""
        rows = [(number, *row[1:]) for number, stage in enumerate(self.stages) for row in stage]
        rows += [(j.NEVER, *row[1:]) for row in self.never]
        rows += [(j.NEVER - 1 - number, *row[1:]) for number, stage in enumerate(self.before) for row in stage]
        return np.array(rows, np.int32).reshape(-1, j.FIELDS)

    def write(self, record: np.void, seat: int) -> None:
        """Make this the goal of a player in a record of the world's `task_dtype`."""
        rows = self.clauses()
        record["goal"][seat, : len(rows)] = rows
        record["clauses"][seat], record["stages"][seat] = len(rows), len(self.stages)
        record["hold"][seat, : len(self.holds)] = self.holds

    def swapped(self) -> EncodedGoal:
        """The same goal from the point of view of the other player: "you" and "other" change places."""
        return self._seen(lambda side: (*side[:3], _SWAPPED.get(side[3], side[3])))

    def called(self, looks: tuple[int, int]) -> EncodedGoal:
        """The same goal as a third player is told it: "you" is the player of this kind and colour."""
        return self._seen(lambda side: (*looks, 0, j.ANYBODY) if side[3] == j.YOU else side)

    def told(self, looks: tuple[int, int]) -> EncodedGoal:
        """The same goal as the player of this kind and colour is told it, which is "you"."""
        own = (*looks, 0, j.ANYBODY)
        return self._seen(lambda side: (looks[0], 0, 0, j.YOU) if side == own else side)

    def _seen(self, change: Callable[[Side], Side]) -> EncodedGoal:
        """The same goal with its selectors changed."""

        def all_of(rows: Iterable[EncodedClause]) -> tuple[EncodedClause, ...]:
            return tuple(_with_sides(row, change(_side(row, j.A)), change(_side(row, j.B))) for row in rows)

        return EncodedGoal(
            tuple(map(all_of, self.stages)), self.holds, all_of(self.never), tuple(map(all_of, self.before))
        )


def encode(goal: Goal, things: Things, place: str = "goal", here: Situation | None = None) -> EncodedGoal:
    """A goal as numbers, in a world of these things. Raises ValueError "place: reason" for a name that the world does
    not have, and for particular things or places that are not there; place: where the goal stands in its task; here:
    the start, without which goals name no particular things."""

    def encoded(clauses: Sequence[Clause], stage: int, among: str) -> tuple[EncodedClause, ...]:
        rows: list[EncodedClause] = []
        try:
            for clause in clauses:
                rows.append(_encoded(clause, things, here))
        except ValueError as error:
            where = place if stage < 0 else f"{place}.stages[{stage}]"
            raise ValueError(f"{where}.{among}[{len(rows)}]{error}") from None
        return tuple(rows)

    stages = tuple([encoded(stage.all, number, "all") for number, stage in enumerate(goal.stages)])
    before = tuple([encoded(stage.before, number, "before") for number, stage in enumerate(goal.stages)])
    holds = tuple([stage.hold for stage in goal.stages])
    return EncodedGoal(stages, holds, encoded(goal.never, -1, "never"), before if any(before) else ())


def decode(encoded: EncodedGoal, things: Things) -> Goal:
    """The goal that was encoded; particular things are those of their numbers. Raises ValueError if it contradicts
    itself, or names a place, whose name is not kept."""
    names = tuple(things.kinds), things.colours, things.sizes
    earlier = encoded.before or ((),) * len(encoded.stages)
    stages = tuple(
        Stage(
            all=tuple(_decoded(row, *names) for row in rows),
            hold=ticks,
            before=tuple(_decoded(row, *names) for row in before),
        )
        for rows, ticks, before in zip(encoded.stages, encoded.holds, earlier, strict=True)
    )
    return Goal(stages=stages, never=tuple(_decoded(row, *names) for row in encoded.never))


def swapped(goal: Goal, things: Things) -> Goal:
    """The same goal from the point of view of the other player."""
    return decode(encode(goal, things).swapped(), things)


def negated(row: EncodedClause) -> EncodedClause:
    """The clause that holds when this one does not."""
    return (*row[: j.NEGATED], 1 - row[j.NEGATED], *row[j.NEGATED + 1 :])


def _side(row: EncodedClause, at: int) -> Side:
    return row[at], row[at + 1], row[at + 2], row[at + 3]


def _with_sides(row: EncodedClause, a: Side, b: Side) -> EncodedClause:
    return (*row[: j.A], *a, *row[j.A + 4 : j.B], *b, *row[j.B + 4 :])


class _Names:
    """The numbers of what goals may name in a world of these things."""

    def __init__(self, things: Things):
        self.things = things
        self.relations = {*things.relations, *EVENTS}
        self.kinds: dict[str | None, int] = {None: 0, **{kind: number for number, kind in enumerate(things.kinds, 1)}}
        self.sizes: dict[str | None, int] = {None: 0, **{size: number for number, size in enumerate(things.sizes, 1)}}
        numbers: dict[str | None, int] = {
            None: 0,
            **{colour: number for number, colour in enumerate(things.colours, 1)},
        }
        self.colours = {kind: {c: numbers[c] for c in (None, *colours)} for kind, colours in things.kinds.items()}
        self.any_colour = numbers
        self.regions = things.regions

    def selector(self, selector: Selector, place: str, here: Situation | None) -> Sequence[int]:
        """Kind, colour, size and who of a selector as numbers, or particular things, or a place; ValueError "place:
        reason" for another name."""
        if selector.place or selector.which:
            return self._particular(selector, place, here)
        kind, colour, size = selector.kind, selector.colour, selector.size
        colours = self.any_colour if kind is None else self.colours.get(kind)
        if colours is None or colour not in colours or size not in self.sizes:
            raise ValueError(_strange(selector, self.things, place))
        return self.kinds[kind], colours[colour], self.sizes[size], _WHO[selector.who]

    def _particular(self, selector: Selector, place: str, here: Situation | None) -> Sequence[int]:
        try:
            if selector.which and selector.which.these:
                if not self.things.steady:
                    raise ValueError("the things of this world keep no numbers; name them by kind, colour and size")
                return mask(list(selector.which.these))
            if here is None:
                raise ValueError("which things are meant is told by a start, and there is none here")
            if selector.place:
                return bounds(selector.place, here)
            found = chosen(selector, here)
            if not found:
                raise ValueError("there is no such thing at this start")
            if self.things.steady:
                return mask(found)
            looks = alike(found, here)
            if looks is None:
                raise ValueError("others look the same at this start, and here things are told apart by their looks")
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from None
        return self.selector(looks, place, None)


_known: dict[int, _Names] = {}


def _names(things: Things) -> _Names:
    found = _known.get(id(things))
    if found is None:
        found = _known[id(things)] = _Names(things)  # which holds the things, so no others get their number
    return found


def _encoded(clause: Clause, things: Things, here: Situation | None) -> EncodedClause:
    """A clause as numbers. Raises ValueError ".place: reason", a place within the clause."""
    names, relation = _names(things), clause.relation
    of_place = clause.b is not None and clause.b.place is not None
    if relation not in names.relations and not of_place:
        raise ValueError(f".relation: this world knows no {relation!r}; it knows {', '.join(things.relations)}")
    amount = 0
    if clause.within is not None:
        amount = clause.within * ONE
    elif clause.number is not None:
        amount = clause.number
    elif clause.word is not None:
        if clause.word not in vocabulary():
            raise ValueError(f".word: {clause.word!r} is not in the vocabulary, and what is said must be")
        amount = int(tokens_of(clause.word)[0])
    if names.regions and relation not in OF_REGIONS and relation not in EVENTS:
        for side, selector in (("a", clause.a), ("b", clause.b)):
            if selector:
                _check_no_region(selector, clause, things, f".{side}")
    a = names.selector(clause.a, ".a", here)
    b = (0, 0, 0, 0) if clause.b is None else names.selector(clause.b, ".b", here)
    least = 0 if clause.least == "all" else clause.least
    if clause.visits is not None:
        if not things.steady:
            raise ValueError(".visits: the things of this world keep no numbers, so visits to them are not counted")
        least = j.VISITS - (0 if clause.visits == "all" else clause.visits)
    return (0, int(clause.negated), least, number_of(relation), amount, *a, *b)


@lru_cache(maxsize=1 << 16)
def _decoded(row: EncodedClause, kinds: tuple[str, ...], colours: Sequence[str], sizes: Sequence[str]) -> Clause:
    def selector(kind: int, colour: int, size: int, who: int) -> Selector:
        if who == j.PLACE:
            raise ValueError("a place of the map has no name in numbers")
        if who == j.THESE:
            words = (kind, colour, size)
            these = tuple(n for n in range(j.MOST_NAMED) if words[n // j.WORD] >> n % j.WORD & 1)
            return Selector(which=Which(these=these))
        names: dict[str, Any] = {"kind": kinds[kind - 1] if kind else None, "who": _WHOSE[who]}
        names |= {"colour": colours[colour - 1] if colour else None, "size": sizes[size - 1] if size else None}
        return Selector(**names)

    relation: Any = RELATIONS[row[j.RELATION]]
    return Clause(
        a=selector(*row[j.A : j.A + 4]),
        relation=relation,
        b=selector(*row[j.B : j.B + 4]) if relation in BINARY else None,
        least=1 if row[j.LEAST] < 0 else row[j.LEAST] or "all",
        visits=None if row[j.LEAST] >= 0 else j.VISITS - row[j.LEAST] or "all",
        negated=bool(row[j.NEGATED]),
        within=row[j.AMOUNT] // ONE if relation == "near" else None,
        number=row[j.AMOUNT] if relation in CHAINS else None,
        word=text_of(np.array([row[j.AMOUNT]] + [0] * (TOKENS - 1), np.uint16)) if relation in EVENTS else None,
    )


def _check_no_region(selector: Selector, clause: Clause, things: Things, place: str) -> None:
    """Raise ValueError if a selector matches regions of the floor, in a relation that has no meaning for them."""
    for kind in things.regions:
        named = selector.kind == kind
        looks = selector.colour in (None, *things.kinds[kind]) and not selector.size and not selector.who
        looks = looks and not selector.which and not selector.place
        if named or (selector.kind is None and looks):
            hint = f"goals may ask what is {' or '.join(OF_REGIONS[1:])} it" if named else "name another kind"
            raise ValueError(
                f"{place}: a {kind} is a region of the floor here, of which {clause.relation!r} says nothing; {hint}"
            )


def _strange(selector: Selector, things: Things, place: str) -> str:
    """The sentence for a selector with a name that there is not in a world of these things."""
    kinds = list(things.kinds)
    if selector.kind is not None and selector.kind not in kinds:
        return f"{place}.kind: there is no {selector.kind!r} in this world; its kinds: {', '.join(kinds)}"
    colours = things.colours if selector.kind is None else things.kinds[selector.kind]
    if selector.colour is not None and selector.colour not in colours:
        what = f"a {selector.kind}" if selector.kind else "a thing"
        known = ", ".join(colours) or "none"
        return f"{place}.colour: {what} is never {selector.colour!r} here; its colours: {known}"
    sizes = ", ".join(things.sizes) or "none"
    return f"{place}.size: there is no {selector.size!r} size here; the sizes: {sizes}"
