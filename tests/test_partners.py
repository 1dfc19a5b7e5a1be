"""Learning beside a population: the seats of partners are theirs, nothing is learned from them, and a run goes on."""

import json
import re

import numpy as np
import pytest
import torch

from rumpus.agents.scenarios.cast import seats_of
from rumpus.agents.settings import Config
from rumpus.agents.training.trainer import Trainer
from rumpus.tests.commands import rumpus

OWN = """
[[scenario]]
name = "beside"
world = "sokoban-duo"
about = "Beside one that stands still, and one that does so half of the time."
focal = [0]
background = [{ name = "still", player = "still" }, { name = "idler", player = "random", rest = 0.5 }]
held_out = [{ name = "wanderer", player = "random" }]
"""
SMALL = {"envs": 4, "rollout": 8, "epochs": 1, "minibatches": 1, "channels": 4, "hidden": 8, "threads": 1, "steps": 192}


def config(tmp_path, **values):
    (tmp_path / "own.toml").write_text(OWN)
    given = SMALL | {"partners": str(tmp_path / "own.toml"), "tensorboard": False} | values
    return Config.of("ppo", "sokoban-duo", **given)


def test_partners_have_their_seats_and_nothing_is_learned_from_them(tmp_path):
    trainer = Trainer(config(tmp_path))
    (lanes,), (place,) = trainer.lanes, trainer.places
    focal = seats_of([0], 1, np.arange(4), 2)
    assert lanes.own.view(4, 2).bool().numpy().tolist() == focal.tolist()
    seen = []
    observe = trainer.algorithm.observe

    def noted(transition):
        seen.append((transition.timestep.mask.clone(), transition.reward.clone(), transition.ended.clone()))
        still = lanes._companies[0].cast == 0
        assert not place.batch.actions["keys"][still].any() and place.batch.actions["keys"][focal].any(-1).all()
        observe(transition)

    trainer.algorithm.observe = noted
    row = trainer.update()
    assert len(seen) == 8
    for mask, reward, ended in seen:
        assert torch.equal(mask, lanes.own) and not reward[lanes.own == 0].any() and not ended[lanes.own == 0].any()
    assert np.isfinite(list(row.values())).all()


def test_the_same_seed_gives_the_same_run_and_another_seed_other_partners(tmp_path):
    def learned(seed):
        trainer = Trainer(config(tmp_path, seed=seed))
        trainer.update()
        (network,) = trainer.algorithm.networks()
        return torch.cat([each.detach().flatten() for each in network.parameters()])

    assert torch.equal(learned(0), learned(0)) and not torch.equal(learned(0), learned(1))


def test_a_run_beside_partners_is_made_resumed_and_measured_with_strangers(tmp_path, monkeypatch, capsys):
    (tmp_path / "own.toml").write_text(OWN)
    monkeypatch.chdir(tmp_path)
    settings = [f"--set={name}={value}" for name, value in SMALL.items() if name not in ("envs", "steps")]
    train = ("train", "ppo", "sokoban-duo", "--envs", 4, *settings, "--set=partners=own.toml:beside", "--out", "run")
    assert rumpus(*train, "--steps", 128) == 0
    monkeypatch.chdir("/")
    assert rumpus("train", "ppo", "sokoban-duo", "--resume", "--out", tmp_path / "run", "--steps", 192) == 0
    capsys.readouterr()
    play = ("--scenario", tmp_path / "own.toml", "--episodes", 2, "--threads", 1, "--json")
    assert rumpus("evaluate", "sokoban-duo", tmp_path / "run", *play) == 0
    assert [row["co_players"] for row in json.loads(capsys.readouterr().out)] == ["background", "held-out"]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"partners": "race-duel"}, "the scenario race-duel is for race, not for sokoban-duo"),
        ({"partners": "race-dual"}, "did you mean race-duel"),
        ({"policies": "independent"}, "leave independent policies out"),
        ({"limit": 7}, "has the knobs {} and the limit None: give the run the same"),
        ({"world_device": "cuda"}, "partners look and act on the CPU"),
    ],
)
def test_what_cannot_be_is_refused(values, message, tmp_path):
    with pytest.raises(ValueError, match=re.escape(message)):
        Trainer(config(tmp_path, **values))
