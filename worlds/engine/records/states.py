"""The records of the engine: the fields of every state and of every task.

A world adds its own fields to these. Fields declared u1 are stored and compared only; arithmetic is done in i4 or
i8 after an explicit cast, because Python, the CUDA simulator and compiled code disagree on small integers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from ....interface.text import TOKENS
from .judge import CLAUSES, FIELDS, STAGES


class RecordArray(Protocol):
    """An array of records: a structured array of NumPy's on the CPU; on CUDA one whose fields are torch tensors."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape, without that of a field."""

    @property
    def dtype(self) -> np.dtype:
        """The fields of a record."""

    def __getitem__(self, index: Any) -> Any:
        """A field by its name, (*shape, …), or records by their index."""

    def __setitem__(self, index: Any, value: Any) -> None:
        """Write a field by its name, or records by their index."""


@dataclass(frozen=True)
class Knob:
    """An integer parameter of an environment: its default, its smallest and largest value, and its meaning."""

    default: int
    low: int
    high: int
    meaning: str


_REWARD_FIELDS: list[tuple[Any, ...]] = [
    ("reward", np.int32, (4,)),  # for success, a stage, a tick, failure; in thousandths
    ("reward_weights", np.int32, (2,)),  # of a player's own reward, and of the sum of all; in thousandths
]


def _goal_fields(players: int) -> list[tuple[Any, ...]]:
    """The fields of a task's goals, which a state copies from its task at the start of an episode; see judge.py."""
    return [
        *_REWARD_FIELDS,
        ("stages", np.int32, (players,)),  # of this player's goal
        ("clauses", np.int32, (players,)),
        ("hold", np.int32, (players, STAGES)),  # ticks that a stage must go on to hold
        ("goal", np.int32, (players, CLAUSES, FIELDS)),
    ]


FORMER_NAMES = {"reward": "pay", "reward_weights": "mix", "muted_devices": "tied"}
"""Former names of the engine's fields. Marks of saved states are made from them, so that stored states stay valid."""


def state_dtype(fields: Sequence[tuple[Any, ...]], players: int = 1) -> np.dtype:
    """The dtype of a world's state: the engine's own fields and `fields`. players: the largest number of players."""
    return np.dtype(
        [
            ("seed", np.uint64),  # of this episode
            ("key", np.uint64),  # the generator: see random.py
            ("counter", np.uint64),
            ("stream", np.uint64),  # random stream of the seeds and tasks of this row's episodes
            ("tick", np.int32),  # steps taken in this episode
            ("limit", np.int32),  # steps after which the episode is truncated
            ("players", np.int32),  # number of players
            ("rows", np.int32),  # size of the picture in tiles (2D worlds)
            ("cols", np.int32),
            ("task", np.int32),  # row of this episode's task in the table of tasks
            ("judged", np.uint8),  # 1 if the judge decides, 0 if the world's own rules do
            ("first", np.uint8),  # 1 if the first player's success ends it for all
            ("over", np.uint8),  # 1 when the episode has ended for all players
            ("won", np.uint8),  # 1 once a player has succeeded
            ("total", np.float32),  # of all rewards of all players in this episode
            ("done", np.uint8, (players,)),  # 1 when it has ended for this player
            ("muted_devices", np.uint8, (players,)),  # 1 if this player's keys and mouse are muted; it can still speak
            ("pointing", np.uint8, (players,)),  # 1 once this player has moved the mouse
            ("cursor", np.int32, (players, 2)),  # (x, y) in 1/MOUSE_ONE picture heights from the top left corner
            *fields,
            ("stage", np.int32, (players,)),  # of the goal, that this player is at
            ("lasted", np.int32, (players,)),  # ticks that it has held
            *_goal_fields(players),
            ("earned", np.int32, (players,)),  # reward of the last tick, before it is shared
            ("instruction", np.uint16, (players, TOKENS)),  # of each player, as tokens
            ("chat", np.uint16, (players, TOKENS)),  # texts heard in the last tick, as tokens; rarely touched, so last
        ],
        align=True,
    )


def own_words(state: np.dtype) -> tuple[int, int]:
    """(first, end) of the 8-byte words of a state that determine its successors: a world's own fields and the stages of
    its goals, without time and random streams."""
    assert state.fields is not None
    return state.fields["cursor"][1] // 8, -(-state.fields["reward"][1] // 8)


def task_dtype(knobs: Mapping[str, Knob], players: int = 1) -> np.dtype:
    """The dtype of a world's tasks: start, and for each player instruction, goal and rewards."""
    told = ("instruction", np.uint16, (players, TOKENS))
    return np.dtype([*_start_fields(players), *_goal_fields(players), told, *_knob_fields(knobs)], align=True)


def row_dtype(knobs: Mapping[str, Knob], players: int = 1) -> np.dtype:
    """The dtype of a row of a table of tasks, from which resets read: a task whose instructions and goals lie in the
    `parts` of its table, where rows share them; see run/table.py."""
    places = [(name, np.int32, (players,)) for name in PARTS]  # of the first number of each in `parts`
    return np.dtype([*_start_fields(players), *_REWARD_FIELDS, *places, *_knob_fields(knobs)], align=True)


PARTS = ("instruction", "goal")
"""The fields of a row of a table that are places in its `parts`."""


def _start_fields(players: int) -> list[tuple[Any, ...]]:
    return [
        ("seed", np.uint64),  # of its episodes, if it is seeded
        ("salt", np.uint64),  # of its split: with the seed it makes the key of its episodes
        ("seeded", np.uint8),  # 0: the seed is the episode's own
        ("judged", np.uint8),
        ("first", np.uint8),
        ("muted_devices", np.uint8, (players,)),
        ("limit", np.int32),
        ("players", np.int32),
        ("rows", np.int32),
        ("cols", np.int32),
        ("level", np.int32),  # index into the levels, -1: any of them
    ]


def _knob_fields(knobs: Mapping[str, Knob]) -> list[tuple[Any, ...]]:
    return [(name, np.int32) for name in knobs]
