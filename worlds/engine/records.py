"""The records of the engine: what every state begins with, and what every task says.

A world adds its own fields to these. Fields declared u1 are stored and compared only; arithmetic is done in i4 or
i8 after an explicit cast, because Python, the CUDA simulator and compiled code disagree on small integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ...interface.text import TOKENS


@dataclass(frozen=True)
class Knob:
    """A number of the task that a user may turn: its default, its smallest and largest value, and what it means."""

    default: int
    low: int
    high: int
    meaning: str


def state_dtype(fields: Sequence[tuple[Any, ...]], players: int = 1) -> np.dtype:
    """The dtype of a world's state: the engine's own fields and `fields`. `players` is the most it can hold."""
    return np.dtype(
        [
            ("seed", np.uint64),  # of this episode
            ("key", np.uint64),  # the generator: see random.py
            ("counter", np.uint64),
            ("tick", np.int32),  # steps taken in this episode
            ("limit", np.int32),  # steps after which the episode is truncated
            ("players", np.int32),  # how many players are in
            ("rows", np.int32),  # size of the picture in tiles (2D worlds)
            ("cols", np.int32),
            ("over", np.uint8),  # 1 when the episode has ended for every player
            ("done", np.uint8, (players,)),  # 1 when it has ended for this player
            ("pointing", np.uint8, (players,)),  # 1 once this player has moved the mouse
            ("cursor", np.int32, (players, 2)),  # (x, y) in 1/MOUSE_ONE picture heights from the top left corner
            *fields,
            ("chat", np.uint16, (players, TOKENS)),  # what this player heard in the last tick; rarely touched, so last
        ],
        align=True,
    )


def task_dtype(knobs: Mapping[str, Knob], players: int = 1) -> np.dtype:
    """The dtype of a world's tasks: time limit, number of players, what each is told, and an i4 field for each knob."""
    return np.dtype(
        [
            ("limit", np.int32),
            ("players", np.int32),
            ("rows", np.int32),
            ("cols", np.int32),
            ("instruction", np.uint16, (players, TOKENS)),
            *((name, np.int32) for name in knobs),
        ],
        align=True,
    )
