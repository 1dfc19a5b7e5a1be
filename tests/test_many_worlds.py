"""Several worlds in one run: one network, one head for all keyboards, and checkpoints that play anywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.measuring.benchmark import benchmark
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.networks import Network, NetworkSpec
from rumpus.agents.networks.heads import ActionSpec, head_of
from rumpus.agents.observations import ObservationReader, draw_at
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.places import shared
from rumpus.agents.training.trainer import Trainer
from rumpus.interface.keys import BUTTONS, KEYS
from rumpus.worlds.engine.run.batch import Batch

from .chosen import EVERY, ONE_OF_EACH

SMALL: dict[str, Any] = {
    "rollout": 8, "minibatches": 2, "epochs": 1, "channels": 4, "hidden": 16, "tensorboard": False, "threads": 1,
}  # fmt: skip
THREE = ("box-world-small", "sokoban-small", "maze-small")


@pytest.mark.parametrize("name", EVERY)
def test_no_key_is_pressed_that_a_world_ignores(name: str) -> None:
    """And every key and button that it heeds is pressed sometimes; the rest adds nothing to the entropy."""
    world = worlds.load(name)
    head: Any = head_of("universal", 3, ActionSpec.of(world), talk=world.players > 1)
    mask = head.mask(world)
    batch = Batch(world, 300, size=draw_size(world), threads=1)
    lanes = batch.n * batch.players
    pressed: dict[str, set] = {"keys": set(), "buttons": set(), "still": set()}
    generator = torch.Generator().manual_seed(0)
    for _ in range(6):
        choice = head.sample(mask.expand(lanes, -1), generator)
        head.write(choice, batch, batch.tensors())
        pressed["keys"] |= {KEYS[i] for i in np.flatnonzero(batch.actions["keys"].any((0, 1)))}
        pressed["buttons"] |= {BUTTONS[i] for i in np.flatnonzero(batch.actions["buttons"].any((0, 1)))}
        pressed["still"] |= set((batch.actions["mouse"] == 0).all(-1).ravel().tolist())
    assert pressed["keys"] == set(world.controls.keys)
    assert pressed["buttons"] == set(world.controls.buttons)
    assert pressed["still"] == ({True, False} if ActionSpec.of(world).mouse else {True})
    entropy = head.score(mask.expand(1, -1), choice[:1])[1]
    parts = [(-p[p > 0] * p[p > 0].log()).sum() for p in (g.softmax(-1) for g in mask.double().split(head.sizes()))]
    assert float(entropy) == pytest.approx(float(sum(parts)), abs=2e-3)
    head.zero_grad()
    head.score(head(torch.ones(1, 3)) + mask, choice[:1])[0].sum().backward()
    last = head.acting.layer if world.players > 1 else head.layer
    ignored = mask[: len(last.bias)] < -1000
    assert ignored.any() and (last.bias.grad[ignored] == 0).all()


def draw_size(world: Any) -> tuple[int, int]:
    return world.view.frame(*world.view.grid(world.knob_values({})))


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_the_head_reads_back_the_actions_that_it_wrote(name: str) -> None:
    """Of actions that hold a key or two: the head reads its own choices back from the batch's actions."""
    world = worlds.load(name)
    head: Any = head_of("universal", 3, ActionSpec.of(world))
    batch = Batch(world, 8, size=draw_size(world), threads=1)
    lanes = batch.n * batch.players
    choice = head.sample(head.mask(world).expand(lanes, -1), torch.Generator().manual_seed(1))
    tensors = batch.tensors()
    head.write(choice, batch, tensors)
    before = batch.actions.copy()
    again = head.read(batch, tensors)
    head.write(again, batch, tensors)
    for part in ("keys", "buttons", "wheel", "mouse"):
        np.testing.assert_array_equal(batch.actions[part], before[part])


def test_environments_are_shared_out() -> None:
    three = [worlds.load(name) for name in THREE]
    assert shared(64, None, three, 1) == [22, 21, 21]
    assert shared(64, (2, 1, 1), three, 1) == [32, 16, 16]
    assert shared(64, (2, 1, 1), three, 2) == [32, 16, 16]
    assert sum(shared(7, (5, 1, 1), three, 1)) == 7
    with pytest.raises(ValueError, match=r"the share of maze-small is less than one: raise --envs"):
        shared(4, (100, 50, 1), three, 1)
    with pytest.raises(ValueError, match="2 processes"):
        shared(7, None, three, 2)


def test_a_world_does_not_know_that_others_are_in_the_run() -> None:
    """The frames, rewards and ends of its lanes are those of a batch of its own that is given the same actions."""
    trainer = Trainer(Config.of("ppo", *THREE, envs=12, shares=(2, 1, 1), limit=20, size=(40, 40), **SMALL))
    alone = [
        Batch(worlds.load(name), n, size=(40, 40), seed=0, limit=20, threads=1, repeat=4 if name == "maze-small" else 1)
        for name, n in zip(THREE, (6, 3, 3), strict=True)
    ]
    head = trainer.algorithm.networks()[0].head
    for batch in alone:
        batch.reset()
        batch.draw()
    for _ in range(3):
        trainer.collector.collect(SMALL["rollout"], 0.0)
        kept = trainer.algorithm.rollout  # type: ignore[attr-defined]
        first = 0
        for batch in alone:
            lanes, tensors = slice(first, first + batch.n), batch.tensors()
            first += batch.n
            for step in range(SMALL["rollout"]):
                np.testing.assert_array_equal(kept["observation"][0][step, lanes].numpy(), batch.pixels[:, 0])
                head.write(kept["action"][step, lanes], batch, tensors)
                outcomes = batch.step()
                np.testing.assert_array_equal(kept["reward"][step, lanes].numpy(), outcomes["reward"][:, 0])
                over = batch.over.copy()
                np.testing.assert_array_equal(kept["ended"][step, lanes].numpy(), over)
                batch.reset(over)
                batch.draw()


def test_one_run_learns_and_its_agent_plays_anywhere(tmp_path: Path) -> None:
    """Also worlds, numbers of players and sizes that it never saw."""
    folder = tmp_path / "run"
    run.train("ppo", *THREE, folder=folder, bar=False, envs=12, steps=2 * 96, units=8, evaluate_every=2,
              evaluate_episodes=4, **SMALL)  # fmt: skip
    content = checkpoint.load(folder)
    assert content["worlds"] == list(THREE)
    assert content["spec"]["head"] == "universal" and content["spec"]["instructed"]
    header = (folder / "metrics.csv").read_text().splitlines()[0].split(",")
    assert {f"{name}/held_out_success" for name in THREE} <= set(header)
    elsewhere: dict[str, dict[str, Any]] = {
        "collect-small": {},
        "sokoban-duo": {},
        "box-world": {"knobs": {"size": 20}},
        "tag-four": {"limit": 30},
    }
    for name, options in elsewhere.items():
        result = evaluate(name, folder, episodes=2, threads=1, **options)
        assert result["episodes"] == 2
    resumed = run.resume(folder, bar=False, steps=3 * 96)
    assert checkpoint.load(resumed)["updates"] == 3


def test_frames_of_another_size_are_averaged_to_the_networks() -> None:
    world = worlds.load("box-world")
    batch = Batch(world, 3, knobs={"size": 20}, threads=1)
    draw_at(batch, (16, 16), None)  # 20 cells do not fit into 16 pixels
    assert batch.size == (32, 32)
    batch.reset()
    batch.draw()
    seen = ObservationReader([batch], size=(16, 16)).observe().pixels
    expected = batch.pixels[:, 0].astype(np.float64).reshape(3, 16, 2, 16, 2, 3).mean((2, 4))
    assert seen.dtype == torch.uint8
    assert np.abs(seen.numpy() - expected).max() <= 0.5


def test_a_run_begins_where_another_ended(tmp_path: Path) -> None:
    """Whatever the worlds: at first it acts as that one did, and a penalty keeps it near."""
    run.train("ppo", "box-world-small", folder=tmp_path / "first", bar=False, head="universal", envs=8, steps=128,
              units=8, **SMALL)  # fmt: skip
    start: dict[str, Any] = {"start": str(tmp_path / "first"), "envs": 8, "bf16": False, **SMALL}
    content = checkpoint.load(tmp_path / "first")
    parent = Network(NetworkSpec.saved(content["spec"]))
    parent.load_state_dict(content["networks"][0])
    for names in (("box-world-small",), ("sokoban-small", "maze-small")):
        trainer = Trainer(Config.of("ppo", *names, **start))
        child = trainer.algorithm.networks()[0]
        observation = trainer.lanes[0].observe()
        lanes = len(observation.pixels)
        zeros = torch.zeros(lanes, child.head.parts, dtype=torch.int64)
        observation = observation._replace(last_action=zeros, last_reward=torch.zeros(lanes))
        for mine, yours in zip(
            child(observation, child.initial(lanes), torch.ones(1, lanes))[:2],
            parent(observation, parent.initial(lanes), torch.ones(1, lanes))[:2],
            strict=True,
        ):
            torch.testing.assert_close(mine, yours)
    strayed = {}
    for weight in (1e-6, 30.0):
        trainer = Trainer(Config.of("ppo", "sokoban-small", kl=weight, steps=8 * 64, **start))
        rows = [trainer.update() for _ in range(6)]
        assert rows[0]["kl_from_start"] >= 0
        strayed[weight] = rows[-1]["kl_from_start"]
    assert strayed[30.0] < 0.5 * strayed[1e-6]


def test_narrow_heads_say_where_they_do_not_fit(tmp_path: Path) -> None:
    for head in ("moves", "devices"):
        run.train("ppo", "maze-small", folder=tmp_path / head, bar=False, head=head, envs=4, steps=32, **SMALL)
        with pytest.raises(ValueError, match="--head universal, which plays anywhere"):
            evaluate("sokoban", tmp_path / head, episodes=1, threads=1)
        with pytest.raises(ValueError, match="--head universal, which plays anywhere"):
            Trainer(Config.of("ppo", "sokoban", start=str(tmp_path / head), **SMALL))
        assert evaluate("maze-find", tmp_path / head, episodes=1, threads=1, limit=8)["episodes"] == 1
    with pytest.raises(ValueError, match="these worlds have different ones: choose --head universal"):
        Trainer(Config.of("ppo", "maze-small", "sokoban-small", head="moves", **SMALL))


def test_the_benchmark_counts_worlds_that_a_head_can_play(tmp_path: Path) -> None:
    folder = Path(__file__).parent.parent / "assets" / "tasks"
    lines = {name: (folder / f"{name}.jsonl").read_text().splitlines()[:2] for name in ("sokoban-small", "maze-find")}
    for name, tasks in lines.items():
        (tmp_path / f"{name}.jsonl").write_text("\n".join(tasks) + "\n")
    for head, played in {"universal": [2, 2], "moves": [0, 2]}.items():
        run.train("ppo", "sokoban-small", folder=tmp_path / head, bar=False, head=head, envs=4, steps=32, **SMALL)
        rows = [row for row in benchmark(tmp_path / head, tmp_path, threads=1) if row["of"] == "world"]
        assert sorted(row["attempted"] for row in rows) == played


def test_tasks_of_several_worlds_come_from_one_folder(tmp_path: Path) -> None:
    folder = Path(__file__).parent.parent / "assets" / "tasks"
    config = Config.of(
        "ppo", "sokoban-small", "box-world-small", envs=4, tasks=str(folder), curriculum="learnability", **SMALL
    )
    trainer = Trainer(config)
    assert [len(place.batch.task_table) for place in trainer.places] == [104, 104]
    assert all(place.sampler for place in trainer.places)
    trainer.update()
    part = Trainer(Config.of("ppo", "sokoban-small", "collect-small", envs=4, tasks=str(folder), **SMALL))
    assert [bool(place.sampler) for place in part.places] == [True, False]  # the other one plays its own objective
    with pytest.raises(ValueError, match="holds no task of collect-small"):
        Trainer(Config.of("ppo", "collect-small", "maze-small", tasks=str(folder), **SMALL))
