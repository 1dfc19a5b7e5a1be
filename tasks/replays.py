"""Replays of tasks: a solution as an episode that can be saved, watched and checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.replay import Episode
from ..worlds.engine.run.table import Table
from ..worlds.engine.world import World
from .compile import table
from .goals import Task
from .recorded import unpacked


def table_of(world: World) -> Callable[[Mapping[str, Any]], Table]:
    """What Episode.batch and Episode.frames ask for: the function that makes a table of one row of a task's JSON. It
    raises ValueError for JSON that is no task, or none that this world can play."""
    return lambda data: table([Task.model_validate(data)], world)


def solution(task: Task, world: World) -> Episode:
    """The episode that the solution of a task makes: up to its last move, or the end of the episode.

    Raises ValueError if the task has no solution, or one that is not made of moves of all players of this world.
    """
    if task.solution is None:
        raise ValueError(f"task {task.id} has no solution; `rumpus tasks check` looks for one")
    try:
        hands = unpacked(task.solution, world)
    except ValueError as error:
        raise ValueError(f"task {task.id}: {error}") from None
    batch = Batch(world, 1, tasks=table([task], world), threads=1)
    batch.reset()
    episode = Episode.start(batch, task=task.model_dump(mode="json", exclude_defaults=True, exclude={"solution"}))
    for tick in hands:
        if batch.over[0]:
            break
        batch.actions[0] = tick
        batch.step()
        episode.note(batch)
    return episode
