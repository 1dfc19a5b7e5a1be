"""A table of tasks, ready for the device: records that a reset draws from, and the levels that they start in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..records.states import task_dtype
from ..world import World


@dataclass(frozen=True)
class Table:
    """Tasks of one family of worlds, as many rows as tasks.

    records: of the dtype `task_dtype` makes for the world, (tasks,), at least one; levels: of the world's own dtype,
    which the field `level` of the records counts in, or None for a world that makes its levels as it goes.
    """

    records: np.ndarray
    levels: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.records)

    def check(self, world: World) -> None:
        """Raise ValueError unless this is a table for this world."""
        if self.records.dtype != task_dtype(world.knobs.declared, world.rules.max_players) or not len(self.records):
            raise ValueError(f"this is no table of tasks of {world.name}, or it is empty")
        if (self.records["players"] != world.players).any():
            raise ValueError(f"{world.name} is for {world.players} player(s), and these tasks are not")


def read_levels(
    world: World, levels: str | Path | np.ndarray | None, knobs: Mapping[str, int] | None = None
) -> tuple[np.ndarray | None, Mapping[str, int] | None]:
    """(levels, knobs) with a file or folder of levels read in, and the knobs that fit these behind those chosen; what
    is no path comes back as it is. Raises ValueError if the world reads none, or if something is wrong with them."""
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
    see Batch. Raises ValueError for a world without levels, and for what is wrong with the file.
    """
    found, knobs = read_levels(world, levels, knobs)
    if found is None or not len(found):
        raise ValueError(f"a table of levels of {world.name} needs at least one level")
    if world.levels is None:
        raise ValueError(f"{world.name} makes its own levels and takes none")
    records = world.task_record(knobs, limit=limit, split=split).repeat(len(found))
    records["level"] = np.arange(len(found))
    return Table(records, found)
