"""Buttons and the stick of a game controller as keys and commands: in all worlds the menu and what lies over the
pictures, in worlds without a camera play too. In worlds with a camera the sticks belong to camera.py."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ...interface.keys import KEY
from .camera import CameraInput
from .input import Input

WAYS = {"up": ("up", "w"), "down": ("down", "s"), "left": ("left", "a"), "right": ("right", "d")}
"""The cross of a controller, and the keys that it may stand for: the first that the world listens to."""
ACTS = {"a": ("space", "e", "enter", "x"), "x": ("e", "f", "q"), "left shoulder": ("left shift",)}
"""Its buttons, likewise."""
COMMANDS = {"b": "undo", "y": "next", "back": "restart", "start": "leave"}
"""Its other buttons, and the commands of a person that they are."""
OVERLAY = {**{way: way for way in WAYS}, "a": "enter", "b": "escape", "start": "escape"}
"""The keys that all of it stands for while something lies over the pictures."""
PUSHED, BACK = 0.6, 0.4
"""Deflection of the stick, of 1, from which on it counts as the cross, and below which it no longer does."""


class Change(NamedTuple):
    """A key that goes down or up; or, if `command` is true, a command of this name, which has no end."""

    name: str
    down: bool
    command: bool = False


class PadKeys:
    """The keys that controllers hold down. inputs: of the person whose they are."""

    def __init__(self, inputs: Input):
        self._inputs = inputs
        self._held: dict[tuple[int, str], str] = {}
        self._stick: dict[int, set[str]] = {}

    def button(self, pad: int, name: str, down: bool, over: bool, paused: bool = False) -> list[Change]:
        """A button goes down or up. pad: the number of the controller, from 0 on; name: in WAYS, ACTS or COMMANDS;
        over: whether something lies over the pictures, or the episode has ended; paused: whether time stands still."""
        if not down:
            key = self._held.pop((pad, name), None)
            return [] if key is None else [Change(key, False)]
        if not over and paused and name == "a":
            return [Change("pause", True, True)]
        if not over and name in COMMANDS:
            return [Change(COMMANDS[name], True, True)]
        key = OVERLAY.get(name) if over else self._key(pad, name)
        if key is None:
            return []
        self._held[pad, name] = key
        return [Change(key, True)]

    def stick(self, pad: int, place: tuple[float, float], over: bool) -> list[Change]:
        """The left stick is at (x, y), -1 to 1, down positive: it counts as the cross."""
        held = self._stick.setdefault(pad, set())
        far = {"left": -place[0], "right": place[0], "up": -place[1], "down": place[1]}
        return [change for way in far for change in self._pushed(pad, way, far[way], held, over)]

    def _pushed(self, pad: int, way: str, far: float, held: set[str], over: bool) -> Iterator[Change]:
        if way not in held and far > PUSHED:
            held.add(way)
            yield from self.button(pad, way, True, over)
        elif way in held and far < BACK:
            held.remove(way)
            yield from self.button(pad, way, False, over)

    def _key(self, pad: int, name: str) -> str | None:
        """The key of the world that a button stands for; None if there is none."""
        if isinstance(self._inputs, CameraInput):
            return None
        keys = WAYS.get(name) or ACTS.get(name, ())
        if self._inputs.shared and pad == 0:  # two players: letters are the first one's
            keys = keys[::-1]
        return next((key for key in keys if KEY[key] in self._inputs.keys), None)
