"""Does an agent that sets itself tasks and learns from its own attempts get better, and is it the loop that does it?

In `box-world-small` an agent that knows nothing, a random one, attempts tasks; what a judge finds done is imitated, and
the next generation attempts the next tasks. The loop's tasks are made by hindsight from its own attempts and by the
grammar from what is there. Controls: the same number of attempts and more at a fixed table of tasks that are proven to
be possible, with the true judge; and the loop with a judge that draws its scores by chance. A learned judge, which sees
frames and words and is taught by marks of which one in ten is wrong, takes the place of the truth in one arm: the share
of the gain that it keeps is its difference over that of the goal programs. All are measured on the same tasks, of
starts that no arm has seen, by goal programs.
"""

from __future__ import annotations

from ..improve import running
from ..improve.settings import settings as settings_of
from .frame import Job, Row, Study

WORLD = "box-world-small"


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
        "hindsight, goal programs": {"setter": "hindsight", "judge": "program", "tries": 1},
        "fixed table, goal programs": {"setter": "table", "judge": "program", "tries": 2},
        "hindsight, random judge": {"setter": "hindsight", "judge": "random", "tries": 1},
        "hindsight, learned judge": {"setter": "hindsight", "judge": "preferences", "tries": 1},
        "learnability, goal programs": {"setter": "learnability", "judge": "program", "tries": 1},
    },
    common={"held_split": "train", "threads": 1},
    columns={
        "first": "at the start, %", "last": "at the end, %", "gain": "gain, points",
        "per_1000": "points for 1,000 calls of the judge",
    },
    percent=("first", "last", "gain", "per_1000"),
    scales={
        "tiny": {"base": "tiny"},
        "cpu": {"base": "cpu", "rounds": 6, "tasks": 1024, "held_out": 512},
        "gpu": {"base": "gpu"},
    },
    against="fixed table, goal programs",
)  # fmt: skip
