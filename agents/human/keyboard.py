"""pygame's keys and the 96 keys of the door, both ways."""

from __future__ import annotations

from typing import Any

import pygame

from ...interface.keys import KEY, KEYS

# pygame's constants are K_ or KSCAN_ and one of these, or else the key's own name.
_CONSTANTS = {
    "enter": "RETURN",
    "page up": "PAGEUP",
    "page down": "PAGEDOWN",
    "caps lock": "CAPSLOCK",
    **{
        f"{side} {key}": f"{side[0]}{key}".upper()
        for side in ("left", "right")
        for key in ("shift", "ctrl", "alt", "meta")
    },
    "-": "MINUS",
    "=": "EQUALS",
    "[": "LEFTBRACKET",
    "]": "RIGHTBRACKET",
    "\\": "BACKSLASH",
    ";": "SEMICOLON",
    "'": "QUOTE",
    ",": "COMMA",
    ".": "PERIOD",
    "/": "SLASH",
    "`": "BACKQUOTE",
    **{f"keypad {digit}": f"KP{digit}" for digit in range(10)},
    "keypad enter": "KP_ENTER",
    "keypad +": "KP_PLUS",
    "keypad -": "KP_MINUS",
}
_PLACES = {"QUOTE": "APOSTROPHE", "BACKQUOTE": "GRAVE"}


def _printed(name: str) -> int:
    return getattr(pygame, "K_" + _CONSTANTS.get(name, name if len(name) == 1 else name.upper()))


def _place(name: str) -> int:
    constant = _CONSTANTS.get(name, name.upper())
    return getattr(pygame, "KSCAN_" + _PLACES.get(constant, constant))


PYGAME_KEYS: tuple[int, ...] = tuple(_printed(name) for name in KEYS)
"""The pygame key (what is printed on it) of each of the 96 keys, in their order."""

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
"""Keys of the right half of a keyboard: those of player 2 where two players share one."""


def key_of(event: Any) -> int | None:
    """The index in KEYS of a pygame key event: by what is printed on the key, or, where that is none of the 96 (other
    alphabets), by the key's place on a US keyboard. None for a key that is neither."""
    index = _BY_PRINT.get(event.key)
    return index if index is not None else _BY_PLACE.get(getattr(event, "scancode", 0))


def shown(name: str) -> str:
    """A key's name as people read it: "w" is W, "left shift" is Left Shift."""
    return "Esc" if name == "escape" else name.title()
