"""Actions in words, as models write them: names of keys, a place to click, a text to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...interface.action import ACTION, Move, quantise_mouse
from ...interface.keys import WHEEL, button_index, key_index
from ...interface.text import encode
from ...worlds.engine.world import World

MOST_TICKS = 200
"""The most ticks for which one action is held."""
MOST_KEYS = 16
"""The most keys, and the most buttons, that are held at once."""
SAME_KEY = {"return": "enter", "esc": "escape", "spacebar": "space", " ": "space", "shift": "left shift",
            "ctrl": "left ctrl", "control": "left ctrl", "alt": "left alt", "meta": "left meta",
            "arrowup": "up", "arrowdown": "down", "arrowleft": "left", "arrowright": "right", "pageup": "page up",
            "pagedown": "page down", "del": "delete"}  # fmt: skip
"""Other common names of keys, as browsers and models write them."""


def key_name(name: Any) -> str:
    """The name of interface/keys.py of a key by any of its common names. Raises ValueError for an unknown one."""
    if not isinstance(name, str):
        raise ValueError(f"a key is a name such as 'w' or 'space', got {type(name).__name__}")
    text = name if name == " " else name.strip()
    low = text.lower()[:40]
    found = SAME_KEY.get(low, low)
    key_index(found)
    return found


def key_names(keys: Any) -> list[str]:
    """The names in a list, or in a text such as "w+space" or "w space". Raises ValueError for unknown ones."""
    if isinstance(keys, str):
        try:
            return [key_name(keys)]
        except ValueError:
            parts = [part for part in keys[:400].replace(",", " ").replace("+", " ").split() if part]
            if len(parts) < 2:
                raise
            return key_names(parts)
    if not isinstance(keys, Sequence):
        raise ValueError(f"keys are a list of names such as ['w', 'space'], got {type(keys).__name__}")
    if len(keys) > MOST_KEYS:
        raise ValueError(f"{MOST_KEYS} keys are held at once at most, got {len(keys)}")
    return [key_name(key) for key in keys]


def record(
    keys: Any = (), buttons: Sequence[str] = (), mouse: Sequence[float] = (0.0, 0.0), wheel: str = "still",
    say: str = "",
) -> np.ndarray:  # fmt: skip
    """One ACTION record, (), of names: see `Move` and `key_name`. Raises ValueError with the nearest names for unknown
    ones, for motion that is not within [-1, 1], and for a text that is too long."""
    made = np.zeros((), ACTION)
    for name in key_names(keys):
        made["keys"][key_index(name)] = 1
    if isinstance(buttons, str) or not isinstance(buttons, Sequence) or len(buttons) > MOST_KEYS:
        raise ValueError("buttons are a list of names of left, middle and right")
    for name in buttons:
        made["buttons"][button_index(str(name)[:40])] = 1
    if wheel not in WHEEL:
        raise ValueError(f"the wheel is one of {', '.join(WHEEL)}; got {str(wheel)[:40]!r}")
    made["wheel"] = WHEEL.index(wheel)
    try:
        motion = np.asarray(mouse, np.float64)
    except (TypeError, ValueError):
        motion = np.zeros(0)
    if motion.shape != (2,):
        raise ValueError(f"mouse is two numbers (x, y) of picture heights in [-1, 1], got {str(mouse)[:80]}")
    made["mouse"] = quantise_mouse(motion.astype(np.float32))
    if not isinstance(say, str):
        raise ValueError(f"say is a text, got {type(say).__name__}")
    made["say"] = encode(say)
    return made


def move_record(world: World, name: Any) -> np.ndarray:
    """The ACTION record, (), of a named move of a world. Raises ValueError, with all names, for any other."""
    moves = world.controls.moves
    if not isinstance(name, str) or name not in moves:
        raise ValueError(f"{world.name} has no move {str(name)[:40]!r}; its moves are: {', '.join(moves)}")
    made: np.ndarray = np.array(moves[name].record())
    return made


def ticks_of(world: World, milliseconds: float) -> int:
    """The ticks, at least 1 and at most MOST_TICKS, in so many milliseconds; in a turn-based world, a tick is a turn.
    Raises ValueError for anything but a number of at least 0."""
    if isinstance(milliseconds, bool) or not isinstance(milliseconds, int | float) or not 0 <= milliseconds < 1e9:
        raise ValueError(f"milliseconds are a number of at least 0, got {str(milliseconds)[:40]}")
    return min(MOST_TICKS, max(1, round(milliseconds * world.controls.tick_hz / 1000)))


def unheard(world: World, keys: Sequence[str]) -> str:
    """The sentence about keys that a world does not listen to; empty if it listens to all."""
    idle = [key for key in keys if key not in world.controls.keys]
    if not idle:
        return ""
    return f"{', '.join(idle)} {'do' if len(idle) > 1 else 'does'} nothing here; the keys are {_listed(world)}."


def _listed(world: World) -> str:
    return ", ".join(world.controls.keys) or "none"


def described(move: Move) -> str:
    """A move in words, such as "w + left button"."""
    parts = [*move.keys, *(f"{button} button" for button in move.buttons)]
    parts += [f"wheel {move.wheel}"] if move.wheel != "still" else []
    parts += [f"mouse {move.mouse[0]:+g}, {move.mouse[1]:+g}"] if any(move.mouse) else []
    return " + ".join(parts) or "nothing"


def manual(world: World) -> str:
    """The controls of a world, in a few lines, for a model that has never seen it."""
    controls = world.controls
    lines = [f"{world.name}: {world.summary}", f"Keys: {_listed(world)}."]
    if controls.buttons:
        lines.append(f"Mouse buttons: {', '.join(controls.buttons)}.")
    if controls.cursor:
        lines.append("The mouse moves a cursor over the picture.")
    elif any(any(move.mouse) for move in controls.moves.values()):
        lines.append("Motion of the mouse turns the view.")
    lines += [f"{name}: {text}" for name, text in controls.help.items()]
    moves = "; ".join(f"{name} ({described(move)})" for name, move in controls.moves.items())
    lines.append(f"Named moves of one {'turn' if controls.turn_based else 'tick'}: {moves}.")
    if controls.turn_based:
        lines.append("Time waits: each tick is a turn.")
    else:
        lines.append(f"There are {controls.tick_hz} ticks in a second.")
    return "\n".join(lines)
