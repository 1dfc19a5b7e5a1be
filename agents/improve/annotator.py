"""The synthetic annotator: marks of progress in time, as people give them (episodes/marks.py), made from the true
progress of an attempt with some of them wrong.

An annotated attempt has a mark at its end, of success or failure; marks of progress at steps where it came nearer, and
of regress. People's marks are read alike: `rumpus mark RUN/bank` adds them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...episodes.episode import Player
from ...episodes.marks import Mark
from .attempts import Found
from .bank import Bank

BY = Player("other", "synthetic annotator")
"""Giver of these marks."""


def annotate(bank: Bank, ids: Sequence[str], noise: float, rng: np.random.Generator) -> int:
    """Mark those of these attempts that nobody has marked yet; returns how many. noise: the share of marks that say the
    opposite: a success that is called a failure, and one step of an attempt that is called progress and is none."""
    known = bank.marks()
    unseen = [id for id in ids if id not in known]
    steps = {head.id: head.steps for head in bank.store.index(lambda head: head.id in set(unseen))}
    found, marks = bank.found(unseen), list[Mark]()
    for id in unseen:
        if id in found:
            marks += marks_of(id, steps[id], found[id], noise, rng)
    bank.store.mark(marks)
    return sum(id in found for id in unseen)


def marks_of(id: str, steps: int, truth: Found, noise: float, rng: np.random.Generator) -> list[Mark]:
    """The marks of an attempt of so many steps, of which the goal program found this; noise: as in `annotate`."""
    wrong, wrong_step, at = rng.random(), rng.random(), int(rng.integers(1, max(steps, 1) + 1))
    marks = [Mark(id, "progress", step, step, player=0, by=BY) for step in truth.stages]
    if wrong_step < noise:
        marks.append(Mark(id, "progress", at, at, player=0, by=BY))
    if truth.lost:
        marks.append(Mark(id, "regress", truth.lost, truth.lost, player=0, by=BY))
    won = bool(truth.won) != (wrong < noise)
    end = truth.won or steps
    return [*marks, Mark(id, "success" if won else "failure", end, end, player=0, by=BY)]
