"""Does a setter that learns teach more than one that draws goals by chance, and which of its losses does it need?

In `alchemy-small` the goals that are wanted are stones that no room has as they are: to hold a shell and a core of two
different stones. In `colour-find-small` they are pairs of colours: to take a block of each. Few pairs can be had in a
room, and an agent that knows nothing seldom gets any. The setter
`setter-solver` (agents/improve/setter_solver.py) proposes goals, and the agent imitates its own attempts that the goal
programs find done. Each arm leaves out one of the setter's losses, or its sight of the room; the control draws goals of
the same space by chance. Each arm attempts as many tasks, and all are measured on the same wanted goals, in rooms that
no arm has seen.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
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

HELD, DESIRED = "held-out.jsonl", "desired.jsonl"
SEED = 1 << 20
"""Of the rooms of the held-out set; those of the desired goals are of the next one."""


@dataclass(frozen=True)
class Wanted:
    """The goals that are wanted in a world: two clauses at the same time, each with a thing of one of `kinds` in a
    colour. holding: whether the player is to hold the things, which else are to be used up; limit: ticks of a task."""

    kinds: tuple[str, str]
    holding: bool
    limit: int

    def clause(self, thing: Selector) -> Clause:
        """The clause about one of the two things."""
        if self.holding:
            return Clause(a=Selector(kind="player", who="you"), relation="holding", b=thing)
        return Clause(a=thing, relation="gone")

    @property
    def form(self) -> str:
        """The form of these goals, see tasks/splits.py."""
        return " & ".join(["you holding thing" if self.holding else "thing gone"] * 2)


WANTED = {
    "alchemy-small": Wanted(("shell", "core"), True, 24),  # the expert, which goes on to the chest, needs 11 on average
    "colour-find-small": Wanted(("block", "block"), False, 150),  # the expert needs at most about 100
}


def wanted(name: str, count: int, seed: int) -> list[Task]:
    """Tasks in a world, of starts of the training split, about two things that are there: a pair that no one thing has
    both of, and whose names are those of training."""
    world, rng = worlds.load(name), np.random.default_rng(seed)
    things, of, found = world.rules.things, WANTED[name], list[Task]()
    assert things is not None
    numbers = [1 + list(things.kinds).index(kind) for kind in of.kinds]
    while len(found) < count:
        starts = StartSampler(world, "train").draw(rng, count)
        shown, counts, _ = begin(world, pack_tasks(starts.records, starts.levels)).things()
        for row, start in enumerate(starts.data):
            some = shown[row, : counts[row]]
            firsts, seconds = ([things.colours[c - 1] for c in some["colour"][some["kind"] == n]] for n in numbers)
            first, second = firsts[rng.integers(len(firsts))], seconds[rng.integers(len(seconds))]
            named = pair_split(of.kinds[0], first) == pair_split(of.kinds[1], second) == "train"
            if named and (first, second) not in zip(firsts, seconds, strict=True) and len(found) < count:
                found.append(_task(world, f"w{len(found)}", start, of, (first, second)))
    return found


def _task(world: worlds.World, name: str, start: Any, of: Wanted, colours: tuple[str, str]) -> Task:
    parts = (Selector(kind=kind, colour=colour) for kind, colour in zip(of.kinds, colours, strict=True))
    goal = canonical(Goal(stages=(Stage(all=tuple(map(of.clause, parts))),)))
    return Task(
        rumpus_task=FORMAT, id=name, world=world.name, version=world.version, start=start, limit=of.limit,
        skill=skill_of(goal), players=(Player(goal=goal, instruction=say(goal, 0)),),
    )  # fmt: skip


def prepare(folder: Path, settings: Mapping[str, Any]) -> None:
    """Write the held-out set and the desired goals, which all arms share."""
    for name, seed in ((HELD, SEED), (DESIRED, SEED + 1)):
        if not (folder / name).exists():
            tasks = wanted(str(settings["world"]), int(settings["held_out"]), seed)
            write_atomically(folder / name, "".join(map(write_line, tasks)).encode())


def run(job: Job) -> Row:
    """One run of the loop, which goes on where it was broken off."""
    files = {"held_tasks": str(job.shared / HELD), "desired": str(job.shared / DESIRED)}
    world = str(job.settings["world"])
    values = {name: value for name, value in job.settings.items() if name not in ("base", "world")}
    values |= files | {"limit": WANTED[world].limit, "seed": job.seed}
    found = running.run(settings_of(world, str(job.settings["base"]), values), job.folder / "loop")
    success = found["success"]
    rounds = [found_in(job.folder / "loop", world, number) for number in range(1, len(success))]
    row = {"first": success[0], "last": success[-1], "gain": success[-1] - success[0], "steps": found["steps"]}
    row |= {"rounds": len(rounds)}
    if rounds:
        row |= rounds[-1]
    return row


def found_in(folder: Path, world: str, number: int) -> Row:
    """Of a round's tasks, the shares that were proven to be possible, that are of the wanted form, and that no other of
    them has the goal of; and of its attempts, the share that reached theirs."""
    at = folder / "rounds" / f"{number:04}"
    proposed, scored = (json.loads((at / f"{name}.json").read_text()) for name in ("proposed", "scored"))
    goals = [task.players[0].goal for task in load(at / "tasks.jsonl", worlds.load(world))[0]]
    of = WANTED[world]
    like = [form(goal) == of.form and {*of.kinds} == {kind for kind, _ in pairs(goal)} for goal in goals]
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
    common={"world": "alchemy-small", "tries": 1, "threads": 1},
    columns={
        "first": "at the start, %", "last": "at the end, %", "gain": "gain, points",
        "possible": "proven possible, %", "wanted": "of the wanted form, %", "different": "different goals, %",
        "own": "reached by the agent, %",
    },
    percent=("first", "last", "gain", "possible", "wanted", "different", "own"),
    scales={
        "tiny": {"base": "tiny", "held_out": 8, "setter_steps": 10},
        "cpu": {
            **{"base": "cpu", "rounds": 3, "tasks": 128, "held_out": 128, "audited": 32, "searched": 500},
            **{"passes": 20, "relabelled": 128, "setter_steps": 120},
            "learning": {"steps": 5_000, "learning_rate": 0.002, "queries": 4},
        },
        "gpu": {"base": "gpu"},
    },
    against="uniform",
)  # fmt: skip
