"""Second readings of a sentence that is not understood: without small talk, without promises of the speaker, and with
the speaker, or "them", as the other player.

Each gives the words of the sentence in a form in which they may be understood, with a note that is told.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from . import lexicon
from .names import Names
from .normalise import COMMA, STOP, phrases, stands
from .remarks import names_something, without_remarks
from .trees import ACTS, number

_SMALL = phrases(*lexicon.SMALL_PHRASES)
_NOT = phrases(*lexicon.NOT_TO)
_PROMISES = phrases(
    "(i|we) (will|shall|am going to|are going to|am about to|can|could|would|have got|have) (|then|just|also) [v]",
    "let me (|just|then) [v]",
    "i (|just|then) [v]",
)
_PROMISED = frozenset(("and", "while", "whilst", "then", "but", "so", "because"))
_BINDING = frozenset(
    ("not", "never", "no", "unless", "until", "before", "if", "your", "when", "you", "without", "while", "after")
)
_JOINTS = frozenset(("and", "then", "but", "so", "please", "just", "now"))
_LIGHT = frozenset(("be", "have", "do", "it", "you", "can", "could", "i", "we", "will", "would", "should"))
"""First words of orders that small talk may begin with, too."""
_ASKING = frozenset(("what", "which", "where", "who", "how", "why", "when", "is", "are", "did", "does", "was", "were"))
_EASY = frozenset(("try", "hurry", "find", "show", "help", "see", "change", "make", "let", "mind", "go", "get", "come"))
"""First words of orders that a beginning before another order may have: "find a way to …"."""
_TRYING = frozenset(("think", "show", "prove", "see", "know", "believe", "reckon", "bet", "whether", "if"))
_FINDING = frozenset(("figure", "work", "find", "see", "show"))
_SAYING = frozenset(("say", "shout", "answer", "tell"))
_WANTS = frozenset(("have", "like", "love", "want", "need", "prefer", "see", "take-it"))
SMALL_NOTE = "a remark beside what is to be done is left out"
PROMISE_NOTE = "what the speaker does is no part of the goal"
SPEAKER_NOTE = "'me' is your partner"
THEM_NOTE = "'them' is your partner"
USED_NOTE = "a key is used where it fits"
LONGEST = 16
"""Words of the longest beginning without a mark that is small talk."""


_FITTING = re.compile(
    r" (?:use (?:it|that|the key)(?: (?:on|to open|to unlock))?|try it on|open|unlock) (?:the|whatever|whichever)"
    r"(?: (?:box|door|lock|one|chest))?(?: that| which)? (?:it|the key) "
    r"(?:fits|opens|unlocks|goes with|belongs to|is for|goes in|goes to|matches)(?: with it)?(?= )"
)
_TRYING_IT = re.compile(
    r" (?:see|find out|check|try) (?:which|what) (?:box|door|lock|one|chest) (?:it|the key) "
    r"(?:fits|opens|unlocks|goes with|is for)(?= )"
)


def _used(said: list[str], known: Names, players: int | None) -> list[str] | None:
    """The words with "use it" for "open the box it fits", of a key whose colour is not told."""
    text = f" {' '.join(said)} "
    found = _TRYING_IT.sub(" use it", _FITTING.sub(" use it", text)).split()
    return found if found != said and ("key",) in known.nouns else None


def second_readings(
    said: list[str], known: Names, players: int | None, asked: bool = False
) -> Iterator[tuple[list[str], tuple[str, ...]]]:
    """The words of a sentence in other forms, with notes, the nearest to what was said first. asked: whether it ends
    with a question mark."""
    done: list[list[str]] = [said]
    fewer = without_remarks(said, known)
    if fewer is not None:
        done.append(fewer)
        yield fewer, (SMALL_NOTE,)
    words: list[str] = said
    notes: tuple[str, ...] = ()
    for change, note in (
        (without_promises, PROMISE_NOTE),
        (_spoken_by, SPEAKER_NOTE),
        (_them, THEM_NOTE),
        (_used, USED_NOTE),
    ):
        other = change(words, known, players)
        if other is not None:
            words, notes = other, (*notes, note)
    if words not in done:
        done.append(words)
        yield words, notes
    if asked and STOP not in said and said[:1] and said[0] in _ASKING:
        return
    for base, told in ((said, ()), (words, notes)):
        for other in (without_small_talk(base, known), without_remarks(base, known)):
            if other is None:
                continue
            whole = without_remarks(other, known)
            for each in (other, whole, without_small_talk(whole, known) if whole else None):
                if each is not None and each not in done:
                    done.append(each)
                    yield each, (*told, SMALL_NOTE)


def _parts(said: list[str]) -> list[list[str]]:
    """The words, parted at marks; a mark is a part of its own."""
    parts: list[list[str]] = [[]]
    for word in said:
        if word in (COMMA, STOP):
            parts += [[word], []]
        else:
            parts[-1].append(word)
    return parts


def _whole(parts: list[list[str]]) -> list[str]:
    kept: list[str] = []
    for word in (word for part in parts for word in part):
        if word in (COMMA, STOP) and (not kept or kept[-1] in (COMMA, STOP)):
            continue
        kept.append(word)
    while kept and kept[-1] in (COMMA, STOP):
        kept.pop()
    return kept


# Small talk.


def without_small_talk(said: list[str], known: Names) -> list[str] | None:
    """The words without parts, a beginning and an end that are small talk; None if there are none, or nothing else."""
    parts = _parts(said)
    small = [_small(part, known) for part in parts]
    kept = [[] if small[place] or (place and small[place - 1]) else part for place, part in enumerate(parts)]
    places = [place for place, part in enumerate(kept) if part and part[0] not in (COMMA, STOP)]
    if not places:
        return None
    first, last = places[0], places[-1]
    kept[first] = kept[first][_beginning(kept[first], known) :]
    kept[last] = kept[last][: _end(kept[last], known)]
    found = _whole(kept)
    return found if found and found != said else None


def _small(words: list[str], known: Names, easy: bool = False) -> bool:
    """Whether words are small talk alone, and no order. easy: whether one of _EASY may come first."""
    if not words:
        return False
    at = next((place for place, word in enumerate(words) if word not in _JOINTS), 0)
    order = at < len(words) and words[at] in _orders() and not (easy and words[at] in _EASY)
    if order and not any(stands(each, words, at, "[x]") for each in _SMALL.beginning(words, at)):
        return False
    while at < len(words):
        phrase = next((each for each in _SMALL.beginning(words, at) if stands(each, words, at, "[x]")), None)
        if phrase is not None:
            at += len(phrase)
        elif words[at] in lexicon.SMALL_TALK and not number(words[at]) and not names_something(words[at], known):
            at += 1
        else:
            return False
    return words[0] not in (COMMA, STOP)


@cache
def _orders() -> frozenset[str]:
    """The first words of orders."""
    return frozenset(word for word in ACTS if word.isalpha()) - _LIGHT


def _beginning(part: list[str], known: Names) -> int:
    """The place behind a beginning that is small talk and before an order; 0 for none."""
    for at in range(min(len(part) - 1, LONGEST), 0, -1):
        order = part[at] in (*_orders(), "be", "have") or any(
            tuple(part[at : at + len(each)]) == each for each in _NOT.beginning(part, at)
        )
        other = part[at - 1] in ("can", "could", "may") and not _TRYING & set(part[:at])  # "you can touch it"
        other |= "how" in part[:at] and not _FINDING & set(part[:at])  # "how do you open it"
        if order and not other and part[at - 1] in lexicon.ENDS_BEFORE and _small(part[:at], known, easy=True):
            return at
    return 0


def _end(part: list[str], known: Names) -> int:
    """The place before an end that is small talk; all of them for none."""
    for at in range(1, len(part) if not _SAYING & set(part) else 0):
        begins = part[at] in lexicon.BEGINS_BEHIND
        begins = begins or any(stands(each, part, at, "[x]") for each in _SMALL.beginning(part, at))
        if begins and set(part[at:]) - _JOINTS and _small(part[at:], known):
            return at
    return len(part)


# The speaker, and the other player.


def without_promises(said: list[str], known: Names, players: int | None) -> list[str] | None:
    """The words without what the speaker promises to do: "you take the left one and I'll take the right one"."""
    for at in range(len(said)):
        phrase = next((each for each in _PROMISES.beginning(said, at) if _promised(each, said, at)), None)
        if phrase is None or (at and said[at - 1] not in (COMMA, STOP, *_PROMISED)):
            continue
        if not at and not ({COMMA, STOP} & set(said) and "you" in said):  # "I'll have the ball, please" is an order
            continue
        behind = next((place for place in range(at, len(said)) if said[place] in (COMMA, STOP, "then")), len(said))
        if _BINDING & set(said[at:behind]):
            return None
        before = said[: max(at - 1, 0)]
        while before and before[-1] in (COMMA, STOP, *_PROMISED):
            before.pop()
        found = [*before, *said[behind:]] if before else said[behind + 1 :]
        return found or None
    return None


def _promised(phrase: tuple[str, ...], said: list[str], at: int) -> bool:
    last = said[min(at + len(phrase), len(said)) - 1]
    return stands(phrase, said, at, "[v]") and last in ACTS and last not in _WANTS


_I = {"am": "is", "have": "has", "do": "does"}
_COMING = frozenset(("come", "walk", "run", "go", "move", "head", "get", "hurry", "return", "wander", "over", "back"))


def _spoken_by(said: list[str], known: Names, players: int | None) -> list[str] | None:
    """The words with the other player in the place of the speaker, in a world for two."""
    if players != 2 or not {"me", "i", "us", "here"} & set(said):
        return None
    kept: list[str] = []
    for at, word in enumerate(said):
        before, behind = said[at - 1] if at else "", (*said, "")[at + 1]
        let = word == "me" and before == "let" and behind == "have"
        me = word in ("me", "us") and before not in ("let", "help", "build", "make", "find", "show", "tell", "get")
        if let or me or (word == "i" and behind in ("am", "have", "do", "can", "go", "get", "open", "stand")):
            kept += ["the", "other", "player"]
        elif word in _I and before == "i":
            kept.append(_I[word])
        elif word == "here" and before in _COMING and behind in ("", COMMA, STOP, "and", "then"):
            kept = kept[:-1] if before == "over" else kept
            kept += ["to", "the", "other", "player"]
        else:
            kept.append(word)
    return kept if kept != said else None


_THEY = {"are": "is", "have": "has", "were": "is", "do": "does", "see": "sees", "get": "gets", "find": "finds"}


def _them(said: list[str], known: Names, players: int | None) -> list[str] | None:
    """The words with the other player in the place of "them", in a world for two, where nothing else was named."""
    if players != 2 or not {"them", "they"} & set(said):
        return None
    kept: list[str] = []
    for at, word in enumerate(said):
        if word in ("them", "they") and not any(names_something(each, known) for each in said[:at]):
            kept += ["the", "other", "player"]
        elif at and said[at - 1] == "they" and kept[-1:] == ["player"]:
            kept.append(_THEY.get(word, word))
        else:
            kept.append(word)
    return kept if kept != said else None
