"""pygame's keys and the 96 keys of the action space, both ways."""

from __future__ import annotations

from typing import Any

import pygame

from ...interface.keys import KEY, KEYS
from ...interface.printed import CONSTANTS, PYGAME_KEYS

_PLACES = {"QUOTE": "APOSTROPHE", "BACKQUOTE": "GRAVE"}


def _place(name: str) -> int:
    constant = CONSTANTS.get(name, name.upper())
    return getattr(pygame, "KSCAN_" + _PLACES.get(constant, constant))


_BY_PRINT = {key: index for index, key in enumerate(PYGAME_KEYS)}
_BY_PLACE = {_place(name): index for index, name in enumerate(KEYS)}

LETTERS = frozenset(KEY[letter] for letter in "abcdefghijklmnopqrstuvwxyz")
ARROWS = frozenset(KEY[name] for name in ("up", "down", "left", "right"))
MODIFIERS = frozenset(KEY[name] for name in KEYS if name.endswith((" shift", " ctrl", " alt", " meta")))
RIGHT_HAND = ARROWS | frozenset(
    KEY[name]
    for name in KEYS
    if name.startswith(("right ", "keypad ", "page ")) or name in ("enter", "insert", "delete", "home", "end")
)
"""Keys of the right half of a keyboard, which belong to player 2 where two players share one."""


def key_of(event: Any) -> int | None:
    """The index in KEYS of a pygame key event: by the print on the key, or, if that is none of the 96 (other
    alphabets), by the key's place on a US keyboard. None for a key that is neither."""
    index = _BY_PRINT.get(event.key)
    return index if index is not None else _BY_PLACE.get(getattr(event, "scancode", 0))


def shown(name: str) -> str:
    """A key's name as people read it: "w" is W, "left shift" is Left Shift."""
    return "Esc" if name == "escape" else name.title()
