"""The 96 keys as pygame's key constants, by the print on each key."""

from __future__ import annotations

from collections.abc import Iterable

import pygame

from .keys import KEYS, key_index

# pygame's constants are K_ or KSCAN_ and one of these, or else the key's own name.
CONSTANTS = {
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


def _printed(name: str) -> int:
    return getattr(pygame, "K_" + CONSTANTS.get(name, name if len(name) == 1 else name.upper()))


PYGAME_KEYS: tuple[int, ...] = tuple(_printed(name) for name in KEYS)
"""The pygame key constant, by print, of each of the 96 keys, in their order."""


def codes(names: Iterable[str]) -> tuple[int, ...]:
    """The pygame keys of some names. Raises ValueError for an unknown one."""
    return tuple(PYGAME_KEYS[key_index(name)] for name in names)
