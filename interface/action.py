"""One action and one outcome, as records that the batched engine and its kernels share.

An action describes one tick: the keys and buttons that are held, the turn of the wheel, the motion of the mouse, and
the text that is said. Mouse motion is checked and quantised here, at the door, so that no float ever reaches a world's
rules: `MOUSE_ONE` fixed-point units are one picture height.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from struct import Struct
from typing import Any

import numpy as np

from .keys import BUTTONS, KEYS, WHEEL, button_index, key_index
from .text import TOKENS, decode, encode, respelled

MOUSE_ONE = 65536
"""Fixed-point units of mouse motion in one picture height."""

ACTION = np.dtype(
    [
        ("mouse", np.int32, (2,)),
        ("buttons", np.uint8, (len(BUTTONS),)),
        ("wheel", np.uint8),
        ("keys", np.uint8, (len(KEYS),)),
        ("say", np.uint16, (TOKENS,)),
    ],
    align=True,
)
"""keys, buttons: 0 or 1, held during this tick; wheel: index into WHEEL; mouse: (x, y) motion, right and down positive,
in 1/MOUSE_ONE picture heights; say: tokens, zero padded."""

OUTCOME = np.dtype(
    [("reward", np.float32), ("terminated", np.uint8), ("truncated", np.uint8), ("success", np.uint8)], align=True
)
"""The outcome of a step for one player: its reward, whether the episode ended for this player by the rules (terminated)
or by the limit of steps (truncated), and whether the world's objective was met (success, at most once an episode)."""


@dataclass(frozen=True)
class Move:
    """A named, meaningful action of one tick, such as "push left" = the A key held.

    keys, buttons: names as in KEYS and BUTTONS; wheel: a name in WHEEL; mouse: (x, y) in picture heights.
    """

    keys: tuple[str, ...] = ()
    buttons: tuple[str, ...] = ()
    wheel: str = "still"
    mouse: tuple[float, float] = (0.0, 0.0)

    def record(self) -> np.void:
        """This move as one ACTION record. Raises ValueError for unknown names, or motion outside [-1, 1]."""
        record = np.zeros(1, ACTION)[0]
        for name in self.keys:
            record["keys"][key_index(name)] = 1
        for name in self.buttons:
            record["buttons"][button_index(name)] = 1
        if self.wheel not in WHEEL:
            raise ValueError(f"unknown wheel motion {self.wheel!r}; it is one of {', '.join(WHEEL)}")
        record["wheel"] = WHEEL.index(self.wheel)
        record["mouse"] = quantise_mouse(np.asarray(self.mouse, np.float32))
        return record


def move_table(moves: Mapping[str, Move]) -> np.ndarray:
    """The moves of a world as an array of ACTION records, shape (len(moves),), in the order of the mapping."""
    return np.array([move.record() for move in moves.values()], ACTION)


def as_action(record: np.void) -> dict[str, Any]:
    """One ACTION record as an action of the public space, with its mouse motion in picture heights. Its arrays are
    new."""
    return {**as_actions(record), "say": decode(record["say"])}


def as_actions(records: np.ndarray | np.void) -> dict[str, Any]:
    """ACTION records of any shape as actions of the public space with these axes in front, in new arrays; `say` as
    tokens, int32 (..., 64)."""
    switches = {name: records[name].astype(np.int8) for name in ("keys", "buttons")}
    mouse = (records["mouse"] / MOUSE_ONE).astype(np.float32)
    return {**switches, "wheel": np.int64(records["wheel"]), "mouse": mouse, "say": records["say"].astype(np.int32)}


def still() -> dict[str, Any]:
    """A new action in which nothing is held, moved or said."""
    return as_action(np.zeros(1, ACTION)[0])


def quantise_mouse(motion: np.ndarray) -> np.ndarray:
    """Float motion (..., 2) in picture heights, each in [-1, 1], to int32 fixed point. Raises ValueError for NaN and
    for larger motion."""
    if not (np.abs(motion) <= 1).all():  # False for NaN too
        raise ValueError(
            f"mouse motion must be two finite numbers in [-1, 1] picture heights, got {np.asarray(motion).tolist()}"
        )
    return _fixed(motion)


def _fixed(motion: np.ndarray) -> np.ndarray:
    return np.rint(np.asarray(motion, np.float64) * MOUSE_ONE).astype(np.int32)


def _switches(action: Mapping[str, Any], name: str, shape: tuple[int, ...]) -> np.ndarray:
    value = np.asarray(action[name])
    if value.shape != shape or value.dtype.kind not in "buif":
        raise ValueError(
            f"action[{name!r}] must be an array of shape {shape} holding 0 or 1, got shape {value.shape} of "
            f"{value.dtype}"
        )
    if not ((value == 0) | (value == 1)).all():
        raise ValueError(f"action[{name!r}] holds {value.min()} to {value.max()}; every entry must be 0 or 1")
    return value


def _wheel(wheel: Any, axes: tuple[int, ...]) -> np.ndarray:
    value = np.asarray(wheel)
    if value.shape == (*axes, 1):  # a slice of an array, as libraries cut them
        value = value[..., 0]
    if value.shape != axes or value.dtype.kind not in "ui" or value.min(initial=0) < 0 or value.max(initial=0) > 2:
        raise ValueError(f"action['wheel'] must be integers 0, 1 or 2 of shape {axes}, got {wheel!r}")
    return value


def _mouse(motion: Any, axes: tuple[int, ...]) -> np.ndarray:
    value = np.asarray(motion)
    if value.shape != (*axes, 2) or value.dtype.kind not in "fiu":
        raise ValueError(
            f"action['mouse'] must be floats of shape {(*axes, 2)}, got shape {value.shape} of {value.dtype}"
        )
    if not (np.abs(value) <= 1).all():  # False for NaN too
        if not np.isfinite(value).all():
            raise ValueError(f"action['mouse'] must be finite numbers of picture heights, got {value.tolist()}")
        value = value.clip(-1, 1)
    return _fixed(value)


FIELDS = ("keys", "buttons", "wheel", "mouse", "say")


def check_fields(action: Any) -> None:
    """Raise ValueError unless `action` is a mapping with exactly the fields of an action."""
    if not isinstance(action, Mapping):
        raise ValueError(
            f"an action is a dict with the fields {', '.join(FIELDS)}; got {type(action).__name__}. For numbered moves "
            "wrap the environment: rumpus.interface.wrappers.Moves(env)"
        )
    if len(action) != len(FIELDS) or any(field not in action for field in FIELDS):
        missing = [field for field in FIELDS if field not in action]
        unknown = [field for field in action if field not in FIELDS]
        raise ValueError(f"an action has the fields {', '.join(FIELDS)}; missing {missing}, unknown {unknown}")


def write_actions(records: np.ndarray, action: Mapping[str, Any]) -> None:
    """Check an action in the form of the public spaces and write it into `records`, an ACTION array of any shape
    `axes`.

    keys (*axes, 96), buttons (*axes, 3): 0 or 1, of any type of number; wheel (*axes) or (*axes, 1): 0..2; mouse
    (*axes, 2): finite floats, of which those beyond [-1, 1] are clipped to it; say: tokens (*axes, 64), or a str if
    `axes` is (), else a sequence of str. Nothing is written unless all of it is right.
    """
    check_fields(action)
    axes = records.shape
    keys = _switches(action, "keys", (*axes, len(KEYS)))
    buttons = _switches(action, "buttons", (*axes, len(BUTTONS)))
    wheel, motion, say = _wheel(action["wheel"], axes), _mouse(action["mouse"], axes), _say(action["say"], axes)
    records["keys"] = keys
    records["buttons"] = buttons
    records["wheel"] = wheel
    records["mouse"] = motion
    records["say"] = say


_SILENCE = np.zeros(TOKENS, np.uint16)
_MUTE = bytes(_SILENCE)
_POINTER = Struct("=ii")
_TURNS = tuple(bytes([turn]) for turn in range(len(WHEEL)))
_SHAPES = (len(KEYS),), (len(BUTTONS),)
assert list(ACTION.names or ()) == ["mouse", "buttons", "wheel", "keys", "say"]  # the order in `packed`
assert ACTION.itemsize == _POINTER.size + 1 + sum(map(sum, _SHAPES)) + len(_MUTE)


def packed(action: Any) -> bytes | None:
    """The bytes of the ACTION record of one action, of those that most agents send: a dict of arrays of bytes, a whole
    number for the wheel, floats for the mouse, and nothing said. None for all others, right or wrong, which
    `write_actions` checks; here it takes a tenth of the time."""
    if type(action) is not dict or len(action) != len(FIELDS):
        return None
    try:
        keys, buttons, wheel, mouse, say = map(action.__getitem__, FIELDS)
    except KeyError:
        return None
    if not (type(keys) is type(buttons) is type(mouse) is np.ndarray and (keys.shape, buttons.shape) == _SHAPES):
        return None
    if not (keys.dtype.char in "bB?" and buttons.dtype.char in "bB?" and mouse.dtype.char in "fd"):
        return None
    switches, held = buttons.tobytes(), keys.tobytes()
    if held.translate(None, b"\0\1") or switches.translate(None, b"\0\1"):
        return None
    if not (type(wheel) is int or isinstance(wheel, np.integer)) or not 0 <= (turn := int(wheel)) < len(_TURNS):
        return None
    if not (isinstance(say, str) and say == ""):
        tokens = type(say) is np.ndarray and say.shape == (TOKENS,) and say.dtype.char in "iHl"
        if not tokens or say.tobytes().strip(b"\0"):
            return None
    if mouse.shape != (2,):
        return None
    x, y = mouse.tolist()
    if not (-1 <= x <= 1 and -1 <= y <= 1):
        return None
    pointer = _POINTER.pack(round(x * MOUSE_ONE), round(y * MOUSE_ONE))
    return b"".join((pointer, switches, _TURNS[turn], held, _MUTE))


def _say(say: Any, axes: tuple[int, ...]) -> np.ndarray:
    if isinstance(say, str):
        if axes != ():
            raise ValueError(f"action['say'] must be {axes[0]} texts or tokens of shape {(*axes, TOKENS)}, got one str")
        return encode(say) if say else _SILENCE
    if isinstance(say, Sequence):
        if axes != (len(say),) or not all(isinstance(text, str) for text in say):
            raise ValueError(f"action['say'] must be {axes} texts or tokens of shape {(*axes, TOKENS)}")
        return np.stack([encode(text) for text in say])
    say = np.asarray(say)
    if say.shape != (*axes, TOKENS) or say.dtype.kind not in "ui":
        raise ValueError(
            f"action['say'] must be a text or tokens of shape {(*axes, TOKENS)}, got shape {say.shape} of {say.dtype}"
        )
    if say.size and (say.min() < 0 or say.max() > np.iinfo(np.uint16).max):
        raise ValueError("action['say'] holds numbers that are no tokens; tokens are 0 to 65535")
    return respelled(say) if axes == () and say.any() else say  # so that chat of several players can be said again
