"""The learned judges by number of marks on a fixed bank of attempts: the first table of "Learned judges" in improve.md.

    python -m rumpus.docs.judge_study WORLD FOLDER 100 400 1600

A random agent attempts 1,600 goals of the grammar and 512 held-out tasks, once, in FOLDER; then each judge learns from
so many annotated attempts of the former, of which one in ten is marked wrongly, and is measured on the latter. A row of
JSON for each.
"""

from __future__ import annotations

import json
import sys

import numpy as np
import torch

from rumpus.agents.improve import measuring
from rumpus.agents.improve.annotator import marks_of
from rumpus.agents.improve.audit import Judged, table
from rumpus.agents.improve.bank import Attempt, Bank
from rumpus.agents.improve.learned import Marked, PreferenceJudge, StepsToGoJudge
from rumpus.agents.improve.loop import Loop
from rumpus.agents.improve.settings import settings

NOISE = 0.1
"""Share of wrong marks."""


def seen(bank: Bank) -> list[Attempt]:
    """All attempts with their frames, and the truth for the marks."""
    return [one for part in bank.attempts(sorted(bank.ids()), truth=True, frames=True) for one in part]


def main(world: str, folder: str, counts: list[int], seed: int = 0) -> None:
    """Print the rows."""
    torch.set_num_threads(1)
    values = {"tasks": 1600, "tries": 1, "held_out": 512, "audited": 0, "held_split": "train", "straight": False}
    s = settings(world, "cpu", {**values, "judge": "preferences", "marks": 0, "setter": "grammar", "rounds": 1})
    loop = Loop(s, folder, lambda line: print(line, file=sys.stderr))
    loop.fixed = measuring.fixed(loop)
    loop._stage(0, "measured", lambda: measuring.measure(loop, 0))
    loop._stage(1, "proposed", lambda: loop._propose(1))
    loop._stage(1, "played", lambda: loop._attempt(1))
    bank, held = seen(loop.bank), seen(loop.held)
    truth = loop.bank.found(loop.bank.ids())
    for count in counts:
        rng = np.random.default_rng(seed)
        chosen = [bank[index] for index in rng.permutation(len(bank))[:count]]
        marked = [Marked(one, marks_of(one.id, one.steps, truth[one.id], NOISE, rng)) for one in chosen]
        for made in (PreferenceJudge, StepsToGoJudge):
            judge = made(s)
            judge.learn(marked, seed)
            scores = [verdict.score for verdict in judge.score(held)]
            rows = [Judged("", bool(one.won), score) for one, score in zip(held, scores, strict=True)]
            found = table(rows, s.threshold)
            told = {name: found[name]["share"] for name in ("precision", "recall", "false_positives")}
            print(json.dumps({"judge": made.__name__, "marks": count, "auc": found["auc"], **told}), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], [int(each) for each in sys.argv[3:]])
