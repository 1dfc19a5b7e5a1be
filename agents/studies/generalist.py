"""Is one agent for several worlds as good as one for each, does it need its instructions, and does it play a world that
it never saw?

The expert records the same number of steps of each world, and of tasks of one of them, whose instructions differ where
pictures are alike; its recordings are disturbed, see `rumpus record --disturb`. From these `bc` learns, with one
network and the same settings in every arm: the generalist from all worlds; specialists each from one world, in as many
steps of it as the generalist has; the generalist that is told nothing, neither in training nor at play; and zero-shot,
for each world an agent that learns from all others, in as many steps of each. All of them play the same levels of the
test split, and the benchmark's tasks of the world that has tasks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ... import worlds
from ...tasks.generate import write
from ..contracts import Policy
from ..measuring.benchmark import TASKS
from ..measuring.evaluate import evaluate
from ..mixture import record_mixture
from ..policies import RandomPolicy, player
from ..settings import Config
from .frame import Job, Row, Study, sizes, trained

WORLDS = ("box-world-small", "sokoban-small", "collect-small", "key-and-door-small", "maze-small")
"""Worlds of five families."""
TASKED = "box-world-small"
"""The world with tasks, and its column."""
OWN = ("learns", "told", "worlds", "recorded", "tasks", "steps_each", "episodes")


def prepare(folder: Path, settings: Mapping[str, Any]) -> None:
    """The tasks and the store, which go on where they were broken off."""
    tasks = folder / "tasks" / f"{TASKED}.jsonl"
    tasks.parent.mkdir(parents=True, exist_ok=True)
    write(worlds.load(TASKED), tasks, settings["tasks"], workers=1)
    how: dict[str, Any] = {"tasks": tasks.parent, "successes": True, "disturb": 0.15, "threads": 1}
    record_mixture(",".join(settings["worlds"]), "expert", folder / "store", steps=settings["recorded"], **how)


def run(job: Job) -> Row:
    """Train the agent or agents of an arm, and let them play."""
    s, every = job.settings, tuple(job.settings["worlds"])
    if s["learns"] == "all":
        return _agent(job, "", every, every, tasks=True)
    row: Row = {"steps": 0.0}
    for world in every:
        learned = (world,) if s["learns"] == "one" else tuple(each for each in every if each != world)
        found = _agent(job, world, learned, (world,), tasks=world == TASKED)
        row |= {name: value for name, value in found.items() if name not in ("steps", "mean")}
        row["steps"] += found["steps"] / len(every)
    return row | {"mean": _mean(row, every)}


def _agent(job: Job, name: str, learned: Sequence[str], played: Sequence[str], tasks: bool) -> Row:
    """Train an agent on some worlds, in the folder of this name in that of the run, and measure it on others."""
    s = job.settings
    values = {key: value for key, value in s.items() if key not in OWN}
    values |= {"steps": s["steps_each"] * len(learned), "seed": job.seed, "store": str(job.shared / "store")}
    values |= {} if s["told"] else {"untold": 1.0}
    folder = job.folder / "agents" / (name or "all")
    content = trained(Config.of("bc", *learned, **values), folder)
    policy, _ = player(str(folder), worlds.load(played[0]), seed=job.seed)
    if not s["told"]:
        policy.tell("")  # type: ignore[attr-defined]
    return sizes(content) | measured(policy, s, played, tasks)


def measured(policy: Policy | str, settings: Mapping[str, Any], played: Sequence[str], tasks: bool = True) -> Row:
    """Success on test levels of these worlds, their mean, and on the benchmark's tasks."""
    row: Row = {}
    for name in played:
        played_by = player(policy, worlds.load(name))[0] if isinstance(policy, str) else policy
        how: dict[str, Any] = {"threads": 1, "seed": 1}
        row[name] = _success(name, played_by, how | {"episodes": settings["episodes"]})
        if tasks and name == TASKED:
            row["tasks"] = _success(name, policy, how | {"tasks": TASKS / f"{TASKED}.jsonl"})
    return row | {"mean": _mean(row, played)}


def _success(world: str, policy: Policy | str, how: Mapping[str, Any]) -> float:
    return float(evaluate(world, policy, **how)["success"])


def _mean(row: Row, names: Sequence[str]) -> float:
    return sum(row[name] for name in names) / len(names)


COLUMNS = {"mean": "mean, %", **{name: f"`{name}`, %" for name in WORLDS}, "tasks": f"tasks of `{TASKED}`, %"}

STUDY = Study(
    name="generalist",
    asks="Is one agent for several worlds as good as one for each, and does it need its instructions?",
    run=run,
    prepare=prepare,
    arms={
        "generalist": {"learns": "all"},
        "specialists": {"learns": "one"},
        "generalist without words": {"learns": "all", "told": False},
        "zero-shot": {"learns": "others"},
    },
    common={
        **{"worlds": WORLDS, "told": True, "recorded": 50_000, "tasks": 400, "episodes": 500, "steps_each": 400_000},
        **{"head": "universal", "size": (64, 64), "patch": 8, "channels": 64, "blocks": 4, "gain": 0.5},
        **{"centred": True, "queries": 4, "hidden": 256, "grad_norm": 1.0, "warmup": 0.005, "learning_rate": 2e-3},
        **{"bf16": True, "balance": False, "threads": 1, "tensorboard": False},
    },
    columns=COLUMNS,
    percent=tuple(COLUMNS),
    scales={
        "tiny": {
            **{"worlds": ("box-world-small", "key-and-door-small"), "recorded": 200, "tasks": 8, "episodes": 4},
            **{"steps_each": 256, "envs": 4, "size": (24, 24), "patch": 4, "channels": 8, "hidden": 16},
        },
        "core": {  # the same question of smaller networks in fewer steps
            **{"recorded": 20_000, "tasks": 200, "episodes": 200, "steps_each": 100_000, "envs": 32},
            **{"size": (48, 48), "patch": 6, "channels": 32, "blocks": 2, "hidden": 128},
        },
        "cpu": {},
        "gpu": {"steps_each": 8_000_000, "recorded": 500_000, "envs": 1024, "device": "cuda", "world_device": "cpu"},
    },
    baselines={
        "random": lambda folder, settings: measured(RandomPolicy(1), settings, settings["worlds"]),
        "expert": lambda folder, settings: measured("expert", settings, settings["worlds"]),
    },
)
