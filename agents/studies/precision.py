"""Is learning as good in bfloat16 on two threads as in float32 on one?

PPO trains in box-world-small from the same seeds in both ways, with the settings of `rumpus train ppo`. At each quarter
of a run it plays levels of the test split, drawn by chance. The difference of the two ways, seed by seed, has an
interval that tells whether one of them learns better.
"""

from __future__ import annotations

import numpy as np

from ..settings import Config
from ..training.log import read_metrics
from .frame import Job, Row, Study, sizes, trained

QUARTERS = 4
UPDATE = 32 * 64  # steps, by default: rollout times envs


def run(job: Job) -> Row:
    """Train one run; its success on held-out levels after each quarter, and its median steps a second."""
    s = dict(job.settings)
    quarter = max(s.pop("steps") // UPDATE // QUARTERS, 1)
    whole = {"steps": quarter * QUARTERS * UPDATE, "evaluate_every": quarter, "evaluate_split": "test"}
    content = trained(Config.of("ppo", "box-world-small", **s, **whole, tensorboard=False, seed=job.seed), job.folder)
    rows = [row for row in read_metrics(job.folder) if row["update"] > 0]
    held = [row["held_out_success"] for row in rows if "held_out_success" in row][-QUARTERS:]
    speed = float(np.median([row["steps_per_second"] for row in rows]))
    return sizes(content) | {f"quarter {n}": value for n, value in enumerate(held, 1)} | {"speed": speed}


STUDY = Study(
    name="precision",
    asks="Is learning as good in bfloat16 on two threads as in float32 on one?",
    run=run,
    arms={
        "float32, one thread": {"bf16": False, "threads": 1},
        "bfloat16, two threads": {"bf16": True, "threads": 2},
    },
    common={"evaluate_episodes": 1024},
    columns={f"quarter {n}": f"{n}/{QUARTERS}, %" for n in range(1, QUARTERS + 1)} | {"speed": "steps/s"},
    percent=tuple(f"quarter {n}" for n in range(1, QUARTERS + 1)),
    scales={
        "tiny": {"steps": 4 * UPDATE, "evaluate_episodes": 4, "epochs": 1},
        "cpu": {"steps": 600_000},
    },
    against="float32, one thread",
)
