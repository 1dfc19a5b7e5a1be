"""Attempts that are made of others, by playing a part of them again: straight ways to what was done, and plays that
reached another goal than the one that was told. The judge scores them like all others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ...episodes.episode import Player
from ...interface.files import write_atomically
from ...tasks.files import write_line
from ...tasks.goals import Task
from ...tasks.recorded import unpacked
from .admission import admitted, what
from .attempts import ROWS, Replayed, new_id, play
from .contracts import Request
from .rounds import Rounds
from .setters import Relabelling
from .straight import OF, ways


def relabel(loop: Rounds, number: int) -> dict[str, Any]:
    """Write the tasks by hindsight of a round's attempts, `relabelled` at most, and play what reached them."""
    s, rng, folder = loop.s, loop.rng(number, 5), loop.at(number)
    request = Request(loop.world, [], s.relabelled, [], loop.bank, rng, folder, s, loop.repeat)
    tasks, report = admitted(Relabelling(loop.tasks(number)), request, known(loop, number), f"h{number}")
    write_atomically(folder / "relabelled.jsonl", "".join(map(write_line, tasks)).encode())
    plays = [unpacked(task.solution, loop.world)[:: loop.repeat] for task in tasks if task.solution]
    ids = [new_id(s.seed, number, task.id, 0) for task in tasks]
    _again(loop, tasks, plays, ids, "hindsight", [{"round": str(number)} for _ in tasks])
    return {"relabelled": len(tasks), **report.plain()}


def known(loop: Rounds, number: int) -> set[str]:
    """`what` of all tasks of earlier rounds, and of the fixed set."""
    return {what(task) for before in range(1, number) for task in loop.all_tasks(before)} | set(map(what, loop.fixed))


def straightened(loop: Rounds, number: int, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Play the straight ways of what the agent was found to have done; returns the ids of these attempts. rows: of all
    attempts of the round, as `scored.json` has them."""
    s, tasks = loop.s, {task.id: task for task in loop.tasks(number)}
    done = {row["id"]: row for row in rows if row["by"] == "policy" and (row["score"] or 0) >= s.threshold}
    ats = {id: row["at"] or row["steps"] for id, row in done.items()}
    found = ways(loop.world, loop.bank, ats, {id: tasks[row["task"]] for id, row in done.items()}, s.threads)
    old = sorted(found)
    again = [tasks[done[id]["task"]].model_copy(update={"id": id}) for id in old]  # a task may come up twice
    ids, extras = [new_id(id, OF) for id in old], [{"round": str(number), OF: id} for id in old]
    extras = [{**extra, "task": done[id]["task"]} for id, extra in zip(old, extras, strict=True)]
    _again(loop, again, [found[id] for id in old], ids, OF, extras)
    return ids


def _again(
    loop: Rounds, tasks: Sequence[Task], plays: Sequence[np.ndarray], ids: Sequence[str], by: str,
    extras: Sequence[Mapping[str, str]],
) -> None:  # fmt: skip
    """Play this in these tasks, and keep it in the bank."""
    for first in range(0, len(tasks), ROWS):
        part = slice(first, first + ROWS)
        play(
            loop.world, Replayed(plays[part]), tasks[part], blind=loop.blind, repeat=loop.repeat,
            threads=loop.s.threads, store=loop.bank.store, ids=ids[part], by=Player("other", by), extras=extras[part],
        )  # fmt: skip
