"""Where a run plays: a batch of each of its worlds, with its share of the environments, and perhaps its tasks."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ...episodes.moments import load, of_world
from ...tasks.compile import table
from ...tasks.files import worlds_of
from ...tasks.goals import Task
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..algorithms.descent import processes
from ..settings import Config
from .sampling import TaskSampler


@dataclass
class Place:
    """A batch of a world. group: of the lanes that act at once; cells: (rows, columns) that frames must have room
    for; tasks: of the rows of its table, none for the world's own."""

    world: World
    batch: Batch
    group: int
    cells: tuple[int, int]
    sampler: TaskSampler | None
    tasks: list[Task]


def tasks_by_world(path: str | None, worlds: Sequence[World], some: bool = False) -> dict[str, list[Task]]:
    """The tasks of a file, or of all *.jsonl of a folder, for each of these worlds, by its name; empty without a path.
    Raises ValueError for a world of which it holds none; with `some`, such a world is left out where it is a folder
    with tasks of another one."""
    if path is None:
        return {}
    if len(worlds) == 1:
        return {worlds[0].name: load(path, worlds[0])[0]}
    if some and os.path.isdir(path):
        told = worlds_of(path)
        worlds = [world for world in worlds if world.name in told] or worlds
    return {world.name: of_world(path, world)[0] for world in worlds}


def shared(envs: int, shares: Sequence[float] | None, worlds: Sequence[World], processes: int) -> list[int]:
    """How many environments of each world there are in all: whole numbers that add up to envs, each a multiple of
    `processes`, by the largest remainders. Raises ValueError if a world would have none."""
    weights = list(shares or [1.0] * len(worlds))
    units = envs // processes
    if units * processes != envs:
        raise ValueError(f"{envs} envs cannot be shared out alike among {processes} processes: choose a multiple of it")
    exact = [units * weight / sum(weights) for weight in weights]
    counts = [int(each) for each in exact]
    for index in sorted(range(len(exact)), key=lambda i: counts[i] - exact[i])[: units - sum(counts)]:
        counts[index] += 1
    for world, count in zip(worlds, counts, strict=True):
        if not count:
            raise ValueError(
                f"with {envs} envs{f' in {processes} processes' * (processes > 1)}, the share of {world.name} is less "
                "than one: raise --envs, or its share"
            )
    return [count * processes for count in counts]


def places(
    config: Config, worlds: Sequence[World], held: Mapping[str, list[Task]], threads: int, rank: int
) -> list[Place]:
    """The places of a process, group by group. With worlds on the CPU and the network on a GPU, the environments of
    each world are in two groups."""
    s = config.run
    world_device = s.world_device or s.device
    tasks = tasks_by_world(s.tasks, worlds, some=True)
    counts = shared(s.envs, s.shares, worlds, processes())
    groups = 2 if world_device != s.device and not config.offline else 1
    made: list[Place] = []
    for group in range(groups):
        for world, count in zip(worlds, counts, strict=True):
            here = count // processes()
            first, last = here * group // groups, here * (group + 1) // groups
            if first == last:
                raise ValueError(
                    f"worlds on {world_device} and a network on {s.device} need 2 envs of {world.name} at least"
                )
            made.append(_place(config, world, group, last - first, rank * here + first, tasks, held, threads))
    return made


def _place(
    config: Config, world: World, group: int, n: int, row: int, tasks: Mapping[str, list[Task]],
    held: Mapping[str, list[Task]], threads: int,
) -> Place:  # fmt: skip
    s = config.run
    own = tasks.get(world.name, [])
    given: dict[str, Any] = (
        {"tasks": table(own, world)} if own else {"knobs": s.knobs, "limit": s.limit, "levels": s.levels}
    )
    options: dict[str, Any] = {"device": s.world_device or s.device, "threads": threads, "repeat": s.ticks(world)}
    batch = Batch(world, n, seed=s.seed + row, split=s.split, **given, **options)
    rows, cols = batch.rows, batch.cols
    if held.get(world.name):  # frames are large enough for them too
        largest = table(held[world.name], world).records
        rows, cols = max(rows, int(largest["rows"].max())), max(cols, int(largest["cols"].max()))
    sampler = TaskSampler(batch, own, s.curriculum, s.curriculum_options, config.own.rollout) if own else None
    return Place(world, batch, group, (rows, cols), sampler, own)
