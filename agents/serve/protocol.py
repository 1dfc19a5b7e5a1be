"""The messages that a page sends to a room: JSON objects, each checked against one table before anything else sees it.

`t` names the message; every other field has a kind, and none may be missing or more, but those that end with "?".
Answers of a room are JSON too, and pictures are binary, see pictures.py. docs/serve.md lists both.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from typing import Any

from ...interface.action import MOUSE_ONE
from ...interface.keys import KEYS
from ..human.slots import SLOTS
from .limits import LINE, MAX_EDGE, NAME

MOST = 1 << 31
"""Numbers of messages are below it."""
PAD_BUTTONS = ("a", "b", "x", "y", "left shoulder")
"""The buttons of a controller that a page tells of."""
DEEDS = (
    *("restart", "next", "previous", "undo", "pause", "play", "stand"),
    *("slower", "faster", "step", "blur", "ping"),
)
"""The deeds that a message "do" asks for. stand: leave the seat, and let an agent play on; blur: the page is no longer
looked at."""

_CODES = {
    "up": "ArrowUp", "down": "ArrowDown", "left": "ArrowLeft", "right": "ArrowRight", "page up": "PageUp",
    "page down": "PageDown", "caps lock": "CapsLock", "-": "Minus", "=": "Equal", "[": "BracketLeft",
    "]": "BracketRight", "\\": "Backslash", ";": "Semicolon", "'": "Quote", ",": "Comma", ".": "Period", "/": "Slash",
    "`": "Backquote", "keypad enter": "NumpadEnter", "keypad +": "NumpadAdd", "keypad -": "NumpadSubtract",
}  # fmt: skip
_SIDES = {"shift": "Shift", "ctrl": "Control", "alt": "Alt", "meta": "Meta"}


def code_of(key: str) -> str:
    """The KeyboardEvent.code of a browser for the key of this name, which says its place on a US keyboard."""
    if key in _CODES:
        return _CODES[key]
    if len(key) == 1:
        return f"Digit{key}" if key.isdigit() else f"Key{key.upper()}"
    first, _, rest = key.partition(" ")
    if first == "keypad":
        return f"Numpad{rest}"
    if rest in _SIDES:
        return f"{_SIDES[rest]}{first.capitalize()}"
    return key.capitalize()


CODES: dict[str, int] = {code_of(key): index for index, key in enumerate(KEYS)}
"""Index in KEYS of each KeyboardEvent.code."""


class Refused(ValueError):
    """A message that is none. Its text is the reason, one of few, for counting."""


def _whole(low: int, high: int) -> Callable[[Any], bool]:
    return lambda value: type(value) is int and low <= value <= high


def _text(most: int) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and len(value) <= most and "\x00" not in value


def _push(value: Any) -> bool:
    pair = isinstance(value, list) and len(value) == 2
    return pair and all(type(each) in (int, float) and math.isfinite(each) and abs(each) <= 1 for each in value)


def _pressed(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= len(PAD_BUTTONS) and all(each in PAD_BUTTONS for each in value)


_NUMBER, _FAR = _whole(0, MOST - 1), _whole(-MOUSE_ONE * 8, MOUSE_ONE * 8)
_PLACES = {"x": _FAR, "y": _FAR}
FIELDS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "hello": {"name": _text(4 * NAME), "seat?": lambda value: value is None or _whole(-1, 63)(value)},
    "key": {"code": lambda value: isinstance(value, str) and value in CODES, "down": lambda v: type(v) is bool},
    "look": {"x": _whole(-4000, 4000), "y": _whole(-4000, 4000)},
    "point": {"player": _whole(0, 63), **_PLACES},
    "button": {"button": _whole(0, 2), "down": lambda v: type(v) is bool, "player": _whole(0, 63), **_PLACES},
    "wheel": {"notches": _whole(-15, 15)},
    "pad": {"walk": _push, "look": _push, "pressed": _pressed},
    "say": {"text": _text(LINE)},
    "do": {"what": lambda value: isinstance(value, str) and value in DEEDS},
    "sit": {"seat": _whole(0, 63)},
    "size": {"width": _whole(16, 16384), "height": _whole(16, 16384)},
    "view": {"player": _whole(0, 63)},
    "list": {"first?": _NUMBER},
    "go": {"place": _NUMBER},
    "slots": {},
    "save": {"slot": _whole(1, SLOTS)},
    "load": {"slot": _whole(1, SLOTS)},
    "colours": {"marked": lambda v: type(v) is bool},
    "smooth": {"on": lambda v: type(v) is bool},
    "map": {"open": lambda v: type(v) is bool},
    "mouse": {"sensitivity": _whole(10, 1000), "invert": lambda v: type(v) is bool},
}
"""The fields of each message, with the check of each. All may carry "n", the number of the message, which comes back
with the first picture that shows its effect."""


def parse(text: str) -> dict[str, Any]:
    """A message, checked. Raises Refused."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise Refused("no JSON") from None
    if not isinstance(found, dict):
        raise Refused("no object")
    kind = found.get("t")
    fields = FIELDS.get(kind) if isinstance(kind, str) else None
    if fields is None:
        raise Refused("unknown message")
    named = {name.removesuffix("?"): check for name, check in fields.items()}
    needed = {name for name in fields if not name.endswith("?")}
    given = found.keys() - {"t", "n"}
    if not needed <= given <= named.keys():
        raise Refused("wrong fields")
    if not all(named[name](found[name]) for name in given) or not _NUMBER(found.get("n", 0)):
        raise Refused("wrong values")
    return found


def clean(text: str, most: int) -> str:
    """A text of people as it is kept and shown: without control characters and directions, on one line."""
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(shown.split())[:most].strip()


def wanted_edge(width: int, height: int) -> tuple[int, int]:
    """(width, height) of the space that a page has for a picture, within the limit."""
    return min(width, MAX_EDGE), min(height, MAX_EDGE)
