"""What all guests share: one record and rules that do nothing, so that their kernels are compiled once for all.

A guest's own world lives in its Outside; the record keeps the engine's part of it (seed, ticks, what is over) and a
mark of where the guest stands, by which a replay notices when it goes another way.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numba import njit

from ...interface.action import Move
from ..engine.records.states import state_dtype
from ..engine.render.views import ASPECT, Frames
from ..engine.simulator import Outside
from ..engine.world import World

UNLIMITED = 2**31 - 1
"""The limit of a guest that has none, in ticks."""

STATE = state_dtype(
    [
        ("start", np.uint64),  # the seed that the guest is reset with
        ("mark", np.uint64),  # of the guest's own state after the last tick; see mark_of
        ("faults", np.int32),  # times that the guest went astray in this episode and was put right
    ]
)
_33 = np.uint64(33)


@njit
def reset(state, task, levels):
    """The rest of a new episode is the Outside's. A guest is reset with the episode's own seed in training; as only
    chance tells its splits apart, others have 31 bits of the episode's key for a seed."""
    state.start = state.seed if task.salt == 0 else state.key >> _33
    state.mark = np.uint64(0)
    state.faults = 0


@njit
def step(state, actions, outcomes):
    """A guest's rules are its own: its Outside has applied them."""


def mark_of(*parts: np.ndarray) -> int:
    """A number that tells where a guest stands: of the bytes of these arrays."""
    mark = len(parts)
    for part in parts:
        mark = zlib.crc32(np.ascontiguousarray(part).view(np.uint8).data, mark)
    return mark


def guest(
    name: str,
    summary: str,
    doc: str,
    outside: Callable[[World, int, int], Outside],
    *,
    keys: tuple[str, ...],
    moves: Mapping[str, Move],
    limit: int = UNLIMITED,
    shape: tuple[int, int] = ASPECT,
    **more: Any,
) -> World:
    """A World of one player that its Outside moves and draws; shape: height to width of its picture."""
    return World(
        name=name,
        summary=summary,
        doc=doc,
        state=STATE,
        reset=reset,
        step=step,
        look=Frames(shape),
        outside=outside,
        keys=keys,
        moves=moves,
        limit=limit,
        savable=False,
        version=1,
        **{"turn_based": False, **more},
    )
