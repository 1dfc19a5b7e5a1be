"""The measurements of each round: success on the fixed held-out set, by the goal programs and by the judge, and the
audit of the judge."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from ...episodes.episode import Player
from ...interface.files import write_atomically
from ...interface.progress import quiet
from ...tasks.compile import table as compiled
from ...tasks.files import load, write_line
from ...tasks.generate import generate
from ...tasks.goals import Player as Part
from ...tasks.goals import Task
from ...tasks.language import canonical, say
from ...tasks.prove import done_already
from ...tasks.rollouts import begin
from ...tasks.scene import scene
from ...tasks.skills import skill_of
from ..policies import player
from .admission import limit_of
from .attempts import ROWS, new_id, play
from .audit import Judged, clipped, counterfactual, rate, scored, table
from .contracts import Present
from .rounds import Rounds
from .setters import goals

SHIFT = 1 << 20
"""Added to a run's seed for its held-out set, and twice for its table."""
TABLE = 1000
"""Tasks of the table that the setter `table` has unless a file is given, as in docs/tasks.md, "Curricula"."""
CLIPS = 3
"""Attempts of each round that the report shows."""


def limit(loop: Rounds) -> int:
    """Ticks of a task of the loop."""
    return limit_of(loop.world, loop.s.limit)


def fixed(loop: Rounds) -> list[Task]:
    """The held-out set, which is made once, of the test split; and the table, where the setter takes one."""
    file = loop.folder / "held-out.jsonl"
    if not file.exists():
        given = loop.s.held_tasks
        tasks = (
            load(given, loop.world)[0]
            if given
            else _made(loop, loop.s.held_out, loop.s.held_split, loop.s.seed + SHIFT)
        )
        _write(file, [_within(task, loop.s.held_limit) for task in tasks[: loop.s.held_out]])
    table_file = loop.folder / "table.jsonl"
    if getattr(loop.setter, "repeats", False) and loop.s.table is None and not table_file.exists():
        _write(table_file, _made(loop, min(TABLE, 4 * loop.s.tasks), "train", loop.s.seed + 2 * SHIFT))
    return load(file, loop.world)[0]


def _made(loop: Rounds, count: int, split: str, seed: int) -> list[Task]:
    """So many tasks of a split, with limits that give the agent whole steps."""
    with quiet():
        return list(generate(loop.world, count, split=split, seed=seed))


def _within(task: Task, most: int | None) -> Task:
    """The task with a limit of at most so many ticks, but no fewer than its proof takes."""
    return task.model_copy(update={"limit": min(task.limit, max(most, task.steps or 1))}) if most else task


def _write(file: Path, tasks: list[Task]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(file, "".join(map(write_line, tasks)).encode())


def measure(loop: Rounds, number: int) -> dict[str, Any]:
    """Let a generation attempt the held-out set, once each, and audit the judge of its round. Counts of calls of the
    judge here are its audit's, and none of the loop's."""
    s, tasks, found = loop.s, loop.fixed, []
    seed = int(loop.rng(0, 7).integers(1 << 31))  # the same in all rounds
    ids = [new_id(s.seed, "held", number, task.id) for task in tasks]
    for first in range(0, len(tasks), ROWS):
        policy = player(loop.agent(number), loop.world, seed=seed + first)[0]
        found += play(
            loop.world, policy, tasks[first : first + ROWS], blind=loop.blind, repeat=loop.repeat, threads=s.threads,
            store=loop.held.store, ids=ids[first : first + ROWS], by=Player("policy", f"round {number}"),
        )  # fmt: skip
    true = np.array([bool(one.won) for one in found])
    skills: dict[str, list[bool]] = defaultdict(list)
    for task, won in zip(tasks, true.tolist(), strict=True):
        skills[task.skill].append(won)
    row: dict[str, Any] = {
        "true": rate(int(true.sum()), len(true)),
        "skills": {skill: rate(sum(won), len(won)) for skill, won in sorted(skills.items())},
        "clips": [ids[index] for index in _clips(true)],
    }
    if loop.judge.truth:
        return row | {"judged": row["true"], "abstained": 0}
    return row | _judged(loop, number, ids, true)


def _clips(true: np.ndarray) -> list[int]:
    """A few attempts: successes and failures."""
    order = [*np.flatnonzero(true)[: CLIPS - 1].tolist(), *np.flatnonzero(~true)[:CLIPS].tolist()]
    return order[:CLIPS]


def _judged(loop: Rounds, number: int, ids: list[str], true: np.ndarray) -> dict[str, Any]:
    """Success on the held-out set by the judge, and its audit."""
    s, tasks = loop.s, dict(zip(ids, loop.fixed, strict=True))
    folder = loop.at(number) / "judge"
    folder.mkdir(parents=True, exist_ok=True)
    if number:
        loop.judge.prepare(loop.bank, folder, s.seed * 1000 + number)
    elif loop.judge.marks:
        return {"judged": rate(0, 0), "abstained": len(ids)}  # it has not learned yet
    scores: dict[str, float] = {}
    for part in loop.held.attempts(ids, truth=False, frames=loop.judge.frames):
        scores |= {one.id: score for one, score in zip(part, scored(loop.judge, part), strict=True)}
    truth = dict(zip(ids, true.tolist(), strict=True))
    now = [Judged(tasks[id].skill, truth[id], scores.get(id, math.nan)) for id in ids]
    given = [one for one in now if math.isfinite(one.score)]
    audited = loop.rng(number, 3).permutation(ids)[: s.audited].tolist()
    given_ids = {"threshold": s.threshold}
    return {
        "judged": rate(sum(one.score >= s.threshold for one in given), len(given)),
        "abstained": len(now) - len(given),
        "audit": {
            "now": table(now, **given_ids),
            "other instruction": table(_others(loop, number, audited, tasks), **given_ids),
            "cut off": table(clipped(loop.held, loop.judge, audited, tasks), **given_ids),
        },
    }


def _others(loop: Rounds, number: int, ids: list[str], tasks: dict[str, Task]) -> list[Judged]:
    """Scores beside another instruction: a goal of the grammar about the things at the same start, which does not hold
    there."""
    world, s = loop.world, loop.s
    if not ids:
        return []
    batch = begin(world, compiled([tasks[id] for id in ids], world))
    things, counts, _ = batch.things()
    states = [
        Present(tasks[id].start, things[row, : counts[row]].copy(), np.zeros(0), False) for row, id in enumerate(ids)
    ]
    assert world.rules.things is not None
    others: dict[str, Task] = {}
    for at, goal in goals(world, states, loop.rng(number, 4)):
        task = tasks[ids[at]]
        if goal is None or canonical(goal) == canonical(task.players[0].goal):
            continue
        goal = canonical(goal)
        told = Part(goal=goal, instruction=say(goal, 0, scene(states[at].things, world.rules.things)))
        values = {"players": (told,), "skill": skill_of(goal), "solution": None, "steps": None, "split": "train"}
        others[ids[at]] = task.model_copy(update={**values, "held": ()})
    if not others:
        return []
    faults = done_already(begin(world, compiled(list(others.values()), world)))[:, 0].tolist()
    kept = {id: task for (id, task), fault in zip(others.items(), faults, strict=True) if not fault}
    return counterfactual(world, loop.held, loop.judge, ids, tasks, kept, loop.repeat, s.threads)


def summary(loop: Rounds) -> dict[str, Any]:
    """The figures of a run: true success of each generation, the gain, the calls of the judge, success gained per
    thousand of them, and the first round in which the judge claims more than the truth's interval allows."""
    rows = []
    for number in range(loop.s.rounds + 1):
        measured = loop.read(number, "measured")
        if measured:
            rows.append((number, measured))
    calls = sum(loop.read(number, "scored").get("calls", 0) for number, _ in rows if number)
    calls += sum(loop.read(number, "learned").get("audit", {}).get("paid", {}).get("attempts", 0) for number, _ in rows)
    steps = sum(loop.read(number, "played").get("steps", 0) for number, _ in rows if number)
    steps += sum(loop.read(number, "scored").get("straight", {}).get("steps", 0) for number, _ in rows if number)
    first, last = rows[0][1]["true"]["share"], rows[-1][1]["true"]["share"]
    parted = None
    for number, row in rows:
        judged = row["judged"]["share"]
        if number and parted is None and judged is not None and judged > row["true"]["high"]:
            parted = number
    return {
        "success": [row["true"]["share"] for _, row in rows], "gain": last - first, "calls": calls, "steps": steps,
        "gain_per_1000_calls": 1000 * (last - first) / calls if calls else None, "parted": parted,
    }  # fmt: skip
