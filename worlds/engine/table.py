"""A table of tasks, ready for the device: records that a reset draws from, and the levels that they start in."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .records import task_dtype
from .world import World


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
        if self.records.dtype != task_dtype(world.knobs, world.max_players) or not len(self.records):
            raise ValueError(f"this is no table of tasks of {world.name}, or it is empty")
        if (self.records["players"] != world.players).any():
            raise ValueError(f"{world.name} is for {world.players} player(s), and these tasks are not")
