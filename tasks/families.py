"""Goals from the things of a start alone: families of goals, each a row of the table FAMILIES.

propose(family, sampler) makes one goal of a family for one start, or none if the start has no things for it: the kinds
must be there, afford it (`Things.affords`) and fit where they are to go. Goals that hold already are refused later, by
the judge itself. The player that the goal is for is "you"; pairs of colour and kind, and of relation and kind, that are
kept for later splits are not named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..interface.action import ACTION
from ..worlds.engine.compile.cached import cached
from ..worlds.engine.records.judge import holds
from ..worlds.engine.records.things import Things
from .codec import encode
from .goals import Clause, Goal, Question, Selector, Stage
from .questions import answering, fits, questions, rows_of, stands
from .scene import Census
from .splits import SPLITS, Split, pair_split

COLOURED, SIZED = 0.75, 0.25
"""Chance that a thing is named by its colour, and by its size."""
FULL = 0.6
"""Part of a place that may be covered when one more thing has been put there."""
CLOSE = 1
"""Distance of the relation near in these goals, in cells or metres."""
HIGHEST, LONGEST = 3, 4
"""Things of the highest tower and of the longest row."""
YOU, PARTNER = Selector(kind="player", who="you"), Selector(kind="player", who="other")
ANYTHING = "anything"
"""In place of an affordance: all things but regions of the floor."""


class SceneSampler:
    """Draws things of one start, and selectors that name them. things: THING records, (n,), those that are there;
    world: the description of the world's things; split: later splits' pairs of kind and colour are not named."""

    def __init__(self, things: np.ndarray, world: Things, split: Split, rng: np.random.Generator):
        self.things, self.world, self.split, self.rng = things, world, split, rng
        self.names = list(world.kinds)
        self.rows = rows_of(things)
        self.one = Census(things, world).one
        self.parts = [kind for kind, good in world.affords.items() if "parts" in good]
        self.several = bool((things["player"] > 1).any())

    def kind(self, row: Any) -> str:
        """The name of a thing's kind."""
        return self.names[row.kind - 1]

    def draw(self, what: str) -> list[Any]:
        """The things of kinds with this affordance, or ANYTHING, in a random order."""
        if what == ANYTHING:
            every = [self.rows[index] for index in self.rng.permutation(len(self.rows))]
            return [row for row in every if self.kind(row) not in self.world.regions]
        some = [row for row in self.rows if what in self.world.affords.get(self.kind(row), ())]
        return [some[index] for index in self.rng.permutation(len(some))]

    def colour(self, row: Any) -> str | None:
        """The colour of a thing; None if it has none, or none that it may be named with in this split."""
        name = self.world.colours[row.colour - 1] if row.colour else None
        later = name and SPLITS.index(pair_split(self.kind(row), name)) > SPLITS.index(self.split)
        return None if later else name

    def selector(self, row: Any) -> Selector:
        """A name for a thing: its kind, perhaps its colour, perhaps its size."""
        colour = self.colour(row) if self.rng.random() < COLOURED else None
        size = self.world.sizes[row.size - 1] if row.size and self.rng.random() < SIZED else None
        return Selector(kind=self.kind(row), colour=colour, size=size)

    def fits(self, row: Any, place: Any) -> bool:
        """Whether a thing fits onto or into a place, beside the things that are there."""
        if row is place or row.radius > place.radius:
            return False
        covered = sum(
            int(one.radius) ** 2
            for one in self.rows
            if one is not place and abs(one.y - place.y) <= place.radius and abs(one.x - place.x) <= place.radius
            and one.z > place.z - place.height and one.radius <= place.radius
        )  # fmt: skip
        return not covered or covered + int(row.radius) ** 2 <= FULL * int(place.radius) ** 2

    def so(self, wanted: Clause) -> bool:
        """Whether a clause holds already, for the first player."""
        row = encode(goal([wanted]), self.world).clauses()[0]
        silent = np.zeros(1 + int(self.things["player"].max(initial=0)), ACTION)
        return bool(cached(holds)(row, self.things, len(self.things), silent, 0))

    def knows(self, *relations: str) -> bool:
        """Whether goals of this world may ask for these relations."""
        return all(name in self.world.relations for name in relations)


def propose(family: str, scene: SceneSampler) -> tuple[Goal, Question | None] | None:
    """(a goal of a family, the question that it answers, if it does); None if the start has no things for one."""
    made = FAMILIES[family](scene)
    if isinstance(made, Clause):
        return goal([made]), None
    return (made, None) if isinstance(made, Goal) else made


def clause(a: Selector, relation: str, b: Selector | None = None, **more: Any) -> Clause:
    """A clause; see goals.py."""
    return Clause(a=a, relation=relation, b=b, **more)


def goal(*stages: Sequence[Clause], never: Sequence[Clause] = ()) -> Goal:
    """A goal of these stages."""
    return Goal(stages=tuple(Stage(all=tuple(clauses)) for clauses in stages), never=tuple(never))


@dataclass(frozen=True)
class Single:
    """A family of goals of one clause: `a` in a relation to `b`.

    a, b: a player, or the affordance of the things to draw from; relations: the first of these that the world knows is
    asked for; fits: whether b is a place that a must fit onto or into. Things of one kind are not put together, and a
    relation between two things must not hold yet.
    """

    a: Selector | str
    relations: tuple[str, ...]
    b: Selector | str | None = None
    fits: bool = False

    def __call__(self, scene: SceneSampler) -> Clause | None:
        """A clause about things of this start; None if there are none for it."""
        relation = next(filter(scene.knows, self.relations), self.relations[-1])
        more = {"within": CLOSE} if relation == "near" else {}
        others = scene.draw(self.b) if isinstance(self.b, str) else []
        if not scene.knows(relation) or (self.b == PARTNER and not scene.several):
            return None
        if isinstance(self.a, Selector):
            return next((clause(self.a, relation, scene.selector(b), **more) for b in others), None)
        if not isinstance(self.b, str):
            return next((clause(scene.selector(a), relation, self.b, **more) for a in scene.draw(self.a)), None)
        for a, b in self._pairs(scene, self.a, others):
            if scene.kind(a) != scene.kind(b) and not stands(a, relation, b, **more):
                return clause(scene.selector(a), relation, scene.selector(b), **more)
        return None

    def _pairs(self, scene: SceneSampler, a: str, others: Sequence[Any]) -> Iterator[tuple[Any, Any]]:
        """Things to put together: a place and then the things that fit there, or else a thing and then the others."""
        if self.fits:
            return ((one, place) for place in others for one in scene.draw(a) if scene.fits(one, place))
        return ((one, other) for one in scene.draw(a) for other in others)


@dataclass(frozen=True)
class Chain:
    """A family of goals that 2 to `most` things of a kind and a colour, of a kind, or of a colour form a tower or a
    row."""

    relation: str
    most: int

    def __call__(self, scene: SceneSampler) -> Clause | None:
        """A clause about things of this start; None if no two of them are alike."""
        some = scene.draw("stack") if scene.knows(self.relation) else []
        for kind, colour in ((True, True), (True, False), (False, True)):
            for one in some:
                name = scene.colour(one) if colour else None
                alike = [
                    row
                    for row in some
                    if (not kind or row.kind == one.kind) and (not colour or row.colour == one.colour)
                ]
                if len(alike) > 1 and (name or not colour):
                    number = int(scene.rng.integers(2, min(len(alike), self.most) + 1))
                    named = Selector(kind=scene.kind(one) if kind else None, colour=name)
                    return clause(named, self.relation, number=number)
        return None


@dataclass(frozen=True)
class Ask:
    """A family of questions of a form; the goal is to answer one."""

    asks: str

    def __call__(self, scene: SceneSampler) -> tuple[Goal, Question] | None:
        """A question about things of this start and the goal to answer it; None if there is none."""
        every = questions(scene.things, scene.world, self.asks)
        some = [(question, word) for question, word in every if self._definite(question, scene)]
        wanted = {word for _, word in some}
        if not some:
            return None
        word = sorted(wanted)[int(scene.rng.integers(len(wanted)))]  # each answer with the same chance
        fitting = [question for question, right in some if right == word]
        return answering(word), fitting[int(scene.rng.integers(len(fitting)))]

    def _definite(self, question: Question, scene: SceneSampler) -> bool:
        """Whether there is exactly one of the thing whose colour, or whose contents, a question asks for."""
        about = {"colour": question.a, "what": question.b}.get(question.asks)
        return about is None or scene.one(about)


_GO = Single(YOU, ("touching", "near"), ANYTHING)
_LOOK = Single(YOU, ("facing",), ANYTHING)
_TAKE = Single(YOU, ("holding",), "carry")
_LIFT = Single("carry", ("lifted",))
_OPEN = Single("open", ("open",))
_PUT_ON = Single("carry", ("on",), "on", fits=True)
_PUT_IN = Single("carry", ("in",), "in", fits=True)
_PUT_NEAR = Single("carry", ("near",), ANYTHING)
_PLAIN = (_GO, _LOOK, _TAKE, _LIFT, _PUT_ON, _PUT_IN, _PUT_NEAR, _OPEN)
"""The families that "order" and "avoid" are made of."""


def _some(scene: SceneSampler) -> Clause | None:
    """A clause of one of the plain families."""
    for index in scene.rng.permutation(len(_PLAIN)):
        found = _PLAIN[index](scene)
        if found:
            return found
    return None


def _position(scene: SceneSampler) -> Goal | None:
    """Stand beside one thing and look at another."""
    near, facing = _GO(scene), _LOOK(scene)
    return goal([near, facing]) if near and facing and near.b != facing.b else None


def _stack(scene: SceneSampler) -> Clause | None:
    """Put one thing on another that things can be stacked on, one that can be stacked itself if there is one."""
    for b in scene.draw("stack") if scene.knows("on") else ():
        for a in sorted(scene.draw("carry"), key=lambda one: "stack" not in scene.world.affords[scene.kind(one)]):
            if scene.fits(a, b) and (a.kind, a.colour) != (b.kind, b.colour):
                return clause(scene.selector(a), "on", scene.selector(b))
    return None


def _sort(scene: SceneSampler) -> Goal | None:
    """Bring things of one kind, or of two, apart by colour: each colour to a place of its own."""
    places = [(name, place) for name in ("on", "in") if scene.knows(name) for place in scene.draw(name)]
    carried = scene.draw("carry")
    for a in carried:
        for b in carried:
            colours = scene.colour(a), scene.colour(b)
            if None in colours or colours[0] == colours[1]:
                continue
            fitting = [[(n, p) for n, p in places if scene.fits(one, p)] for one in (a, b)]
            ways = [(one, two) for one in fitting[0] for two in fitting[1] if scene.kind(one[1]) != scene.kind(two[1])]
            if ways:
                chosen = ways[int(scene.rng.integers(len(ways)))]
                whole = [
                    clause(Selector(kind=scene.kind(x), colour=colour), name, scene.selector(place), least="all")
                    for x, colour, (name, place) in zip((a, b), colours, chosen, strict=True)
                ]
                return goal(whole)
    return None


def _empty(scene: SceneSampler) -> Goal | None:
    """Take all things that can be carried out of, or off, a place."""
    for relation in ("in", "on"):
        for place in scene.draw(relation) if scene.knows(relation) else ():
            inside = [one for one in scene.draw("carry") if one is not place and stands(one, relation, place)]
            kinds = sorted({scene.kind(one) for one in inside})
            if kinds and len(kinds) <= 4:
                there = scene.selector(place)
                return goal([clause(Selector(kind=kind), relation, there, negated=True) for kind in kinds])
    return None


def _away(scene: SceneSampler) -> Goal | None:
    """Take one thing out of, or off, a place."""
    for relation in ("on", "in"):
        for place in scene.draw(relation) if scene.knows(relation) else ():
            for one in scene.draw("carry"):
                if one is not place and stands(one, relation, place):
                    return goal([clause(scene.selector(one), relation, scene.selector(place), negated=True)])
    return None


def _avoid(scene: SceneSampler) -> Goal | None:
    """Reach one clause, and never go to a thing of another kind."""
    wanted, wrong = _some(scene), _GO(scene)
    named = {side.kind for side in (wanted.a, wanted.b) if side} if wanted else set()
    if not wanted or not wrong or (wrong.b and wrong.b.kind in named):
        return None
    return goal([wanted], never=[wrong])


def _order(scene: SceneSampler) -> Goal | None:
    """Reach one clause and then another."""
    first, then = _some(scene), _some(scene)
    return goal([first], [then]) if first and then and first != then else None


@dataclass(frozen=True)
class Beside:
    """A family of goals that one thing is to the left, or to the right, of another, as the player sees them."""

    relation: str

    def __call__(self, scene: SceneSampler) -> Clause | None:
        """A clause about things of this start; None if there are none for it."""
        if not scene.knows(self.relation):
            return None
        for a in scene.draw("carry") or scene.draw(ANYTHING):
            others = scene.draw(ANYTHING)
            for b in sorted(others, key=lambda one: (one.y - a.y) ** 2 + (one.x - a.x) ** 2):  # others are seldom seen
                wanted = clause(scene.selector(a), self.relation, scene.selector(b))
                if scene.kind(a) != scene.kind(b) and not scene.so(wanted):
                    return wanted
        return None


def _between(scene: SceneSampler) -> Clause | None:
    """Something that can be carried, or else the player, between two things alike."""
    for b in scene.draw(ANYTHING) if scene.knows("between") else ():
        alike = scene.selector(b)
        places = {(row.y, row.x) for row in scene.rows if fits(alike, row, scene.world)}
        if len(places) < 2 or scene.kind(b) in scene.parts:
            continue
        carried = [scene.selector(a) for a in scene.draw("carry") if not fits(alike, a, scene.world)]
        for a in carried or [YOU]:
            wanted = clause(a, "between", alike)
            if not scene.so(wanted):
                return wanted
    return None


def _closest(scene: SceneSampler) -> Clause | None:
    """Something that can be carried closer to another thing, or else anything closer to the player, than the rest of
    its kind."""
    carried = scene.draw("carry")
    for a in carried or scene.draw(ANYTHING) if scene.knows("closest-to") else ():
        if sum(row.kind == a.kind for row in scene.rows) < 2:
            continue
        others = [scene.selector(b) for b in scene.draw(ANYTHING) if b.kind != a.kind]
        for b in others if carried else [YOU]:
            wanted = clause(scene.selector(a), "closest-to", b)
            if not scene.so(wanted):
                return wanted
    return None


FAMILIES: dict[str, Callable[[SceneSampler], Clause | Goal | tuple[Goal, Question] | None]] = {
    "go": _GO,
    "near": Single(YOU, ("near",), ANYTHING),
    "look": _LOOK,
    "position": _position,
    "take": _TAKE,
    "lift": _LIFT,
    "open": _OPEN,
    "put-on": _PUT_ON,
    "put-in": _PUT_IN,
    "put-near": _PUT_NEAR,
    "put-beside": Single("carry", ("touching",), ANYTHING),
    "push": Single("carry", ("pushed",), "carry"),
    "touch": Single("carry", ("touched",), "carry"),
    "stack": _stack,
    "tower": Chain("stacked", HIGHEST),
    "row": Chain("lined", LONGEST),
    "sort": _sort,
    "empty": _empty,
    "away": _away,
    "avoid": _avoid,
    "order": _order,
    "bring": Single("carry", ("near",), PARTNER),
    "together": Single("heavy", ("lifted",)),
    **{f"ask-{asks}": Ask(asks) for asks in ("colour", "count", "exists", "what")},
    "left": Beside("left-of"),
    "right": Beside("right-of"),
    "between": _between,
    "closest": _closest,
}
"""The families by name: rows of one clause, and functions for goals of several. Their order is part of the seed: a new
family goes to the end."""

_OF_TWO = ("bring", "together")
_OF_SIGHT = ("left", "right")
_PERSONAL = ("go", "near", "look", "position", "take", "avoid", "order", "bring", *_OF_SIGHT)
"""The families whose goals name a player."""


def families_of(kind: str) -> tuple[str, ...]:
    """The families of a kind of task. Partners share one goal, so theirs names no player, and only partners lift
    together. Two players see different pictures, so only one that is alone has goals of the families of sight."""
    if kind == "alone":
        return tuple(name for name in FAMILIES if name not in _OF_TWO)
    if kind == "partners":
        return tuple(name for name in FAMILIES if name not in _PERSONAL and not name.startswith("ask-"))
    return tuple(name for name in FAMILIES if name not in ("together", *_OF_SIGHT))
