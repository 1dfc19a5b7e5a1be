"""The parts of a keyboard, as indices into the 96 keys of the action space, and the names of keys as people read
them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ...interface.keys import KEY, KEYS

LETTERS = frozenset(KEY[letter] for letter in "abcdefghijklmnopqrstuvwxyz")
ARROWS = frozenset(KEY[name] for name in ("up", "down", "left", "right"))
MODIFIERS = frozenset(KEY[name] for name in KEYS if name.endswith((" shift", " ctrl", " alt", " meta")))
RIGHT_HAND = ARROWS | frozenset(
    KEY[name]
    for name in KEYS
    if name.startswith(("right ", "keypad ", "page ")) or name in ("enter", "insert", "delete", "home", "end")
)
"""Keys of the right half of a keyboard, which belong to player 2 where two players share one."""


def shown(name: str, printed: Mapping[str, str] = MappingProxyType({})) -> str:
    """A key's name as people read it: "w" is W, "left shift" is Left Shift. printed: the print on keys that have
    another than their name."""
    if name in printed:
        return printed[name].title() if len(printed[name]) > 1 else printed[name].upper()
    return "Esc" if name == "escape" else name.title()
