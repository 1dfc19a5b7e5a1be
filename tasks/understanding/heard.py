"""Words beside those of what is to be done: corrections, words to the listener, numbers in words, and time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

from . import lexicon
from .kinds import Refusal
from .normalise import COMMA, STOP, phrases
from .times import timed
from .trees import number

_VOCATIVES = phrases(*lexicon.VOCATIVES)
_CORRECTIONS = phrases(*lexicon.CORRECTIONS)
_ARTICLES = frozenset(("the", "a", "an", "every", "all", "each", "any", "some", "two", "three", "both"))
_SECONDS = {"second": 1, "seconds": 1, "sec": 1, "secs": 1, "minute": 60, "minutes": 60, "min": 60, "mins": 60}
_TURNS = ("turn", "turns", "step", "steps", "tick", "ticks", "move", "moves")
_LIMITS = phrases(*lexicon.LIMITS)
_OF = (["of", "the"], ["of", "your"], ["of", "these"])
LONGEST = 1_000_000
"""The largest limit, in turns."""


@dataclass(frozen=True)
class Heard:
    """The words that say what is to be done; limit: in how many turns, if that is said; notes: how time was counted."""

    words: list[str]
    limit: int | None = None
    notes: tuple[str, ...] = ()


def heard(said: list[str], tick_hz: float | None) -> Heard:
    """The words of a sentence without what is not to be done. tick_hz: ticks in a second, None where time is turns.

    Raises Refusal for seconds where there are none.
    """
    said = _corrected(_addressed(said))
    said = _towers(said)
    said, notes = _turns(_fewer(timed(_numbers(said), tick_hz is not None)), tick_hz)
    said, limit = _limited(_exactly(said))
    return Heard(said, limit, notes)


_ASKING = frozenset(("what", "which", "where", "how", "who", "is", "are", "am", "do", "does", "can", "whats", "have"))
_MINE = {"am": "are", "my": "your", "me": "you", "i": "you", "mine": "yours", "myself": "yourself"}
_BESIDE_ME = frozenset(("to", "by", "near", "behind", "beside", "of", "with", "from", "around", "at", "under", "on"))


def own(said: list[str], text: str, players: int | None) -> list[str]:
    """The words of a question of one who plays alone, who says "I" of the player: "what am I holding"."""
    if (players or 1) < 2 and {"him", "he", "she"} & set(said):
        said = ["it" if word in ("him", "he", "she") else word for word in said]
    asks = text.rstrip().endswith("?") or (said[:1] and said[0] in _ASKING)
    if not asks or (players or 1) > 1 or not {"i", "me", "my"} & set(said):
        return said
    kept = list(said)
    for at, word in enumerate(said):
        before, behind = said[at - 1] if at else "", (*said, "", "")[at + 1]
        mine = word == "i" and (
            behind in ("am", "have", "hold", "carry", "see", "stand", "started", "face") or before in ("am", "do")
        )
        mine = mine or (word == "am" and "i" in (before, behind)) or (word == "me" and before in _BESIDE_ME)
        if mine or (
            word == "my" and behind in ("hand", "hands", "position", "start", "place", "room", "view", "left", "right")
        ):
            kept[at] = _MINE[word]
    return kept


def _addressed(said: list[str]) -> list[str]:
    """Without a word to the listener at one end: "…, mate"."""
    for phrase in _VOCATIVES:
        size = len(phrase)
        if tuple(said[-size:]) == phrase and said[-size - 1 : -size] == [COMMA] and len(said) > size + 1:
            return said[: -size - 1]
        if tuple(said[:size]) == phrase and said[size : size + 1] == [COMMA]:
            return said[size + 1 :]
    return said


def _corrected(said: list[str]) -> list[str]:
    """With a thing that is taken back replaced: "grab the hat, no wait, the cushion"."""
    for at in range(1, len(said)):
        for phrase in _CORRECTIONS.beginning(said, at):
            if tuple(said[at : at + len(phrase)]) != phrase:
                continue
            behind = at + len(phrase)
            behind += said[behind : behind + 1] == [COMMA]
            before = said[: at - (said[at - 1] in (COMMA, STOP))]
            begins = [place for place, word in enumerate(before) if word in _ARTICLES]
            if begins and behind < len(said) and said[behind] in _ARTICLES:
                rest = said[behind:]
                if "one" in rest[1:] and len(before) - begins[-1] > 1:  # "the cyan key, no sorry, the yellow one"
                    place = rest.index("one", 1)
                    rest = [*rest[:place], before[-1], *rest[place + 1 :]]
                return [*before[: begins[-1]], *rest]
    return said


def _numbers(said: list[str]) -> list[str]:
    """With tens and hundreds as digits: "a hundred", "twenty five", "half a minute"."""
    text = f" {' '.join(said)} "
    for words, digits in lexicon.TENS.items():
        text = re.sub(
            rf" {words} (one|two|three|four|five|six|seven|eight|nine) ",
            partial(_sum, int(digits)),
            text,
        )
        text = text.replace(f" {words} ", f" {digits} ")
    for words, plain in lexicon.TIMES.items():
        text = text.replace(f" {words} ", f" {plain} ")
    text = re.sub(r" until (\S+) (\w+) (are|have|is|has) (up|over|passed|gone by|gone) ", r" for \1 \2 ", text)
    return text.split()


_TOWER = re.compile(
    r" (tower|stack|pile) (?:that is |which is |of )?(?:height |of height )?(\S+)"
    r"(?: (levels|storeys|things|objects|items|toys|blocks|cups|books))? (?:high|tall) "
)


def _towers(said: list[str]) -> list[str]:
    """With "a tower four high" as "a tower of four toys"."""

    def told(found: re.Match[str]) -> str:
        kind = found[3] if found[3] in ("blocks", "cups", "books") else "toys"
        return f" {found[1]} of {found[2]} {kind} " if _count(found[2]) > 1 else found[0]

    return _TOWER.sub(told, f" {' '.join(said)} ").split()


def _exactly(said: list[str]) -> list[str]:
    """With "exactly" before each number, where "no more and no less" is said."""
    if "exactly-so" not in said:
        return said
    kept: list[str] = []
    for at, word in enumerate(said):
        if number(word) and said[at + 1 : at + 2] not in (["turns"], ["turn"], ["metres"], ["cells"]):
            kept.append("exactly")
        kept.append(word)
    at = kept.index("exactly-so")
    return [*kept[: at - (kept[at - 1] in (COMMA, STOP, "and", "but"))], *kept[at + 1 :]]


def _sum(tens: int, found: re.Match[str]) -> str:
    return f" {tens + number(found[1])} "


def _fewer(said: list[str]) -> list[str]:
    """ "Two of the three apples" as "two of the apples": how many there are is for the start to tell."""
    kept: list[str] = []
    for at, word in enumerate(said):
        before = said[at - 2 : at] if at > 2 else []
        ordered = at > 2 and (said[at - 3].endswith(("est", "er")) or said[at - 3] in ("left", "right", "topmost"))
        if number(word) and before in _OF and (number(said[at - 3]) or ordered):
            continue
        kept.append(word)
    return kept


def _turns(said: list[str], tick_hz: float | None) -> tuple[list[str], tuple[str, ...]]:
    """With seconds counted in turns."""
    kept, notes = list(said), []
    for at in range(1, len(said)):
        if said[at] not in _SECONDS or not said[at - 1].replace("-", "").isalnum() or not _count(said[at - 1]):
            continue
        if tick_hz is None:
            raise Refusal(f"{said[at]!r}: this world waits for the player, so its time is counted in turns", "time")
        turns = round(_count(said[at - 1]) * _SECONDS[said[at]] * tick_hz)
        notes.append(f"{said[at - 1]} {said[at]} are {turns} turns")
        kept[at - 1], kept[at] = str(turns), "turns"
    return kept, tuple(notes)


def _count(word: str) -> int:
    return number(word) or (int(word) if word.isdecimal() and len(word) < 8 else 0)


def _limited(said: list[str]) -> tuple[list[str], int | None]:
    """Without the time in which it is to be done, and that time in turns."""
    for at in range(len(said)):
        for phrase in _LIMITS.beginning(said, at):
            place = phrase.index("{n}")
            behind = at + len(phrase)
            parts = said[at:behind]
            if len(parts) < len(phrase) or not _count(parts[place]) or parts[place + 1] not in _TURNS:
                continue
            if any(p not in (s, "{n}", "{t}") for s, p in zip(parts, phrase, strict=True)):
                continue
            under = {"under", "less", "fewer"} & set(parts) and said[behind - 1 : behind] not in (["less"], ["fewer"])
            limit = _count(parts[place]) - bool(under)
            if limit > LONGEST:
                raise Refusal(f"{parts[place]!r} turns: a limit is of {LONGEST} turns at most", "time")
            left, right = said[:at], said[behind:]
            while left and left[-1] in (COMMA, STOP, "and", "but") and not right:
                left.pop()
            while right and not left and right[0] in (COMMA, STOP):
                right.pop(0)
            if left and right and left[-1] == COMMA == right[0]:
                right.pop(0)
            return [*left, *right], limit
    return said, None
