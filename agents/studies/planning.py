"""Does a network without a planner plan? (Guez et al. 2019, An Investigation of Model-Free Planning, arXiv 1901.03559.)

In Sokoban a deep repeated ConvLSTM, an LSTM and a network without a memory, all of about as many weights, learn by
IMPALA from the same number of steps. What tells planning is that more thinking before the first action solves more
levels: the core runs 2, 4 and 8 times more on the first frame, without having been trained to. An LSTM has the same
chance to think.
"""

from __future__ import annotations

from typing import Any

from .frame import Job, Row, Study
from .learned import baseline, learn

THOUGHTS = (2, 4, 8)


def run(job: Job) -> Row:
    """Train, measure, and measure again with thinking, where there is a memory to think with."""
    settings: dict[str, Any] = dict(job.settings)
    if settings.get("units"):
        settings["measures"] = {**settings["measures"], **{f"think {k}": {"think": k} for k in THOUGHTS}}
    return learn(Job(job.arm, job.seed, settings, job.folder, job.shared))


STUDY = Study(
    name="planning",
    asks="Does a network without a planner plan, and does more thinking help it?",
    run=run,
    arms={
        "CNN": {"channels": 64, "blocks": 4, "hidden": 144, "at": {"gpu": {"hidden": 165}}},
        "LSTM": {"channels": 32, "blocks": 2, "hidden": 128, "units": 240, "at": {"gpu": {"units": 370}}},
        "DRC": {"channels": 32, "blocks": 2, "core": "drc", "units": 128, "ticks": 3, "at": {"gpu": {"units": 256}}},
    },
    common={
        "algorithm": "impala",
        "world": "sokoban-small",
        "measures": {"test": {}},
        "episodes": 1000,
        "greedy": True,
    },
    columns={"test": "test levels, %"} | {f"think {k}": f"{k} ticks of thinking, %" for k in THOUGHTS},
    percent=("test", *(f"think {k}" for k in THOUGHTS)),
    scales={
        "tiny": {"steps": 128, "envs": 8, "rollout": 8, "episodes": 4, "limit": 20, "passes": 1, "minibatches": 2},
        "cpu": {"steps": 3_000_000},
        "gpu": {"world": "sokoban", "steps": 50_000_000, "envs": 512, "rollout": 20, "device": "cuda"},
    },
    baselines={"random": baseline("random"), "expert": baseline("expert")},
)
