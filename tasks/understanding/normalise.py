"""Text as the words that the reader of people's sentences takes: small letters, no contractions, no politeness.

A word of the result is a word, a number, or one of the marks "," and "."; all other marks become one of these.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from functools import cache, cached_property
from itertools import product

from . import lexicon
from .informal import plain

COMMA, STOP = ",", "."
_MARKS = {":": COMMA, ";": STOP, "!": STOP, "?": STOP, "\n": STOP, "(": COMMA, ")": COMMA, "-": COMMA}
_PIECE = re.compile(r"[a-z][a-z'-]*|[0-9]+|[^\s]")
_QUOTES = frozenset("'\"`\u2018\u201c\u201d")
_CHOICE = re.compile(r"\(([^()]*)\)")


def expanded(pattern: str) -> list[tuple[str, ...]]:
    """All sentences of a pattern: each bracket is one of its choices."""
    parts = _CHOICE.split(pattern)
    choices = [part.split("|") if index % 2 else [part] for index, part in enumerate(parts)]
    return [tuple("".join(chosen).split()) for chosen in product(*choices)]


class Table(tuple[tuple[str, ...], ...]):
    """Phrases, the longest first."""

    def beginning(self, words: Sequence[str], at: int = 0) -> Sequence[tuple[str, ...]]:
        """Those whose first word stands at a place, or is a slot such as {n} or [x]: all that can stand there."""
        return self._by_first[0].get(words[at], self._by_first[1]) if at < len(words) else ()

    def ending(self, words: Sequence[str]) -> Sequence[tuple[str, ...]]:
        """Those whose last word is the last of these words."""
        return self._by_last.get(words[-1], ()) if words else ()

    @cached_property
    def _by_first(self) -> tuple[dict[str, list[tuple[str, ...]]], list[tuple[str, ...]]]:
        firsts = {phrase[0] for phrase in self}
        slots = {first for first in firsts if first[0] in "{["}
        found = {first: [each for each in self if each[0] in (first, *slots)] for first in firsts - slots}
        return found, [each for each in self if each[0] in slots]

    @cached_property
    def _by_last(self) -> dict[str, list[tuple[str, ...]]]:
        found: dict[str, list[tuple[str, ...]]] = {}
        for phrase in self:
            found.setdefault(phrase[-1], []).append(phrase)
        return found


def phrases(*patterns: str) -> Table:
    """All sentences of several patterns."""
    every = {phrase for pattern in patterns for phrase in expanded(pattern)}
    return Table(sorted(every - {()}, key=lambda phrase: (-len(phrase), phrase)))


@cache
def _by_the_way() -> Table:
    return phrases(*lexicon.SAID_BY_THE_WAY)


@cache
def _here() -> Table:
    return phrases(*lexicon.HERE)


@cache
def _endings() -> Table:
    return phrases(*lexicon.AT_THE_VERY_END)


def _ended(said: list[str]) -> list[str]:
    """The words without phrases of AT_THE_VERY_END at their end."""
    fitting = (each for each in _endings().ending(said) if tuple(said[-len(each) :]) == each and len(said) > len(each))
    phrase = next(fitting, None)
    if phrase == ("right",) and said[-2] in ("the", "your", "its", "their", "far", "is"):
        return said  # "the box on the right"
    if phrase and phrase[-1] == "bit" and said[-len(phrase) - 1] == "for":
        return said  # "for a bit" is a time
    return _ended(_tidy(said[: -len(phrase)])) if phrase else said


@cache
def _shortened(place: int | None = None) -> dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]]:
    """The phrases of SHORTER, or of a table of LOCAL_SHORTER, by their first words, the longest first, with the words
    that they are read as."""
    found: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    table = lexicon.SHORTER if place is None else lexicon.LOCAL_SHORTER[place][1]
    for pattern, words in table.items():
        for phrase in phrases(pattern):
            found.setdefault(phrase[0], []).append((phrase, tuple(words.split())))
    return {first: sorted(each, key=lambda pair: (-len(pair[0]), pair)) for first, each in found.items()}


def local(said: list[str], kinds: Collection[str]) -> list[str]:
    """The words with phrases of LOCAL_SHORTER in their short form, in a world of these kinds."""
    for place, (needed, _) in enumerate(lexicon.LOCAL_SHORTER):
        if set(needed[1:]) == set(kinds) if needed[0] == "=" else set(needed) <= set(kinds):
            said = _tidy(_shorter(said, place))
    return said


def _shorter(said: list[str], place: int | None = None) -> list[str]:
    """The words with phrases of SHORTER, or of a table of LOCAL_SHORTER, in their short form."""
    kept: list[str] = []
    at = 0
    while at < len(said):
        pairs = _shortened(place).get(said[at], ())
        pair = next((pair for pair in pairs if stands(pair[0], said, at, "{w}")), None)
        slots = [word for word, each in zip(said[at:], pair[0], strict=False) if each == "{w}"] if pair else []
        kept += [slots.pop(0) if word == "{w}" else word for word in pair[1]] if pair else [said[at]]
        at += len(pair[0]) if pair else 1
    return kept


def stands(phrase: tuple[str, ...], said: list[str], at: int, slot: str) -> bool:
    """Whether a phrase stands at a place; slot: what is any one word in it."""
    there = said[at : at + len(phrase)]
    return len(there) == len(phrase) and all(each in (word, slot) for word, each in zip(there, phrase, strict=True))


def words(text: str, known: frozenset[str] = frozenset()) -> list[str]:
    """The words of a sentence. known: words with hyphens that stay as they are."""
    text = text.lower().replace("\u2019", "'").replace("...", " , ").replace("\u2026", " , ").replace("\u2014", " , ")
    found: list[str] = []
    for piece in _PIECE.findall(plain(text)):
        if piece in _QUOTES:
            continue
        found += _plain(piece.strip("-'"), known) if piece[0].isalpha() else [_MARKS.get(piece, piece)]
    said = _tidy(without(_on_the_way(found), _by_the_way()))
    return _tidy(_shorter(without(_ended(said), _here())))


ON_THE_WAY = "on-the-way-to"
"""One word for "on your way to", which is followed by something, unlike "on your way"."""


def _on_the_way(found: list[str]) -> list[str]:
    text = re.sub(r" (on|along) (your|the) way (|over |back |up )to ", f" {ON_THE_WAY} ", f" {' '.join(found)} ")
    return text.split()


def _plain(word: str, known: frozenset[str]) -> list[str]:
    """A word without contraction, and in the spelling of the lexicon."""
    if word in lexicon.SPELLINGS:
        return lexicon.SPELLINGS[word].split()
    if word in known:
        return [word]
    if word.endswith("n't"):
        return [word[:-3], "not"]
    for ending, whole in (
        ("'ve", "have"),
        ("'re", "are"),
        ("'ll", "will"),
        ("'d", "would"),
        ("'m", "am"),
        ("'s", "is"),
    ):
        if word.endswith(ending):
            stem = word[: -len(ending)]
            return [*lexicon.SPELLINGS.get(stem, stem).split(), whole]
    return [lexicon.SPELLINGS.get(part, part) for part in word.split("-") if part]


def without(found: list[str], table: Table) -> list[str]:
    """The words without these phrases."""
    kept: list[str] = []
    at = 0
    while at < len(found):
        phrase = next((each for each in table.beginning(found, at) if tuple(found[at : at + len(each)]) == each), None)
        if phrase is None:
            kept.append(found[at])
        at += len(phrase) if phrase else 1
    return kept


def _tidy(found: list[str]) -> list[str]:
    """The words without marks at both ends, and with one mark where several stand together: the stronger one."""
    kept: list[str] = []
    for word in found:
        if word in (COMMA, STOP) and (not kept or kept[-1] in (COMMA, STOP)):
            if kept and word == STOP:
                kept[-1] = STOP
            continue
        kept.append(word)
    while kept and kept[-1] in (COMMA, STOP):
        kept.pop()
    return kept


@cache
def base_forms(word: str) -> tuple[str, ...]:
    """The forms that a verb may have without an ending: "putting" is "put", "places" is "place"; "besides" is none."""
    if word in lexicon.EXCEPT:
        return ()
    found = [lexicon.IRREGULAR[word]] if word in lexicon.IRREGULAR else []
    for ending in ("ing", "ed", "es", "s"):
        stem = word.removesuffix(ending)
        if stem != word and len(stem) > 1:
            found += [stem, f"{stem}e"]
            if len(stem) > 2 and stem[-1] == stem[-2]:
                found.append(stem[:-1])
            if ending in ("es", "ed") and stem[-1] == "i":
                found.append(f"{stem[:-1]}y")
    return tuple(found)
