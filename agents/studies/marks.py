"""How many marks does a learned judge need, and how much of the truth's success does an agent reach that learns by it?

In `sokoban-small` a random agent attempts goals of the grammar. A synthetic annotator marks some of these attempts, one
in ten wrongly; a judge learns from the marks, and scores all attempts, and goals that came true in them. The next
generation imitates what the judge found done. Arms differ in the number of marks, or have the goal programs or chance
as judge; all arms of a seed have the same attempts, and the marks of a smaller number are among those of a larger one.
Measured are the judge on attempts at tasks that no arm has seen, and the true success of the agent there. The scale
core is minutes of one core.
"""

from __future__ import annotations

from typing import Any

from ..improve import running
from ..improve.loop import Loop
from ..improve.settings import settings as settings_of
from .frame import Job, Row, Study

WORLD = "sokoban-small"
AUDITS = {"now": "", "other instruction": "other_", "cut off": "cut_"}
"""The sets of an audit, and what the names of their columns begin with."""


def run(job: Job) -> Row:
    """One run of the loop, which goes on where it was broken off."""
    s = {name: value for name, value in job.settings.items() if name != "base"}
    chosen = settings_of(WORLD, str(job.settings["base"]), {**s, "seed": job.seed})
    folder = job.folder / "loop"
    found = running.run(chosen, folder)
    loop = Loop(chosen, folder)
    last = len(found["success"]) - 1
    row: Row = {"first": found["success"][0], "last": found["success"][-1], "gain": found["gain"]}
    row |= {"marked": float(sum(loop.read(number, "scored")["marked"] for number in range(1, last + 1)))}
    audit: dict[str, Any] = loop.read(last, "measured").get("audit", {})
    for name, prefix in AUDITS.items():
        for each in ("precision", "recall", "false_positives", "auc"):
            value = audit.get(name, {}).get(each)
            value = value["share"] if isinstance(value, dict) else value
            if value is not None:
                row[f"{prefix}{each}"] = value
    return row


STUDY = Study(
    name="marks",
    asks="How many marks does a learned judge need, and what success does it lead to?",
    run=run,
    arms={
        "goal programs": {"judge": "program"},
        "chance": {"judge": "random"},
        "25 marks": {"marks": 25, "at": {"tiny": {"marks": 4}}},
        "100 marks": {"marks": 100, "at": {"tiny": {"marks": 8}}},
        "400 marks": {"marks": 400, "at": {"tiny": {"marks": 12}}},
    },
    common={
        **{"setter": "grammar", "judge": "preferences", "tries": 1, "rounds": 1, "threads": 1},
        **{"held_split": "train", "held_limit": 24, "limit": 24},
    },
    columns={
        "marked": "marks", "auc": "area under the curve, %", "precision": "precision, %", "recall": "recall, %",
        "other_false_positives": "false positives beside another instruction, %",
        "first": "success at the start, %", "last": "success at the end, %",
    },
    percent=("auc", "precision", "recall", "other_false_positives", "first", "last"),
    scales={
        "tiny": {"base": "tiny", "limit": 12, "judge_steps": 8},
        "core": {
            **{"base": "cpu", "tasks": 400, "relabelled": 400, "held_out": 256, "audited": 64, "passes": 30},
            **{"judge_steps": 150, "learning": {"steps": 10_000, "learning_rate": 0.002, "queries": 4}},
        },
        "cpu": {
            **{"base": "cpu", "tasks": 1600, "relabelled": 1600, "held_out": 512, "audited": 256, "passes": 30},
            "learning": {"steps": 60_000, "learning_rate": 0.002, "queries": 4},
        },
        "gpu": {"base": "gpu", "rounds": 1, "relabelled": 4096},
    },
    against="goal programs",
)  # fmt: skip
