"""Playlists of a session: the levels of a file in their order, or tasks with more time for people."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ...worlds.engine.run.table import Table, level_table
from ...worlds.engine.world import World, check_limit

PATIENCE = 10
"""Factor on the limit of a task for people, in real time. Limits are made for agents, four times the steps of an expert
that plans nothing and misses nothing; ten times as much leaves time to read, to look and to learn the keys. No source.
Turn-based worlds wait for the player, and their limit stays."""
_DIGITS = 20  # of the mark of a level, hexadecimal
_NOT_THE_LEVEL = ("limit", "level", "rows", "cols")


@dataclass(frozen=True)
class Playlist:
    """A table that is played row by row, again and again. what: "level" or "task"; names: a name for each row; marks:
    the digest by which a solved row is known, "" for tasks; patience: factor on the tasks' own limits."""

    what: str
    table: Table
    names: tuple[str, ...]
    marks: tuple[str, ...]
    patience: int = 1

    def __len__(self) -> int:
        return len(self.names)


def of_levels(
    world: World,
    levels: str | Path | np.ndarray,
    *,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    split: str = "train",
) -> Playlist:
    """The levels of a file or an array, in their order. Raises ValueError as `level_table` does."""
    table = level_table(world, levels, knobs=knobs, limit=limit, split=split)
    assert table.levels is not None
    marks = tuple(_mark(world, record, level) for record, level in zip(table.unpacked(), table.levels, strict=True))
    return Playlist("level", table, tuple(str(number) for number in range(1, len(marks) + 1)), marks)


def of_tasks(
    world: World, table: Table, names: Sequence[str] = (), *, limit: int | None = None, strict: bool = False
) -> Playlist:
    """Tasks, with PATIENCE times their own limit in real time. names: of the rows, by default their numbers; limit:
    steps in an episode of each, in place of that; strict: the tasks' own limits. Raises ValueError for too few or too
    many names, and for an invalid limit."""
    names = tuple(names) or tuple(str(number) for number in range(1, len(table) + 1))
    if len(names) != len(table):
        raise ValueError(f"ids name the {len(table)} tasks one by one; there are {len(names)}")
    records, patience = table.records.copy(), 1
    if limit is not None:
        records["limit"] = check_limit(limit)
    elif not (strict or world.controls.turn_based):
        patience = PATIENCE
        records["limit"] = np.minimum(records["limit"].astype(np.int64) * patience, np.iinfo(np.int32).max)
    return Playlist("task", replace(table, records=records), names, ("",) * len(names), patience)


def _mark(world: World, record: np.void, level: np.void) -> str:
    """A digest that identifies a level in any file: of its world, its contents and its knobs."""
    total = hashlib.sha256(world.rules.reset.__module__.encode())
    for part, left_out in ((record, _NOT_THE_LEVEL), (level, ())):
        for name in part.dtype.names or ():
            if name not in left_out:
                total.update(name.encode() + np.ascontiguousarray(part[name]).tobytes())
    return total.hexdigest()[:_DIGITS]
