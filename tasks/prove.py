"""Proofs that tasks can be done: by playing a solution before the judge, or by searching for one.

check(tasks, world)     for each task: None, or why it is refused
check_file(path)        the same for a file from anywhere, of which nothing is ever executed
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from .. import worlds
from ..worlds.engine.records.relations import EVENTS
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.saved import begin_from
from ..worlds.engine.run.search import FOUND, NONE, search
from ..worlds.engine.run.table import Table
from ..worlds.engine.world import Controller, World
from . import guided
from .compile import check as compiled
from .compile import pictures_of, table
from .files import Problem, read
from .goals import Task
from .language import definites
from .questions import answer, answered
from .recorded import length, unpacked
from .rollouts import REST, act, begin, tick
from .scene import Census

NODES = 20_000
"""States that are searched for a task without a solution, by default."""
PATIENCE = 4096
"""Ticks without action that are played for a goal that only forbids."""

PROOFS = ("solution", "search", "rest", "expert")
"""The proofs of a task."""

_TOGETHER = 512  # tasks checked at a time


def replay(
    batch: Batch, moves: np.ndarray, actions: Mapping[int, np.ndarray] = MappingProxyType({})
) -> tuple[np.ndarray, np.ndarray]:
    """Play moves, (n, ticks, players) with REST for none, from the states of a batch. actions: by row, ACTION records
    (ticks, players) that are played there instead.

    Returns the tick at which each player succeeded, counted from 1, or 0: int64 (n, players); and the players with a
    stage that held already when its turn came, bool (n, players).
    """
    won = np.zeros((batch.n, batch.players), np.int64)
    already = np.zeros(won.shape, bool)
    for number in range(max(moves.shape[1], *map(len, actions.values()), 0)):
        act(batch, moves[:, number] if number < moves.shape[1] else np.full((batch.n, batch.players), REST))
        for row, some in actions.items():
            if number < len(some):
                batch.actions[row] = some[number]
        success, held = tick(batch)
        won[success & (won == 0)] = number + 1
        already |= held
        if batch.over.all():
            break
    return won, already


def done_already(batch: Batch) -> np.ndarray:
    """The faults of the starts of a batch, for each player: uint8 (n, players), 1 if the first stage of its goal holds
    at the start, 2 if a clause of `never` does."""
    holds = batch.things()[2]
    return np.where(holds[..., 1], 2, holds[..., 0]).astype(np.uint8)


def check(tasks: Sequence[Task], world: World, *, nodes: int = NODES) -> list[str | None]:
    """For each task, None if it can be done in this world, or why it is refused.

    A task must compile, its first stage must not hold at its start, its question must have the answer that its goal
    wants, and things that its words call "the" must be there exactly once; and its solution must bring the first player
    success. Without a solution, a search of `nodes` states for the first player that acts must find one. Actions that
    lead elsewhere than on the machine where they were recorded (physics repeats on the same machine only) are no proof;
    the world's expert may then find new ones, as it does where no search is possible.
    """
    return [None if how in PROOFS else how for how in proofs(tasks, world, nodes=nodes)]


def proofs(tasks: Sequence[Task], world: World, *, nodes: int = NODES) -> list[str]:
    """For each task its proof, one of PROOFS; or else why it is refused."""
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
    """The table of those that compile; the reasons of the others go into `found`."""
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
    batch = begin(world, records)
    states, wrong = batch.states.copy(), done_already(batch)
    found = [_refused(task, wrong[row], world) for row, task in enumerate(tasks)]
    things, counts, _ = batch.things()
    for row, task in enumerate(tasks):
        some = things[row, : counts[row]]
        found[row] = found[row] or _misjudged(task, some, world) or _vague(task, some, world)
    _unlike(tasks, found, records, world)
    resting = {
        row for row, task in enumerate(tasks) if not (found[row] or task.solution or task.players[0].goal.stages)
    }
    rest = max((min(tasks[row].limit, PATIENCE) for row in resting), default=0)
    actions = {row: unpacked(one.solution, world) for row, one in enumerate(tasks) if one.solution and not found[row]}
    won = replay(batch, np.full((len(tasks), rest, batch.players), REST, np.int16), actions)[0][:, 0]
    departed, guided = [], isinstance(world.expert, Controller)
    simulated = world.rules.simulator is not None
    for row, task in enumerate(tasks):
        if row in resting:
            found[row] = "rest" if 0 < won[row] <= min(task.limit, PATIENCE) else _LONG
        elif row in actions and not 0 < won[row] <= len(actions[row]):
            departed += [row] if task.solution and task.solution.actions and guided else []
            found[row] = f"solution.{_form(task)}: they do not bring the first player success"
        elif row in actions and task.steps not in (None, won[row]) and not (simulated and _form(task) == "actions"):
            found[row] = f"steps: the solution takes {won[row]} steps, not {task.steps}"
        elif row in actions:
            found[row] = "solution"
    if not simulated:
        _search(tasks, found, states, world, nodes)
    elif guided:
        departed += [row for row in range(len(tasks)) if not found[row]]
    _lead([tasks[row] for row in departed], departed, found, world)
    return [
        how or f"players[0].goal: {world.name} has no expert, so nothing shows that it is feasible" for how in found
    ]


def _form(task: Task) -> str:
    return "actions" if task.solution and task.solution.actions else "moves"


def _misjudged(task: Task, things: np.ndarray, world: World) -> str:
    """The first wrong answer that a task wants to a question, or ""."""
    assert world.rules.things is not None
    for seat, player in enumerate(task.players):
        right = answer(player.question, things, world.rules.things) if player.question else None
        if player.question and right != answered(player.goal):
            return f"players[{seat}].question: the answer is {right!r}, and the goal wants {answered(player.goal)!r}"
    return ""


def _vague(task: Task, things: np.ndarray, world: World) -> str:
    """The first thing that an instruction calls "the" though there is not exactly one, or ""; "" for sentences outside
    the grammar."""
    assert world.rules.things is not None
    census = Census(things, world.rules.things)
    for seat, player in enumerate(task.players):
        for selector, said in definites(player.instruction, world.rules.things).items():
            count = census.count(selector)
            if count != 1:
                there = f"there are {count} of them" if count else "there is none"
                return f"players[{seat}].instruction: {said!r} is one thing, and {there} at the start: say 'a' or 'any'"
    return ""


def _unlike(tasks: list[Task], found: list[str], records: Table, world: World) -> None:
    """Write into `found` the faults of pictures in which the end of the player's goal does not hold. Goals that a state
    does not show, of words and of visits, are left out."""
    for seat in range(world.players):
        shown = {}
        for row, task in enumerate(tasks):
            player = task.players[seat]
            last = player.goal.stages[-1].all if player.goal.stages else ()
            unseen = any(clause.visits or clause.relation in EVENTS for clause in last)
            if not found[row] and player.picture is not None and last and not unseen:
                shown[row] = pictures_of(task, world)[seat]
        if not shown:
            continue
        batch = begin(world, replace(records, records=records.records[list(shown)], moments={}, pictures={}))
        begin_from(dict(enumerate(shown.values())), batch.states, np.ones(len(shown), bool))
        batch.states["stage"][:, seat] = batch.states["stages"][:, seat] - 1
        holds = batch.things()[2][:, seat, 0]
        for row, held in zip(shown, holds.tolist(), strict=True):
            if not held:
                found[row] = f"players[{seat}].picture: the goal is not reached in it"


def _lead(tasks: list[Task], rows: list[int], found: list[str], world: World) -> None:
    """Let the world's expert play the tasks of these rows."""
    if tasks:
        proven = guided.prove(world, tasks, np.array([guided.acting_in(task) for task in tasks]))
        for row, actions in zip(rows, proven, strict=True):
            lost = (
                f"{found[row]}, nor does the expert" if found[row] else "players[0].goal: the expert does not reach it"
            )
            found[row] = lost if actions is None else "expert"


_LONG = f"players[0].goal: not shown to be feasible within {PATIENCE} ticks of rest"


def _refused(task: Task, wrong: np.ndarray, world: World) -> str:
    """The fault of a task before it is played, or ""."""
    for seat, player in enumerate(task.players):
        if wrong[seat] == 2:
            return f"players[{seat}].goal.never: what must never be is so at the start"
        stages = player.goal.stages
        if wrong[seat] == 1 and not stages[0].hold:
            what = "it is" if len(stages) == 1 else "its first stage is"
            return f"players[{seat}].goal: {what} reached already at the start"
    if task.solution is None:
        return ""
    ticks = length(task.solution)
    if not 0 < ticks <= task.limit:
        return f"solution.{_form(task)}: a solution takes 1 to limit ({task.limit}) ticks, and this one {ticks}"
    try:
        unpacked(task.solution, world)
    except ValueError as error:
        return str(error)
    return ""


def _search(tasks: list[Task], found: list[str], states: np.ndarray, world: World, nodes: int) -> None:
    """Search for solutions of the tasks without a verdict."""
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
    """The result of the check of a file: the number of good tasks, in total and by proof, and the problems by line."""

    good: int = 0
    by: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)


def check_file(path: str | Path, *, own: World | None = None, nodes: int = NODES) -> Report:
    """Check each line of a file of tasks of any of the suite's worlds, or of a world of one's own. Raises ValueError if
    there is no such file.

    Worlds are taken by name only: no folder that a file names is ever opened.
    """
    report, known = Report(), {name: worlds.named(name) for name in worlds.names()}
    known |= {own.name: own} if own else {}
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
                _report(path, waiting.pop(task.world), known[task.world], nodes, report)
    for name, some in waiting.items():
        _report(path, some, known[name], nodes, report)
    report.problems.sort(key=lambda problem: problem.line)
    return report


def _report(path: str | Path, some: list[tuple[int, Task]], world: World, nodes: int, report: Report) -> None:
    for (line, _), how in zip(some, proofs([task for _, task in some], world, nodes=nodes), strict=True):
        if how in PROOFS:
            report.good += 1
            report.by[how] += 1
        else:
            report.problems.append(Problem(str(path), line, how))
