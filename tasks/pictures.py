"""Goals as pictures: a task shows its players the moment of a play of its solution in which they succeed.

A picture is a state, so it is drawn at any size and from the player's own view; `Batch.goal_pixels` draws it. The judge
looks at the goal that the picture was made from, and never at the picture.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..worlds.engine.world import World
from .compile import packed_state, table
from .goals import Moment, Player, Task
from .recorded import unpacked
from .rollouts import REST, act, begin, tick
from .skills import skill_of

WAYS = ("beside", "alone")
"""How pictures stand to words: beside the instruction, or alone, with TOLD in its place."""
TOLD = "make it look like the picture"
"""The instruction of a player who is told by a picture alone."""
_UNSEEN = ("answer", "guard", "speak")  # skills of goals of which no picture tells anything
_LAST = ("avoid", "two-stage", "three-stage", "hold-still")  # skills of goals of which a picture tells the end alone


def pictured(tasks: Sequence[Task], world: World, way: str = "beside") -> list[Task]:
    """The tasks of a world, each with the pictures of its players that succeed in its solution.

    way: one of WAYS. "alone" leaves the words where a picture does not tell all: goals of several stages, with
    something that must never be, or that is to last; and where words are of a style that is kept for testing. No
    picture is made of questions, words to say, goals without stages, of the goal of a partner that is told nothing,
    and of goals that the solution does not reach. Raises ValueError for a task without a solution.
    """
    check_pictures(world, way)
    if not tasks:
        return []
    shown = _moments(tasks, world)
    return [
        task.model_copy(
            update={
                "players": tuple(
                    _told(task, player, shown[row].get(seat), way) for seat, player in enumerate(task.players)
                )
            }
        )
        for row, task in enumerate(tasks)
    ]


def check_pictures(world: World, way: str) -> None:
    """Raise ValueError for a way that is none of WAYS, and for a world whose states cannot be saved."""
    if way not in WAYS:
        raise ValueError(f"pictures stand {' or '.join(WAYS)}: beside the words, or in their place; got {way[:40]!r}")
    if not world.rules.savable:
        raise ValueError(f"{world.name} cannot be saved, so its goals have no pictures")


def _moments(tasks: Sequence[Task], world: World) -> list[dict[int, Moment]]:
    """For each task, the moments in which its players succeed when its solution is played, by player."""
    solutions = []
    for task in tasks:
        if task.solution is None:
            raise ValueError(f"task {task.id} has no solution, so there is no moment in which its goal is reached")
        solutions.append(unpacked(task.solution, world))
    batch = begin(world, table(tasks, world))
    found: list[dict[int, Moment]] = [{} for _ in tasks]
    states: dict[bytes, str] = {}
    for number in range(max(map(len, solutions))):
        act(batch, np.full((batch.n, batch.players), REST))
        for row, actions in enumerate(solutions):
            if number < len(actions):
                batch.actions[row] = actions[number]
        success, _ = tick(batch)
        for row, seat in np.argwhere(success).tolist():
            if number < len(solutions[row]) and seat not in found[row]:
                record = batch.record(row)
                if record not in states:
                    states = {record: packed_state(world, np.frombuffer(record, world.rules.state))}
                found[row][seat] = Moment(state=states[record])
        if batch.over.all():
            break
    return found


def _told(task: Task, player: Player, moment: Moment | None, way: str) -> Player:
    """The player with its picture, if it gets one."""
    skill = skill_of(player.goal)
    blind = task.kind == "informed-blind" and player.acts
    if moment is None or player.question is not None or skill in _UNSEEN or blind:
        return player
    given = {"picture": moment}
    whole = skill not in _LAST and not any(
        stage.before or any(clause.visits for clause in stage.all) for stage in player.goal.stages
    )
    if way == "alone" and whole and "words" not in task.held:
        return player.model_copy(update={**given, "instruction": TOLD})
    return player.model_copy(update=given)
