"""Tasks from the things alone: families of goals that a room as it is at the start lets one ask for.

propose(...) makes one goal of a family for one start, or none if the room has nothing for it: the kinds must be there,
be good for it (`Things.affords`), fit where they are to go, and what is asked must not be so already, which the judge
itself says when the goal is proven. Who the goal is for is "you"; the colours and kinds, and the relations and kinds,
that are kept for later splits are not named.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..worlds.engine.records.things import Things
from .goals import Clause, Goal, Question, Selector, Stage
from .questions import answering, questions, rows_of, stands
from .scene import Census
from .splits import SPLITS, Split, pair_split

COLOURED, SIZED = 0.75, 0.25
"""Chance that a thing is named by its colour, and by its size."""
FULL = 0.6
"""Part of a place that may be covered when one more thing has been put there."""
CLOSE = 1
"""Cells, or metres, that near means here."""
HIGHEST, LONGEST = 3, 4
"""Things of the highest tower and the longest row."""
YOU, PARTNER = Selector(kind="player", who="you"), Selector(kind="player", who="other")


@dataclass(frozen=True)
class Wish:
    """A goal for the player who acts; and, if it is to answer one, the question."""

    goal: Goal
    question: Question | None = None


class Room:
    """What one start shows. things: THING records that are there; world: what its things are; split: beyond which no
    kind and colour are named together."""

    def __init__(self, things: np.ndarray, world: Things, split: Split, rng: np.random.Generator):
        self.things, self.world, self.split, self.rng = things, world, split, rng
        self.names = list(world.kinds)
        self.rows = rows_of(things)
        self.one = Census(things, world).one
        self.several = bool((things["player"] > 1).any())

    def kind(self, row: Any) -> str:
        """The name of a thing's kind."""
        return self.names[row.kind - 1]

    def good(self, what: str) -> list[Any]:
        """Things of the kinds that afford something, in a random order."""
        some = [row for row in self.rows if what in self.world.affords.get(self.kind(row), ())]
        return [some[index] for index in self.rng.permutation(len(some))]

    def any(self) -> list[Any]:
        """All things but regions of the floor, in a random order."""
        every = [self.rows[index] for index in self.rng.permutation(len(self.rows))]
        return [row for row in every if self.kind(row) not in self.world.regions]

    def colour(self, row: Any) -> str | None:
        """The colour of a thing; None if it has none, or none that it may be named with here."""
        name = self.world.colours[row.colour - 1] if row.colour else None
        later = name and SPLITS.index(pair_split(self.kind(row), name)) > SPLITS.index(self.split)
        return None if later else name

    def look(self, row: Any) -> Selector:
        """A thing as it is named: by its kind, perhaps its colour, perhaps its size."""
        colour = self.colour(row) if self.rng.random() < COLOURED else None
        size = self.world.sizes[row.size - 1] if row.size and self.rng.random() < SIZED else None
        return Selector(kind=self.kind(row), colour=colour, size=size)

    def takes(self, place: Any, row: Any) -> bool:
        """Whether a thing fits onto or into a place, beside what is there."""
        if row is place or row.radius > place.radius:
            return False
        covered = sum(
            int(one.radius) ** 2
            for one in self.rows
            if one is not place and abs(one.y - place.y) <= place.radius and abs(one.x - place.x) <= place.radius
            and one.z > place.z - place.height and one.radius <= place.radius
        )  # fmt: skip
        return not covered or covered + int(row.radius) ** 2 <= FULL * int(place.radius) ** 2

    def knows(self, *relations: str) -> bool:
        """Whether goals of this world may ask for these relations."""
        return all(name in self.world.relations for name in relations)


def propose(family: str, room: Room) -> Wish | None:
    """A goal of a family that a room has something for; None if it has not, or none was found."""
    found = FAMILIES[family](room)
    return Wish(found) if isinstance(found, Goal) else found


def clause(a: Selector, relation: str, b: Selector | None = None, **more: Any) -> Clause:
    """A clause; see goals.py."""
    return Clause(a=a, relation=relation, b=b, **more)


def goal(*stages: Sequence[Clause], never: Sequence[Clause] = ()) -> Goal:
    """A goal of these stages."""
    return Goal(stages=tuple(Stage(all=tuple(clauses)) for clauses in stages), never=tuple(never))


def swapped(wanted: Goal) -> Goal:
    """The same goal as the other player would say it."""
    turned = {"you": "other", "other": "you", None: None}

    def side(selector: Selector | None) -> Selector | None:
        return selector and selector.model_copy(update={"who": turned[selector.who]})

    def turn(clauses: Sequence[Clause]) -> tuple[Clause, ...]:
        return tuple(one.model_copy(update={"a": side(one.a), "b": side(one.b)}) for one in clauses)

    stages = tuple(stage.model_copy(update={"all": turn(stage.all)}) for stage in wanted.stages)
    return wanted.model_copy(update={"stages": stages, "never": turn(wanted.never)})


# Families. Each makes a goal, or a wish, or nothing.


def _single(make: Callable[[Room], Clause | None]) -> Callable[[Room], Goal | None]:
    """The family of goals that are one clause."""

    def family(room: Room) -> Goal | None:
        found = make(room)
        return goal([found]) if found else None

    return family


def _go(room: Room) -> Clause | None:
    if room.knows("touching"):
        return next((clause(YOU, "touching", room.look(one)) for one in room.any()), None)
    return _near(room)


def _near(room: Room) -> Clause | None:
    if not room.knows("near"):
        return None
    return next((clause(YOU, "near", room.look(one), within=CLOSE) for one in room.any()), None)


def _look(room: Room) -> Clause | None:
    return next((clause(YOU, "facing", room.look(one)) for one in room.any() if room.knows("facing")), None)


def _take(room: Room) -> Clause | None:
    return next((clause(YOU, "holding", room.look(one)) for one in room.good("carry") if room.knows("holding")), None)


def _lift(room: Room) -> Clause | None:
    return next((clause(room.look(one), "lifted") for one in room.good("carry") if room.knows("lifted")), None)


def _together(room: Room) -> Clause | None:
    return next((clause(room.look(one), "lifted") for one in room.good("heavy") if room.knows("lifted")), None)


def _open(room: Room) -> Clause | None:
    return next((clause(room.look(one), "open") for one in room.good("open") if room.knows("open")), None)


def _put(room: Room, relation: str, place: str) -> Clause | None:
    for b in room.good(place) if room.knows(relation) else ():
        for a in room.good("carry"):
            if room.kind(a) != room.kind(b) and room.takes(b, a) and not stands(a, relation, b):
                return clause(room.look(a), relation, room.look(b))
    return None


def _put_on(room: Room) -> Clause | None:
    return _put(room, "on", "on")


def _put_in(room: Room) -> Clause | None:
    return _put(room, "in", "in")


def _two(room: Room, relation: str, others: Sequence[Any], **more: Any) -> Clause | None:
    """Something that can be carried in a relation to something else."""
    for a in room.good("carry") if room.knows(relation) else ():
        for b in others:
            if room.kind(a) != room.kind(b) and not stands(a, relation, b, **more):
                return clause(room.look(a), relation, room.look(b), **more)
    return None


def _put_near(room: Room) -> Clause | None:
    return _two(room, "near", room.any(), within=CLOSE)


def _put_beside(room: Room) -> Clause | None:
    return _two(room, "touching", room.any())


def _touch(room: Room) -> Clause | None:
    return _two(room, "touched", room.good("carry"))


def _push(room: Room) -> Clause | None:
    return _two(room, "pushed", room.good("carry"))


def _stack(room: Room) -> Clause | None:
    for b in room.good("stack") if room.knows("on") else ():
        for a in sorted(room.good("carry"), key=lambda one: "stack" not in room.world.affords[room.kind(one)]):
            if room.takes(b, a) and (a.kind, a.colour) != (b.kind, b.colour):
                return clause(room.look(a), "on", room.look(b))
    return None


def _chain(room: Room, relation: str, most: int) -> Clause | None:
    """A tower or a row of things of a kind and a colour, of a kind, or of a colour."""
    some = room.good("stack") if room.knows(relation) else []
    for kind, colour in ((True, True), (True, False), (False, True)):
        for one in some:
            name = room.colour(one) if colour else None
            alike = [
                row for row in some if (not kind or row.kind == one.kind) and (not colour or row.colour == one.colour)
            ]
            if len(alike) > 1 and (name or not colour):
                number = int(room.rng.integers(2, min(len(alike), most) + 1))
                return clause(Selector(kind=room.kind(one) if kind else None, colour=name), relation, number=number)
    return None


def _tower(room: Room) -> Clause | None:
    return _chain(room, "stacked", HIGHEST)


def _row(room: Room) -> Clause | None:
    return _chain(room, "lined", LONGEST)


def _bring(room: Room) -> Clause | None:
    if not (room.several and room.knows("near")):
        return None
    return next((clause(room.look(one), "near", PARTNER, within=CLOSE) for one in room.good("carry")), None)


def _empty(room: Room) -> Goal | None:
    """Nothing that can be carried is in or on something any more."""
    for relation in ("in", "on"):
        for place in room.good(relation) if room.knows(relation) else ():
            inside = [one for one in room.good("carry") if one is not place and stands(one, relation, place)]
            kinds = sorted({room.kind(one) for one in inside})
            if kinds and len(kinds) <= 4:
                there = room.look(place)
                return goal([clause(Selector(kind=kind), relation, there, negated=True) for kind in kinds])
    return None


def _sort(room: Room) -> Goal | None:
    """Things of one kind, or else two things, apart by colour: each colour to a place of its own."""
    places = [(name, place) for name in ("on", "in") if room.knows(name) for place in room.good(name)]
    carried = room.good("carry")
    for a in carried:
        for b in carried:
            colours = room.colour(a), room.colour(b)
            if None in colours or colours[0] == colours[1]:
                continue
            fitting = [[(n, p) for n, p in places if room.takes(p, one)] for one in (a, b)]
            ways = [(one, two) for one in fitting[0] for two in fitting[1] if room.kind(one[1]) != room.kind(two[1])]
            if ways:
                chosen = ways[int(room.rng.integers(len(ways)))]
                whole = [
                    clause(Selector(kind=room.kind(x), colour=colour), name, room.look(place), least="all")
                    for x, colour, (name, place) in zip((a, b), colours, chosen, strict=True)
                ]
                return goal(whole)
    return None


def _position(room: Room) -> Goal | None:
    """Stand beside one thing and look at another."""
    near, facing = _go(room), _look(room)
    return goal([near, facing]) if near and facing and near.b != facing.b else None


_PLAIN = (_go, _look, _take, _lift, _put_on, _put_in, _put_near, _open)


def _some(room: Room) -> Clause | None:
    """A clause of one of the plain families."""
    for index in room.rng.permutation(len(_PLAIN)):
        found = _PLAIN[index](room)
        if found:
            return found
    return None


def _order(room: Room) -> Goal | None:
    first, then = _some(room), _some(room)
    return goal([first], [then]) if first and then and first != then else None


def _avoid(room: Room) -> Goal | None:
    """Do something, and never touch something else."""
    wanted, wrong = _some(room), _go(room)
    named = {side.kind for side in (wanted.a, wanted.b) if side} if wanted else set()
    if not wanted or not wrong or (wrong.b and wrong.b.kind in named):
        return None
    return goal([wanted], never=[wrong])


def _away(room: Room) -> Goal | None:
    """End that something lies on or in something."""
    for relation in ("on", "in"):
        for place in room.good(relation) if room.knows(relation) else ():
            for one in room.good("carry"):
                if one is not place and stands(one, relation, place):
                    return goal([clause(room.look(one), relation, room.look(place), negated=True)])
    return None


def _ask(asks: str) -> Callable[[Room], Wish | None]:
    """The family of questions of a form."""

    def family(room: Room) -> Wish | None:
        some = [
            (question, word) for question, word in questions(room.things, room.world, asks) if _plain(question, room)
        ]
        wanted = {word for _, word in some}
        if not some:
            return None
        word = sorted(wanted)[int(room.rng.integers(len(wanted)))]  # so that no answer is the likely one
        fitting = [question for question, right in some if right == word]
        return Wish(answering(word), fitting[int(room.rng.integers(len(fitting)))])

    return family


def _plain(question: Question, room: Room) -> bool:
    """Whether there is one of what a question asks for the colour of, or for what is on or in."""
    about = {"colour": question.a, "what": question.b}.get(question.asks)
    return about is None or room.one(about)


FAMILIES: dict[str, Callable[[Room], Goal | Wish | None]] = {
    **{"go": _single(_go), "near": _single(_near), "look": _single(_look), "position": _position},
    **{"take": _single(_take), "lift": _single(_lift), "open": _single(_open)},
    **{"put-on": _single(_put_on), "put-in": _single(_put_in), "put-near": _single(_put_near)},
    **{"put-beside": _single(_put_beside), "push": _single(_push), "touch": _single(_touch)},
    **{"stack": _single(_stack), "tower": _single(_tower), "row": _single(_row), "sort": _sort, "empty": _empty},
    **{"away": _away, "avoid": _avoid, "order": _order, "bring": _single(_bring), "together": _single(_together)},
    **{f"ask-{asks}": _ask(asks) for asks in ("colour", "count", "exists", "what")},
}
"""What can be asked for, by name."""

LED_KINDS = ("partners", "informed-blind")
"""The kinds of tasks for two players that are made of families."""
_OF_TWO = ("bring", "together")


def families_of(kind: str) -> tuple[str, ...]:
    """The families of a kind of task: what names a player is not for partners, who share one goal; and only they lift
    together."""
    if kind == "alone":
        return tuple(name for name in FAMILIES if name not in _OF_TWO)
    if kind == "partners":
        named = ("go", "near", "look", "position", "take", "avoid", "order", "bring")
        return tuple(name for name in FAMILIES if name not in named and not name.startswith("ask-"))
    return tuple(name for name in FAMILIES if name != "together")
