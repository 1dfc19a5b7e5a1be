"""The benchmark by hand: a sample of its tasks, each once, under an agent's limits, stored for `evaluate --suite`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from ... import worlds
from ...episodes.store import Store
from ...tasks.compile import table
from ...tasks.goals import Task
from ..measuring.benchmark import TASKS, tasks_of
from ..measuring.people import SOURCE, default_place
from . import play


def play_suite(
    count: int = 20,
    *,
    world: str | None = None,
    seed: int = 0,
    name: str = "",
    record: str | Path | None = None,
    folder: str | Path = TASKS,
) -> tuple[int, Path]:
    """Lead a person through `count` tasks of the benchmark for one player, world by world, in a window each.

    world: of one world alone; seed: of the sample; name: who plays: tasks that this person has played are left out;
    record: the store, by default this user's; folder: of the benchmark. Ends when all are played, or a window is closed
    before its last task. Returns the number of tasks that were played to their end or given up, and the store.

    Raises ValueError if there is no such task left, and NoDisplayError where there is no screen.
    """
    if count < 1:
        raise ValueError(f"a sample holds at least 1 task, not {count}")
    place = default_place() if record is None else Path(record)
    place.parent.mkdir(parents=True, exist_ok=True)
    store = Store(place, create=True)
    done = {head.task for head in store.index(lambda head: head.source == SOURCE) if head.played_by[0].name == name}
    every = [task for task in tasks_of(folder) if len(task.players) == 1 and world in (None, task.world)]
    left = [task for task in every if task.id not in done]
    if not left:
        where = f"for one player{f' in {world}' if world else ''} of {folder}"
        raise ValueError(f"all {len(every)} tasks {where} are played" if every else f"there is no task {where}")
    chosen, number = sample(left, count, seed), 0
    for each in dict.fromkeys(task.world for task in chosen):
        some, loaded = [task for task in chosen if task.world == each], worlds.named(each)
        ids = [task.id for task in some]
        options = {"strict_time": True, "once": True, "record": place, "name": name, "written": some}
        episodes = play(loaded, tasks=table(some, loaded), ids=ids, **options).episodes  # type: ignore[arg-type]
        number += len(episodes)
        if len(episodes) < len(some):
            break
    return number, place


def sample(tasks: Sequence[Task], count: int, seed: int = 0) -> list[Task]:
    """Up to `count` tasks at random, of as many skills as there are, and of each world about as many."""
    rng = np.random.default_rng(seed)
    order = [tasks[index] for index in rng.permutation(len(tasks))]
    skills: dict[str, int] = {}
    places: dict[str, int] = {}
    chosen: list[Task] = []
    while order and len(chosen) < count:
        next_ = min(order, key=lambda task: (skills.get(task.skill, 0), places.get(task.world, 0)))
        order.remove(next_)
        chosen.append(next_)
        skills[next_.skill] = skills.get(next_.skill, 0) + 1
        places[next_.world] = places.get(next_.world, 0) + 1
    return chosen
