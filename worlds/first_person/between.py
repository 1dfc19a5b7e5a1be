"""States between two ticks, for pictures that people see at a higher rate than that of the ticks. They are drawn, and
nothing else: no rule, no observation and no record ever reads one.

    blend(before, after, share, out)              # places and directions on the way from one tick to the next
    look_ahead(out, player, before, after, …)     # the camera follows motion of the mouse that no tick has taken yet
"""

from __future__ import annotations

import numpy as np

from ..engine.compile.ingredients import python
from . import body
from .state import CELL, TURN

FIELDS = frozenset(
    (
        *("seed", "tick", "players", "y", "x", "z", "yaw", "pitch"),
        *("things", "status", "holder", "thing_y", "thing_x", "thing_z"),
    )
)
"""The fields of a state that are read here: those of every state, and some of state.fields."""
FAR = CELL // 2
"""Way of a tick, in units, from which on a body has jumped to another place and is shown there at once: 15 cells a
second, three times as fast as players run."""
angle = python(body.angle)
"""The rotation of the camera, in 1/TURN turns, for a motion of the mouse in 1/MOUSE_ONE picture heights."""
_STEEPEST = body._STEEPEST  # of the pitch
_PLACE, _THING_PLACE = ("y", "x", "z"), ("thing_y", "thing_x", "thing_z")
Motion = tuple[int, int]
"""(x, y) of a motion of the mouse, in 1/MOUSE_ONE picture heights."""


def follows(before: np.void, after: np.void) -> bool:
    """Whether the second state is one tick after the first, in the same episode."""
    same = all(before[name] == after[name] for name in ("seed", "things", "players"))
    return bool(same and before["tick"] + 1 == after["tick"])


def blend(before: np.void, after: np.void, share: float, out: np.void) -> None:
    """Write into `out`, a copy of `after`, the places of bodies and things and the directions of cameras that are
    `share` of the way from `before` to `after`: at 0 those of the first, at 1 of the second. Bodies that went further
    than FAR, and things that went into or out of a hand, are at their new place at once."""
    rest = 1.0 - share
    _blend(before, after, _PLACE, rest, True, out)
    ways = _turns(before, after)
    out["yaw"][...] = (after["yaw"] - np.rint(rest * ways).astype(np.int64)) % TURN
    out["pitch"][...] = after["pitch"] - np.rint(rest * (after["pitch"].astype(np.int64) - before["pitch"]))
    kept = (before["status"] == after["status"]) & (before["holder"] == after["holder"])
    _blend(before, after, _THING_PLACE, rest, kept, out)


def look_ahead(
    out: np.void, player: int, before: np.void, after: np.void, share: float, moved: tuple[Motion, Motion, Motion]
) -> None:
    """Turn the camera of a player in `out`, which `blend` wrote, to where the mouse has turned it by now.

    moved: the whole motion in the action of the last tick, the part of it that came from the mouse itself, and the
    motion since, which no tick has taken. The last two are shown in full, at every share. If the last tick did not turn
    the camera by its motion, since the world lets the mouse do something else now, nothing is turned."""
    whole, own, since = moved
    if int(_turns(before, after)[player]) != angle(whole[0]):
        return
    rest, rise = 1.0 - share, int(after["pitch"][player]) - int(before["pitch"][player])
    up = -angle(own[1]) if rise == -angle(whole[1]) else rise
    out["yaw"][player] = (int(out["yaw"][player]) + round(rest * angle(own[0])) + angle(since[0])) % TURN
    pitch = int(out["pitch"][player]) + round(rest * up) - angle(since[1])
    out["pitch"][player] = min(max(pitch, -_STEEPEST), _STEEPEST)


def _turns(before: np.void, after: np.void) -> np.ndarray:
    """The shorter way of each camera from one yaw to the other, in 1/TURN turns."""
    return (after["yaw"].astype(np.int64) - before["yaw"] + TURN // 2) % TURN - TURN // 2


def _blend(
    before: np.void, after: np.void, names: tuple[str, ...], rest: float, where: np.ndarray | bool, out: np.void
) -> None:
    """The coordinates of these names: a share of `rest` of the way back, where it is short and `where` says so."""
    ways = np.array([after[name].astype(np.int64) - before[name] for name in names])
    near = (np.abs(ways).max(axis=0) < FAR) & where
    for name, way in zip(names, ways, strict=True):
        out[name][...] = after[name] - np.where(near, np.rint(rest * way).astype(np.int64), 0)
