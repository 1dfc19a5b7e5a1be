"""Episodes of a benchmark that people played, from the stores of `rumpus play --suite`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import platformdirs

from ...episodes.store import Store
from ...tasks.goals import Task

SOURCE = "rumpus play --suite"
"""The source of episodes that count: they were played once, under the tasks' own limits, and nothing was taken back."""


def default_place() -> Path:
    """The store of this user: in $RUMPUS_DATA, else in the platform's folder for this user's data."""
    return Path(os.environ.get("RUMPUS_DATA") or platformdirs.user_data_dir("rumpus")) / "human"


def played(tasks: Sequence[Task], place: str | Path | None = None) -> dict[str, tuple[float, float]]:
    """(return, success) of people in these tasks, by the id of the task: the means over the people who played it.

    place: a store, by default that of this user, if there is one. Of each person the first episode of a task counts;
    one that was left counts as it was. Only episodes of the very same task count: its start, goal, limit and words.
    Raises StoreError for a place that is given and is no store.
    """
    if place is None and not (default_place() / "store.json").is_file():
        return {}
    store = Store(default_place() if place is None else place)
    wanted = {task.id: plain(task) for task in tasks}
    first: dict[tuple[str, str], tuple[float, float]] = {}
    for head in sorted(store.index(lambda head: head.source == SOURCE), key=lambda head: head.began):
        person = head.played_by[0]
        same = head.task in wanted and dict(head.start.task or {}) == wanted[head.task]
        if same and person.kind == "person" and head.start.repeat == 1 and "undone" not in head.extra:
            found = sum(head.returns) / len(head.returns), float(any(head.success))
            first.setdefault((head.task, person.name), found)
    by_task: dict[str, list[tuple[float, float]]] = {}
    for (task, _), found in first.items():
        by_task.setdefault(task, []).append(found)
    return {
        task: (sum(one for one, _ in some) / len(some), sum(won for _, won in some) / len(some))
        for task, some in by_task.items()
    }


def plain(task: Task) -> dict[str, object]:
    """A task as its episodes are stored with it."""
    return task.model_dump(mode="json", exclude_defaults=True, exclude={"solution"})
