"""How long something is to last, in any words, as "for {n} turns" or "for {n} seconds" behind what is to last."""

from __future__ import annotations

import re

from .normalise import COMMA, STOP, base_forms
from .trees import ACTS, number

_UNIT = r"(?:seconds|second|secs|sec|turns|turn|steps|step|ticks|tick|moves|minutes|minute|mins|min)"
_N = r"(\S+)"
_BEFORE = (
    r"(?:(?:like|about|around|roughly|approximately|at least|a good|a full|no less than|not less than|exactly|"
    r"precisely|"
    r"a total of|the next|another|just|only|maybe|say|a minimum of|minimum|a whole|a solid|some|the duration of) )*"
)
_MIDDLE = r"(?:(?:consecutive|full|whole|entire|long|more|straight|solid|good|uninterrupted) )*"
_AFTER = (
    r"(?: (?:straight|in a row|on end|running|solid|flat|minimum|at least|at the least|at a minimum|or so|or more|or "
    r"longer|"
    r"without (?:a |any )?(?:break|breaks|stopping|interruption|pause|pausing|interruptions)|nonstop|long|in total|"
    r"at a stretch|in one go|uninterrupted|please))*"
)
_LASTING = re.compile(rf" (?:for|during|throughout|over) {_BEFORE}{_N} {_MIDDLE}({_UNIT}){_AFTER} ")
_COUNTS = re.compile(
    r" (?:for|until|till|while|whilst|as) (?:a |the )?(?:slow |full )?(?:(?:you|i|we|one) )?(?:can |have |has )?"
    r"(?:count of|counts? (?:up )?to|counting (?:up )?to|counted (?:up )?to) (\S+) "
)
_BARE = re.compile(
    rf" (?:, )?(minimum of |at least |minimum )?{_N} {_MIDDLE}({_UNIT})({_AFTER}) (?=(?:,|\.|and|then|$))"
)
_SPENT = re.compile(
    rf" spend {_BEFORE}{_N} {_MIDDLE}({_UNIT}) (?:just |simply )?(\S+) ((?:(?!,|\.|then |and ).)*?)(?= ,| \.| then | "
    rf"and |$)"
)
_FRONTED = re.compile(rf"^ for {_BEFORE}{_N} {_MIDDLE}({_UNIT}){_AFTER} (?:, )?(.*)$")
_LIMITING = frozenset(
    (
        *(
            "in",
            "within",
            "under",
            "than",
            "before",
            "after",
            "for",
            "every",
            "last",
            "first",
            "next",
            "only",
            "just",
            "to",
        ),
        *(
            "have",
            "get",
            "using",
            "with",
            "taking",
            "most",
            "until",
            "inside",
            "given",
            "got",
            "of",
            "or",
            "by",
            "each",
        ),
        *("spend", "during", "the", "are", "more", "about", "like", "least", "exactly", "a", "and", "fewer", "less"),
    )
)
"""Words before a time that is a limit, or that is told otherwise."""


def timed(said: list[str], clock: bool) -> list[str]:
    """The words of a sentence with its times in plain form. clock: whether the world has seconds."""
    text = f" {' '.join(said)} "
    text = _COUNTS.sub(lambda found: f" for {found[1]} {'seconds' if clock else 'turns'} ", text)
    text = _LASTING.sub(lambda found: _for(found[1], found[2]) if _counts(found[1]) else found[0], text)
    text = _SPENT.sub(_spent, text)
    fronted = _FRONTED.match(text.rstrip())
    if fronted and _counts(fronted[1]) and not {COMMA, STOP, "then", "and", "until"} & set(fronted[3].split()):
        text = f" {fronted[3]}{_for(fronted[1], fronted[2])}"
    return _BARE.sub(lambda found: _lasting(found, text), text).split()


def _counts(word: str) -> bool:
    return bool(number(word)) or (word.isdecimal() and len(word) < 8)


def _spent(found: re.Match[str]) -> str:
    """ "Spend ten seconds looking at it": to look at it for so long."""
    plain = next((form for form in base_forms(found[3]) if form in ACTS), found[3])
    verb = plain if found[3].endswith("ing") else f"stay {found[3]}"
    return f" {verb} {found[4]}{_for(found[1], found[2])}" if _counts(found[1]) else found[0]


def _lasting(found: re.Match[str], text: str) -> str:
    """A time without "for" at the end of a part: "stare at it 5 seconds", "…, three seconds minimum"."""
    before = text[: found.start()].split()
    least = found[1] or re.search("minimum|at least|or more|or longer|straight|in a row", found[4])
    limits = before and (before[-1] in _LIMITING or _counts(before[-1]))
    if not _counts(found[2]) or not before or (limits and not (least and before[-1] in ("at", "for"))):
        return found[0]
    if found[0].startswith(" ,") and not least:
        return found[0]
    return _for(found[2], found[3])


def _for(count: str, unit: str) -> str:
    return f" for {count} {unit if unit[:3] in ('sec', 'min') else 'turns'} "
