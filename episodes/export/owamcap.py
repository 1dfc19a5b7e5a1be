"""OWAMcap, the format of the desktop recordings of D2E (open-world-agents): for each trajectory an MP4 and an MCAP file
of what was pressed, moved and seen, with times in nanoseconds.

    OUT/ID.mcap     messages in JSON with their schemas, the profile "owa"
    OUT/ID.mp4      the steps + 1 pictures that the player saw

| topic | message | when |
|---|---|---|
| window | desktop/WindowInfo | once, at the start: the world's name and the size of the pictures |
| screen | desktop/ScreenCaptured | each picture: the MP4, and the picture's time in it |
| keyboard | desktop/KeyboardEvent | each press and release, by Windows' virtual key codes |
| keyboard/state | desktop/KeyboardState | each step: all keys that are down |
| mouse/raw | desktop/RawMouseEvent | motion in pixels of a screen of 1080 rows, buttons, notches of the wheel |

Names of topics and messages, and their fields, are those of owa-msgs 0.6.6. Picture i is at i / fps seconds after the
episode's beginning; what was done in step i follows AFTER nanoseconds later, so that readers in order of time see the
picture first. In worlds of turns all is let go half a step later, since each turn is a press of its own; in others keys
and buttons stay down until a step in which they are not held. Who played, the instruction and the outcome are in the
metadata record "rumpus".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from mcap.well_known import MessageEncoding, SchemaEncoding
from mcap.writer import Writer

from ...interface.keys import BUTTONS, KEYS, WHEEL
from ..redraw import Together
from .actions import screen_pixels
from .clips import EDGE
from .folder import child
from .mp4 import Mp4
from .trajectories import Frame, Plan, Trajectory

SECOND = 1_000_000_000
"""Nanoseconds."""
AFTER = 1_000
"""Nanoseconds from a picture to what is done at it."""
NOTCH = 120
"""Windows' WHEEL_DELTA: what one notch of a wheel is."""

_NAMED = {
    "up": 0x26, "down": 0x28, "left": 0x25, "right": 0x27, "space": 0x20, "enter": 0x0D, "tab": 0x09, "escape": 0x1B,
    "backspace": 0x08, "delete": 0x2E, "insert": 0x2D, "home": 0x24, "end": 0x23, "page up": 0x21, "page down": 0x22,
    "left shift": 0xA0, "right shift": 0xA1, "left ctrl": 0xA2, "right ctrl": 0xA3, "left alt": 0xA4,
    "right alt": 0xA5, "left meta": 0x5B, "right meta": 0x5C, "caps lock": 0x14, "-": 0xBD, "=": 0xBB, "[": 0xDB,
    "]": 0xDD, "\\": 0xDC, ";": 0xBA, "'": 0xDE, ",": 0xBC, ".": 0xBE, "/": 0xBF, "`": 0xC0, "keypad +": 0x6B,
    "keypad -": 0x6D, "keypad enter": 0x0D, **{f"f{number}": 0x6F + number for number in range(1, 13)},
    **{f"keypad {digit}": 0x60 + digit for digit in range(10)},
}  # fmt: skip
KEY_CODES = tuple(_NAMED.get(key, ord(key[0].upper())) for key in KEYS)
"""The virtual key code of each of our keys (Microsoft, "Virtual-Key Codes"). Windows has one code for both enters."""
_FLAGS = {"left": (0x01, 0x02), "right": (0x04, 0x08), "middle": (0x10, 0x20)}
"""RI_MOUSE_*_DOWN and _UP of RAWMOUSE."""
_WHEEL = 0x400
"""RI_MOUSE_WHEEL."""

_TIME = {"timestamp": {"anyOf": [{"type": "integer"}, {"type": "null"}]}}
_PAIR = {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2}
_SCHEMAS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "window": (
        "WindowInfo",
        {"title": {"type": "string"}, "rect": _PAIR | {"minItems": 4, "maxItems": 4}, "hWnd": {"type": "integer"}},
        ["title", "rect", "hWnd"],
    ),
    "screen": (
        "ScreenCaptured",
        {
            "utc_ns": {"type": "integer"}, "source_shape": _PAIR, "shape": _PAIR,
            "media_ref": {
                "type": "object", "required": ["uri"],
                "properties": {"uri": {"type": "string"}, "pts_ns": {"type": "integer"}},
            },
        },
        ["media_ref"],
    ),
    "keyboard": (
        "KeyboardEvent",
        {"event_type": {"enum": ["press", "release"]}, "vk": {"type": "integer"}, **_TIME},
        ["event_type", "vk"],
    ),
    "keyboard/state": (
        "KeyboardState",
        {"buttons": {"type": "array", "items": {"type": "integer", "minimum": 0, "maximum": 255}}, **_TIME},
        ["buttons"],
    ),
    "mouse/raw": (
        "RawMouseEvent",
        {name: {"type": "integer"} for name in ("last_x", "last_y", "us_flags", "button_flags", "button_data")} | _TIME,
        ["last_x", "last_y"],
    ),
}  # fmt: skip
"""By topic: the message, its properties, and those that it must have."""


def write(plan: Plan, folder: Path, size: tuple[int, int] | None, fps: float | None) -> Iterator[None]:
    """Write into an empty folder; yields after each trajectory. size: by default EDGE pixels at the longer side; fps:
    by default the steps a second of each world."""
    by_kind = {kind: plan.shape(kind, EDGE) if size is None else size for kind in plan.kinds}
    for trajectory in plan.trajectories(by_kind.__getitem__):
        kind = Together.of(trajectory.episode)
        _Recording(trajectory, folder, plan.hz(kind) if fps is None else fps, plan.turn_based(kind)).write()
        yield


class _Recording:
    """The two files of a trajectory. turns: whether what is held is let go within each step."""

    def __init__(self, trajectory: Trajectory, folder: Path, fps: float, turns: bool):
        self.trajectory, self.fps, self.turns = trajectory, fps, turns
        self.video, self.log = (child(folder, f"{trajectory.name}.{suffix}") for suffix in ("mp4", "mcap"))
        self._start = round(trajectory.episode.began.timestamp() * 1e6) * 1000
        self._keys, self._buttons = np.zeros(len(KEYS), bool), np.zeros(len(BUTTONS), bool)

    def write(self) -> None:
        """Write both, picture by picture."""
        first = next(self.trajectory.frames)
        height, width = first.pixels.shape[:2]
        facts = {name: json.dumps(value) for name, value in (self.trajectory.facts | {"fps": self.fps}).items()}
        with Mp4(self.video, (height, width), self.fps, seekable=True) as clip, self.log.open("wb") as file:
            self._writer, self._channels = Writer(file), dict[str, int]()
            self._writer.start(profile="owa", library="rumpus")
            self._writer.add_metadata("rumpus", facts)
            title = f"Rumpus: {self.trajectory.episode.start.world}"
            self._put("window", self._start, {"title": title, "rect": [0, 0, width, height], "hWnd": 0})
            for frame in chain((first,), self.trajectory.frames):
                clip.add(frame.pixels)
                self._picture(frame, [width, height])
                self._step(frame)
            self._writer.finish()

    def _picture(self, frame: Frame, shape: list[int]) -> None:
        shown = round(frame.number * SECOND / self.fps)
        media = {"uri": self.video.name, "pts_ns": shown}
        at = self._start + shown
        self._put("screen", at, {"utc_ns": at, "source_shape": shape, "shape": shape, "media_ref": media})

    def _step(self, frame: Frame) -> None:
        """The messages of the action at a picture; at the last one all is let go."""
        at = self._start + round(frame.number * SECOND / self.fps) + AFTER
        own = frame.action
        self._hold(own["keys"] != 0, own["buttons"] != 0, at)
        x, y = screen_pixels(own["mouse"])
        if x or y:
            self._mouse(at, x, y)
        if own["wheel"]:
            self._mouse(at, flags=_WHEEL, data=NOTCH if WHEEL[int(own["wheel"])] == "up" else -NOTCH)
        if self.turns:
            half = round(SECOND / self.fps / 2)
            self._hold(np.zeros_like(self._keys), np.zeros_like(self._buttons), at + half)

    def _hold(self, keys: np.ndarray, buttons: np.ndarray, at: int) -> None:
        """The presses and releases that lead to what is held now."""
        for index in np.flatnonzero(keys != self._keys):
            kind = "press" if keys[index] else "release"
            self._put("keyboard", at, {"event_type": kind, "vk": KEY_CODES[index], "timestamp": at})
        down = sorted({KEY_CODES[index] for index in np.flatnonzero(keys)})
        self._put("keyboard/state", at, {"buttons": down, "timestamp": at})
        for index in np.flatnonzero(buttons != self._buttons):
            self._mouse(at, flags=_FLAGS[BUTTONS[index]][0 if buttons[index] else 1])
        self._keys, self._buttons = keys, buttons

    def _mouse(self, at: int, x: int = 0, y: int = 0, flags: int = 0, data: int = 0) -> None:
        content = {"last_x": x, "last_y": y, "us_flags": 0, "button_flags": flags, "button_data": data}
        self._put("mouse/raw", at, content | {"timestamp": at})

    def _put(self, topic: str, at: int, content: dict[str, Any]) -> None:
        """Write a message; its schema and its channel before the first of a topic."""
        if topic not in self._channels:
            name, properties, needed = _SCHEMAS[topic]
            schema = {"title": name, "type": "object", "properties": properties, "required": needed}
            known = self._writer.register_schema(
                f"desktop/{name}", SchemaEncoding.JSONSchema, json.dumps(schema).encode()
            )
            self._channels[topic] = self._writer.register_channel(topic, MessageEncoding.JSON, known)
        self._writer.add_message(self._channels[topic], at, json.dumps(content).encode(), at)
