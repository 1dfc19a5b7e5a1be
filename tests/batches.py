"""Batches that have begun, on one thread: of a world's own episodes, and of tasks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from rumpus.interface.action import ACTION, MOUSE_ONE
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


def random_actions(rng, batch):
    """Any hands at all: a few of all 96 keys, buttons, wheel and mouse."""
    actions = np.zeros(batch.actions.shape, ACTION)
    actions["keys"] = rng.random(actions["keys"].shape) < 0.02
    actions["buttons"] = rng.random(actions["buttons"].shape) < 0.2
    actions["wheel"] = rng.integers(0, 3, actions["wheel"].shape)
    actions["mouse"] = rng.integers(-MOUSE_ONE // 4, MOUSE_ONE // 4, actions["mouse"].shape)
    return actions
