"""The actuators' controls from keys and mouse: one key of a pair drives an actuator up, the other drives it down.

If there are more actuators than pairs, the pairs drive the remaining actuators while left shift is held. If there are
one or two, the arrows and the mouse drive them as well. A key applies the full control; the mouse a share proportional
to its speed, the full control at FULL picture heights a second.
"""

from __future__ import annotations

import numpy as np

from ....interface.action import MOUSE_ONE, Move
from ....interface.keys import KEY

PAIRS = (
    *(("q", "a"), ("w", "s"), ("e", "d"), ("r", "f"), ("t", "g"), ("y", "h"), ("u", "j"), ("i", "k"), ("o", "l")),
    *(("p", ";"), ("z", "x"), ("c", "v"), ("b", "n"), ("m", ","), (".", "/")),
    *(("1", "2"), ("3", "4"), ("5", "6"), ("7", "8"), ("9", "0"), ("-", "="), ("[", "]"), ("'", "\\")),
    *(("right", "left"), ("up", "down"), ("home", "end"), ("page up", "page down"), ("insert", "delete")),
    *(("keypad 7", "keypad 4"), ("keypad 8", "keypad 5"), ("keypad 9", "keypad 6"), ("keypad 1", "keypad 0")),
    *(("keypad 2", "keypad 3"), ("keypad +", "keypad -")),
)
SHIFT = "left shift"
ARROWS = (("right", "left"), ("up", "down"))
FULL = 1.0
UNBOUNDED = 1e3
"""A control range beyond this counts as unbounded: a key then applies a control of 1."""


class ActuatorBindings:
    """The keys and the mouse of one task's actuators. names: of the actuators; low, high: (actuators,), the bounds of
    their controls; tick_hz: ticks a second."""

    def __init__(self, names: tuple[str, ...], low: np.ndarray, high: np.ndarray, tick_hz: int):
        self.names, self.tick_hz = names, tick_hz
        self._low, self._high = (np.where(np.abs(bound) > UNBOUNDED, np.sign(bound), bound) for bound in (low, high))
        self._rest = np.clip(0.0, self._low, self._high)
        self._few = len(names) <= 2
        pairs = [PAIRS[index % len(PAIRS)] for index in range(len(names))]
        self._up, self._down = ([KEY[pair[side]] for pair in pairs] for side in (0, 1))
        self._second = np.arange(len(names)) >= len(PAIRS)  # driven with shift held
        shared = np.arange(len(names)) < len(names) - len(PAIRS)  # whose keys drive another then
        self._masks = ~self._second, self._second | ~shared

    def control(self, action: np.void) -> np.ndarray:
        """Controls of the actuators, float64 (actuators,), from one ACTION record."""
        keys = action["keys"]
        drive = keys[self._up].astype(np.float64) - keys[self._down]
        drive *= self._masks[int(keys[KEY[SHIFT]])]
        if self._few:
            mouse = action["mouse"] * (self.tick_hz / MOUSE_ONE / FULL)
            arrows = [float(keys[KEY[up]]) - float(keys[KEY[down]]) for up, down in ARROWS]
            ways = arrows[0] + mouse[0], arrows[1] - mouse[1]
            drive += ways if len(drive) == 2 else sum(ways)
        drive = drive.clip(-1.0, 1.0)
        return self._rest + np.where(drive > 0, drive * (self._high - self._rest), drive * (self._rest - self._low))

    def keys(self) -> tuple[str, ...]:
        """The names of the keys in use."""
        used = [key for index in range(min(len(self.names), len(PAIRS))) for key in PAIRS[index]]
        used += [key for pair in ARROWS for key in pair] if self._few else []
        used += [SHIFT] if len(self.names) > len(PAIRS) else []
        return tuple(dict.fromkeys(used))

    def moves(self) -> dict[str, Move]:
        """Named moves: rest, each actuator up and down; for one or two actuators also with half the control."""
        moves = {"rest": Move()}
        for index, name in enumerate(self.names):
            held = (SHIFT,) if index >= len(PAIRS) else ()
            for way, key in zip(("up", "down"), PAIRS[index % len(PAIRS)], strict=True):
                moves[f"{name} {way}"] = Move((*held, key))
        if self._few:
            half = FULL / 2 / self.tick_hz
            for name, (x, y) in zip(self.names, ((half, 0.0), (0.0, -half)), strict=False):
                moves[f"{name} gently up"] = Move(mouse=(x, y))
                moves[f"{name} gently down"] = Move(mouse=(-x, -y))
        return moves

    def words(self) -> dict[str, str]:
        """The effect of each key, and of the mouse if it is used."""
        words: dict[str, str] = {}
        for index, name in enumerate(self.names):
            held = f"with {SHIFT}: " if index >= len(PAIRS) else ""
            for way, key in zip(("up", "down"), PAIRS[index % len(PAIRS)], strict=True):
                words[key] = ", ".join(filter(None, (words.get(key), f"{held}{name} {way}")))
        if self._few:
            ways = [(key, f"{name} {way}") for name, keys in zip(self._driven, ARROWS, strict=True)
                    for way, key in zip(("up", "down"), keys, strict=True)]  # fmt: skip
            words |= dict(ways)
            words["mouse"] = ", ".join(f"{key}: {what}" for key, what in ways)
        if len(self.names) > len(PAIRS):
            words[SHIFT] = "held: the other joints"
        return words

    @property
    def _driven(self) -> tuple[str, str]:
        """The actuators of left and right, and of up and down, if there are one or two actuators."""
        return self.names[0], self.names[-1]

    def doc(self) -> str:
        """The keys as text."""
        lines = []
        for index, name in enumerate(self.names):
            up, down = (key.upper() if len(key) == 1 else key for key in PAIRS[index % len(PAIRS)])
            lines.append(f"{name}: {f'{SHIFT} + ' * (index >= len(PAIRS))}{up} up, {down} down")
        if self._few:
            ways = "arrows and mouse" if len(self.names) == 1 else "left and right, up and down: arrows and mouse"
            lines.append(f"{ways} too")
        return f"{'; '.join(lines)}."
