"""Agents that say when they are done: the head, its figures, and what a conversation makes of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.ending import chosen
from rumpus.agents.human.agent import named
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.network_policy import trained
from rumpus.agents.training import run
from rumpus.tests.commands import rumpus
from rumpus.tests.runs import SMALL
from rumpus.tests.test_asking import Table
from rumpus.worlds.engine.run.batch import Batch

WORLD = worlds.load("box-world-small")


def test_the_threshold_is_the_one_that_is_right_in_most_episodes():
    """Episode 0 succeeds and is clear; 1 looks done too early; 2 never succeeds."""
    scores = np.array([0.1, 0.9, 0.95, 0.7, 0.2, 0.3])
    label = np.array([False, True, False, True, False, False])
    threshold, figures = chosen(scores, label, np.array([0, 0, 1, 1, 2, 2]))
    assert 0.3 <= threshold < 0.9
    assert figures == {"precision": 0.5, "recall": 0.5}


@pytest.fixture(scope="module")
def agent(tmp_path_factory):
    """An agent that has learned nothing, and the same one with a head that says done."""
    folder = tmp_path_factory.mktemp("done")
    run.train(
        "ppo", WORLD.name, "key-and-door-small", folder=folder / "run", bar=False, steps=256, size=(40, 40), **SMALL
    )
    more = ("--worlds", WORLD.name, "--episodes", 40, "--threads", 1, "--json")
    assert rumpus("agents", "done", folder / "run", *more, "--out", folder / "done") == 0
    return folder


def test_what_it_does_stays_as_it_is(agent):
    folder = agent
    before, after = (checkpoint.load(folder / name)["networks"][0] for name in ("run", "done"))
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert {name for name in after if name not in before} == {
        f"ending.{n}.{w}" for n in "02" for w in ("weight", "bias")
    }
    plain, said = (evaluate(WORLD, folder / name, episodes=12, threads=1) for name in ("run", "done"))
    assert "done_recall" not in plain
    assert {name: value for name, value in said.items() if name in plain and name != "agent"} == {
        name: value for name, value in plain.items() if name != "agent"
    }


def test_done_is_counted_right_only_at_the_successful_end(agent):
    """By a head that says what it is made to say."""
    folder = agent
    batch = Batch(WORLD, 3, threads=1)
    for said, early, wanted in ((1.0, False, {"done_precision": 0.5, "done_recall": 1.0}), (1.0, True, {"done_precision": 0, "done_recall": 0}), (-1.0, False, {"done_recall": 0})):  # fmt: skip  # noqa: E501
        policy, _ = trained(folder / "done")
        ending = policy.networks[0].ending
        torch.nn.init.zeros_(ending[2].weight)
        batch.reset(seed=3)
        policy.start(batch)
        ending[2].bias.data.fill_(1.0 if early else -1.0)
        policy.act(batch, np.ones(3, bool))
        assert policy.done.tolist() == [early] * 3
        ending[2].bias.data.fill_(said)
        policy.ended(batch, np.array([True, True, False]), np.array([True, False, False]))
        assert policy.report() == wanted


def test_an_agent_that_is_done_waits_for_the_verdict(agent, tmp_path, monkeypatch):
    folder = agent
    made, _ = named(str(folder / "done"), WORLD)
    table = Table(tmp_path / "store", made, first="touch a key")
    made.policy.networks[0].ending[2].bias.data.fill_(-100.0)
    table.wait(1)
    assert not table.asking.done
    made.policy.networks[0].ending[2].bias.data.fill_(100.0)
    table.wait(1)
    steps = table.session.steps
    table.wait(3)
    assert table.session.steps == steps > 0 and table.asking.waits
    assert table.band.endswith("says: done")
    table.press("n")
    ((head, marks),) = table.stored()
    assert (head.extra["done"], marks) == (str(steps), [("failure", steps)])


def test_done_is_refused_where_nothing_shows_it(agent, tmp_path, capsys):
    folder = agent
    for words, reason in {
        ("random",): "no checkpoint",
        (str(folder / "run"), "--episodes", "3"): "at least 10",
        (str(folder / "run"), "--worlds", "nowhere"): "unknown world",
    }.items():
        assert rumpus("agents", "done", *words, "--out", tmp_path / "out") == 1
        assert reason in " ".join(capsys.readouterr().err.split())
