"""Remarks beside an order or a question: "…, it's in the way", "I can't reach it myself, so …", "… because I'm late",
"… so I can get through".

A remark is a part of its own, between commas or stops, behind "because", or from "so I can" on, that begins as one of
REMARKS and has no word that could change what is to be done: no thing, colour, size, number, order, negation or
condition. A sentence that is not understood is read once more without its remarks, and that they are left out is told.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache

from . import lexicon
from .names import Names
from .normalise import COMMA, STOP, Table, base_forms, phrases
from .trees import ACTS, FIRST, number

_REMARKS, _NEEDLESS, _HARMLESS = (
    phrases(*table) for table in (lexicon.REMARKS, lexicon.NEEDLESS, lexicon.HARMLESS_NEGATIONS)
)
_BECAUSE = ("because", "cause", "coz", "cos")
_PURPOSES = phrases("so (|that) (i|we|he|she|they) (can|could|may|will)")
_TELLING = frozenset(lexicon.TELLING)


def without_remarks(said: list[str], known: Names) -> list[str] | None:
    """The words without remarks; None if there are none, or nothing else."""
    parts, marks = _parts(said)
    kept = [place for place, part in enumerate(parts) if not _remark(part, known)]
    if len(kept) == len(parts) or not kept:
        return None
    found: list[str] = []
    for place in kept:
        if found:
            found.append(STOP if STOP in marks[kept[kept.index(place) - 1] : place] else COMMA)
        found += _begun(parts[place]) if place and place - 1 not in kept else parts[place]
    return found


def _begun(part: list[str]) -> list[str]:
    """The words behind a remark, without a word that joins it: "I'm cold, so close the door"."""
    return part[1:] if part[:1] in (["so"], ["and"], ["but"]) and len(part) > 1 else part


def _parts(said: list[str]) -> tuple[list[list[str]], list[str]]:
    """The parts of a sentence, and the mark behind each."""
    parts: list[list[str]] = [[]]
    marks: list[str] = []
    for at, word in enumerate(said):
        needless = word in ("and", "but") and _begun_by(_NEEDLESS, said[at + 1 :])
        why = bool(parts[-1]) and (word in _BECAUSE or _begun_by(_PURPOSES, said[at:]))
        if word in (COMMA, STOP) or needless or why:
            marks.append(word if word in (COMMA, STOP) else COMMA)
            parts.append([word] if why else [])
        else:
            parts[-1].append(word)
    return parts, [*marks, STOP]


def _remark(part: list[str], known: Names) -> bool:
    """Whether a part of a sentence says nothing of what is to be done."""
    rest = part[1:] if part[:1] and part[0] in (*_BECAUSE, "and", "but", "so", "as", "since", "for") else part
    rest = rest[1:] if part[:2] == ["so", "that"] else rest
    if _begun_by(_NEEDLESS, rest):
        return not {"but", "just", "only", "and"} & set(rest)
    begun = _begun_by(_REMARKS, rest)
    if begun is None and part[:1] and part[0] not in _BECAUSE:
        return False
    inside = [word for word, each in zip(rest, begun or (), strict=False) if each == "[x]"]
    if any(names_something(word, known) for word in inside):
        return False
    return not any(tells(word, known) for word in _without_negations(rest[len(begun) if begun else 0 :]))


def _begun_by(table: Table, rest: list[str]) -> tuple[str, ...] | None:
    """The longest phrase of a table that words begin with, in which [x] is any one word; None for none."""
    for phrase in table.beginning(rest):
        if len(rest) >= len(phrase) and all(each in (word, "[x]") for word, each in zip(rest, phrase, strict=False)):
            return phrase
    return None


def _without_negations(rest: list[str]) -> list[str]:
    for at in range(len(rest)):
        for phrase in _HARMLESS.beginning(rest, at):
            if tuple(rest[at : at + len(phrase)]) == phrase:
                return [*rest[:at], *_without_negations(rest[at + len(phrase) :])]
    return rest


@cache
def _verbs() -> Collection[str]:
    return {word for word in ACTS if word.isalpha()} - set(lexicon.LIGHT_VERBS)


def tells(word: str, known: Names) -> bool:
    """Whether a word could change what is to be done."""
    plain = bool(number(word)) or any(form in _TELLING or form in _verbs() for form in (word, *base_forms(word)))
    return names_something(word, known) or plain or (word in FIRST and word not in ("right", "top", "left"))


def names_something(word: str, known: Names) -> bool:
    """Whether a word is a colour, a size, or names a thing."""
    forms = (word, *base_forms(word))
    return word in lexicon.COLOURS or any(form in known.looks or (form,) in known.nouns for form in forms)
