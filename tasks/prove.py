"""Proofs that tasks can be done: by playing a solution before the judge, or by searching for one.

check(tasks, world)     for each task: None, or why it is refused
check_file(path)        the same for a file from anywhere, of which nothing is ever executed
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from .. import worlds
from ..worlds.engine.batch import Batch
from ..worlds.engine.search import FOUND, NONE, search
from ..worlds.engine.table import Table
from ..worlds.engine.world import World
from .compile import check as compiled
from .compile import table
from .files import Problem, read
from .goals import Task
from .play import REST, act, begin

NODES = 20_000
"""States that are looked at for a task without a solution, unless told otherwise."""
PATIENCE = 4096
"""Ticks of rest that are played for a goal that only has to be kept."""

_TOGETHER = 512  # tasks checked at a time


def replay(batch: Batch, moves: np.ndarray) -> np.ndarray:
    """Play moves, (n, ticks, players) with REST for none, from where a batch is.

    Returns the tick at which each player succeeded, counted from 1, or 0: int64 (n, players).
    """
    won = np.zeros((batch.n, batch.players), np.int64)
    for tick in range(moves.shape[1]):
        act(batch, moves[:, tick])
        success = batch.step()["success"] != 0
        won[success & (won == 0)] = tick + 1
        if batch.over.all():
            break
    return won


def done_already(batch: Batch) -> np.ndarray:
    """What is wrong with the starts of a batch that has just begun, for each player: uint8 (n, players), 1 if the first
    stage of its goal holds already, 2 if something that must never be is so."""
    holds = batch.look()[2]
    return np.where(holds[..., 1], 2, holds[..., 0]).astype(np.uint8)


def check(tasks: Sequence[Task], world: World, *, nodes: int = NODES) -> list[str | None]:
    """For each task, None if it can be done in this world, or why it is refused.

    A task must compile, must not be done at its start, and its solution must bring the first player success. If it has
    none, a search for the first player that acts, of so many states, must find one.
    """
    return [None if how in ("solution", "search", "rest") else how for how in proofs(tasks, world, nodes=nodes)]


def proofs(tasks: Sequence[Task], world: World, *, nodes: int = NODES) -> list[str]:
    """For each task how it is proven, "solution", "search" or "rest"; or else why it is refused."""
    found: list[str] = [""] * len(tasks)
    for first in range(0, len(tasks), _TOGETHER):
        some = list(range(first, min(first + _TOGETHER, len(tasks))))
        records = _compiled(tasks, some, world, found)
        if records is not None:
            good = [index for index in some if not found[index]]
            for index, how in zip(good, _proofs([tasks[i] for i in good], records, world, nodes), strict=True):
                found[index] = how
    return found


def _compiled(tasks: Sequence[Task], some: list[int], world: World, found: list[str]) -> Table | None:
    """The table of those that compile; what is wrong with the others goes into `found`."""
    try:
        return table([tasks[index] for index in some], world)
    except ValueError:
        for index in some:
            try:
                compiled(tasks[index], world)
            except ValueError as error:
                found[index] = str(error).removeprefix(f"task {tasks[index].id}: ")
    good = [tasks[index] for index in some if not found[index]]
    return table(good, world) if good else None


def _proofs(tasks: list[Task], records: Table, world: World, nodes: int) -> list[str]:
    batch = begin(world, records.records, records.levels)
    states, wrong = batch.states.copy(), done_already(batch)
    found = [_refused(task, wrong[row], len(world.moves)) for row, task in enumerate(tasks)]
    plans = [
        _moves(task) if not why else np.zeros((0, batch.players), np.int16)
        for task, why in zip(tasks, found, strict=True)
    ]
    moves = np.full((len(tasks), max(map(len, plans), default=0), batch.players), REST, np.int16)
    for row, plan in enumerate(plans):
        moves[row, : len(plan)] = plan
    won = replay(batch, moves)[:, 0]
    for row, (task, plan) in enumerate(zip(tasks, plans, strict=True)):
        if found[row] or not len(plan):
            continue
        if not 0 < won[row] <= len(plan):
            found[row] = "solution.moves: they do not bring the first player success" if task.solution else _LONG
        elif task.solution and task.steps not in (None, won[row]):
            found[row] = f"steps: the solution takes {won[row]} steps, not {task.steps}"
        else:
            found[row] = "solution" if task.solution else "rest"
    _search(tasks, found, states, world, nodes)
    return found


_LONG = f"players[0].goal: not shown to be feasible within {PATIENCE} ticks of rest"


def _refused(task: Task, wrong: np.ndarray, moves: int) -> str:
    """What is wrong with a task before anything is played, or ""."""
    for seat, player in enumerate(task.players):
        if wrong[seat] == 2:
            return f"players[{seat}].goal.never: what must never be is so at the start"
        stages = player.goal.stages
        if wrong[seat] == 1 and len(stages) == 1 and not stages[0].hold:
            return f"players[{seat}].goal: it is reached already at the start"
    if task.solution is None:
        return ""
    plan = task.solution.moves
    if not plan or len(plan) > task.limit:
        return f"solution.moves: a solution takes 1 to limit ({task.limit}) ticks, and this one {len(plan)}"
    for tick, hands in enumerate(plan):
        if len(hands) != len(task.players):
            return f"solution.moves[{tick}]: there is a move for each of {len(task.players)} players, not {len(hands)}"
        if max(hands) >= moves:
            return f"solution.moves[{tick}]: the world has {moves} moves, from 0 on; there is no {max(hands)}"
    return ""


def _moves(task: Task) -> np.ndarray:
    """The moves to be played for a task: (ticks, players)."""
    if task.solution:
        return np.array(task.solution.moves, np.int16)
    ticks = min(task.limit, PATIENCE) if not task.players[0].goal.stages else 0
    return np.full((ticks, len(task.players)), REST, np.int16)


def _search(tasks: list[Task], found: list[str], states: np.ndarray, world: World, nodes: int) -> None:
    """Search for a way to do the tasks of which nothing is known yet."""
    for player in range(world.players):
        rows = [
            row
            for row, task in enumerate(tasks)
            if not found[row] and player == next((i for i, one in enumerate(task.players) if one.acts), 0)
        ]
        if not rows:
            continue
        plans = search(world, states[rows], player=player, nodes=nodes)
        for row, verdict in zip(rows, plans.verdicts, strict=True):
            if verdict == FOUND:
                found[row] = "search"
            elif verdict == NONE:
                found[row] = (
                    f"players[{player}].goal: it cannot be reached in {tasks[row].limit} ticks, whatever is done"
                )
            else:
                found[row] = f"players[{player}].goal: not shown to be feasible within {nodes} states"


@dataclass
class Report:
    """What a check of a file found: how many tasks are good, by what they are proven, and the problems, by line."""

    good: int = 0
    by: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def check_file(path: str | Path, *, nodes: int = NODES) -> Report:
    """Check each line of a file of tasks of any of the worlds there are. Raises ValueError if there is no such file.

    Worlds are taken by name only: no folder that a file names is ever opened.
    """
    report, known = Report(), worlds.names()
    waiting: dict[str, list[tuple[int, Task]]] = {}
    for line, task in read(path):
        if isinstance(task, Problem):
            report.problems.append(task)
        elif task.world not in known:
            reason = f"world: there is no world {task.world!r}; the worlds are {', '.join(known)}"
            report.problems.append(Problem(str(path), line, reason))
        else:
            some = waiting.setdefault(task.world, [])
            some.append((line, task))
            if len(some) == _TOGETHER:
                _report(path, waiting.pop(task.world), nodes, report)
    for some in waiting.values():
        _report(path, some, nodes, report)
    report.problems.sort(key=lambda problem: problem.line)
    return report


def _report(path: str | Path, some: list[tuple[int, Task]], nodes: int, report: Report) -> None:
    tasks = [task for _, task in some]
    for (line, _), how in zip(some, proofs(tasks, worlds.load(tasks[0].world), nodes=nodes), strict=True):
        if how in ("solution", "search", "rest"):
            report.good += 1
            report.by[how] += 1
        else:
            report.problems.append(Problem(str(path), line, how))
