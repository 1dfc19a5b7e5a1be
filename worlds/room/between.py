"""The simulated bodies of the room between two ticks, for pictures; see first_person/between.py."""

from __future__ import annotations

import numpy as np

from .state import DOOR_AT, PLAYERS, POSE, TOYS_AT

FAR = 0.5
"""Metres of a tick from which on a body has jumped to another place, and is shown there at once."""


def joints(last: np.void, present: np.void, share: float, out: np.void) -> None:
    """Write into `out`, a copy of `present`, the joints that are `share` of the way from `last` to `present`: places of
    players and toys, the door's angle, and the rotations of toys on the shorter way."""
    old, new, made = last["qpos"], present["qpos"], out["qpos"]
    for first, size in ((0, 3), (TOYS_AT, POSE)):
        count = PLAYERS if size == 3 else (len(new) - TOYS_AT) // POSE
        was, now, shown = (each[first : first + count * size].reshape(count, size) for each in (old, new, made))
        near = np.abs(now[:, :3] - was[:, :3]).max(axis=1) < FAR
        shown[near, :3] = was[near, :3] + share * (now[near, :3] - was[near, :3])
        if size == POSE:
            shown[near, 3:] = _between(was[near, 3:], now[near, 3:], share)
    made[DOOR_AT] = old[DOOR_AT] + share * (new[DOOR_AT] - old[DOOR_AT])


def _between(was: np.ndarray, now: np.ndarray, share: float) -> np.ndarray:
    """Quaternions of length 1 on the shorter way from `was` to `now`, (n, 4)."""
    sign = np.where((was * now).sum(axis=1, keepdims=True) < 0, -1.0, 1.0)
    mixed = (1 - share) * sign * was + share * now
    length = np.linalg.norm(mixed, axis=1, keepdims=True)
    return np.where(length > 0, mixed / np.where(length > 0, length, 1), now)
