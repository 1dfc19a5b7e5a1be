"""The one row of a batch that a single environment plays, read and written by its bytes.

An environment of one row does little work for each step, so that the indexing of NumPy's records would be most of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from struct import Struct
from typing import Any

import numpy as np

from .action import ACTION, packed, write_actions
from .text import TOKENS, decode_bytes

_SEED, _TASK, _TEXT = Struct("=Q"), Struct("=i"), 2 * TOKENS


class Row:
    """The state and the actions of a batch of one row."""

    def __init__(self, batch: Any):
        self._batch = batch
        self._states: Any = None
        self._actions: Any = None

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy, or a pickle, reads the copy of the batch."""
        return Row, (self._batch,)

    def _state(self) -> memoryview:
        """The bytes of the state; of the batch's array of now, which others may have replaced."""
        if self._states is not self._batch.states:
            self._states = self._batch.states
            self._memory = memoryview(self._states.view(np.uint8).reshape(-1))
            fields = self._states.dtype.fields
            self._over, self._seed, self._task = (fields[name][1] for name in ("over", "seed", "task"))
            self._texts = {name: fields[name][1] for name in ("instruction", "chat")}
        return self._memory

    @property
    def over(self) -> bool:
        """Whether the episode has ended."""
        return self._state()[self._over] != 0

    def origin(self) -> dict[str, int]:
        """The seed of the episode, and the row of the table of tasks that it plays."""
        memory = self._state()
        return {"seed": _SEED.unpack_from(memory, self._seed)[0], "task": _TASK.unpack_from(memory, self._task)[0]}

    def text(self, name: str, player: int, text: bool) -> Any:
        """The instruction or the chat of a player: a str, or tokens, a new int32 array (64,)."""
        memory = self._state()
        start = self._texts[name] + _TEXT * player
        raw = memory[start : start + _TEXT].tobytes()
        return decode_bytes(raw) if text else np.frombuffer(raw, np.uint16).astype(np.int32)

    def act(self, actions: Mapping[int, Any]) -> None:
        """Check the actions of players by their numbers and write them into the batch; others do nothing. Nothing is
        written unless all are right; see write_actions."""
        records = [
            (packed(actions[player]) or _written(actions[player])) if player in actions else _NOTHING
            for player in range(self._batch.players)
        ]
        if self._actions is not self._batch.actions:
            self._actions = self._batch.actions
            self._hands = memoryview(self._actions.view(np.uint8).reshape(-1))
        self._hands[:] = b"".join(records)


_NOTHING = bytes(ACTION.itemsize)


def _written(action: Mapping[str, Any]) -> bytes:
    record = np.zeros((), ACTION)
    write_actions(record, action)
    return record.tobytes()
