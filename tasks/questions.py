"""Questions about the things of a start: the right answer, and the goal of the player that gives it.

    answer(question, things[:count], world.rules.things)      "red", "three", "yes", "duck"; None if nothing is right
    answering("red")                                    the goal to say so, in one word, and nothing else before
    questions(things[:count], world.rules.things)             all questions that have an answer there

An answer is one word of the vocabulary: a colour, a number, yes or no, or a kind of thing. It follows from the table
of things alone, so one function serves every world. Players, and things that are gone, are left out.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np

from ..interface.text import vocabulary
from ..worlds.engine.compile.ingredients import python
from ..worlds.engine.records.relations import number_of
from ..worlds.engine.records.things import GONE, ONE, THING, Things, related
from .goals import Clause, Goal, Question, Selector, Stage, Which
from .grammar import NUMERALS
from .named import Situation, chosen

PLACES = ("on", "in")
"""Relations that questions ask for."""
_related = python(related)
Row: Any = namedtuple("Row", THING.names or ())  # type: ignore[misc]
"""A THING record as a tuple."""


def answer(question: Question, things: np.ndarray, world: Things, cells: np.ndarray | None = None) -> str | None:
    """The one word that answers a question about a table of THING records; None if there is none: no thing matches, or
    those that match differ in the property that is asked for. cells: those that one can walk in, bool (rows, columns),
    which tell the places of a map. Raises ValueError for a place that is not there."""
    told = question.asks in ("where", "more", "alike", "larger", "every") or question.least or question.most is not None
    if told or any(side and (side.which or side.kind == "player") for side in (question.a, question.b)):
        return _told(question, Situation(things, world, cells))
    return _answer(question, rows_of(things), world)


def _told(question: Question, here: Situation) -> str | None:
    """The answer to a question about particular things, or of a form that tasks do not ask."""
    every: list[Any] = [Row(*values) for values in here.rows.tolist()]
    world = here.things
    some = [every[number] for number in chosen(question.a, here)]
    others = [every[number] for number in chosen(question.b, here)] if question.b else []
    if question.asks == "more":
        return "yes" if len(some) > len(others) else "no"
    if question.asks == "every":
        return ("yes" if all(row in others for row in some) else "no") if some else None
    if question.asks == "larger":
        return _larger(question, here)
    if question.asks == "exists" and (question.least or question.most is not None):
        most = len(some) if question.most is None else question.most
        return "yes" if (question.least or 0) <= len(some) <= most else "no"
    if question.asks == "alike":
        return ("yes" if len({row.colour for row in some}) == 1 else "no") if some else None
    if question.asks == "where":
        return _one([_place_of(row, every, world) for row in some])
    if question.relation:
        some = [one for one in some if any(stands(one, question.relation, b) for b in others if b is not one)]
    return _answered(question.asks, some, world)


def _larger(question: Question, here: Situation) -> str | None:
    """Whether the one thing that matches a is larger than the one that matches b; None if there are several."""
    a, b = question.a, question.b
    assert b is not None
    mine, other = chosen(a, here), chosen(b, here)
    if len(mine) != 1 or len(other) != 1 or mine == other:
        return None
    largest = chosen(Selector(which=Which(one_of=(a, b), most="largest")), here)
    return "yes" if largest == mine else "no"


def _place_of(one: Any, every: Sequence[Any], world: Things) -> str:
    """The colour of the room of a maze that a thing is in; or the kind of thing that it is in or on, else the floor."""
    kinds = list(world.kinds)
    for row in every:
        if kinds[row.kind - 1] in world.regions and stands(one, "at", row):
            return world.colours[row.colour - 1]
    held = next((name for name in ("in", "on") for row in every if row is not one and stands(one, name, row)), None)
    places = [row for row in every if row is not one and held and stands(one, held, row)]
    return kinds[places[0].kind - 1] if places else "" if world.regions else "floor"


def rows_of(things: np.ndarray) -> list[Any]:
    """The THING records that questions can be about, as tuples with the names of their fields."""
    rows: list[Any] = [Row(*values) for values in things.tolist()]
    return [row for row in rows if row.state != GONE and not row.player]


def stands(one: Any, relation: str, other: Any, within: int = 0) -> bool:
    """Whether one of these rows stands in a relation to another; within: cells, for near."""
    return bool(_related(one, other, number_of(relation), within * ONE))


def _answer(question: Question, rows: Sequence[Any], world: Things) -> str | None:
    some = [row for row in rows if fits(question.a, row, world)]
    if question.b is not None:
        places = [row for row in rows if fits(question.b, row, world)]
        if not places:
            return None
        name = str(question.relation)
        some = [one for one in some if any(stands(one, name, b) for b in places if b is not one)]
    return _answered(question.asks, some, world)


def _answered(asks: str, some: Sequence[Any], world: Things) -> str | None:
    if asks == "exists":
        return "yes" if some else "no"
    if asks == "count":
        return NUMERALS[len(some)] if len(some) < len(NUMERALS) else None
    if asks == "colour":
        return _one([world.colours[row.colour - 1] if row.colour else "" for row in some])
    return _one([list(world.kinds)[row.kind - 1] for row in some])


def answering(word: str, who: str = "you") -> Goal:
    """The goal that a player, "you" or the "other", says this word, and no other before."""
    player = Selector(kind="player", who=who)  # type: ignore[arg-type]
    said, wrong = (Clause(a=player, relation=name, word=word) for name in ("said", "misspoke"))
    return Goal(stages=(Stage(all=(said,)),), never=(wrong,))


def answered(goal: Goal) -> str | None:
    """The answer that a goal wants; None if it is not the goal to answer a question."""
    clauses = [clause for stage in goal.stages for clause in stage.all]
    words = [clause.word for clause in clauses if clause.word]
    alike = words and goal in (answering(words[0]), answering(words[0], "other"))
    return words[0] if alike else None


def questions(things: np.ndarray, world: Things, asks: str | None = None) -> Iterator[tuple[Question, str]]:
    """All questions about these things that have an answer, each with its answer; questions of existence also name
    colours of a kind that are not there. asks: only questions of this form."""
    rows = rows_of(things)
    kinds = sorted({row.kind for row in rows})
    names = list(world.kinds)
    selectors = [Selector(kind=names[kind - 1]) for kind in kinds]
    coloured = [Selector(kind=one.kind, colour=colour) for one in selectors for colour in world.kinds[str(one.kind)]]
    found = [Question(asks="colour", a=a) for a in selectors if world.kinds[str(a.kind)]]
    found += [Question(asks="count", a=a) for a in selectors if "parts" not in world.affords.get(str(a.kind), ())]
    found += [Question(asks="exists", a=a) for a in coloured]
    places = [(name, b) for name in PLACES if name in world.relations for b in selectors]
    places = [(name, b) for name, b in places if name in world.affords.get(str(b.kind), ())]
    for name, b in places:
        found += [Question(asks="what", relation=name, b=b)]  # type: ignore[arg-type]
    for a, (name, b) in product(selectors, places):
        if a != b and "carry" in world.affords.get(str(a.kind), ()):
            found += [Question(asks=asks, a=a, relation=name, b=b) for asks in ("count", "exists")]  # type: ignore[arg-type]
    for question in found if asks is None else [one for one in found if one.asks == asks]:
        word = _answer(question, rows, world)
        if word is not None:
            yield question, word


def _one(names: Sequence[str]) -> str | None:
    """The name that all have in common, if there is one and it is a word of the vocabulary."""
    return names[0] if len(set(names)) == 1 and names[0] in vocabulary() else None


def fits(selector: Selector, row: Any, world: Things) -> bool:
    """Whether a row is a thing that a selector matches."""
    kind = selector.kind is None or list(world.kinds)[row.kind - 1] == selector.kind
    colour = selector.colour is None or (row.colour and world.colours[row.colour - 1] == selector.colour)
    size = selector.size is None or (row.size and world.sizes[row.size - 1] == selector.size)
    return bool(kind and colour and size)
