"""Saved states of a world: read from bytes, validated, and begun from.

A *moment* is a saved state that an episode begins from: the world is as it was then, and the task is another. Of the
state it keeps all that is the world's own, its random numbers and its clock; what is the engine's (the task, its goals
and limit, what has been won) is that of a fresh start.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np

from ..records.bounds import SEAL, opened
from ..records.states import FORMER_NAMES
from ..world import World

_OF_THE_START = (
    *("seed", "stream", "task", "judged", "first", "over", "won", "total", "done", "muted_devices"),
    *("stage", "lasted", "reward", "reward_weights", "stages", "clauses", "hold", "goal", "earned", "chat"),
)
"""Fields of a state that an episode which begins from a moment has from its start."""


def mark_of(world: World, version: int | None = None) -> bytes:
    """Eight bytes that identify the records of a world's family; of another version, if its records had the fields that
    they have now."""
    return _mark(world.rules.reset.__module__, world.version if version is None else version, world.rules.state)


@lru_cache(maxsize=256)
def _mark(family: str, version: int, state: np.dtype) -> bytes:
    """The same, kept: to write down a dtype takes longer than all else that is done with a saved state."""
    fields = [(FORMER_NAMES.get(name, name), *kind) for name, *kind in state.descr]
    return hashlib.sha256(f"{family} {version} {fields}".encode()).digest()[:8]


def opened_state(world: World, data: bytes) -> np.ndarray:
    """A saved state of a world as a validated record, (1,). Raises ValueError for bytes that are none."""
    mark = mark_of(world)
    bytes_ = opened(mark, data, world.rules.state.itemsize)
    if bytes_ is None:
        size = len(mark) + SEAL + world.rules.state.itemsize
        raise ValueError(
            f"these {len(data)} bytes are no saved state of {world.name} version {world.version} with this record, "
            f"or are damaged; one has {size} bytes and is made by save()"
        )
    record = np.frombuffer(bytes_, world.rules.state)
    if wrong := world.guard.validate(bytes_, record[0]):
        raise ValueError(f"this is no saved state that {world.name} can be in: {wrong}")
    return record


def opened_record(world: World, data: bytes, grid: tuple[int, int], tasks: int) -> np.ndarray:
    """The same for a batch that draws a grid of (rows, columns) tiles and plays this number of tasks. Raises
    ValueError, with the reason, also for a state that does not fit there."""
    record = opened_state(world, data)
    if wrong := _misfit(world, record[0], grid, tasks):
        raise ValueError(f"this is no saved state that {world.name} can be in: {wrong}")
    return record


def _misfit(world: World, state: np.void, grid: tuple[int, int], tasks: int) -> str | None:
    """The reason for which a state of this family does not fit into such a batch, or None."""
    if state["players"] != world.players:
        return f"it is of {state['players']} player(s), and this batch is for {world.players}"
    if state["rows"] > grid[0] or state["cols"] > grid[1]:
        return (
            f"its picture has {state['rows']}x{state['cols']} tiles, and this batch draws {grid[0]}x{grid[1]}: "
            "make the batch with the knobs or tasks that it was saved with"
        )
    if state["task"] >= tasks:
        return f"it plays row {state['task']} of a table of tasks, and this batch's has {tasks} row(s)"
    return None


def copied(record: np.ndarray) -> np.ndarray:
    """A copy of records to the byte: NumPy's own leaves padding undefined, of which checksums are made too."""
    return np.frombuffer(bytearray(record.tobytes()), record.dtype)


def begin_from(moments: Mapping[int, np.ndarray], states: np.ndarray, mask: np.ndarray) -> np.ndarray:
    """Change states that have just been reset, (n,), where their task begins from a moment: a record (1,) by the row
    of the table. mask: bool (n,), of the rows that were reset. Returns the rows that were changed."""
    rows = np.flatnonzero(mask & np.isin(states["task"], list(moments)))
    raw = states.view(np.uint8).reshape(len(states), -1)  # bytes, since NumPy leaves padding undefined
    for row in rows.tolist():
        moment = copied(moments[int(states["task"][row])])
        fresh: Any = states[row]
        for name in _OF_THE_START:
            moment[name] = fresh[name]
        if fresh["judged"]:
            moment["instruction"] = fresh["instruction"]
        limit = int(moment["tick"][0]) + int(fresh["limit"])
        moment["limit"] = min(limit, np.iinfo(np.int32).max)
        raw[row] = moment.view(np.uint8)
    return rows
