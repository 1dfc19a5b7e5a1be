"""Replays of tasks: a solution as an episode that can be saved, watched and checked."""

from __future__ import annotations

from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.replay import Episode
from ..worlds.engine.world import World
from .compile import table
from .goals import Task
from .recorded import unpacked


def solution(task: Task, world: World) -> Episode:
    """The episode in which the solution of a task is played: up to its last action, or the end of the episode. To play
    it again, give `Episode.batch` or `Episode.frames` the table of the task.

    Raises ValueError if the task has no solution, or one without moves or actions of all players of this world.
    """
    if task.solution is None:
        raise ValueError(f"task {task.id} has no solution; `rumpus tasks check` looks for one")
    try:
        actions = unpacked(task.solution, world)
    except ValueError as error:
        raise ValueError(f"task {task.id}: {error}") from None
    batch = Batch(world, 1, tasks=table([task], world), threads=1)
    batch.reset()
    episode = Episode.start(batch, task=task.model_dump(mode="json", exclude_defaults=True, exclude={"solution"}))
    for tick in actions:
        if batch.over[0]:
            break
        batch.actions[0] = tick
        batch.step()
        episode.note(batch)
    return episode
