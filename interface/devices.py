"""Small action spaces: a world's named moves as one number, and its keyboard and mouse as a vector of few parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
from gymnasium import spaces

from .action import ACTION, Move, as_actions, move_table, quantise_mouse
from .keys import WHEEL, button_index, key_index

BINS, MU = 11, 10.0
"""Bins of mouse motion along each axis, and how much finer they lie near rest: the foveated (mu-law) camera of Baker et
al. 2022, "Video PreTraining" (github.com/openai/Video-Pre-Training, agent.py: 2 * maxval 10 / binsize 2 + 1, mu 10)."""
GLANCE = 0.25
"""Most picture heights that the mouse moves in a tick where it turns the camera: 22 degrees."""


def bin_centres(bins: int = BINS, mu: float = MU) -> np.ndarray:
    """Mouse motion of each bin in picture heights, float32 (bins,), from -1 to 1 with rest in the middle."""
    place = np.linspace(-1, 1, bins)
    return (np.sign(place) * ((1 + mu) ** np.abs(place) - 1) / mu).astype(np.float32)


def listens(world: Any) -> tuple[bool, bool, float]:
    """Whether a world uses the mouse's motion and its wheel, and the largest useful motion in a tick, in picture
    heights. A world uses them if it has a cursor or if one of its moves does."""
    moves = world.controls.moves.values()
    mouse = world.controls.cursor or any(tuple(move.mouse) != (0.0, 0.0) for move in moves)
    return mouse, any(move.wheel != "still" for move in moves), 1.0 if world.controls.cursor else GLANCE


def _move(fields: Mapping[str, Any]) -> Move:
    """A move from its fields, as they come back from JSON."""
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in fields.items()
    }
    return Move(**values)


class MoveNumbers:
    """A world's named moves as `space`, Discrete: action i holds the keys and buttons of `names[i]`, and nothing else.

    moves: moves in place of the world's, as Move records or as dicts of their fields; `plain` holds them as dicts.
    """

    def __init__(self, world: Any, moves: Mapping[str, Move | Mapping[str, Any]] | None = None):
        given = (moves or {}).items()
        self.plain: dict[str, dict[str, Any]] | None = {
            name: asdict(move) if isinstance(move, Move) else dict(move) for name, move in given
        } or None
        self.moves = (
            {name: _move(each) for name, each in self.plain.items()} if self.plain else dict(world.controls.moves)
        )
        self.names = tuple(self.moves)
        self.space = spaces.Discrete(len(self.names))
        self._records = move_table(self.moves)
        self._full = [as_actions(record) for record in self._records]

    def actions(self, numbers: Any, axes: tuple[int, ...]) -> dict[str, Any]:
        """The full actions of numbers of shape `axes`, in new arrays. Raises ValueError for a number that is not in the
        space."""
        if not axes and (type(numbers) is int or isinstance(numbers, np.int64)) and 0 <= numbers < len(self.names):
            return {name: value.copy() for name, value in self._full[numbers].items()}
        value = np.asarray(numbers)
        wrong = value.shape != axes or value.dtype.kind not in "iu"
        if wrong or value.min(initial=0) < 0 or value.max(initial=0) >= len(self.names):
            several = f", {axes[0]} of them" if axes else ""
            raise ValueError(
                f"a move is a number from 0 to {len(self.names) - 1} ({', '.join(self.names)}){several}, got "
                f"{numbers!r}"
            )
        return as_actions(self._records[value])


class DeviceParts:
    """The keyboard and the mouse that a world uses as `space`, a vector of `names`: its keys and buttons, then the
    mouse's x and y, then the wheel, each if the world uses it.

    MultiDiscrete: 0 or 1 for a switch; for an axis of the mouse one of BINS motions, fine near rest in the middle; 0 to
    2 for the wheel. With `box`, a Box from -1 to 1: a switch is held above 0, an axis moves in proportion, and the
    wheel turns up above 0.5 and down below -0.5.
    """

    def __init__(self, world: Any, box: bool = False):
        mouse, wheel, self._reach = listens(world)
        self._keys = [key_index(name) for name in world.controls.keys]
        self._buttons = [button_index(name) for name in world.controls.buttons]
        self._mouse, self._wheel, self._box = mouse, wheel, box
        pointer = ("mouse x", "mouse y") * mouse + ("wheel",) * wheel
        self.names = (*world.controls.keys, *(f"{name} button" for name in world.controls.buttons), *pointer)
        self._switches = len(world.controls.keys) + len(world.controls.buttons)
        sizes = [2] * self._switches + [BINS] * (2 * mouse) + [len(WHEEL)] * wheel
        self._motion = quantise_mouse(bin_centres() * self._reach)
        self.space: spaces.Space = spaces.Box(-1, 1, (len(sizes),), np.float32) if box else spaces.MultiDiscrete(sizes)
        self._sizes = np.array(sizes)

    def actions(self, parts: Any, axes: tuple[int, ...]) -> dict[str, Any]:
        """The full actions of vectors of shape (*axes, parts), in new arrays. Raises ValueError for values that are not
        in the space; numbers of a Box beyond [-1, 1] are clipped to it."""
        value = np.asarray(parts)
        self._check(value, (*axes, len(self.names)))
        records = np.zeros(axes, ACTION)
        held = value[..., : self._switches] > 0
        records["keys"][..., self._keys] = held[..., : len(self._keys)]
        records["buttons"][..., self._buttons] = held[..., len(self._keys) :]
        if self._mouse:
            motion = value[..., self._switches : self._switches + 2]
            records["mouse"] = quantise_mouse(motion.clip(-1, 1) * self._reach) if self._box else self._motion[motion]
        if self._wheel:
            turn = value[..., -1]
            records["wheel"] = np.where(turn > 0.5, 1, np.where(turn < -0.5, 2, 0)) if self._box else turn
        return as_actions(records)

    def _check(self, value: np.ndarray, shape: tuple[int, ...]) -> None:
        if self._box:
            right = value.shape == shape and value.dtype.kind in "fiu" and bool(np.isfinite(value).all())
            kind = "finite numbers from -1 to 1"
        else:
            right = value.shape == shape and value.dtype.kind in "iu"
            right = right and bool(((value >= 0) & (value < self._sizes)).all())
            kind = f"whole numbers below {self._sizes.tolist()}"
        if not right:
            raise ValueError(f"an action has shape {shape}, {kind} ({', '.join(self.names)}), got {value!r}")
