"""Checkpoints of Rumpus 0.6: they play, and are started from, but are not gone on with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.network_policy import NetworkPolicy, trained
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.trainer import Trainer
from rumpus.tests.commands import rumpus
from rumpus.tests.runs import SMALL, differences

BEFORE = {"pointing.": "torso.points.", "flat.": "torso.out.", "film.": "guide.", "head.acting.": "head.hands."}
"""How names of weights begin now, and began in 0.6."""
CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "moves": ("box-world-small", {}),
    "memory": ("box-world-small", {"units": 4, "head": "devices"}),
    "before memories were told": ("box-world-small", {"units": 4, "recall": False}),
    "talk": ("sokoban-duo", {"talk": True, "queries": 2}),
    "apart": ("sokoban-duo", {"policies": "independent"}),
}


def older(trainer: Trainer, told: bool) -> dict[str, Any]:
    """What version 0.6 would have written of a run; told: whether it was of a time when memories were."""
    (world,), spec, s = trainer.worlds, trainer.spec, trainer.config
    names = ("size", "head", "hidden", "units", "words", "talk", "cells")
    shape = {name: getattr(spec, name) for name in names} | {"guided": spec.instructed, "points": spec.queries}
    shape |= {"channels": 16, "blocks": 2, "patch": 0} | spec.torso_options | ({"recall": spec.recall} if told else {})
    own = {name: value for name, value in s.flat().items() if name in SETTINGS}
    settings = own | {
        "points": spec.queries,
        "world": world.name,
        "channels": shape["channels"],
        "imitate": 0.25,
        "reinforce": 1.0,
    }

    def before(name: str) -> str:
        now = next((now for now in BEFORE if name.startswith(now)), None)
        return name if now is None else BEFORE[now] + name.removeprefix(now)

    learners = [
        {"network": {before(name): weight for name, weight in network.state_dict().items()}}
        for network in trainer.algorithm.networks()
    ]
    progress = {"updates": 1, "total": 8, "seconds": 2.5, "threads": 1, "generator": trainer.generator.get_state()}
    return {"world": world.name, "settings": settings, "shape": shape, "learners": learners, **progress}


SETTINGS = (
    *("steps", "seed", "knobs", "limit", "split", "levels", "tasks", "curriculum", "curriculum_options", "policies"),
    *("size", "repeat", "head", "talk", "blocks", "hidden", "units", "recall", "words", "envs", "rollout"),
    *(
        "epochs",
        "minibatches",
        "learning_rate",
        "anneal",
        "gamma",
        "gae_lambda",
        "clip",
        "entropy",
        "value",
        "grad_norm",
    ),
    *("normalise_reward", "device", "threads", "compile", "checkpoint_seconds", "evaluate_every", "evaluate_split"),
    *("evaluate_tasks", "evaluate_episodes", "tensorboard"),
)
"""The settings of 0.6 that are called the same now."""


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[str, Trainer, Path]:
    """A world, a run in it that has learned a little, and a checkpoint of it as 0.6 wrote them."""
    world, settings = CASES[request.param]
    trainer = Trainer(Config.of("ppo", world, steps=8 * 256, limit=9, **SMALL, **settings))
    trainer.update()
    content = older(trainer, request.param != "before memories were told")
    torch.save({"format": "rumpus-checkpoint-2", **content}, tmp_path / checkpoint.NAME)
    return world, trainer, tmp_path / checkpoint.NAME


def test_a_checkpoint_of_before_plays_as_it_did(case: tuple[str, Trainer, Path]) -> None:
    world, trainer, file = case
    policy, content = trained(file, seed=3)
    assert content["algorithm"] == "ppo" and content["worlds"] == [world] and content["steps"] == trainer.steps
    assert Config.saved(content, "it").own.kickstart == 0.25
    now = NetworkPolicy(trainer.algorithm.networks(), trainer.algorithm.play, seed=3)
    batches = [worlds.batch(world, 6, seed=1, limit=9, threads=1) for _ in range(2)]
    is_first = np.ones(6, bool)
    for batch, player in zip(batches, (policy, now), strict=True):
        batch.reset()
        player.start(batch)
    for _ in range(12):
        for batch, player in zip(batches, (policy, now), strict=True):
            player.act(batch, is_first)
        assert (batches[0].actions == batches[1].actions).all()
        for batch in batches:
            batch.step()
        is_first = batches[0].over.copy() != 0
        for batch in batches:
            batch.reset(is_first)
    assert evaluate(world, file, episodes=2, threads=1)["length_mean"] <= 9, "the limit is that of its training"


def test_a_run_starts_from_a_checkpoint_of_before(case: tuple[str, Trainer, Path], tmp_path: Path) -> None:
    world, trainer, file = case
    policies = trainer.config.run.policies
    begun = Trainer(Config.of("ppo", world, steps=256, start=str(file), policies=policies, **SMALL))
    for mine, yours in zip(begun.algorithm.networks(), trainer.algorithm.networks(), strict=True):
        assert not differences(dict(mine.state_dict()), dict(yours.state_dict()))
    typed = ("train", "ppo", world, "--steps", "64", "--envs", "4", "--set", "rollout=8", "--set", "tensorboard=False")
    assert rumpus(*typed, "--policies", policies, "--threads", "1", "--from", file, "--out", tmp_path / "new") == 0
    assert checkpoint.load(tmp_path / "new")["run"]["start"] == str(file)


def test_a_run_of_before_is_not_gone_on_with(case: tuple[str, Trainer, Path]) -> None:
    world, _, file = case
    with pytest.raises(ValueError, match=r"0\.6, from which a run cannot be gone on with: .* by --from"):
        run.resume(file, names=[world], bar=False)


def test_damaged_checkpoints_of_before_are_refused(tmp_path: Path) -> None:
    trainer = Trainer(Config.of("ppo", "box-world-small", **SMALL))
    content, file = older(trainer, True), tmp_path / checkpoint.NAME
    for part in ("world", "shape", "settings", "learners", "updates"):
        for value in (None, "x", [None], {"a": 1}):
            torch.save({"format": "rumpus-checkpoint-2", **content, part: value}, file)
            with pytest.raises(ValueError, match=r"damaged|no settings|unknown world|not know|in a folder"):
                trained(file)
    torch.save({"format": "rumpus-checkpoint-2", **content, "world": "coins"}, file)
    with pytest.raises(ValueError, match=r"for coins, a world in a folder, .* train it anew"):
        trained(file)
