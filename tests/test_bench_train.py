"""`rumpus bench --train`: every row is there and its numbers agree with each other; no speed is asked for."""

from __future__ import annotations

import json
from functools import partial

import pytest
import torch
from typer.testing import CliRunner

from rumpus.__main__ import app
from rumpus.agents.measuring import formatting, train_bench
from rumpus.agents.measuring.peers import StableBaselines3
from rumpus.agents.settings import Config
from rumpus.agents.training.trainer import Trainer


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    monkeypatch.setattr(train_bench, "TURNS", 1)
    monkeypatch.setattr(train_bench, "cores", lambda: 2)
    small = partial(train_bench.train_bench, envs=8, rollout=4, minibatches=2)
    monkeypatch.setattr(train_bench, "train_bench", small)


def test_all_rows_of_a_run():
    done = CliRunner().invoke(app, ["bench", "box-world-small", "--train", "--seconds", "0.01", "--json"])
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    rows = found["rows"]
    ours = [row for row in rows if row["what"] == "rumpus"]
    assert [row["threads"] for row in ours if not row["bf16"]] == [1, 2]
    assert [row["threads"] for row in rows if row["what"] == StableBaselines3.what] == [1, 2]
    assert min(row["ratio"] for row in ours) == 1
    for row in rows:
        assert row["least"] <= row["steps_per_second"] <= row["most"]
        assert row["share"] == pytest.approx(row["steps_per_second"] / row["limit"], abs=0.001, rel=0.02)
    assert any("PufferLib" in row["what"] for row in rows) or any("pip install" in line for line in found["missing"])
    assert formatting.training(found).row_count == len(rows)


def test_operations_of_a_step_are_those_of_the_layers():
    trainer = Trainer(Config.of("ppo", "box-world-small", threads=1, bf16=False, envs=2, epochs=3))
    network = trainer.algorithm.networks()[0]
    _, rows, columns = network.torso.shape
    cells = rows * columns
    layers = {module: 1 for module in network.modules() if isinstance(module, torch.nn.Linear)}
    layers[network.torso.stem] = cells
    forward = sum(2 * times * layer.weight.numel() for layer, times in layers.items())
    forward += sum(2 * cells * block.conv.weight.numel() for block in network.torso.blocks)
    pixels = 2 * cells * network.torso.stem.weight.numel()  # whose gradient nobody needs
    assert train_bench.flop_of_step(trainer) == forward + 3 * (3 * forward - pixels)


def test_two_worlds_are_refused():
    done = CliRunner().invoke(app, ["bench", "box-world-small", "sokoban", "--train"])
    assert isinstance(done.exception, ValueError) and "one world" in str(done.exception)
