"""The reason why nothing was understood, with the word that it is about and the nearest one that there is."""

from __future__ import annotations

import re
from difflib import get_close_matches
from functools import cache

from ...worlds.engine.records.things import Things
from ..grammar import UNITS
from . import lexicon
from .kinds import Refusal, because
from .names import Names
from .normalise import COMMA, STOP, base_forms, phrases
from .syntax import Syntax
from .trees import (
    ACTS,
    ASKED,
    END,
    FIRST,
    LAST_OF,
    LAST_TO,
    MENTIONED,
    PLACE_NAMES,
    PLACED,
    QUANTIFIED,
    STATED,
    STATES,
    WHERE,
    Tree,
    number,
)
from .typos import mended

_ASKING = ("what", "which", "where", "who", "how", "why", "when", "is", "are", "does", "do", "did", "has", "have")
_EXCEPT = re.compile(r"\b(all|every|each|any|no|everything|anything|nothing)( [a-z]+)* but\b")
_LISTED = re.compile(r"^(what|which) (toys|things|objects|items|kinds|else|is left|are) ")
_FORMS = "'what colour is …', 'how many … are there', 'is there …' and 'what is on …'"


def _words_of(tree: Tree) -> set[str]:
    found = {key for key in tree if not key.startswith("{") and key != END}
    return found.union(*(_words_of(below) for key, below in tree.items() if key != END))


@cache
def _all_words(unit: str) -> frozenset[str]:
    """All words that the tables have, in a world of this unit."""
    tables = (
        *(lexicon.OPENERS, lexicon.NOT_TO, lexicon.WITHOUT, lexicon.THENS, lexicon.ANDS, lexicon.AFTERS, lexicon.FIRST),
        *(
            lexicon.STAYS,
            lexicon.STOPS,
            lexicon.FRAMES,
            lexicon.PARTNER_DOES,
            lexicon.ASKERS,
            lexicon.BOTH_PLAYERS,
            lexicon.PARTNER,
        ),
        *(
            lexicon.UNTILS,
            lexicon.TO_THE_END,
            lexicon.EXCEPT,
            lexicon.OTHERS,
            tuple(lexicon.STATES_OF),
            lexicon.NOT_TO,
            lexicon.SAME_TIME,
        ),
        *(lexicon.AFTER_NUMBER, tuple(lexicon.ALL_OF_IT), lexicon.PARTNER_PRONOUNS, tuple(lexicon.SOME_PLAYER)),
        *(lexicon.BELONGING, lexicon.BELONGED, lexicon.MATCHING),
    )
    every = {word for table in tables for phrase in phrases(*table) for word in phrase}
    chosen = (FIRST, LAST_OF, LAST_TO, WHERE, PLACE_NAMES)
    trees = map(_words_of, (ACTS, MENTIONED, STATED, STATES, ASKED, QUANTIFIED, PLACED[unit], *chosen))
    more = {
        "different",
        "remaining",
        "other",
        "everything",
        "or",
        "nor",
        "them",
        "they",
        "one",
        "ones",
        "turns",
        "turn",
        "yourself",
        "neither",
        "either",
        "for",
        "it",
    }
    return frozenset(every.union(*trees, more) - {"{a}"})


def refusal(
    said: list[str],
    known: Names,
    things: Things,
    players: int | None,
    syntax: Syntax,
    reasons: list[Refusal],
    complaint: str,
) -> Refusal:
    """Why nothing was understood: an unknown word, a reason why no goal says it, or the place that fits nothing."""
    every = _all_words(things.unit) | known.words()
    strange = [place for place, word in enumerate(said) if not _familiar(said, place, every)]
    named = [place for place in strange if _names_something(said, place, known)]
    for place in (*named[:1], *strange[:1]):
        return _strange(place, said[place], things, known, place in named)
    if _LISTED.search(" ".join(said)):
        return Refusal("this asks for a list, and an answer is one word: ask 'how many', or 'is there …'", "question")
    if reasons:
        told = [str(reason) for reason in reasons]
        return max(reasons, key=lambda reason: told.count(str(reason)))
    ends = [place for place, word in enumerate(said) if _stops(said, place, players) and not _judged(word, things)]
    stuck = [said[place] for place in ends]
    later = [said[place] for place in ends if place >= syntax.furthest]
    if stuck:
        return _reason((*later, *stuck)[0], things)
    if "nothing but" in " ".join(said):
        return Refusal(
            "'nothing but' asks for something and forbids the rest: say 'only', such as 'only the ball'", "except"
        )
    if _EXCEPT.search(" ".join(said)):
        return Refusal(f"'but': {lexicon.REASONS['except']}", "except")
    if said and said[0] in _ASKING and STOP in said:
        return Refusal("this asks and orders, or asks twice: ask one thing, or say what is to be done", "question")
    if said and said[0] in _ASKING and "than" in said:
        return Refusal("things are compared as in 'which is bigger, the ball or the cup'", "question")
    if said and said[0] in _ASKING and said[1:2] != ["not"]:
        return Refusal(
            f"this question, {' '.join(said[:3])!r} …, is none of those that are answered: {_FORMS}", "question"
        )
    if syntax.furthest >= len(said):
        early = complaint.startswith("the sentence ends")
        return Refusal(
            complaint if early else "the sentence ends too early: something to be done, or a thing, is missing",
            "syntax",
        )
    place = syntax.furthest
    if complaint and _piece(complaint) in said[place:]:
        return Refusal(complaint.partition("; did you mean")[0], "syntax")
    return Refusal(f"word {place + 1}, {said[place]!r}, does not fit here", "syntax")


def slips(said: list[str], known: Names, things: Things) -> list[str]:
    """The words with slips of the keyboard corrected."""
    names = known.words()
    every = _all_words(things.unit) | names
    familiar = [place for place, word in enumerate(said) if _familiar(said, place, every) or word in lexicon.ELSEWHERE]
    return mended(said, familiar, every, names)


def _familiar(said: list[str], place: int, every: frozenset[str] | set[str]) -> bool:
    word = said[place]
    spoken = place and said[place - 1] in ("say", "shout", "answer")
    bare = word in (COMMA, STOP) or bool(number(word))
    return bool(spoken or bare or word in every or any(base in every for base in base_forms(word)))


_BEFORE = frozenset(
    ("the", "a", "an", "any", "every", "each", "all", "some", "this", "that", "my", "your", "no", "both")
)
_BEHIND = frozenset(
    (
        *(END, COMMA, STOP, "and", "or", "is", "are", "on", "in", "to", "with", "from", "then", "but", "at", "for"),
        *("has", "will", "must", "should", "until", "off", "into", "onto", "so", "by", "near", "next", "when", "while"),
        *("before", "after", "please", "until", "it", "you", "here", "there", "of", "does"),
    )
)


def _names_something(said: list[str], place: int, known: Names) -> bool:
    """Whether a word that is not known names a thing or a colour: it does elsewhere, or it stands where a noun does."""
    word = said[place]
    if word in lexicon.UNSAID:
        return False
    if word in lexicon.ELSEWHERE or word.removesuffix("s") in lexicon.ELSEWHERE:
        return True
    before, behind = said[place - 1] if place else END, (*said, END)[place + 1]
    return (before in _BEFORE or before in known.looks or bool(number(before))) and behind in _BEHIND


def _strange(place: int, word: str, things: Things, known: Names, named: bool) -> Refusal:
    """Why a word that no table has is refused."""
    start = f"word {place + 1}, {word!r}"
    if word in [each for pair in UNITS.items() for each in pair]:
        return Refusal(f"{start}: distances are told in {UNITS[things.unit]!r} here", "word")
    if word.isdecimal():
        return Refusal(f"{start}: a goal holds a number from 1 to 1000", "word")
    if word in lexicon.UNSAID:
        return Refusal(f"word {place + 1}, {_reason(word, things)}", lexicon.UNSAID[word])
    return Refusal(
        f"{start}, is not known in this world; {_nearest(word, things, known)}", "unknown" if named else "word"
    )


def _stops(said: list[str], place: int, players: int | None) -> bool:
    """Whether a word is one that may end a reading."""
    word = said[place]
    if word == "other" and (players or 2) > 1 and said[place - 1] == "the":
        return False
    verbs = ("go", "look", "walk", "push", "move", "turn", "run")
    loose = word in ("up", "down") and bool(place) and said[place - 1] not in verbs
    return word in lexicon.UNSAID and not loose


def _judged(word: str, things: Things) -> bool:
    """Whether a verb that is refused in most worlds is one of this world's, such as "eat"."""
    return any(reading.relation in things.relations for reading in lexicon.READINGS.get(word, ()))


def _reason(word: str, things: Things) -> Refusal:
    key = lexicon.UNSAID[word]
    if word in _words_of(FIRST) and word.endswith(("est", "most")):
        return Refusal(
            f"{word!r} tells which of some things is meant, as in 'the {word} one', and does not fit here", key
        )
    if key == "relation" and any(word in relation.split("-") for relation in things.relations):
        return Refusal(
            f"{word!r} tells where something is to be, and does not fit here; it does not tell which thing is meant",
            key,
        )
    refused = because(key, word, things)
    return refused if repr(word) in str(refused) else Refusal(f"{word!r}: {refused}", key)


def _nearest(word: str, things: Things, known: Names) -> str:
    """The nearest to a word that is not known: by its meaning, or by its letters; else all that there is."""
    named = [name for name in lexicon.NEAREST.get(word, ()) if name in things.kinds or name in things.colours]
    if named:
        return f"nearest to it is {' or '.join(map(repr, named))}"
    if word in lexicon.COLOURS:
        return f"the colours here are {', '.join(things.colours) or 'none'}"
    near = get_close_matches(word, sorted(each for each in known.words() if len(each) > 2), n=1, cutoff=0.8)
    if near:
        return f"did you mean {near[0]!r}?"
    kinds = ", ".join(kind for kind in things.kinds if kind != "player")
    return f"the things here are {kinds}"


def _piece(complaint: str) -> str:
    """The word that a complaint of the grammar names."""
    parts = complaint.split("'")
    return parts[1] if len(parts) > 1 else ""
