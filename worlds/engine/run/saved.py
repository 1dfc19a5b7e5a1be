"""Saved states: the marks that they bear, and the reasons for which a batch refuses one."""

from __future__ import annotations

import hashlib

import numpy as np

from ..records.bounds import SEAL, opened
from ..records.states import FORMER_NAMES
from ..world import World


def mark_of(world: World, version: int | None = None) -> bytes:
    """Eight bytes that identify the records of a world's family; version: another one, whose records had the same
    fields."""
    version = world.version if version is None else version
    fields = [(FORMER_NAMES.get(name, name), *kind) for name, *kind in world.rules.state.descr]
    record = f"{world.rules.reset.__module__} {version} {fields}"
    return hashlib.sha256(record.encode()).digest()[:8]


def opened_record(world: World, mark: bytes, data: bytes, grid: tuple[int, int], tasks: int) -> np.ndarray:
    """A saved state as a validated record (1,), for a batch that draws a grid of (rows, columns) tiles and plays this
    number of tasks. Raises ValueError, with the reason, for data that are no such state."""
    bytes_ = opened(mark, data, world.rules.state.itemsize)
    if bytes_ is None:
        size = len(mark) + SEAL + world.rules.state.itemsize
        raise ValueError(
            f"these {len(data)} bytes are no saved state of {world.name} version {world.version} with this record, "
            f"or are damaged; one has {size} bytes and is made by save()"
        )
    record = np.frombuffer(bytes_, world.rules.state)
    wrong = world.guard.validate(bytes_, record[0]) or _misfit(world, record[0], grid, tasks)
    if wrong:
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
