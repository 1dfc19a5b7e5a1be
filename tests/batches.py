"""Batches that have begun, on one thread: of a world's own episodes, and of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rumpus.tasks.compile import table
from rumpus.tasks.goals import Task
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.engine.world import World


def fresh(world: World, n: int, seed: int = 0, **options: Any) -> Batch:
    """n rows at the start of their first episode."""
    batch = Batch(world, n, seed=seed, threads=1, **options)
    batch.reset()
    return batch


def begin(world: World, tasks: Sequence[Task]) -> Batch:
    """A row for each task, at its start."""
    batch = Batch(world, len(tasks), tasks=table(list(tasks), world), threads=1)
    batch.reset(tasks=np.arange(len(tasks)))
    return batch
