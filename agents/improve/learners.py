"""Learners: imitation of attempts by what the judge said of them, and PPO on goal programs.

Attempts that the judge found done at some step are learned from up to that step. Older rounds are replayed, so that
skills stay: a share `replayed` of what is learned comes from them.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from ...episodes.episode import Episode
from ...episodes.store import Store
from ...interface.files import write_atomically
from .. import checkpoint
from ..settings import Config
from ..training import run as training
from .contracts import Lesson, Lessons, NothingToLearn

STEPS = 200_000
"""Steps that are read in a generation, unless `learning` says otherwise."""
MOST_WEIGHT = 20.0
"""Of an attempt, as in Peng et al. 2019, arXiv 1910.00177."""
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
    """PPO on this round's tasks, paid by their goal programs, held near the last generation by `kl`."""

    truth: ClassVar[bool] = True

    def learn(self, given: Lessons) -> Path:
        """Play the round's tasks again and again."""
        values: dict[str, Any] = {"steps": STEPS, "tasks": str(given.tasks), "curriculum": "learnability"}
        if given.start is not None:
            values["kl"] = 0.1
        return _trained("ppo", given, values)


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


def _trained(algorithm: str, given: Lessons, values: dict[str, Any], most: int | None = None) -> Path:
    """The checkpoint of a generation's run of `most` steps, which goes on where it was broken off."""
    folder, s = given.folder, given.settings
    if (folder / checkpoint.NAME).exists():
        content = checkpoint.load(folder)
        if content["updates"] < content["total"]:
            training.resume(folder, bar=False)
        return folder / checkpoint.NAME
    chosen: dict[str, Any] = {**values, "seed": s.seed * 1000 + given.round, "tensorboard": False, "threads": s.threads}
    chosen["repeat"] = given.repeat
    network = ("hidden", "units", "channels", "blocks", "torso", "core", "head", "words", "queries", "whole", "size")
    own = {name: value for name, value in s.learning.items() if given.start is None or name not in network}
    chosen |= own
    if given.start is not None:
        chosen["start"] = given.start
    chosen["steps"] = min(chosen["steps"], most or chosen["steps"])
    config = Config.of(algorithm, s.world, **chosen)
    training.begin(config, folder, overwrite=True, bar=False)
    return folder / checkpoint.NAME
