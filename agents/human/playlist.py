"""Playlists of a session: the levels of a file in their order, or tasks with more time for people."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np

from ...interface.text import decode
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
    """A table that is played row by row, again and again. world: whose rows they are; what: "level" or "task"; names: a
    name for each row; patience: factor on the tasks' own limits."""

    world: World
    what: str
    table: Table
    names: tuple[str, ...]
    patience: int = 1
    _marks: dict[int, str] = field(default_factory=dict, repr=False, compare=False)
    _texts: dict[int, str] = field(default_factory=dict, repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.names)

    def mark(self, row: int) -> str:
        """The digest by which a solved row is known: of a level, whatever file it stands in; of a task, with its
        name."""
        if row not in self._marks:
            self._marks[row] = self._mark(row)
        return self._marks[row]

    def _mark(self, row: int) -> str:
        levels, record = self.table.levels, self.table.unpacked(slice(row, row + 1))[0]
        level = None if levels is None else levels[int(record["level"])]
        return _mark(self.world, record, level, "" if self.what == "level" else self.names[row])

    def text(self, row: int) -> str:
        """The words by which a person knows a row: the number of a level; a task's instruction of the first player."""
        if self.what == "level":
            return f"Level {self.names[row]}"
        if row not in self._texts:
            record = self.table.unpacked(slice(row, row + 1))[0]
            self._texts[row] = decode(record["instruction"][0]) or f"Task {self.names[row]}"
        return self._texts[row]

    @cached_property
    def digest(self) -> str:
        """A digest of the whole list but for its limits, by which saved states know theirs: practice has none."""
        total = hashlib.sha256("\n".join((self.world.rules.reset.__module__, self.what, *self.names)).encode())
        total.update(self.table.parts.tobytes())
        for part in (self.table.records, self.table.levels):
            for field_ in () if part is None else _fields(part):
                total.update(field_)
        return total.hexdigest()[:_DIGITS]


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
    return Playlist(world, "level", table, tuple(str(number) for number in range(1, len(table) + 1)))


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
    return Playlist(world, "task", replace(table, records=records), names, patience)


def _mark(world: World, record: np.void, level: np.void | None, task: str = "") -> str:
    """A digest that identifies a level, or a task of this name, in any file: of its world, its contents and its
    knobs."""
    total = hashlib.sha256((world.rules.reset.__module__ + task).encode())
    parts = [(record, _NOT_THE_LEVEL)] if level is None else [(record, _NOT_THE_LEVEL), (level, ())]
    for part, left_out in parts:
        for name in part.dtype.names or ():
            if name not in left_out:
                total.update(name.encode() + np.ascontiguousarray(part[name]).tobytes())
    return total.hexdigest()[:_DIGITS]


def _fields(records: np.ndarray) -> Iterator[bytes]:
    """The bytes of the fields of records but for limits, without what lies between them, which is not defined."""
    for name in (name for name in records.dtype.names or () if name != "limit"):
        yield np.ascontiguousarray(records[name]).tobytes()
