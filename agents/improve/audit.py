"""The audit of a round against ground truth: of the judge, on what the agent does now, on attempts with another
instruction, and on attempts that are cut off before they succeed; and of the setter.

The two further sets are those of RoboReward (Lee et al. 2026): a judge that only looks whether something was done, or
whether it looks finished, fails on them.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import rankdata

from ...tasks.goals import Task
from ...worlds.engine.world import World
from ..episodes import interval
from .admission import feasible
from .attempts import Replayed, play
from .bank import Attempt, Bank
from .contracts import Judge, Outcome
from .judges import verdicts
from .setters import sort_of

BINS = 5
"""Of the curve of calibration."""


class Judged(NamedTuple):
    """A score beside the truth. family: of the task; true: whether the goal was reached; score: NaN if the judge
    abstained."""

    family: str
    true: bool
    score: float


def rate(successes: int, of: int) -> dict[str, Any]:
    """{share, low, high, of} with Wilson's 95 % interval; share None of nothing."""
    if not of:
        return {"share": None, "low": None, "high": None, "of": 0}
    low, high = interval(successes, of)
    return {"share": successes / of, "low": low, "high": high, "of": of}


def table(rows: Sequence[Judged], threshold: float) -> dict[str, Any]:
    """Precision, recall, false-positive rate (each with its interval), abstentions, area under the curve of recall over
    false positives (`auc`), Brier score and the curve of calibration of some scores, and the false-positive rate of
    each family."""
    given = [row for row in rows if math.isfinite(row.score)]
    said = Counter((row.true, row.score >= threshold) for row in given)
    by: dict[str, list[Judged]] = defaultdict(list)
    for row in given:
        by[row.family].append(row)
    found: dict[str, Any] = {
        "attempts": len(rows), "abstained": len(rows) - len(given), "true": sum(row.true for row in given),
        "precision": rate(said[True, True], said[True, True] + said[False, True]),
        "recall": rate(said[True, True], said[True, True] + said[True, False]),
        "false_positives": rate(said[False, True], said[False, True] + said[False, False]),
    }  # fmt: skip
    if given:
        scores, true = np.array([row.score for row in given]), np.array([row.true for row in given])
        found["auc"] = area(scores, true)
        found["brier"] = float(np.mean((scores - true) ** 2))
        bins = np.minimum((scores * BINS).astype(int), BINS - 1)
        inside = [(bins == b) for b in range(BINS) if (bins == b).any()]
        found["calibration"] = [
            {"score": float(scores[some].mean()), "true": float(true[some].mean()), "of": int(some.sum())}
            for some in inside
        ]
        found["calibration_error"] = sum(
            each["of"] * abs(each["score"] - each["true"]) for each in found["calibration"]
        )
        found["calibration_error"] /= len(given)
    found["families"] = {
        family: rate(sum(r.score >= threshold for r in some if not r.true), sum(not r.true for r in some))
        for family, some in sorted(by.items())
    }
    return found


def area(scores: np.ndarray, true: np.ndarray) -> float | None:
    """The chance that an attempt that was done has a greater score than one that was not, (n,) of each, with one half
    for equal scores; None without either."""
    done, undone = int(true.sum()), int((~true).sum())
    if not done or not undone:
        return None
    return float(rankdata(scores)[true].sum() - done * (done + 1) / 2) / (done * undone)


def scored(judge: Judge, attempts: Sequence[Attempt]) -> list[float]:
    """The scores of attempts, NaN where a judge abstains or gives none that can be used."""
    return [math.nan if one is None else one.score for one in verdicts(judge, attempts)[0]]


def counterfactual(
    world: World, bank: Bank, judge: Judge, ids: Sequence[str], tasks: dict[str, Task], others: dict[str, Task],
    repeat: int, threads: int | None,
) -> list[Judged]:  # fmt: skip
    """Scores of attempts beside the instruction of another task. ids: the attempts; tasks: of each attempt; others: of
    some of them a task with another goal, from the same start."""
    chosen = [id for id in ids if id in others]
    episodes = {each.id: each for each in bank.episodes(chosen)}
    chosen = [id for id in chosen if id in episodes]
    if not chosen:
        return []
    named = [others[id].model_copy(update={"id": f"c{n}", "limit": tasks[id].limit}) for n, id in enumerate(chosen)]
    policy = Replayed([episodes[id].actions for id in chosen])
    found = play(world, policy, named, blind=True, repeat=repeat, threads=threads)
    truth = {id: 0 < one.won <= episodes[id].steps for id, one in zip(chosen, found, strict=True)}
    rows = []
    for part in bank.attempts(chosen, truth=False, frames=judge.frames):
        shown = [replace(each, instruction=others[each.id].players[0].instruction) for each in part]
        for each, score in zip(shown, scored(judge, shown), strict=True):
            rows.append(Judged(others[each.id].skill, truth[each.id], score))
    return rows


def clipped(bank: Bank, judge: Judge, ids: Sequence[str], tasks: dict[str, Task]) -> list[Judged]:
    """Scores of attempts that succeeded, cut off half-way: none of them is done."""
    won = {id: found.won for id, found in bank.found(ids).items() if found.won > 1}
    rows = []
    for part in bank.attempts([id for id in ids if id in won], truth=False, frames=judge.frames):
        shown = []
        for each in part:
            end = won[each.id] // 2
            frames = None if each.frames is None else each.frames[: end + 1]
            shown.append(replace(each, frames=frames, steps=end))
        for each, score in zip(shown, scored(judge, shown), strict=True):
            rows.append(Judged(tasks[each.id].skill, False, score))
    return rows


def of_setter(
    tasks: Sequence[Task], past: Sequence[Outcome], world: World, most: int, nodes: int, rng: np.random.Generator
) -> dict[str, Any]:
    """The quality of a round's tasks: how many of them are shown to be possible (of `most` at most), how many sorts of
    goals they have and how many of these are new, and skills."""
    chosen = [tasks[index] for index in rng.permutation(len(tasks))[:most].tolist()]
    proven = feasible(chosen, world, nodes)
    old = {sort_of(one.goal) for one in past}
    sorts = [sort_of(task.players[0].goal) for task in tasks]
    return {
        "feasible": rate(sum(map(bool, proven)), len(proven)), "proofs": dict(Counter(how or "none" for how in proven)),
        "novel": rate(sum(sort not in old for sort in sorts), len(sorts)), "sorts": len(set(sorts)),
        "skills": dict(Counter(task.skill for task in tasks)),
    }  # fmt: skip
