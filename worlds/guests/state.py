"""The record and the rules that all guests share: the rules do nothing, so the kernels are compiled once for all
guests.

A guest's own world is in its Simulator; the record keeps the engine's part of it (seed, ticks, what is over) and a
hash of the guest's own state, by which a replay notices a divergence.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable

import numpy as np
from numba import njit

from ..engine.records.states import state_dtype
from ..engine.render.views import ASPECT, Frames
from ..engine.simulator import Simulator
from ..engine.world import Controls, Objective, Rules, World

UNLIMITED = 2**31 - 1
"""The limit, in ticks, of a guest without a time limit."""

STATE = state_dtype(
    [
        ("start", np.uint64),  # the seed of the guest's own reset
        ("mark", np.uint64),  # hash of the guest's own state after the last tick; see mark_of
        ("faults", np.int32),  # how often the guest failed in this episode and was restored
    ]
)
_33 = np.uint64(33)


@njit
def reset(state, task, levels):
    """The rest of a new episode is the Simulator's. A guest is reset with the episode's own seed in training; as only
    chance distinguishes its splits, the seed in other splits is 31 bits of the episode's key."""
    state.start = state.seed if task.salt == 0 else state.key >> _33
    state.mark = np.uint64(0)
    state.faults = 0


@njit
def step(state, actions, outcomes):
    """A guest's rules are its own: its Simulator has applied them."""


def mark_of(*parts: np.ndarray) -> int:
    """A hash of a guest's state: the CRC-32 of the bytes of these arrays."""
    mark = len(parts)
    for part in parts:
        mark = zlib.crc32(np.ascontiguousarray(part).view(np.uint8).data, mark)
    return mark


def guest(
    name: str,
    summary: str,
    doc: str,
    simulator: Callable[[World, int, int], Simulator],
    controls: Controls,
    objective: Objective,
    shape: tuple[int, int] = ASPECT,
) -> World:
    """A World of one player that its Simulator moves and renders; shape: height to width of its picture."""
    return World(
        name=name,
        summary=summary,
        doc=doc,
        version=1,
        rules=Rules(STATE, reset, step, simulator=simulator, savable=False),
        view=Frames(shape),
        controls=controls,
        objective=objective,
    )
