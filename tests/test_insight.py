"""What `rumpus watch --show` draws: attention, values and plans of a trained network."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import imageio.v2 as imageio
import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents.measuring.insight import STRIP, WAY, Insight, attention, path
from rumpus.agents.measuring.watch import watch
from rumpus.agents.network_policy import trained
from rumpus.agents.training.run import train
from rumpus.tests.chosen import EASY
from rumpus.worlds.engine.records.things import ONE

SMALL: dict[str, Any] = {
    "steps": 64, "envs": 8, "rollout": 8, "hidden": 16, "channels": 4, "threads": 1, "tensorboard": False,
    "minibatches": 2, "epochs": 1,
}  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A relational network with a relational memory, in rooms with one box."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    more = {"torso": "relational", "width": 16, "heads": 2, "core": "rmc", "units": 16, "knobs": EASY}
    train("ppo", "box-world-small", folder=folder, bar=False, **SMALL | more)
    return folder


def begun(run: Path) -> tuple[Any, Any]:
    """Its player, and a batch of one row in which it has been started."""
    policy, _ = trained(run, greedy=True)
    batch = worlds.batch("box-world-small", 1, threads=1, knobs=EASY, seed=4)
    batch.reset(seed=4)
    policy.start(batch)
    return policy, batch


def test_a_plan_is_what_a_greedy_player_then_does(run: Path) -> None:
    """The way that is drawn before each step leads where it really goes, tile by tile of the picture."""
    policy, batch = begun(run)
    insight, walks, places = Insight(["plan"], policy, batch), [], []
    first = np.ones(1, bool)
    for _ in range(12):
        policy.act(batch, first)
        walks.append(insight._plan.paths(batch)[0])  # type: ignore[union-attr]
        thing = batch.things()[0][0, 0]
        places.append((int(thing["y"]) // ONE + 1, int(thing["x"]) // ONE + 1))  # the picture has a wall around it
        batch.step()
        first = np.zeros(1, bool)
    moves = sum(one != two for one, two in itertools.pairwise(places))
    for step, walk in ((step, walk) for step, walk in enumerate(walks) if walk):
        rest = places[step : step + len(walk)]
        assert [(y - walk[0][0], x - walk[0][1]) for y, x in walk[: len(rest)]] == [
            (y - rest[0][0], x - rest[0][1]) for y, x in rest
        ]
    assert not moves or not walks[-1] or walks[-1][0] == places[-1]


def test_attention_adds_up_and_the_value_is_the_networks(run: Path) -> None:
    policy, batch = begun(run)
    Insight(["attention", "value"], policy, batch)
    policy.act(batch, np.ones(1, bool))
    (found,), (value,) = policy.attention(), policy.values()
    network, note = policy._networks[0], policy.notes[0]
    rows, cols = batch.rows, batch.cols
    assert found["cells"].shape == (rows, cols) and found["cells"].sum() == pytest.approx(1, abs=1e-4)
    assert found["memory"].shape == (4, 5) and found["memory"].sum(1) == pytest.approx(1, abs=1e-4)
    weights = network.torso.attention(note.observation.pixels).mean((1, 2, 3))
    assert np.allclose(found["cells"].ravel(), weights[0].detach().numpy(), atol=1e-6)
    with torch.no_grad():
        again = network(note.observation, note.state, note.is_first)[1]
    assert value == pytest.approx(float(again[0]))


def test_learned_queries_attend_where_they_look() -> None:
    """Those of an agent that reads no words: the cells that are drawn are those that its features are taken from."""
    policy, _ = trained("key-and-door-small-dagger", greedy=True)
    batch = worlds.batch("key-and-door-small", 1, threads=1, seed=4)
    batch.reset(seed=4)
    policy.start(batch)
    Insight(["attention"], policy, batch)
    policy.act(batch, np.ones(1, bool))
    (found,), network = policy.attention(), policy.networks[0]
    assert policy.notes and network.asked is not None and network.pointing is not None
    cells = network.torso(policy.notes[0].observation.pixels, None)
    scores = network.asked @ network.pointing.key(cells.flatten(2).transpose(1, 2)).transpose(1, 2)
    weights = (scores / network.asked.shape[1] ** 0.5).softmax(-1).mean(1)[0].detach().numpy()
    assert np.allclose(found["cells"].ravel(), weights, atol=1e-6) and found["cells"].std() > 0


def test_where_more_is_attended_to_the_frame_is_warmer() -> None:
    cells = np.zeros((4, 4))
    cells[1, 2] = 1
    frame = attention(np.full((64, 64, 3), 90, np.uint8), {"cells": cells})
    redness = frame[..., 0].astype(int) - frame[..., 2]
    assert redness[24, 40] > 60 and redness[56, 8] == 0 and frame[56, 8].sum() < 3 * 90


def test_a_way_leads_through_the_middles_of_its_tiles() -> None:
    frame = np.full((60, 80, 3), 200, np.uint8)
    drawn = path(frame, [(0, 0), (0, 1), (0, 1), (1, 1)], (3, 4))
    near = np.abs(drawn.astype(int) - WAY).sum(-1) < 60
    assert near[10, 20] and near[10, 30] and near[30, 30] and not near[30:, :20].any() and not near[:, 45:].any()
    assert (path(frame, [], (3, 4)) == frame).all() and (path(frame, [(1, 1), (1, 1)], (3, 4)) == frame).all()


def test_a_clip_shows_all_of_it(run: Path, tmp_path: Path) -> None:
    """With a strip below, which a clip without has not."""
    clip = tmp_path / "clip.gif"
    options: dict[str, Any] = {"episodes": 1, "limit": 6, "size": (140, 140), "seed": 4}
    watch("box-world-small", run, out=clip, show=["attention", "value", "plan"], **options)
    frames = imageio.mimread(clip)
    assert frames[0].shape[:2] == (140 + STRIP, 140) and len(frames) > 6
    plain = tmp_path / "plain.gif"
    watch("box-world-small", run, out=plain, **options)
    assert imageio.mimread(plain)[0].shape[:2] == (140, 140)


@pytest.mark.parametrize(
    ("agent", "show", "told"),
    [
        ("expert", "value", "expert has no network"),
        ("plain", "attention", "has no attention"),
        ("plain", "plans", "--show takes attention, value, plan, got 'plans'"),
        ("maze", "plan", "drawn in worlds that are seen from above"),
    ],
)
def test_nothing_is_shown_that_there_is_not(agent: str, show: str, told: str, tmp_path: Path) -> None:
    world = "maze-small" if agent == "maze" else "box-world-small"
    if agent != "expert":
        train("ppo", world, folder=tmp_path / "run", bar=False, size=(20, 20), **SMALL)
        agent = str(tmp_path / "run")
    with pytest.raises(ValueError, match=told):
        watch(world, agent, out=tmp_path / "clip.gif", show=[show])
