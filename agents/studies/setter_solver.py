"""Does a setter that learns teach more than one that draws goals by chance, and which of its losses does it need?

In `alchemy-small` the goals that are wanted are stones that no room has as they are: to hold a shell and a core of two
different stones. Few pairs can be made in a room, and an agent that knows nothing seldom makes any. The setter
`setter-solver` (agents/improve/setter_solver.py) proposes goals, and the agent imitates its own attempts that the goal
programs find done. Each arm leaves out one of the setter's losses, or its sight of the room; the control draws goals of
the same space by chance. Each arm attempts as many tasks, and all are measured on the same wanted goals, in rooms that
no arm has seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ... import worlds
from ...interface.files import write_atomically
from ...tasks.files import load, write_line
from ...tasks.goals import FORMAT, Clause, Goal, Player, Selector, Stage, Task
from ...tasks.language import canonical, say
from ...tasks.rollouts import StartSampler, begin
from ...tasks.skills import skill_of
from ...tasks.splits import form, pair_split, pairs
from ...worlds.engine.run.table import pack_tasks
from ..improve import running
from ..improve.settings import settings as settings_of
from .frame import Job, Row, Study

WORLD = "alchemy-small"
LIMIT = 24
"""Ticks of a task: the expert, which goes on to the chest, needs 11 on average."""
HELD, DESIRED = "held-out.jsonl", "desired.jsonl"
WANTED = "you holding thing & you holding thing"
"""The form of the wanted goals, see tasks/splits.py."""
SEED = 1 << 20
"""Of the rooms of the held-out set; those of the desired goals are of the next one."""


def wanted(count: int, seed: int) -> list[Task]:
    """Tasks of starts of the training split: to hold a shell and a core of two stones, a pair that no stone there has
    and whose names are those of training."""
    world, rng = worlds.load(WORLD), np.random.default_rng(seed)
    things, found = world.rules.things, list[Task]()
    assert things is not None
    kinds = list(things.kinds)
    numbers = 1 + kinds.index("shell"), 1 + kinds.index("core")
    while len(found) < count:
        starts = StartSampler(world, "train").draw(rng, count)
        shown, counts, _ = begin(world, pack_tasks(starts.records, starts.levels)).things()
        for row, start in enumerate(starts.data):
            some = shown[row, : counts[row]]
            shells, cores = ([things.colours[c - 1] for c in some["colour"][some["kind"] == one]] for one in numbers)
            shell, core = shells[rng.integers(len(shells))], cores[rng.integers(len(cores))]
            named = pair_split("shell", shell) == pair_split("core", core) == "train"
            if named and (shell, core) not in zip(shells, cores, strict=True) and len(found) < count:
                found.append(_task(world, f"w{len(found)}", start, shell, core))
    return found


def _task(world: worlds.World, name: str, start: Any, shell: str, core: str) -> Task:
    you = Selector(kind="player", who="you")
    parts = (Selector(kind="shell", colour=shell), Selector(kind="core", colour=core))
    clauses = tuple(Clause(a=you, relation="holding", b=part) for part in parts)
    goal = canonical(Goal(stages=(Stage(all=clauses),)))
    return Task(
        rumpus_task=FORMAT, id=name, world=world.name, version=world.version, start=start, limit=LIMIT,
        skill=skill_of(goal), players=(Player(goal=goal, instruction=say(goal, 0)),),
    )  # fmt: skip


def prepare(folder: Path, settings: Mapping[str, Any]) -> None:
    """Write the held-out set and the desired goals, which all arms share."""
    for name, seed in ((HELD, SEED), (DESIRED, SEED + 1)):
        if not (folder / name).exists():
            tasks = wanted(int(settings["held_out"]), seed)
            write_atomically(folder / name, "".join(map(write_line, tasks)).encode())


def run(job: Job) -> Row:
    """One run of the loop, which goes on where it was broken off."""
    files = {"held_tasks": str(job.shared / HELD), "desired": str(job.shared / DESIRED)}
    values = {name: value for name, value in job.settings.items() if name != "base"} | files | {"seed": job.seed}
    found = running.run(settings_of(WORLD, str(job.settings["base"]), values), job.folder / "loop")
    success = found["success"]
    rounds = [found_in(job.folder / "loop", number) for number in range(1, len(success))]
    row = {"first": success[0], "last": success[-1], "gain": success[-1] - success[0], "steps": found["steps"]}
    row |= {"rounds": len(rounds)}
    if rounds:
        row |= rounds[-1]
    return row


def found_in(folder: Path, number: int) -> Row:
    """Of a round's tasks, the shares that were proven to be possible, that are of the wanted form, and that no other of
    them has the goal of; and of its attempts, the share that reached theirs."""
    at = folder / "rounds" / f"{number:04}"
    proposed, scored = (json.loads((at / f"{name}.json").read_text()) for name in ("proposed", "scored"))
    goals = [task.players[0].goal for task in load(at / "tasks.jsonl", worlds.load(WORLD))[0]]
    like = [form(goal) == WANTED and {"shell", "core"} == {kind for kind, _ in pairs(goal)} for goal in goals]
    own = [bool(row["true"]) for row in scored["attempts"] if row["by"] == "policy"]
    return {
        "possible": proposed["setter"]["feasible"]["share"], "wanted": float(np.mean(like)),
        "different": len({goal.model_dump_json() for goal in goals}) / len(goals), "own": float(np.mean(own)),
    }  # fmt: skip


_SOLVER = {"setter": "setter-solver"}
STUDY = Study(
    name="setter-solver",
    asks="Does a setter that learns teach more than chance, and which of its losses does it need?",
    run=run,
    prepare=prepare,
    arms={
        "setter-solver": _SOLVER,
        "no validity": {**_SOLVER, "validity": 0.0},
        "no feasibility": {**_SOLVER, "feasibility": 0.0},
        "no coverage": {**_SOLVER, "coverage": 0.0},
        "no desirability": {**_SOLVER, "desirability": 0.0},
        "does not see the room": {**_SOLVER, "conditioned": False},
        "uniform": {"setter": "uniform"},
    },
    common={"tries": 1, "limit": LIMIT, "threads": 1},
    columns={
        "first": "at the start, %", "last": "at the end, %", "gain": "gain, points",
        "possible": "proven possible, %", "wanted": "of the wanted form, %", "different": "different goals, %",
        "own": "reached by the agent, %",
    },
    percent=("first", "last", "gain", "possible", "wanted", "different", "own"),
    scales={
        "tiny": {"base": "tiny", "limit": 12, "held_out": 8, "setter_steps": 10},
        "cpu": {
            **{"base": "cpu", "rounds": 3, "tasks": 128, "held_out": 128, "audited": 32, "searched": 500},
            **{"passes": 20, "relabelled": 128, "setter_steps": 120},
            "learning": {"steps": 5_000, "learning_rate": 0.002, "queries": 4},
        },
        "gpu": {"base": "gpu"},
    },
    against="uniform",
)  # fmt: skip
