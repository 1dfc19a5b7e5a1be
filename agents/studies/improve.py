"""Does an agent that sets itself tasks and learns from its own attempts get better, and is it the loop that does it?

In `sokoban-small` an agent that knows nothing, a random one, attempts goals of the grammar. Attempts that a judge finds
done are imitated without their loops, with goals that came true in the same attempts, and the next generation attempts
the next tasks. Controls, with as many attempts as in the loop: a fixed table of tasks that are proven to be possible,
with the true judge; goals of the grammar without hindsight; all attempts by the first, random generation; and the loop
with a judge that draws its scores by chance. A learned judge, which sees frames and words and is taught by marks of
which one in ten is wrong, takes the place of the truth in one arm: the share of the gain that it keeps is its
difference over that of the goal programs. All are measured on tasks of starts that no arm has seen, by goal programs.
"""

from __future__ import annotations

from ..improve import running
from ..improve.settings import settings as settings_of
from .frame import Job, Row, Study

WORLD = "sokoban-small"
_HINDSIGHT = {"setter": "grammar", "tries": 1, "relabelled": 3000, "at": {"tiny": {"relabelled": 6}}}


def run(job: Job) -> Row:
    """One run of the loop, which goes on where it was broken off."""
    s = {name: value for name, value in job.settings.items() if name != "base"}
    found = running.run(settings_of(WORLD, str(job.settings["base"]), {**s, "seed": job.seed}), job.folder / "loop")
    success = found["success"]
    row = {"first": success[0], "last": success[-1], "gain": found["gain"], "steps": found["steps"]}
    row |= {"calls": found["calls"], "rounds": len(success) - 1}
    if found["gain_per_1000_calls"] is not None:
        row["per_1000"] = found["gain_per_1000_calls"]
    return row


STUDY = Study(
    name="improve",
    asks="Does an agent that sets itself tasks get better, and is it the loop that does it?",
    run=run,
    arms={
        "loop, goal programs": {**_HINDSIGHT, "judge": "program"},
        "fixed table, goal programs": {"setter": "table", "judge": "program", "tries": 1},
        "no hindsight, goal programs": {"setter": "grammar", "judge": "program", "tries": 1},
        "attempts of the first agent, goal programs": {**_HINDSIGHT, "judge": "program", "latest": False},
        "loop, random judge": {**_HINDSIGHT, "judge": "random"},
        "loop, learned judge": {**_HINDSIGHT, "judge": "preferences"},
    },
    common={"held_split": "train", "held_limit": 24, "limit": 24, "threads": 1},
    columns={
        "first": "at the start, %", "last": "at the end, %", "gain": "gain, points",
        "per_1000": "points for 1,000 calls of the judge",
    },
    percent=("first", "last", "gain", "per_1000"),
    scales={
        "tiny": {"base": "tiny", "limit": 12},
        "cpu": {
            **{"base": "cpu", "rounds": 4, "tasks": 1024, "held_out": 512, "audited": 0},
            **{"passes": 30, "replayed": 0.75},
            "learning": {"steps": 60_000, "learning_rate": 0.002, "queries": 4},
        },
        "gpu": {"base": "gpu"},
    },
    against="fixed table, goal programs",
)  # fmt: skip
