"""Learning by imitation: in the states that the agent comes to itself it is shown what the expert would do."""

from __future__ import annotations

import math
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.algorithms.base import OneNetwork
from rumpus.agents.algorithms.dagger import DAgger
from rumpus.agents.algorithms.terms import cloning
from rumpus.agents.contracts import Transition
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.log import read_metrics
from rumpus.agents.training.trainer import Trainer
from rumpus.agents.trees import leaves
from rumpus.tests.runs import changed, half, observed
from rumpus.worlds.engine.world import Planner

WORLD = "box-world-small"
SETTINGS: dict[str, Any] = {
    **{"steps": 24_000, "envs": 32, "rollout": 16, "learning_rate": 2e-3, "channels": 8, "hidden": 64},
    **{"tensorboard": False, "threads": 1, "size": (20, 20), "bf16": False},
}


def expert_actions(transition: Transition) -> torch.Tensor:
    """What the expert would have done, int64 (lanes, parts)."""
    assert transition.timestep.expert_action is not None
    return transition.timestep.expert_action


def test_imitation_makes_the_actions_of_the_expert_likely(tmp_path: Path) -> None:
    """The expert's moves become likely, and it makes less and less of the steps itself."""
    run.train("dagger", WORLD, folder=tmp_path, bar=False, **SETTINGS | {"steps": 10_240})
    losses = [row["imitation_loss"] for row in read_metrics(tmp_path)]
    assert 0.5 < losses[0] < math.log(len(worlds.load(WORLD).controls.moves)) + 0.1, "at first all moves are alike"
    assert sum(losses[-5:]) / 5 < 0.95 * losses[0]
    # all steps are the expert's at first, none at last, or from `beta_until` on
    for done, until, least, most in ((0.0, 1.0, 1.0, 1.0), (1.0, 1.0, 0.0, 0.5), (0.5, 0.5, 0.0, 0.5)):
        trainer = Trainer(Config.of("dagger", WORLD, **SETTINGS | {"beta": 1.0, "beta_until": until, "rollout": 128}))
        assert least <= trainer.collector.collect(128, done)["success"] <= most


@pytest.mark.parametrize("units", [0, 4])
def test_the_newest_of_what_was_shown_is_kept_and_learned_from(units: int) -> None:
    """The newest `buffer_size` steps are kept, of this update and of those before it: step by step without a memory,
    with one as whole sequences, each with the state of the memory before it."""
    settings = SETTINGS | {"buffer_size": 700, "units": units, "epochs": 1, "minibatches": 2}
    trainer = Trainer(Config.of("dagger", WORLD, **settings))
    algorithm = trainer.algorithm
    assert isinstance(algorithm, DAgger) and algorithm.wants_expert
    came = observed(algorithm)
    for update in range(2):
        trainer.update()
        shown = torch.stack([expert_actions(transition) for transition in came]).flatten().tolist()
        assert len(shown) == (update + 1) * 16 * 32
        replay = algorithm.replay
        if units:
            lanes, length = 32, 16
            assert len(replay) == min(lanes * (update + 1), 700 // length)
            items = replay.sample(200, torch.Generator().manual_seed(0)).items
            sequences = torch.tensor(shown).view(-1, length, lanes).transpose(1, 2).flatten(0, 1).tolist()
            drawn = {tuple(steps) for steps in items["expert"].squeeze(2).tolist()}
            assert drawn <= {tuple(steps) for steps in sequences[-(700 // length) :]} and len(drawn) > 5
            assert {part.shape for part in leaves(items["state"])} == {(200, 1, units)}
            assert any(part.any() for part in leaves(items["state"])) == (update > 0), "the memory goes on"
            continue
        assert len(replay) == min(len(shown), 700)
        drawn = replay.sample(4000, torch.Generator().manual_seed(0)).items[-2].flatten()
        newest = torch.tensor(shown[-700:])
        for move in range(4):
            share = (newest == move).float().mean().item()
            assert (drawn == move).float().mean().item() == pytest.approx(share, abs=0.05)


def test_both_losses_go_together_and_a_run_goes_on(tmp_path: Path) -> None:
    """Beside PPO the expert makes no step; a resumed run ends up where one that never stopped does."""
    both = Config.of("ppo", "maze-small", **SETTINGS | {"kickstart": 1.0, "head": "devices", "steps": 2048})
    trainer = Trainer(both)
    came = observed(trainer.algorithm)
    row = trainer.update()
    assert {"policy_loss", "value_loss", "imitation_loss"} <= row.keys()
    other = torch.stack([(transition.decision.action != expert_actions(transition)).any(1) for transition in came])
    assert other.float().mean() > 0.9, "before it has learned, an agent seldom does what the expert would"
    run.begin(both, tmp_path / "whole", bar=False)
    half(Trainer(both.absolute()), tmp_path / "half", 1)
    run.resume(tmp_path / "half", bar=False)
    assert not changed(tmp_path / "whole", tmp_path / "half")


def test_each_group_of_worlds_has_an_expert_of_its_own() -> None:
    """With the network on a device of its own there are two groups, here of two and of three worlds."""
    settings = SETTINGS | {"envs": 5, "beta": 1.0, "rollout": 128, "device": "cuda", "world_device": "cpu"}
    trainer = Trainer(Config.of("dagger", WORLD, **settings))
    assert [lanes.count for lanes in trainer.lanes] == [2, 3]
    assert trainer.collector.collect(128, 0.0)["success"] == 1


@pytest.mark.parametrize("units", [0, 4])
def test_a_resumed_run_of_imitation_makes_the_same_updates(tmp_path: Path, units: int) -> None:
    """What was kept of earlier updates is in the checkpoint."""
    alone = Config.of("dagger", WORLD, **SETTINGS | {"steps": 4 * 512, "units": units, "buffer_size": 1000})
    run.begin(alone, tmp_path / "whole", bar=False)
    content = half(Trainer(alone.absolute()), tmp_path / "half")
    assert "replay" in content["processes"][0]["algorithm"]
    run.resume(tmp_path / "half", bar=False)
    assert not changed(tmp_path / "whole", tmp_path / "half")
    assert checkpoint.load(tmp_path / "half")["updates"] == 4


@pytest.mark.parametrize("gives_up", [False, True])
def test_nothing_is_imitated_where_the_expert_knows_no_plan(gives_up: bool) -> None:
    """A state from which the goal is out of reach is marked, kept from the loss, and, if asked for, the last of its
    episode."""
    trainer = Trainer(Config.of("dagger", "sokoban-small", **SETTINGS | {"beta": 0.0, "gives_up": gives_up}))
    algorithm, (batch,) = trainer.algorithm, trainer.lanes[0].batches
    planner = batch.world.expert
    assert isinstance(algorithm, DAgger) and isinstance(planner, Planner)
    came: list[tuple[Transition, np.ndarray, bool]] = []
    observe = algorithm.observe

    def note(transition: Transition) -> None:
        before = expert_actions(transition)[:, 0] < 0
        came.append((transition, before.numpy(), bool((transition.ended[before] == 1).all())))
        observe(transition)

    algorithm.observe = note
    act = algorithm.act
    planless: list[np.ndarray] = []
    algorithm.act = lambda *given: (
        planless.append(np.array([not state["over"] and planner.plan(state) is None for state in batch.states]))
        or act(*given)
    )
    trainer.update()
    assert (np.stack([lost for _, lost, _ in came]) == np.stack(planless)).all()
    lost = int(np.stack(planless).sum())
    assert lost > 0 and all(ends for _, _, ends in came) == gives_up
    assert len(algorithm.replay) == 16 * 32 - lost
    assert algorithm.replay.sample(4000, torch.Generator().manual_seed(0)).items[-2].min() >= 0
    logits, shown = torch.randn(2, 4), torch.tensor([[-1], [2]])
    losses = cloning(algorithm.network.head, logits, shown)
    assert losses[0] == 0 and losses[1] == pytest.approx(-logits[1].log_softmax(-1)[2])


def test_names_of_before_still_work(tmp_path: Path) -> None:
    """Of the settings of version 0.6; imitation alone, which was a setting, is an algorithm of its own."""
    for algorithm, old, new in (
        ("ppo", {"imitate": 0.5}, {"kickstart": 0.5}),
        ("dagger", {"keep": 7, "lead": 0.25}, {"buffer_size": 7, "beta": 0.25}),
    ):
        assert Config.of(algorithm, WORLD, **old) == Config.of(algorithm, WORLD, **new)
    assert Config.of("ppo", WORLD, reinforce=1.0) == Config.of("ppo", WORLD)
    with pytest.raises(ValueError, match="rumpus train dagger"):
        Config.of("ppo", WORLD, imitate=1.0, reinforce=0.0)


@pytest.mark.parametrize(("algorithm", "settings"), [("dagger", {}), ("ppo", {"kickstart": 1.0})])
def test_worlds_without_an_expert_are_refused(algorithm: str, settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="has no expert to imitate"):
        Trainer(Config.of(algorithm, "gym/CartPole-v1", **settings, size=(16, 16), envs=1))


@pytest.mark.parametrize("beta", [-0.1, 1.5])
def test_a_beta_outside_0_to_1_is_refused(beta: float) -> None:
    with pytest.raises(ValueError, match="beta must"):
        Config.of("dagger", WORLD, beta=beta).check()
    with pytest.raises(ValueError, match="beta_until"):
        Config.of("dagger", WORLD, beta_until=beta).check()


def test_the_learning_rate_rises_before_it_falls() -> None:
    rates: list[float] = []
    settings = SimpleNamespace(learning_rate=2.0, anneal=True)
    algorithm: Any = SimpleNamespace(settings=settings, descent=SimpleNamespace(rate=rates.append))
    told = [OneNetwork.anneal(algorithm, progress, 0.1) for progress in (0.0, 0.05, 0.1, 0.5)]
    assert told == rates == pytest.approx([0.02, 0.95, 1.8, 1.0])
