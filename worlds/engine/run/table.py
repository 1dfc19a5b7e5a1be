"""Tables of tasks for the device: the records that a reset draws from, and their levels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ..records.states import task_dtype
from ..world import World


@dataclass(frozen=True)
class Table:
    """Tasks of one family of worlds, one in each row.

    records: (tasks,) of the dtype that `task_dtype` makes for the world, at least one; levels: (k,) LEVEL, to which the
    field `level` of the records is an index, or None for a world that generates its levels at each reset; moments: the
    saved state, (1,) State, that a row's episodes begin from, by the row; see saved.py.
    """

    records: np.ndarray
    levels: np.ndarray | None = None
    moments: Mapping[int, np.ndarray] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.records)

    def check(self, world: World) -> None:
        """Raise ValueError unless this is a table for this world."""
        if self.records.dtype != task_dtype(world.knobs.declared, world.rules.max_players) or not len(self.records):
            raise ValueError(f"this is no table of tasks of {world.name}, or it is empty")
        if (self.records["players"] != world.players).any():
            raise ValueError(f"{world.name} is for {world.players} player(s), and these tasks are not")
        if any(moment.dtype != world.rules.state for moment in self.moments.values()):
            raise ValueError(f"these are no moments of {world.name}")


def read_levels(
    world: World, levels: str | Path | np.ndarray | None, knobs: Mapping[str, int] | None = None
) -> tuple[np.ndarray | None, Mapping[str, int] | None]:
    """(levels, knobs) after a file or folder of levels is read. The given knobs take precedence over those that fit the
    levels. Levels that are no path are returned unchanged. Raises ValueError for a world that reads none, and for
    invalid levels."""
    if not isinstance(levels, str | Path):
        return levels, knobs
    if world.levels is None or world.levels.read is None:
        raise ValueError(f"{world.name} makes its own levels and reads none from files")
    found, fitting = world.levels.read(levels)
    return found, {**fitting, **(knobs or {})}


def level_table(
    world: World,
    levels: str | Path | np.ndarray,
    *,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    split: str = "train",
) -> Table:
    """A table with one task a level, in the order of the file: row i is the world's own task in level i.

    levels: the path of a file or folder that the world can read, or an array of its levels, (n,); knobs, limit, split:
    see Batch. Raises ValueError for a world without levels, and for an invalid file.
    """
    found, knobs = read_levels(world, levels, knobs)
    if found is None or not len(found):
        raise ValueError(f"a table of levels of {world.name} needs at least one level")
    if world.levels is None:
        raise ValueError(f"{world.name} makes its own levels and takes none")
    records = world.task_record(knobs, limit=limit, split=split).repeat(len(found))
    records["level"] = np.arange(len(found))
    return Table(records, found)
