"""Learners: imitation of attempts by what the judge said of them, and PPO that is paid by the judge.

Attempts that the judge found done at some step are learned from up to that step. Older rounds are replayed, so that
skills stay: a share `replayed` of what is learned comes from them.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from ...episodes.episode import Episode
from ...episodes.store import Store
from ...interface.files import write_atomically
from ...tasks.files import load
from .. import checkpoint
from ..data.paid import Payer
from ..settings import Config
from ..training import run as training
from .contracts import Lesson, Lessons, NothingToLearn
from .paying import JudgePayer, told

STEPS = 200_000
"""Steps that are read in a generation, unless `learning` says otherwise."""
MOST_WEIGHT = 20.0
"""Of an attempt, as in Peng et al. 2019, arXiv 1910.00177."""
KL = 0.1
"""Weight of the divergence of PPO from the last generation, chosen without trial."""
SHUT = 1e-6
"""A weight below this counts as none."""


class FilteredLearner:
    """Imitation of the attempts that the judge found done, all alike."""

    truth: ClassVar[bool] = False

    def weights(self, given: Lessons) -> dict[str, float]:
        """How much each attempt counts, by id."""
        return {one.id: 1.0 for one in given.lessons if one.score >= given.settings.threshold}

    def learn(self, given: Lessons) -> Path:
        """See this file's docstring."""
        counts = aged(self.weights(given), given)
        if not counts:
            tried = sum(one.round == given.round for one in given.lessons)
            raise NothingToLearn(
                f"the judge found none of {len(given.lessons):,} attempts done ({tried:,} of them of this round)"
            )
        store = given.bank.store.path.parent / "lessons"
        _written(given, counts, store)
        file = given.folder.parent / "counts.json"
        write_atomically(file, json.dumps(counts).encode())
        steps = sum(head.steps for head in Store(store).index(lambda head: head.id in counts))
        most = max(round(given.settings.passes * steps), 1)
        return _trained("bc", given, {"steps": STEPS, "store": str(store), "counts": str(file)}, most)


class WeightedLearner(FilteredLearner):
    """Imitation of all attempts, each exp(advantage / temperature) times, where the advantage of an attempt is its
    score less the mean of its family's: advantage-weighted regression with the judge's scores as returns."""

    def weights(self, given: Lessons) -> dict[str, float]:
        """How much each attempt counts, by id; 0 where the judge thinks little of all of its family."""
        families: dict[str, list[float]] = defaultdict(list)
        for one in given.lessons:
            families[one.family].append(one.score)
        means = {family: sum(scores) / len(scores) for family, scores in families.items()}
        found = {}
        for one in given.lessons:
            if means[one.family] <= 0:
                continue  # nothing of it was ever done
            gain = (one.score - means[one.family]) / given.settings.temperature
            found[one.id] = min(math.exp(gain), MOST_WEIGHT)
        return {id: weight for id, weight in found.items() if weight > SHUT}


class PPOLearner:
    """PPO on this round's tasks, held near the last generation by `kl`: paid by their goal programs where these judge,
    and else by the judge's scores of whole attempts at hidden goals (paying.py)."""

    truth: ClassVar[bool] = False
    algorithm: ClassVar[str] = "ppo"

    def __init__(self) -> None:
        self._told: dict[str, Any] = {}

    def learn(self, given: Lessons) -> Path:
        """Play the round's tasks again and again."""
        values: dict[str, Any] = {"steps": STEPS, "curriculum": "learnability"}
        if given.start is not None:
            values["kl"] = KL
        if given.judge is None or given.judge.truth:
            return _trained("ppo", given, {**values, "tasks": str(given.tasks)})
        tasks = load(given.tasks, given.world)[0]
        file = given.folder.parent / "hidden.jsonl"
        payer = JudgePayer(given, tasks, file)
        longest = -(-max(task.limit for task in tasks) // given.repeat)
        found = _trained("ppo", given, {**values, "tasks": str(file)}, fixed={"rollout": longest}, payer=payer)
        self._told = {"audit": told(given.folder)}
        return found

    def report(self) -> dict[str, Any]:
        """The judge beside the truth on the attempts that it paid for; see paying.told."""
        return self._told


def aged(weights: dict[str, float], given: Lessons) -> dict[str, float]:
    """The weights with those of older rounds scaled to the share `replayed` of all, or to all where this round has
    none."""
    rounds = {one.id: one.round for one in given.lessons}
    new = {id: weight for id, weight in weights.items() if rounds[id] == given.round}
    old = {id: weight for id, weight in weights.items() if rounds[id] < given.round}
    share = given.settings.replayed
    if not new or not old or share in (0.0, 1.0):
        return new if share == 0.0 and new else (old if share == 1.0 and old else {**old, **new})
    scale = share / (1 - share) * sum(new.values()) / sum(old.values())
    return {id: weight * scale for id, weight in old.items()} | new


def _written(given: Lessons, counts: dict[str, float], path: Path) -> None:
    """Add the attempts that are not there yet to the store of lessons, each up to the step at which it was done."""
    store = Store(path, create=True)
    known = {head.id for head in store.index()}
    until = {one.id: one for one in given.lessons if one.id in counts and one.id not in known}
    store.append([clipped(episode, until[episode.id]) for episode in given.bank.episodes(until)])


def clipped(episode: Episode, lesson: Lesson) -> Episode:
    """The episode up to the step at which the judge found it done."""
    end = lesson.at or episode.steps
    if end >= episode.steps:
        return episode
    return replace(
        episode, actions=episode.actions[:end], rewards=episode.rewards[:end], terminated=episode.terminated[:end],
        truncated=episode.truncated[:end], success=episode.success[:end], checksums=episode.checksums[: end + 1],
    )  # fmt: skip


def _trained(
    algorithm: str, given: Lessons, values: dict[str, Any], most: int | None = None, *,
    fixed: Mapping[str, Any] | None = None, payer: Payer | None = None,
) -> Path:  # fmt: skip
    """The checkpoint of a generation's run of `most` steps, which goes on where it was broken off. values: of settings
    that `learning` may change; fixed: of those that it may not; payer: who pays in place of the world."""
    folder, s = given.folder, given.settings
    if (folder / checkpoint.NAME).exists():
        content = checkpoint.load(folder)
        if content["updates"] < content["total"]:
            training.resume(folder, bar=False, payer=payer)
        return folder / checkpoint.NAME
    chosen: dict[str, Any] = {**values, "seed": s.seed * 1000 + given.round, "tensorboard": False, "threads": s.threads}
    chosen["repeat"] = given.repeat
    network = ("hidden", "units", "channels", "blocks", "torso", "core", "head", "words", "queries", "whole", "size")
    own = {name: value for name, value in s.learning.items() if given.start is None or name not in network}
    chosen |= own | dict(fixed or {})
    if given.start is not None:
        chosen["start"] = given.start
    chosen["steps"] = min(chosen["steps"], most or chosen["steps"])
    config = Config.of(algorithm, s.world, **chosen)
    training.begin(config, folder, overwrite=True, bar=False, payer=payer)
    return folder / checkpoint.NAME
