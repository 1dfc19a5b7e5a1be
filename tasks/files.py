"""Files of tasks: JSON Lines, one task a line. A line that is no task becomes a Problem; the others are still used.

Nothing in a file is ever executed. A line longer than LONGEST is not even parsed.
"""

from __future__ import annotations

import codecs
import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from ..interface.garbage import no_collection
from ..worlds.engine.world import World
from .compile import check
from .goals import OTHER_FORMAT, Task

LONGEST = 1 << 18
"""Bytes of the longest line that is read: a task with 64 KiB of solution and a large level has less than half."""


@dataclass(frozen=True)
class Problem:
    """A line that is not a usable task: its file, its number from 1 on, and what is wrong where."""

    path: str
    line: int
    reason: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.reason}"


def read(path: str | Path) -> Iterator[tuple[int, Task | Problem]]:
    """(number of the line from 1 on, its task or its problem) for each line of a file that is not blank.

    A byte order mark before the first is no part of it. Raises ValueError if there is no such file.
    """
    path = Path(path)
    if not os.path.exists(path) or path.is_dir():
        raise ValueError(f"{path}: there is no such file of tasks; make one with `rumpus tasks generate`")
    with path.open("rb") as file:
        number = 0
        while line := file.readline(LONGEST + 1):
            number += 1
            line = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line
            if len(line) > LONGEST:
                length = len(line)
                while not line.endswith(b"\n") and (line := file.readline(LONGEST)):
                    length += len(line)
                reason = f"this line has {length:,} bytes; a task has at most {LONGEST:,}"
                yield number, Problem(str(path), number, reason)
            elif line.strip():
                task = parse(line)
                yield number, task if isinstance(task, Task) else Problem(str(path), number, task)


def parse(line: bytes | str) -> Task | str:
    """The task in a line of JSON, or what is wrong with it and where."""
    try:
        return Task.model_validate_json(line)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False)
        first = next((each for each in found if each["type"] == OTHER_FORMAT), found[0])
        if first["type"] == OTHER_FORMAT:
            return f"task: {first['msg']}"
        place = ".".join(map(str, first["loc"])) or "task"
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        return f"{place}: {first['msg'].removeprefix('Value error, ')}{more}"
    except (ValueError, RecursionError) as error:
        return f"task: {error}"


def write_line(task: Task) -> str:
    """A task as one line of JSON, without what is at its default."""
    return task.model_dump_json(exclude_defaults=True) + "\n"


Resolve = Callable[[Task], Task]
"""Turns a task whose moment is a reference into one that holds it; raises ValueError if it cannot."""


def load(path: str | Path, world: World, resolve: Resolve | None = None) -> tuple[list[Task], list[Problem]]:
    """All tasks of a file that can be played in this world, and the problems of the others; of a folder, see
    `of_world`.

    resolve: see Resolve; rumpus.episodes.moments has one. If some lines are left out, a warning counts them and gives
    the first reason. Raises ValueError, with the first problem, if none can be played.
    """
    if Path(path).is_dir():
        return of_world(path, world, resolve)
    with no_collection(long_lived=True):
        return usable(path, read(path), world, resolve)


def of_world(path: str | Path, world: World, resolve: Resolve | None = None) -> tuple[list[Task], list[Problem]]:
    """Like `load`, but only the tasks that name this world, in a file, or in all *.jsonl of a folder, that holds tasks
    of other worlds too. Raises ValueError if there is none."""
    with no_collection(long_lived=True):
        lines = [(line, task) for file in _files(path) for line, task in read(file)]
    own = [(line, task) for line, task in lines if isinstance(task, Task) and task.world == world.name]
    if not own:
        raise ValueError(f"{path} holds no task of {world.name}: leave that world out, or give a file with tasks of it")
    return usable(path, own, world, resolve)


def worlds_of(path: str | Path) -> set[str]:
    """The names of the worlds of which a file, or all *.jsonl of a folder, hold tasks."""
    with no_collection(long_lived=True):
        return {task.world for file in _files(path) for _, task in read(file) if isinstance(task, Task)}


def _files(path: str | Path) -> list[Path]:
    return sorted(Path(path).glob("*.jsonl")) if Path(path).is_dir() else [Path(path)]


def usable(
    path: str | Path, lines: Iterable[tuple[int, Task | Problem]], world: World, resolve: Resolve | None = None
) -> tuple[list[Task], list[Problem]]:
    """Like `load`, of the lines that `read` gave of a file."""
    tasks: list[Task] = []
    problems: list[Problem] = []
    for line, task in lines:
        if isinstance(task, Task):
            try:
                whole = task if resolve is None else resolve(task)
                check(whole, world)
                tasks.append(whole)
            except ValueError as error:
                problems.append(Problem(str(path), line, str(error)))
        else:
            problems.append(task)
    if not tasks:
        raise ValueError(str(problems[0]) if problems else f"{path}: there is no task in it")
    if problems:
        many, first = len(problems), problems[0]
        what = "line is no task" if many == 1 else "lines are no tasks"
        warnings.warn(
            f"{path}: {many} {what} for {world.name} and left out ({len(tasks)} are used). The first, "
            f"line {first.line}: {first.reason}",
            stacklevel=3,
        )
    return tasks, problems


def chosen(place: str, world: World, resolve: Resolve | None = None) -> list[Task]:
    """The task at "FILE:ID" (see find), or all that can be played in this world of a FILE.

    Raises ValueError if there is none.
    """
    whole = os.path.exists(place) or not place.rpartition(":")[0]
    if whole:
        return load(place, world, resolve)[0]
    return [find(place) if resolve is None else resolve(find(place))]


def find(place: str) -> Task:
    """The task at "FILE:ID", where ID is its id or the number of its line. Raises ValueError if there is none."""
    path, _, name = place.rpartition(":")
    if not path:
        raise ValueError(f"a task is given as FILE:ID, such as tasks.jsonl:1; got {place!r}")
    for line, task in read(path):
        if name == str(line) or (isinstance(task, Task) and task.id == name):
            if isinstance(task, Problem):
                raise ValueError(str(task))
            return task
    raise ValueError(f"{path} holds no task {name!r}; ids and line numbers both do")
