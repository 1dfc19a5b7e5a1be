"""Actions of a Gymnasium space from keys and mouse: a kind of ActionMap for each kind of space.

A key map gives the actions of keys. Its keys are names as in interface/keys.py ("left arrow" is "left" too), or tuples
of them, which must be held together. Its values depend on the space:

    Discrete        the action, such as 2. Of several that are held, the longest tuple counts, then the first named.
    Box             (axis, amount): 1 pushes this axis to its high end, -1 to its low end, 0 is rest. Amounts add up.
    MultiDiscrete   (axis, choice). Of several on one axis, the first named counts.
    MultiBinary     the number of the switch that is on while the key is held.

Axes of a space of several dimensions are counted through. The mouse moves up to two axes of a Box.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from gymnasium.spaces import Box, Discrete, MultiBinary, MultiDiscrete, Space

from ....interface.action import MOUSE_ONE, Move
from ....interface.keys import key_index

Keys = Mapping[str | tuple[str, ...], Any]

FULL = MOUSE_ONE // 16
"""Mouse motion in one tick that moves an axis to its end: a sixteenth of a picture's height."""
LETTERS = (*"1234567890", *"qwertyuiopasdfghjklzxcvbnm", "-", "=", "[", "]", ";", "'", ",", ".", "/")
"""Keys that actions without names are given, in this order; action 0 is on the key 0, where there are ten at most."""
ARROWS = ("left", "right", "up", "down")
PAIRS = (("left", "right"), ("down", "up"), *zip("asqfgjkuzcb1357", "dwerhlioxvn2468", strict=True))
"""Keys that push the axes of a Box down and up, in this order; further axes have none."""


class ActionMap(ABC):
    """The actions of a space for keys and mouse.

    keys: the names of the keys in use; moves: the named actions, one for each value of the key map; held: the keys of
    each entry of the map, as indices, with its value; uses: the map as text; mouse: (0 for x or 1 for y, axis, amount)
    of each axis that the mouse moves.
    """

    rests = True  # whether no input is an action

    def __init__(self, space: Any, keys: Keys, names: Mapping[Any, str]):
        self.space = space
        chords = {_chord(chord): what for chord, what in keys.items()}
        order = sorted(chords, key=len, reverse=True)  # a stable sort: those named first stay first
        self.held = [([key_index(name) for name in chord], chords[chord]) for chord in order]
        self.keys = tuple(dict.fromkeys(name for chord in chords for name in chord))
        self.moves: dict[str, Move] = {}
        self.uses: dict[str, str] = {}
        self.mouse: tuple[tuple[int, int, float], ...] = ()
        done = set()
        for chord, what in chords.items():
            self.check(what)
            described = self.describe(what, names)
            self.uses["+".join(chord)] = described
            if what not in done:
                done.add(what)
                name = described if described not in self.moves else f"{described}, {'+'.join(chord)}"
                self.moves[name] = Move(chord)
        if self.rests:
            self.moves["nothing"] = Move()

    @abstractmethod
    def check(self, what: Any) -> None:
        """Raise ValueError unless this can be a value of the key map."""

    @abstractmethod
    def describe(self, what: Any, names: Mapping[Any, str]) -> str:
        """A value of the key map in words."""

    @abstractmethod
    def action(self, record: np.void, tick: int) -> Any:
        """The action of an ACTION record in this tick; None: no action, so no step is made."""

    @property
    def words(self) -> dict[str, str]:
        """The effect of each single key, and of the mouse if it is used."""
        return {key: described for key, described in self.uses.items() if "+" not in key or key == "+"}

    def pressed(self, record: np.void) -> list[Any]:
        """The values of the entries whose keys are held, the longest chords first."""
        keys = record["keys"]
        return [what for chord, what in self.held if all(keys[key] for key in chord)]


class DiscreteMap(ActionMap):
    """Discrete. idle: the action without input; several are used in turn; None: no step is made."""

    rests = False

    def __init__(self, space: Discrete, keys: Keys, names: Mapping[Any, str], idle: int | Sequence[int] | None):
        super().__init__(space, keys, names)
        self.idle = () if idle is None else (idle,) if isinstance(idle, int | np.integer) else tuple(idle)
        for action in self.idle:
            self.check(action)
        if set(self.idle) - set(keys.values()):
            self.moves[names.get(self.idle[0], "nothing")] = Move()

    def check(self, what: Any) -> None:
        if isinstance(what, bool) or not isinstance(what, int | np.integer) or not self.space.contains(np.int64(what)):
            last = self.space.start + self.space.n - 1
            raise ValueError(
                f"the actions of {self.space} are whole numbers from {self.space.start} to {last}: {what!r}"
            )

    def describe(self, what: Any, names: Mapping[Any, str]) -> str:
        return names.get(what, f"action {what}")

    def action(self, record: np.void, tick: int) -> Any:
        pressed = self.pressed(record)
        if pressed:
            return np.int64(pressed[0])
        return np.int64(self.idle[tick % len(self.idle)]) if self.idle else None


_TOWARDS = {"x": "to the right", "y": "up"}
"""The ways in which the mouse pushes with the amount that is asked for."""


class BoxMap(ActionMap):
    """Box. mouse: which axis "x" and "y" move, and by how much: an axis, or (axis, amount). The mouse to the right, and
    up, pushes towards the high end."""

    def __init__(self, space: Box, keys: Keys, names: Mapping[Any, str], mouse: Mapping[str, Any]):
        self.low = np.where(np.isfinite(space.low), space.low, -1).astype(np.float64).ravel()
        self.high = np.where(np.isfinite(space.high), space.high, 1).astype(np.float64).ravel()
        self.rest = np.clip(0.0, self.low, self.high)
        super().__init__(space, keys, names)
        if set(mouse) - {"x", "y"}:
            raise ValueError(f"the mouse moves axes by its x and its y, such as {{'x': 0}}; got {dict(mouse)!r}")
        pairs = {way: to if isinstance(to, tuple) else (to, 1.0) for way, to in mouse.items()}
        for to in pairs.values():
            self.check(to)
        self.mouse = tuple(("xy".index(way), axis, float(amount)) for way, (axis, amount) in pairs.items())
        self._mouse_uses = {_TOWARDS[way]: self.describe(to, names) for way, to in pairs.items()}

    @property
    def words(self) -> dict[str, str]:
        mouse = ", ".join(f"{way}: {described}" for way, described in self._mouse_uses.items())
        return super().words | ({"mouse": mouse} if mouse else {})

    def check(self, what: Any) -> None:
        axis, amount = _pair(what, "(axis, amount), such as (0, -1.0)")
        if not isinstance(axis, int) or not 0 <= axis < len(self.rest) or not -1 <= amount <= 1:
            raise ValueError(f"axes of {self.space} are 0 to {len(self.rest) - 1}, amounts -1 to 1; got {what!r}")

    def describe(self, what: Any, names: Mapping[Any, str]) -> str:
        axis, amount = what
        return names.get(what, f"axis {axis} {'up' if amount > 0 else 'down'}{f' {abs(amount):g}' * (abs(amount) < 1)}")

    def action(self, record: np.void, tick: int) -> Any:
        push = np.zeros(len(self.rest))
        for axis, amount in self.pressed(record):
            push[axis] += amount
        for way, axis, amount in self.mouse:
            push[axis] += amount * (1 - 2 * way) * int(record["mouse"][way]) / FULL
        push = push.clip(-1, 1)
        value = self.rest + np.where(push > 0, push * (self.high - self.rest), push * (self.rest - self.low))
        if self.space.dtype.kind in "iu":
            value = np.rint(value)
        return value.astype(self.space.dtype).reshape(self.space.shape)


class MultiDiscreteMap(ActionMap):
    """MultiDiscrete: every axis is at its first choice unless a key says otherwise."""

    def check(self, what: Any) -> None:
        axis, choice = _pair(what, "(axis, choice), such as (0, 2)")
        start, n = np.ravel(self.space.start), np.ravel(self.space.nvec)
        if not isinstance(axis, int) or not 0 <= axis < len(n) or not 0 <= choice - start[axis] < n[axis]:
            raise ValueError(f"no axis and choice of {self.space}: {what!r}")

    def describe(self, what: Any, names: Mapping[Any, str]) -> str:
        return names.get(what, "axis {}: choice {}".format(*what))

    def action(self, record: np.void, tick: int) -> Any:
        value = np.ravel(self.space.start).copy()
        for axis, choice in reversed(self.pressed(record)):
            value[axis] = choice
        return value.reshape(self.space.shape).astype(self.space.dtype)


class MultiBinaryMap(ActionMap):
    """MultiBinary: a switch is on while its key is held."""

    def check(self, what: Any) -> None:
        size = int(np.prod(self.space.shape))
        if isinstance(what, bool) or not isinstance(what, int | np.integer) or not 0 <= what < size:
            raise ValueError(f"the switches of {self.space} are 0 to {size - 1}; got {what!r}")

    def describe(self, what: Any, names: Mapping[Any, str]) -> str:
        return names.get(what, f"switch {what}")

    def action(self, record: np.void, tick: int) -> Any:
        value = np.zeros(int(np.prod(self.space.shape)), self.space.dtype)
        value[self.pressed(record)] = 1
        return value.reshape(self.space.shape)


def action_map_of(
    space: Space, keys: Keys | None, names: Mapping[Any, str], idle: Any, mouse: Mapping[str, Any] | None
) -> ActionMap:
    """The action map of a space. keys, mouse: None for the default of such a space; see `default_keys`.

    Raises ValueError for a space that keys and a mouse cannot fill, and for a map that does not fit it.
    """
    if mouse and not isinstance(space, Box):
        raise ValueError(f"the mouse moves the axes of a Box; the actions here are {space}")
    if not isinstance(space, Discrete | Box | MultiDiscrete | MultiBinary) or space.dtype.kind not in "fiu":
        raise ValueError(
            f"keys and a mouse cannot fill the action space {type(space).__name__}: {space}. They can fill "
            "Discrete, Box, MultiDiscrete and MultiBinary: wrap the environment so that its actions are one of these"
        )
    keys = default_keys(space) if keys is None else keys
    if isinstance(space, Discrete):
        return DiscreteMap(space, keys, names, idle)
    if isinstance(space, Box):
        axes = int(np.prod(space.shape))
        return BoxMap(space, keys, names, {"x": 0, "y": 1} if mouse is None and axes == 2 else mouse or {})
    return (MultiDiscreteMap if isinstance(space, MultiDiscrete) else MultiBinaryMap)(space, keys, names)


def default_keys(space: Space) -> dict[str | tuple[str, ...], Any]:
    """A key map for any space of a kind: arrows and digits, then letters, in their order.

    Raises ValueError if a keyboard has too few keys for the actions of a Discrete space.
    """
    size = int(np.prod(space.shape or ()))
    if isinstance(space, Box):
        axes = range(min(size, len(PAIRS)))
        return {key: (axis, sign) for axis in axes for key, sign in zip(PAIRS[axis], (-1.0, 1.0), strict=True)}
    if isinstance(space, MultiBinary):
        return dict(zip(LETTERS, range(size), strict=False))
    if isinstance(space, MultiDiscrete):
        start, n = np.ravel(space.start), np.ravel(space.nvec)
        choices = [(axis, int(start[axis]) + more) for axis in range(len(n)) for more in range(1, int(n[axis]))]
        return dict(zip(LETTERS, choices, strict=False))
    assert isinstance(space, Discrete)
    actions = range(int(space.start), int(space.start + space.n))
    if len(actions) > len(LETTERS):
        raise ValueError(f"{space} has more actions than a keyboard has keys for: say which matter, keys={{'w': 7, …}}")
    few = len(actions) <= 10 and actions[0] == 0
    arrows = ARROWS if len(actions) <= len(ARROWS) else ()
    pairs = [*zip(arrows, actions, strict=False), *zip(("0", *LETTERS[:9]) if few else LETTERS, actions, strict=False)]
    return dict(pairs)


CODES = {32: "space", 13: "enter", 9: "tab", 8: "backspace", 27: "escape"}
CODES |= dict(zip(range(273, 277), ("up", "down", "right", "left"), strict=True))  # SDL 1
CODES |= dict(zip(range(0x4000004F, 0x40000053), ("right", "left", "down", "up"), strict=True))  # SDL 2


def declared_keys(declared: Any) -> tuple[dict[str | tuple[str, ...], Any], Any]:
    """(key map, action at rest) from the result of an environment's `get_keys_to_action`: its keys are characters,
    texts of these, codes, or tuples of these. Unknown keys are left out; the action at rest is ... if there is none."""
    keys: dict[str | tuple[str, ...], Any] = {}
    idle = ...
    for chord, action in dict(declared).items():
        parts = [chord] if isinstance(chord, int) else [part for part in chord or () if part is not None]
        codes = [ord(part) if isinstance(part, str) else int(part) for part in parts]
        names = tuple(CODES.get(code, chr(code).lower() if code < 127 else "") for code in codes)
        if not names:
            idle = action
        elif all(names):
            keys[names] = action
    return keys, idle


def _chord(chord: str | tuple[str, ...]) -> tuple[str, ...]:
    names = (chord,) if isinstance(chord, str) else tuple(chord)
    return tuple(str(name).removesuffix(" arrow") for name in names)


def _pair(what: Any, wanted: str) -> tuple[Any, Any]:
    if not isinstance(what, tuple) or len(what) != 2:
        raise ValueError(f"a key map for this space holds {wanted}; got {what!r}")
    return what
