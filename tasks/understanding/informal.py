"""Informal writing as plain text: symbols, numbering, numbers that are glued to words, faces, and long letters."""

from __future__ import annotations

import re

ARROW = "arrow"
"""The word for an arrow: "cup -> basket" puts it there, "bed -> table" goes to one after the other."""
_UNITS = (
    "seconds|second|secs|sec|turns|turn|steps|step|ticks|tick|moves|move|minutes|minute|mins|min|metres|metre|cells"
)
_COUNTED = re.compile(r"(?<![\w.])x ?(\d+)\b|(?<![\w.])(\d+) ?x(?![\w'])")
_GLUED = re.compile(rf"(?<![\w.])(\d+) ?-?({_UNITS}|s)\b")
_HYPHENED = re.compile(rf"\b([a-z]+)-({_UNITS})\b")
_NUMBERED = re.compile(r"(?:(?<=\s)|^)(?:\(?(?:step|task|part|no|number|#) ?)?(\d{1,2}) ?[.):]\)?(?=\s+[a-z])")
_STEPS = re.compile(r"(?:(?<=\s)|^)step (one|two|three|four|five|\d) ?[,.:)]? ?(?=[a-z])")
_FACES = re.compile(r"(?<!\w)(?:[:;=]-?[)(dpo*/|]|<3|\^_?\^|:'\(|xd)(?!\w)")
_LONG = re.compile(r"([a-z])\1{2,}")
_SIGNS: tuple[tuple[str, str], ...] = (
    (r"\s*(?:-+|=+)>+\s*|\s*[\u2192\u21d2\u279c\u27a1]\ufe0f?\s*|\s+>+\s+", f" {ARROW} "),
    (r"\bw/ ?o\b", " without "),
    (r"\bw/", " with "),
    (r"\bb/c\b", " because "),
    (r"\ben route to\b", "on your way to"),
    (r"\b(?:y/n|yes/no|yes or no|true or false)\b", " "),
    (r"(?<=[a-z])\+(?=[a-z])|\s[&+]\s", " and "),
    (r"&", " and "),
    (r"(?<=[a-z])/(?=[a-z])", " or "),
    (r"(?<=\w)\((s|es)\)", r"\1"),
    (r"\b([a-z]+)in'(?=[\s,.!?]|$)", r"\1ing"),
    (r"\b([a-z]{2,})(?:,?\s+\1\b)+(?=\W*$)", r"\1"),
)
_PLAIN = tuple((re.compile(pattern), other) for pattern, other in _SIGNS)


def plain(text: str) -> str:
    """A text in small letters without informal writing."""
    text = _FACES.sub(" , ", "".join(each if ord(each) < 0x2600 or each == "\u279c" else " " for each in text))
    for pattern, other in _PLAIN:
        text = pattern.sub(other, text)
    text = _COUNTED.sub(lambda found: f" {found[1] or found[2]} times ", text)
    text = _GLUED.sub(lambda found: f" {found[1]} {'seconds' if found[2] == 's' else found[2]} ", text)
    text = _HYPHENED.sub(r"\1 \2", text)
    return _LONG.sub(r"\1\1", _in_order(text))


def _in_order(text: str) -> str:
    """Without numbers before steps: "1. take the ball 2. go to the bed"."""
    for pattern in (_NUMBERED, _STEPS):
        found = [one[1] for one in pattern.finditer(text)]
        if len(found) > 1 and found[0] in ("1", "one"):
            places = iter(range(len(found)))
            return pattern.sub(lambda _: " . then " if next(places) else " ", text)  # noqa: B023
    return text
