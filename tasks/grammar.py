"""The grammar of instructions as tables, which are used in both directions: from goals to text, and from text to goals.

The words of each relation are in its row in worlds/engine/records/relations.py.

A phrase is words with slots: {a} and {b} are the things of a clause, {n} a number, {w} a word that is said; {u} is the
unit of a world's distances. A name of a world that is also a word of these tables is put between quotation marks, so
that no sentence has two readings. The import of this module raises ValueError for two phrases with the same reading.

    sentence   = [opening] stage {THEN stage} {[BOTH] never}  or  [opening] never {[BOTH] never}
    stage      = clause {BOTH clause} [HOLD]
    clause     = order  or  [FRAME] statement
    never      = MARK order  or  MARK "let it be that" statement  or  FRAME MARK statement
    order      = a phrase of YOURS or THINGS
    statement  = thing ("is" or "are") ["not"] a phrase of STATES  or  a phrase of FOUND
    question   = [call] a phrase of ASKED
    thing      = [quantity] [size] [colour] kind  or  "you"

"The" before one thing is the only way to say that there is one such thing at the start. The goal is the same as with
"a", since any match satisfies it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from ..worlds.engine.records.relations import TABLE, Orders

# Orders to the player that reads the instruction, by relation.
YOURS: dict[str, Orders] = {row.name: row.yours for row in TABLE if row.yours}

# Orders about things, by (kind of a, relation, kind of b); "" is any. The best match is said, all are understood.
THINGS: dict[tuple[str, str, str], Orders] = {
    (a, row.name, b): orders for row in TABLE for (a, b), orders in row.things.items()
}

# An order to another player is one of these and the order that this player would get.
CAUSES = ("let {a}", "have {a}")

# Orders to visit several things, one at a time: of other relations, the first order of the relation.
VISITED = {"touching": "touch {b}", "in": "visit {b}", "at": "visit {b}", "facing": "look at {b}"}

# The state of things, after "is", "are" and "not".
STATES: dict[str, tuple[str, ...]] = {row.name: row.states for row in TABLE}

# Statements that there is a tower or a row, or none, by (relation, whether none).
FOUND: dict[tuple[str, bool], tuple[str, ...]] = {
    (row.name, none): row.found[none] for row in TABLE for none in (False, True) if row.found[none]
}

# Questions, by (their kind, relation); "" is none.
ASKED: dict[tuple[str, str], tuple[str, ...]] = {
    ("colour", ""): ("what colour is {a}", "what is the colour of {a}", "which colour does {a} have"),
    ("count", ""): ("how many {a} are there", "what is the number of {a}", "how many {a} are here"),
    ("count", "on"): ("how many {a} are on {b}", "what is the number of {a} on {b}"),
    ("count", "in"): ("how many {a} are in {b}", "what is the number of {a} in {b}"),
    ("exists", ""): ("is there {a}", "is there {a} here", "does {a} exist"),
    ("exists", "on"): ("is there {a} on {b}", "is {a} on {b}"),
    ("exists", "in"): ("is there {a} in {b}", "is {a} in {b}"),
    ("what", "on"): ("what is on {b}", "what stands on {b}", "which thing is on {b}"),
    ("what", "in"): ("what is in {b}", "what lies in {b}", "which thing is in {b}"),
}
ASKING = (
    *(("", 0), ("please answer: ", 1), ("tell me: ", 2), ("answer this: ", 0), ("i want you to tell me: ", 1)),
    *(("", 1), ("please tell me: ", 2), ("please answer this: ", 1)),
)
"""The form of a question in each style: its opening, and the index of its phrase."""

FRAMES = ("make it so that", "make sure that", "see to it that")
LET_IT_BE = "let it be that"
MARKS = ("never", "do not ever", "at no time")
THENS = ("then", "and then", "after that", "and after that", "and next")
BOTHS = ("and", "and also", "and at the same time", "but")
HOLDS = ("for {n} turns", "and keep it so for {n} turns", "and stay so for {n} turns")

Number = Literal["one", "many", "either"]

# Quantities: the least count (0: the number in the phrase), whether negated, and the number of the noun.
QUANTITIES: dict[str, tuple[int | Literal["all"], bool, Number]] = {
    "a": (1, False, "one"),
    "an": (1, False, "one"),
    "any": (1, False, "one"),
    "another": (1, False, "one"),
    "the": (1, False, "either"),
    "no": (1, True, "one"),
    "every": ("all", False, "one"),
    "each": ("all", False, "one"),
    "all": ("all", False, "many"),
    "all the": ("all", False, "many"),
    "not every": ("all", True, "one"),
    "not each": ("all", True, "one"),
    "not all": ("all", True, "many"),
    "not all the": ("all", True, "many"),
    "{n}": (0, False, "many"),
    "at least {n}": (0, False, "many"),
    "fewer than {n}": (0, True, "many"),
    "less than {n}": (0, True, "many"),
}

# Nouns of every world: a thing of any kind, and players from the point of view of the reader.
NOUNS: dict[Literal["you", "other"] | None, tuple[str, str]] = {
    None: ("thing", "things"),
    "you": ("self", "selves"),
    "other": ("partner", "partners"),
}

NUMERALS = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty"),
)


@dataclass(frozen=True)
class Style:
    """One form of words for all goals.

    verb: index of its phrase in each list, modulo the length. but: the joint before `mark`. every, count: its
    quantities. the: whether a thing that is the only match is "the red box", else "a red box". digits: whether all
    numbers are digits, else those beyond twenty. statements: whether it states the state of things, in place of orders.
    several: whether two boxes are "on targets", else "on a target".
    """

    opening: str = ""
    verb: int = 0
    then: str = ", then "
    both: str = " and "
    but: str = ", but "
    mark: str = "never"
    hold: str = "for {n} turns"
    frame: str = "make sure that"
    every: str = "every"
    count: str = "{n}"
    the: bool = True
    digits: bool = False
    statements: bool = False
    several: bool = True


STYLES = (
    Style(),
    Style(
        *("please ", 1, ", after that ", " and also ", ", and ", "do not ever"),
        hold="and keep it so for {n} turns",
        every="all",
    ),
    Style("your task: ", 2, ", and next ", the=False),
    Style(
        *("try to ", 3, ", and then "),
        hold="and stay so for {n} turns",
        frame="make it so that",
        every="each",
        count="at least {n}",
    ),
    Style("i want you to ", 1, ", and after that ", " and at the same time ", every="all the", digits=True),
    Style("", 0, but=", and ", mark="at no time", frame="see to it that", the=False, statements=True),
    Style("please try to ", 2, ", after that ", hold="and keep it so for {n} turns", count="at least {n}"),
    Style(
        *("your task is to ", 1, ", and then ", " and also ", ", and ", "at no time"),
        statements=True,
    ),
)
"""The number of a style is its index. The last two are held out; other styles use all words that these two use."""

PARAPHRASE = Style(both=" and at the same time ", count="at least {n}", several=False)
"""The form in which an understood goal is repeated to a person: it has one reading, and is no style of instructions."""

PARTNER_INSTRUCTIONS = (
    "do what your partner asks",
    "please do as your partner says",
    "your task: help your partner with what it wants",
    "wait for what your partner asks and do it",
    "listen to your partner and do as it says",
    "your partner knows what to do: do what it asks",
    "please listen to your partner and help with what it wants",
    "your task: wait for what your partner says and do as it wants",
)
"""The instruction, by style, of a player that has to learn its goal from its partner."""

END, THING, COUNT, WORD = "", "{}", "#", "*"
"""Keys of a tree of phrases beside its words: the meaning of a phrase that ends here, and the slots."""
Tree = dict[str, Any]


def tree(phrases: Iterable[tuple[str, Any]]) -> Tree:
    """The tree of words of phrases and their meanings. Raises ValueError if a phrase has two meanings."""
    root: Tree = {}
    for phrase, meaning in phrases:
        for form in {phrase, singular(phrase)}:
            node = root
            for word in form.split():
                node = node.setdefault(_SLOTS.get(word, word), {})
            if node.setdefault(END, meaning) != meaning:
                raise ValueError(f"the phrase {phrase!r} means both {node[END]} and {meaning}")
    return root


_SLOTS = {"{a}": THING, "{b}": THING, "{n}": COUNT, "{w}": WORD}


UNITS = {"cell": "cells", "metre": "metres"}
"""The words for distances, by a world's `Things.unit`."""


def singular(phrase: str) -> str:
    """The phrase about one cell, one metre or one turn."""
    for one, many in {**UNITS, "turn": "turns"}.items():
        phrase = phrase.replace(f" {many}", f" {one}")
    return phrase


def roles(phrase: str) -> str:
    """The things that a phrase names, in their order: "ab", "ba", "a", "b" or ""."""
    return "".join(word[1] for word in phrase.split() if word in ("{a}", "{b}"))


Meaning = tuple[str, str, bool]
"""The content of an order: a relation, the things that its phrase names, and whether it is to be left."""


def _listed(table: Iterable[tuple[str, Orders]]) -> list[tuple[str, Meaning]]:
    """All phrases of a table and their meanings."""
    return [
        (phrase, (relation, roles(phrase), left))
        for relation, o in table
        for left, phrases in ((False, (*o.reach, *o.keep, *o.avoid, *o.also)), (True, o.leave))
        for phrase in phrases
    ]


def _caused(phrase: str, meaning: Meaning) -> Iterable[tuple[str, Meaning]]:
    """The order to another player, with its meaning."""
    whole = [f"{cause} {phrase}" for cause in CAUSES]
    return [(text, (meaning[0], roles(text), meaning[2])) for text in whole]


_YOURS = _listed(YOURS.items())
_THINGS = _listed((relation, orders) for (_, relation, _), orders in THINGS.items())
_ORDERS = _YOURS + _THINGS + [caused for order in _YOURS for caused in _caused(*order)]
_STATES = [(phrase, relation) for relation, phrases in STATES.items() for phrase in phrases]
_QUESTIONS = [(phrase, (asks, relation)) for (asks, relation), phrases in ASKED.items() for phrase in phrases]


def _in_unit(unit: str, phrases: Iterable[tuple[str, Any]]) -> Tree:
    """The tree of phrases with distances in this unit."""
    return tree((phrase.replace("{u}", UNITS[unit]), meaning) for phrase, meaning in phrases)


ORDERED = {unit: _in_unit(unit, _ORDERS) for unit in UNITS}
STATED = {unit: _in_unit(unit, _STATES) for unit in UNITS}
EXISTING = tree((phrase, meaning) for meaning, phrases in FOUND.items() for phrase in phrases)
QUANTIFIED = tree(QUANTITIES.items())
OPENED = tree((style.opening.strip(" :"), True) for style in STYLES if style.opening)
FRAMED = tree((frame, True) for frame in FRAMES)
LET = tree([(LET_IT_BE, True)])
QUESTIONED = tree((phrase, (*meaning, roles(phrase))) for phrase, meaning in _QUESTIONS)
CALLED = tree((opening.strip(" :"), True) for opening, _ in ASKING if opening)
MARKED = tree((mark, True) for mark in MARKS)
JOINED = tree(
    [(then, "then") for then in THENS] + [(both, "both") for both in BOTHS] + [(hold, "hold") for hold in HOLDS]
)
BE = {"is": True, "are": True}
NOT = "not"


def _words(branch: Tree) -> set[str]:
    found = set(branch) - {END, THING, COUNT, WORD}
    return found.union(*(_words(below) for key, below in branch.items() if key != END))


RESERVED = frozenset(
    {*BE, NOT, "you", "your", "of", *NUMERALS, *(noun for pair in NOUNS.values() for noun in pair)}.union(
        *map(_words, (*ORDERED.values(), *STATED.values(), EXISTING, QUANTIFIED, OPENED, FRAMED, LET, MARKED, JOINED)),
        *map(_words, (QUESTIONED, CALLED)),
    )
)
"""All words of the grammar. A kind, colour or size that is one of them is written between quotation marks."""

QUOTE = '"'


def written(name: str) -> str:
    """The form of a world's name in a sentence."""
    return f"{QUOTE}{name}{QUOTE}" if name in RESERVED else name


def plural(kind: str) -> str:
    """The plural of a kind, by the regular rules; a kind whose plural is a word of the grammar is quoted unchanged."""
    if kind.endswith(("s", "x", "z", "ch", "sh")):
        many = f"{kind}es"
    elif kind.endswith("y") and kind[-2:-1] not in ("", *"aeiou-"):
        many = f"{kind[:-1]}ies"
    elif kind.endswith("lf"):
        many = f"{kind[:-1]}ves"
    else:
        many = f"{kind}s"
    return f"{QUOTE}{kind}{QUOTE}" if {kind, many} & RESERVED else many
