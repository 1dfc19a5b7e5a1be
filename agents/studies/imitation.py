"""Is imitation of stored episodes quicker than learning by playing?

In each world the expert records 2,000 episodes of the training split. From these `bc` learns, and `ppo` by playing, for
about as much time of one CPU core: the steps below take about a minute each on a cloud machine. PPO has the settings of
`rumpus train ppo`; with the larger network of `bc` it makes fewer steps in that time. Then both play 1,024 levels of
the test split, drawn by chance. A run that was broken off begins anew, so that its time is known.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ...interface.files import write_atomically
from .. import checkpoint
from ..recording import record
from ..settings import Config
from ..training import run as training
from .frame import Job, Row, Study, sizes
from .learned import measured

WORLDS = ("sokoban-small", "box-world-small")
ALGORITHMS: dict[str, dict[str, Any]] = {
    "ppo": {"algorithm": "ppo", "minute": 400_000},
    "bc": {"algorithm": "bc", "minute": 600_000, "channels": 32, "blocks": 4, "hidden": 256},
}
"""The settings of each that are not its defaults, and the steps that it makes in about a minute."""
OWN = ("algorithm", "world", "minute", "minutes_each", "recorded", "measures", "episodes")


def prepare(folder: Path, settings: Mapping[str, Any]) -> None:
    """The stores of the expert's episodes, which are recorded once."""
    for world in WORLDS:
        path = folder / f"expert-{world}"
        done = path.with_suffix(".json")
        if not done.exists():
            told = record(world, "expert", path, episodes=settings["recorded"], split="train", threads=1)
            write_atomically(done, json.dumps(told).encode())


def run(job: Job) -> Row:
    """Train one run, and let it play."""
    s = job.settings
    values = {name: value for name, value in s.items() if name not in OWN}
    values |= {"steps": round(s["minute"] * s["minutes_each"]), "seed": job.seed, "threads": 1, "tensorboard": False}
    if s["algorithm"] == "bc":
        values["store"] = str(job.shared / f"expert-{s['world']}")
    began = time.process_time()
    training.begin(Config.of(s["algorithm"], s["world"], **values), job.folder, overwrite=True, bar=False)
    used = time.process_time() - began
    return sizes(checkpoint.load(job.folder)) | {"cpu": used} | measured(job.folder, s)


def _random(world: str) -> Callable[[Path, Mapping[str, Any]], Row]:
    return lambda folder, settings: measured("random", {**settings, "world": world})


STUDY = Study(
    name="imitation",
    asks="Is imitation of stored episodes quicker than learning by playing?",
    run=run,
    prepare=prepare,
    arms={f"{world}, {name}": {"world": world, **own} for world in WORLDS for name, own in ALGORITHMS.items()},
    common={"measures": {"test": {}}, "episodes": 1024, "recorded": 2_000, "minutes_each": 1.0},
    columns={"test": "success, %", "cpu": "CPU seconds"},
    percent=("test",),
    scales={
        "tiny": {"minutes_each": 0.004, "episodes": 4, "recorded": 8},
        "cpu": {},
        "gpu": {"minutes_each": 20.0, "device": "cuda"},
    },
    baselines={f"{world}, random": _random(world) for world in WORLDS},
)
