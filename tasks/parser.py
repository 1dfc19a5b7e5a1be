"""The parser of sentences: it walks the trees of grammar.py from left to right and takes the longest phrase.

It does not backtrack, so the first word without a match is the one that is not understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NamedTuple, NoReturn

from pydantic import ValidationError

from ..worlds.engine.records.relations import CHAINS
from . import grammar
from .goals import Clause, Goal, Question, Selector, Stage
from .grammar import COUNT, END, NOT, NOUNS, NUMERALS, QUOTE, THING, WORD, Tree, plural, written

_PIECE = re.compile(r'"?[a-z][a-z-]*"?|[0-9]+|[^\s,;:]')
_NUMERALS = {word: number for number, word in enumerate(NUMERALS)}
_WHO = {noun: (who, number) for who, pair in NOUNS.items() for number, noun in zip(("one", "many"), pair, strict=True)}
_OWNED = frozenset(noun for noun, (who, _) in _WHO.items() if who)
_OWN = frozenset({"you", "your"})
_LARGEST = 1000
"""The largest number that a goal may hold."""


def _number(word: str) -> int:
    """The number of a numeral; 0 for any other word."""
    number = _NUMERALS.get(word) or (int(word) if word.isdecimal() and len(word) < 5 else 0)
    return number if number <= _LARGEST else 0


@dataclass(frozen=True)
class Lexicon:
    """The names of a world, by their forms in sentences. looks: ("colour" or "size", name); kinds: by number, name."""

    looks: dict[str, tuple[str, str]]
    kinds: dict[str, dict[str, str]]

    @property
    def words(self) -> list[str]:
        """All of them."""
        return [*self.looks, *self.kinds["one"], *self.kinds["many"]]


@lru_cache(maxsize=256)
def lexicon(kinds: tuple[str, ...], colours: tuple[str, ...], sizes: tuple[str, ...]) -> Lexicon:
    """The lexicon of a world. Raises ValueError for names with the same form."""
    looks = {written(colour): ("colour", colour) for colour in colours}
    for size in sizes:
        if written(size) in looks:
            raise ValueError(f"{size!r} is a colour and a size here, so words cannot tell which is meant: rename one")
        looks[written(size)] = ("size", size)
    many: dict[str, str] = {}
    for kind in kinds:
        other = many.setdefault(plural(kind), kind)
        if other != kind:
            raise ValueError(f"the kinds {other!r} and {kind!r} are alike in the plural, {plural(kind)!r}: rename one")
    return Lexicon(looks, {"one": {written(kind): kind for kind in kinds}, "many": many})


@lru_cache(maxsize=1 << 12)
def _selector(kind: str | None, colour: str | None, size: str | None, who: Any) -> Selector:
    return Selector(kind="player" if who else kind, colour=colour, size=size, who=who)


class Phrase(NamedTuple):
    """A noun phrase. least: 0 without a number; at: the index of its first word; any: whether it is a bare plural, or a
    plural after "the"."""

    selector: Selector
    least: Any
    negated: bool
    at: int
    any: bool = False


_YOU = Phrase(_selector(None, None, None, "you"), 1, False, 0)


class Reader:
    """Parses one sentence. definites: its definite descriptions, (selector, words) by the index of the first word."""

    def __init__(self, text: str, names: Lexicon, unit: str):
        self.words = [*_PIECE.findall(text.lower().rstrip(" \t\n.!?")), END]
        self.names = names
        self.ordered, self.stated = grammar.ORDERED[unit], grammar.STATED[unit]
        self.definites: dict[int, tuple[Selector, str]] = {}
        self.at = 0
        self.furthest, self.nodes = 0, list[Tree]()

    def goal(self) -> Goal:
        """The goal of the sentence. Raises ValueError with the word that is not understood, and its place."""
        self._match(grammar.OPENED)
        stages: list[tuple[list[Clause], int]] = []
        clauses: list[Clause] = []
        nevers: list[Clause] = []
        joint, hold = "then", 0
        while joint:
            start = self.at
            clause, never = self._clause()
            if never and joint == "then" and stages:
                self._fail(start, "'and' or 'but' comes before a clause with 'never'")
            if not never and (hold or nevers):
                self._fail(start, "after a time comes 'then', and a clause with 'never' comes last")
            (nevers if never else clauses).append(clause)
            joint, number = self._joint()
            if joint == "hold" and not never:
                hold = number
                joint, _ = self._joint()
            if joint == "hold" or (nevers and joint == "then"):
                self._fail(self.at - 1, "a time, or a further stage, cannot stand here")
            if clauses and joint != "both":
                stages.append((clauses, hold))
                clauses, hold = [], 0
        if self.words[self.at]:
            self._stuck()
        try:
            parts = tuple(Stage(all=tuple(clauses), hold=hold) for clauses, hold in stages)
            return Goal(stages=parts, never=tuple(nevers))
        except ValidationError as error:
            raise ValueError(f"this cannot be a goal: {_reason(error)}") from None

    def question(self) -> Question | None:
        """The question of the sentence; None if it is no question. Raises ValueError as `goal` does."""
        self._match(grammar.CALLED)
        start = self.at
        found = self._match(grammar.QUESTIONED)
        if found is None:
            self.at = 0
            return None
        if self.words[self.at]:
            self._stuck()
        (asks, relation, roles), slots = found
        phrases = dict(zip(roles, slots, strict=True))
        for role, phrase in phrases.items():
            many = asks == "count" and role == "a"
            if phrase.negated or (phrase.least != 0 if many else phrase.least != 1):
                self._fail(phrase.at, f"a question here is about {'several things' if many else 'one thing'}")
        try:
            selectors = {role: phrase.selector for role, phrase in phrases.items()}
            return Question(asks=asks, relation=relation or None, **selectors)
        except ValidationError as error:
            self._fail(start, f"this cannot be a question: {_reason(error)}")

    def _joint(self) -> tuple[str, int]:
        """The joint between this clause and the next, "" at the end of the sentence, and the number in it."""
        meaning, numbers = self._match(grammar.JOINED) or ("", [0])
        return meaning, sum(numbers)

    def _clause(self) -> tuple[Clause, bool]:
        """A clause, and whether it must never hold."""
        never = self._match(grammar.MARKED)
        framed = self._match(grammar.LET if never else grammar.FRAMED)
        if framed and not never:
            never = self._match(grammar.MARKED)
        existing = self._match(grammar.EXISTING)
        if existing:
            (relation, negated), slots = existing
            return self._chain(relation, slots, negated), never is not None
        if framed or self._begins(self.words[self.at]):
            return self._statement(), never is not None
        found = self._match(self.ordered)
        if found is None:
            self._stuck()
        (relation, roles, left), slots = found
        if relation in CHAINS:
            return self._chain(relation, slots, False), never is not None
        phrases = dict(zip(roles, (slot for slot in slots if isinstance(slot, Phrase)), strict=True))
        a = phrases.get("a", _YOU)
        return self._made(self._left(a) if left else a, relation, slots, phrases.get("b")), never is not None

    def _left(self, a: Phrase) -> Phrase:
        """The things of an order that ends a relation: the one, or every one; as the negation of any."""
        if a.negated or (a.least != "all" and a is not _YOU and a.at not in self.definites and a.selector.who != "you"):
            self._fail(a.at, "what is to be ended is so of more than one: say 'the', if there is one, or 'every'")
        return a._replace(least=1, negated=True)

    def _chain(self, relation: Any, slots: list[Any], negated: bool) -> Clause:
        """A tower or a row: "a row of three boxes" is one row."""
        a = next(slot for slot in slots if isinstance(slot, Phrase))
        least = a.least if a.least or not a.any else 1
        return self._made(a._replace(least=least, negated=a.negated or negated), relation, slots, None)

    def _statement(self) -> Clause:
        a = self._thing()
        if self.words[self.at] not in grammar.BE:
            self._expect(self.at, grammar.BE)
            self._stuck()
        self.at += 1
        if self.words[self.at] == NOT:
            if a.least != 1 or a.negated:
                self._fail(self.at, "of several say 'no', 'not every' or 'fewer than' instead")
            a = a._replace(negated=True)
            self.at += 1
        found = self._match(self.stated)
        if found is None:
            self._stuck()
        relation, slots = found
        return self._made(a, relation, slots, next((slot for slot in slots if isinstance(slot, Phrase)), None))

    def _made(self, a: Phrase, relation: Any, slots: list[Any], b: Phrase | None) -> Clause:
        if not a.least:
            self._fail(a.at, "a number, or 'a' or 'every', should say how many")
        if b and not b.any and (b.least != 1 or b.negated):
            self._fail(b.at, "one thing is meant here: say 'a' or 'the'")
        amount = next((slot for slot in slots if isinstance(slot, int)), None)
        within, number = (None, amount) if relation in CHAINS else (amount, None)
        word = next((slot for slot in slots if isinstance(slot, str)), None)
        other = b.selector if b else None
        try:
            return Clause(
                a=a.selector, relation=relation, b=other, least=a.least, negated=a.negated, within=within,
                number=number, word=word,
            )  # fmt: skip
        except ValidationError as error:
            self._fail(a.at, f"this goes beyond what a goal may hold: {_reason(error)}")

    def _begins(self, word: str) -> bool:
        """Whether this word can begin a noun phrase."""
        return word in _OWN or word in grammar.QUANTIFIED or _number(word) > 0 or self._names(word)

    def _thing(self) -> Phrase:
        start, words = self.at, self.words
        if words[start] == "you":
            self.at += 1
            return _YOU._replace(at=start)
        if words[start] == "your":
            self.at += 1
            return self._definite(Phrase(self._noun("one", _OWNED)[0], 1, False, start))
        quantity = self._match(grammar.QUANTIFIED)
        if quantity is None:
            return Phrase(self._noun("many")[0], 0, False, start, any=True)
        (least, negated, number), counts = quantity
        if counts:
            least = counts[0]
            number = "one" if least == 1 else "many"
            if words[self.at : self.at + 2] == ["of", "your"]:
                self.at += 2
        selector, number_of_noun = self._noun(number)
        if number == "either" and number_of_noun == "many":
            return Phrase(selector, "all", False, start, any=True)
        phrase = Phrase(selector, least, negated, start)
        return self._definite(phrase) if number == "either" else phrase

    def _definite(self, phrase: Phrase) -> Phrase:
        """The phrase, recorded as a definite description."""
        if phrase.selector.who != "you":
            self.definites[phrase.at] = phrase.selector, " ".join(self.words[phrase.at : self.at])
        return phrase

    def _noun(self, number: str, nouns: frozenset[str] = frozenset()) -> tuple[Selector, str]:
        """The selector of a noun and its adjectives, and its number. nouns: the allowed ones; empty: all."""
        looks: dict[str, str] = {}
        numbers = ("one", "many") if number == "either" else (number,)
        while True:
            word, following = self.words[self.at], self.words[self.at + 1] if self.words[self.at] else END
            found = {} if nouns and word not in nouns else {n: it for n in numbers if (it := self._kind(word, n))}
            look = self.names.looks.get(word)
            if found and not (look and self._names(following)):
                break
            if look is None or look[0] in looks:
                self._nameless(number, bool(nouns), looks)
            looks[look[0]] = look[1]
            self.at += 1
        self.at += 1
        chosen = next(iter(found))
        kind, who = found[chosen]
        return _selector(kind, looks.get("colour"), looks.get("size"), who), chosen

    def _kind(self, word: str, number: str) -> tuple[str | None, str | None] | None:
        """(kind, who) of a noun in the singular or the plural, or None."""
        if word in _WHO:
            who, its = _WHO[word]
            return (None, who) if its == number else None
        kind = self.names.kinds[number].get(word)
        return (kind, None) if kind else None

    def _names(self, word: str) -> bool:
        names = self.names
        return word in names.looks or word in names.kinds["one"] or word in names.kinds["many"] or word in _WHO

    def _match(self, tree: Tree) -> tuple[Any, list[Any]] | None:
        """The longest match of a tree at this place, (meaning, content of the slots), or None."""
        node, at, slots, start = tree, self.at, list[Any](), self.at
        best: tuple[Any, int, int] | None = None
        while True:
            if END in node:
                best = node[END], at, len(slots)
            word = self.words[at]
            if word and word in node:
                node = node[word]
            elif WORD in node and (said := word.strip(QUOTE)).isalpha():
                slots.append(said)
                node = node[WORD]
            elif COUNT in node and _number(word) > 0:
                slots.append(_number(word))
                node = node[COUNT]
            elif THING in node and self._begins(word):
                self.at = at
                slots.append(self._thing())
                node, at = node[THING], self.at - 1
            else:
                break
            at += 1
        self._expect(at, node)
        if best is None:
            self.at = start
            return None
        meaning, self.at, count = best
        return meaning, slots[:count]

    def _expect(self, at: int, node: Tree) -> None:
        """Record the words that a place allows, for the error message."""
        if at > self.furthest:
            self.furthest, self.nodes = at, []
        if at == self.furthest:
            self.nodes.append(node)

    def _stuck(self) -> NoReturn:
        """Raise the error of the furthest place that was reached."""
        keys = {key for node in self.nodes for key in node}
        things = THING in keys or any(node is self.ordered for node in self.nodes)
        words = sorted(keys - {END, THING, COUNT, WORD})
        named = {THING: "a thing, such as 'a box'", COUNT: f"a number from 1 to {_LARGEST}", WORD: "a word to say"}
        wanted = [text for key, text in named.items() if key in keys]
        near = self.names.words if things else []
        self._fail(self.furthest, "expected " + _listed(words, self.words[self.furthest], wanted), [*words, *near])

    def _nameless(self, number: str, owned: bool, looks: dict[str, str]) -> NoReturn:
        """Raise the error of a place that needs a name of this world."""
        names = self.names
        kinds = [word for word, (_, its) in _WHO.items() if (word in _OWNED) == owned and number in (its, "either")]
        if not owned:
            kinds += [word for its in names.kinds if number in (its, "either") for word in names.kinds[its]]
        others = [word for word, (what, _) in names.looks.items() if what not in looks]
        known = f"the kinds here are {', '.join(sorted(kinds))}"
        if others:
            known += f", the colours and sizes {', '.join(others)}"
        self._fail(self.at, f"expected the name of a thing; {known}", [*kinds, *others])

    def _fail(self, at: int, reason: str, words: Iterable[str] = ()) -> NoReturn:
        word = self.words[at]
        near = get_close_matches(word, words, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        place = f"word {at + 1}, {word!r}, is not understood" if word else "the sentence ends too early"
        raise ValueError(f"{place}: {reason}{hint}")


def _reason(error: ValidationError) -> str:
    return error.errors()[0]["msg"].removeprefix("Value error, ")


def _listed(words: list[str], word: str, others: list[str]) -> str:
    """The list of expected words, at most eight, the most similar first."""
    close = get_close_matches(word, words, n=8, cutoff=0.0)
    return " or ".join([*map(repr, close), *others]) or "the end of the sentence"
