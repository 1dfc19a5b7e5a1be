"""A step of several episodes that are read side by side."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from .episode import Episode


class Departure(NamedTuple):
    """An episode that cannot be replayed to its end. step: the number of steps after which it first differs from its
    recording, 0 for its start, None if it cannot be replayed at all."""

    id: str
    step: int | None
    reason: str


OnProblem = Callable[[Departure], None]
"""Called with each episode that departs."""


def warn(departure: Departure) -> None:
    """Warn of an episode that cannot be replayed."""
    warnings.warn(f"episode {departure.id}: {departure.reason}", stacklevel=3)


class Step(NamedTuple):
    """A step of n rows, each of which replays an episode.

    active: bool (n,), the rows that replay one; in the others nothing else is valid. episodes: of each row, or None;
    number: int32 (n,), of this step in its episode, from 0; is_first, is_last: bool (n,).

    pixels: uint8 (n, players, height, width, 3), what was seen before the step, None without drawing; instruction,
    chat: uint16 (n, players, 64). These and the pixels are overwritten by the next step: copy what you keep. actions:
    ACTION (n, players); rewards: float32 (n, players); terminated, truncated, success: bool (n, players).

    With final=True each episode has one step more, for what was seen at its end: then is_last is set there, and its
    actions and rewards are zeros.
    """

    active: np.ndarray
    episodes: Sequence[Episode | None]
    number: np.ndarray
    is_first: np.ndarray
    is_last: np.ndarray
    pixels: np.ndarray | None
    instruction: np.ndarray
    chat: np.ndarray
    actions: np.ndarray
    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    success: np.ndarray
