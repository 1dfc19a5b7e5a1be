"""Does an agent that learned in other worlds learn a new one in fewer steps than a network that begins anew?

For each world that is left out, an agent learns by `bc` from the expert's recordings in the other worlds of the study
`generalist`. From its weights, and from scratch, the same network then learns by `dagger` in the world that was left
out, with the same settings, and plays levels of its test split now and then. Two things count: the steps after which
success there first reaches a fixed share, and the success at the end. Steps of the other worlds are not counted.
"""

from __future__ import annotations

from typing import Any

from ..settings import Config
from ..training.log import read_metrics
from . import generalist
from .frame import Job, Row, Study, sizes, trained

REACHED = {"box-world-small": 0.5, "key-and-door-small": 0.25}
"""Worlds that are left out, and the share of success that counts as having learned them: of agents of the study
`generalist` that learned in one world alone, one was far above it in the first, and one near it in the second."""
OWN = ("world", "worlds", "recorded", "tasks", "before", "fed", "network")
SHARED = ("envs", "threads", "learning_rate", "device", "world_device")
"""Settings of both runs."""
NETWORK: dict[str, Any] = {
    "head": "universal", "patch": 8, "channels": 64, "blocks": 4, "gain": 0.5, "centred": True, "queries": 4,
    "hidden": 256,
}  # fmt: skip
SMALL = NETWORK | {"patch": 6, "channels": 32, "blocks": 2, "hidden": 128}
TINY = NETWORK | {"patch": 4, "channels": 8, "blocks": 1, "hidden": 16}


def run(job: Job) -> Row:
    """Train the agent before, if the arm has one, and then in the world that was left out."""
    s = dict(job.settings)
    world, base = s["world"], {name: s[name] for name in SHARED if name in s}
    base |= {"seed": job.seed, "tensorboard": False}
    network = s["network"] | {"size": s["size"]}
    if s["fed"]:
        others = [name for name in s["worlds"] if name != world]
        how = {"steps": s["before"] * len(others), "balance": False, "grad_norm": 1.0, "warmup": 0.005}
        trained(
            Config.of("bc", *others, **base, **network, **how, store=str(job.shared / "store")), job.folder / "before"
        )
        network = {"start": str(job.folder / "before")}
    values = {name: value for name, value in s.items() if name not in (*OWN, "size")}
    content = trained(Config.of("dagger", world, **values | base | network), job.folder / "after")
    rows = [row for row in read_metrics(job.folder / "after") if "held_out_success" in row]
    above = [row["steps"] for row in rows if row["held_out_success"] >= REACHED[world]]
    found = {"first": rows[0]["held_out_success"], "success": rows[-1]["held_out_success"]}
    return sizes(content) | found | ({"reached": min(above)} if above else {})


STUDY = Study(
    name="fine-tuning",
    asks="Does an agent that learned in other worlds learn a new one in fewer steps?",
    run=run,
    prepare=generalist.prepare,
    arms={
        f"{world}, {name}": {"world": world, "fed": fed}
        for world in REACHED
        for name, fed in {"from scratch": False, "from other worlds": True}.items()
    },
    common={
        **{"worlds": generalist.WORLDS, "recorded": 50_000, "tasks": 400, "before": 400_000, "steps": 400_000},
        **{"network": NETWORK, "size": (64, 64), "learning_rate": 2e-3, "beta_until": 0.5, "threads": 1, "envs": 64},
        **{"evaluate_split": "test", "evaluate_episodes": 500, "evaluate_every": 8},
    },
    columns={"first": "success before, %", "reached": "steps to the share", "success": "success at the end, %"},
    percent=("first", "success"),
    scales={
        "tiny": {
            **{"recorded": 200, "tasks": 8, "before": 256, "steps": 512, "envs": 4, "evaluate_episodes": 4},
            **{"evaluate_every": 2, "network": TINY, "size": (24, 24)},
        },
        "core": {  # the same question of a smaller network in fewer steps
            **{"recorded": 20_000, "tasks": 200, "before": 60_000, "steps": 65_536, "envs": 32, "network": SMALL},
            **{"size": (48, 48), "evaluate_episodes": 200, "evaluate_every": 4},
        },
        "cpu": {},
        "gpu": {"before": 8_000_000, "recorded": 500_000, "envs": 1024, "device": "cuda", "world_device": "cpu"},
    },
)
