"""Actions as a vector of named numbers, and as plain values for JSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...interface.action import MOUSE_ONE
from ...interface.keys import BUTTONS, KEYS, WHEEL
from ...interface.text import decode

NAMES = (*KEYS, *(f"{name} button" for name in BUTTONS), "mouse x", "mouse y", *(f"wheel {way}" for way in WHEEL[1:]))
"""The names of the 103 numbers of an action: a key or a button is 1 while it is held, the wheel 1 while it turns that
way, the mouse moves by picture heights from -1 to 1, right and down positive. Words are a text beside them."""

SCREEN = 1080
"""Rows of the screen whose pixels mouse motion is counted in by formats of desktop recordings: a usual monitor's."""


def screen_pixels(mouse: np.ndarray) -> tuple[int, int]:
    """The motion of the mouse of an ACTION record, (2,), in pixels of a screen of SCREEN rows, right and down."""
    return round(int(mouse[0]) * SCREEN / MOUSE_ONE), round(int(mouse[1]) * SCREEN / MOUSE_ONE)


def vectors(actions: np.ndarray) -> np.ndarray:
    """ACTION records (n,) as float32 (n, 103), named by NAMES."""
    ways = actions["wheel"][:, None] == np.arange(1, len(WHEEL))
    parts = actions["keys"], actions["buttons"], actions["mouse"] / MOUSE_ONE, ways
    return np.concatenate([part.astype(np.float32) for part in parts], axis=1)


def plain(action: np.void) -> dict[str, Any]:
    """An ACTION record as names and numbers, of which those at rest are left out."""
    full = {
        "keys": [KEYS[index] for index in np.flatnonzero(action["keys"])],
        "buttons": [BUTTONS[index] for index in np.flatnonzero(action["buttons"])],
        "wheel": WHEEL[int(action["wheel"])] if action["wheel"] else "",
        "mouse": [round(float(value) / MOUSE_ONE, 6) for value in action["mouse"]] if action["mouse"].any() else [],
        "say": decode(action["say"]),
    }
    return {name: value for name, value in full.items() if value}
