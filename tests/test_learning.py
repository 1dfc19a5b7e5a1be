"""Learning: what is kept of a step by independent reckoning, runs that go on after kill -9, honest counting, clear
errors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.algorithms.ppo import PPO
from rumpus.agents.episodes import episodes_of, interval
from rumpus.agents.experts import Expert, expert
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.measuring.watch import watch
from rumpus.agents.network_policy import trained
from rumpus.agents.observations import ObservationReader
from rumpus.agents.policies import RandomPolicy, player
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.log import read_metrics
from rumpus.agents.training.trainer import Trainer
from rumpus.tests.chosen import EASY, SMALL_ROOM
from rumpus.tests.chosen import TINY as TINY_WORLD
from rumpus.tests.runs import SMALL, changed, observed, process

WORLD = "box-world-small"
TINY = {**SMALL, "steps": 8 * 16 * 8, "knobs": EASY}


def train(folder: Path, **changes: Any) -> Path:
    """A run of TINY with these changes."""
    return run.train("ppo", folder=folder, bar=False, **{"world": WORLD, **TINY, **changes})


@pytest.mark.parametrize("units", [0, 8])
def test_only_truncated_steps_are_bootstrapped(units: int) -> None:
    """After a cut by the clock the future of a step is gamma times the value of the last frame; after an end, 0."""
    settings = {**TINY, "units": units, "limit": 25, "rollout": 60, "envs": 64, "normalise_reward": False}
    trainer = Trainer(Config.of("ppo", WORLD, **settings, gamma=0.5))
    twin, algorithm = trainer.places[0].batch.clone(), trainer.algorithm
    assert isinstance(algorithm, PPO)
    came = observed(algorithm)
    state = algorithm.initial(64)
    trainer.collector.collect(60, 0.0)
    assert [transition.step for transition in came] == list(range(60))
    reader, is_first, kinds = ObservationReader([twin]), torch.ones(64), set()
    network, kept = algorithm.network, algorithm.rollout
    last = {"last_action": torch.zeros(64, 1, dtype=torch.int64), "last_reward": torch.zeros(64)} if units else {}
    twin.draw()
    for step, transition in enumerate(came):
        timestep, action = transition.timestep, transition.decision.action
        assert torch.equal(reader.observe().pixels, timestep.observation.pixels)
        assert torch.equal(timestep.is_first, is_first) and (timestep.mask == 1).all()
        with torch.no_grad():
            _, values, state = network(reader.observe()._replace(**last), state, is_first.unsqueeze(0))
        assert torch.allclose(values, kept["value"][step], atol=1e-5)
        network.head.write(action, twin, reader.tensors[0])
        outcomes = twin.step()[:, 0].copy()
        reward = torch.from_numpy(outcomes["reward"])
        last = {"last_action": action, "last_reward": reward} if units else {}
        twin.draw()
        with torch.no_grad():
            _, beyond, _ = network(reader.observe()._replace(**last), state, torch.zeros(1, 64))
        cut = (outcomes["truncated"] == 1) & (outcomes["terminated"] == 0)
        assert transition.cut.tolist() == np.flatnonzero(cut).tolist()
        np.testing.assert_allclose(kept["future"][step].numpy(), np.where(cut, 0.5 * beyond.numpy(), 0), atol=1e-5)
        ended = (outcomes["truncated"] | outcomes["terminated"]) == 1
        for name, expected in (("reward", outcomes["reward"]), ("ended", ended)):
            assert (kept[name][step].numpy() == expected).all()
            assert (getattr(transition, name).numpy() == expected).all()
        kinds |= {"cut"} if cut.any() else set()
        kinds |= {"end"} if (outcomes["terminated"] == 1).any() else set()
        is_first = torch.from_numpy(twin.over.copy()).float()
        twin.reset(twin.over)
        twin.draw()
    assert kinds == {"cut", "end"}


@pytest.mark.parametrize("units", [0, 8])
def test_a_killed_run_resumes_to_the_same_checkpoint(tmp_path: Path, units: int) -> None:
    settings = {**TINY, "units": units, "head": "devices" if units else "moves", "steps": 60 * 128}
    train(tmp_path / "whole", **settings)
    killed = tmp_path / "killed"
    with process(WORLD, killed, settings) as other:
        while other.poll() is None and len(read_metrics(killed)) < 3:
            time.sleep(0.002)
        other.send_signal(signal.SIGKILL)
        assert other.wait() == -signal.SIGKILL, "the run ended before it could be killed"
    assert checkpoint.load(killed)["updates"] < 60
    with open(killed / "metrics.csv", "a") as file:
        file.write("59,7552,1")  # half a line, as a kill may leave
    run.resume(killed, bar=False)
    assert not changed(tmp_path / "whole", killed)
    assert [row["update"] for row in read_metrics(killed)] == list(range(1, 61))


def test_seeds_reproduce_and_matter(tmp_path: Path) -> None:
    train(tmp_path / "a", steps=2 * 128, evaluate_every=1, evaluate_episodes=8)
    train(tmp_path / "b", steps=2 * 128)
    assert not changed(tmp_path / "a", tmp_path / "b"), "to be evaluated changes nothing"
    train(tmp_path / "c", steps=2 * 128, seed=1)
    assert any(".torso." in place for place in changed(tmp_path / "a", tmp_path / "c"))
    with pytest.raises(ValueError, match="--resume"):
        train(tmp_path / "a", steps=2 * 128)


def test_training_on_cuda_gives_the_weights_of_training_on_the_cpu(tmp_path: Path) -> None:
    """On Numba's CUDA simulator, with torch on the CPU: the same weights and states, bit for bit."""
    settings = {**TINY, "limit": 4, "envs": 2, "rollout": 6, "steps": 24, "hidden": 8, "channels": 4, "units": 4}
    settings["head"] = "devices"
    train(tmp_path / "cpu", **settings)
    assert process(WORLD, tmp_path / "cuda", settings, simulated=True).wait() == 0
    assert not changed(tmp_path / "cpu", tmp_path / "cuda")


def test_two_players_with_a_memory_learn_from_each_others_chat(tmp_path: Path) -> None:
    settings = {"world": "sokoban-duo", "knobs": SMALL_ROOM, "units": 8}
    train(tmp_path, **settings, steps=2 * 256, tensorboard=True)
    assert checkpoint.load(tmp_path)["updates"] == 2
    assert list((tmp_path / "tensorboard").glob("events.*"))
    result = evaluate("sokoban-duo", tmp_path, episodes=5, threads=1)
    assert result["episodes"] == 5


def test_ppo_learns(tmp_path: Path) -> None:
    """In a room with two coins, success on held-out rooms rises from chance to most of them."""
    run.train(
        "ppo",
        TINY_WORLD,
        folder=tmp_path,
        bar=False,
        knobs={"coins": 2},
        limit=20,
        steps=20_000,
        envs=32,
        rollout=16,
        minibatches=4,
        hidden=64,
        threads=1,
        tensorboard=False,
        evaluate_every=10_000,
    )
    before, after = (row["held_out_success"] for row in read_metrics(tmp_path) if "held_out_success" in row)
    assert before < 0.3
    assert after > 0.7


class Still:
    """Does nothing, and counts the episodes it is told of."""

    name = "still"

    def start(self, batch) -> None:
        self.begun = np.zeros(batch.n, int)

    def act(self, batch, is_first) -> None:
        self.begun += is_first

    def report(self) -> dict[str, float]:
        return {}


@pytest.mark.parametrize("episodes", [1, 7, 16])
def test_evaluation_plays_exactly_the_episodes_it_says(episodes: int) -> None:
    batch = worlds.batch("box-world-small", min(episodes, 5), limit=3, threads=1)
    policy = Still()
    played = episodes_of(policy, batch, episodes)
    wins, returns, lengths = played.wins, played.returns, played.lengths
    assert len(wins) == episodes == policy.begun.sum()
    assert np.ptp(policy.begun) <= 1  # shared out beforehand: no row plays more because its episodes are short
    assert (lengths == 3).all() and not wins.any() and (returns == 0).all()


def test_evaluation_tells_players_apart() -> None:
    options: dict[str, Any] = {"episodes": 60, "threads": 1, "knobs": EASY}
    chance, best = evaluate("box-world-small", "random", **options), evaluate("box-world-small", "expert", **options)
    assert best["success"] == 1 and best["success_low"] > 0.9
    assert chance["success_high"] < best["success_low"]
    assert best["plans"] == 60 and best["plans_failed"] == 0 and best["plan_seconds_max"] > 0
    assert evaluate("box-world-small", "random", **options) == chance
    assert chance.keys() >= {"world", "agent", "episodes", "success", "return_mean", "length_mean"}


@pytest.mark.parametrize(("wins", "episodes"), [(0, 10), (81, 263), (15, 15)])
def test_intervals_are_where_the_normal_test_just_accepts(wins: int, episodes: int) -> None:
    """Wilson's interval holds the rates p with |wins/n - p| <= 1.96 * sqrt(p * (1 - p) / n)."""
    for edge in interval(wins, episodes):
        if 0 < edge < 1:
            distance = abs(wins / episodes - edge) / np.sqrt(edge * (1 - edge) / episodes)
            assert distance == pytest.approx(1.959964, abs=1e-5)
    assert 0 <= interval(wins, episodes)[0] <= wins / episodes <= interval(wins, episodes)[1] <= 1


def test_an_expert_plans_anew_when_pushed_off_its_path() -> None:
    batch = worlds.batch("box-world-small", 20, threads=1)
    policy = expert(batch.world)
    assert policy is not None
    batch.reset()
    policy.start(batch)
    won, rng = np.zeros(20, bool), np.random.default_rng(0)
    for step in range(79):
        policy.act(batch, np.full(20, step == 0))
        if step == 3:  # somebody else takes the keyboard for a moment
            batch.act(np.full(20, rng.integers(4)))
        won |= batch.step()["success"][:, 0] == 1
    assert isinstance(policy, Expert)
    assert policy.plans > 20
    assert won.mean() > 0.8  # a push may open a wrong box or spend a key


def test_a_checkpoint_plays_what_it_was_trained_on(tmp_path: Path) -> None:
    train(tmp_path, steps=128)
    world = worlds.load(WORLD)
    policy, content = trained(tmp_path, seed=3)
    assert content["worlds"] == [world.name]
    # the options of the training are those of the evaluation, unless others are given
    first = evaluate(world, policy, episodes=20, knobs=EASY, threads=1)
    again, _ = trained(tmp_path, seed=0)
    assert evaluate(world, tmp_path, episodes=20, seed=0, threads=1) == evaluate(
        world, again, episodes=20, seed=0, knobs=EASY, threads=1
    )
    assert first["agent"] == str(tmp_path)
    _, options = player(tmp_path, world)
    assert options == {"knobs": EASY, "limit": None, "repeat": 1}


def test_clips_are_recorded(tmp_path: Path) -> None:
    import imageio.v3 as imageio

    for name in ("clip.mp4", "clip.gif"):
        watch("box-world-small", "expert", out=tmp_path / name, episodes=2, size=(96, 96))
        film = imageio.imread(tmp_path / name)
        assert film.shape[1:] == (96, 96, 3)
        assert len(film) > 10
    with pytest.raises(ValueError, match=r"\.mp4 or a \.gif"):
        watch("box-world-small", "random", out=tmp_path / "clip.txt", episodes=1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.gif", "clip.mp4"]


def test_files_that_are_no_checkpoints_are_refused(tmp_path: Path) -> None:
    train(tmp_path / "run", steps=128)
    whole = (tmp_path / "run" / "checkpoint.pt").read_bytes()
    for cut in (0, 10, len(whole) // 2, len(whole) - 1):
        (tmp_path / "cut.pt").write_bytes(whole[:cut])
        with pytest.raises(ValueError, match=r"cut short|damaged"):
            checkpoint.load(tmp_path / "cut.pt")
    torch.save({"weights": torch.zeros(3)}, tmp_path / "other.pt")
    with pytest.raises(ValueError, match="no checkpoint of Rumpus"):
        checkpoint.load(tmp_path / "other.pt")
    torch.save(Trap(tmp_path / "sprung"), tmp_path / "trap.pt")
    with pytest.raises(ValueError, match="damaged or no checkpoint"):
        checkpoint.load(tmp_path / "trap.pt")
    assert not (tmp_path / "sprung").exists()
    with pytest.raises(ValueError, match="no checkpoint at"):
        evaluate("sokoban", tmp_path / "nowhere", episodes=1)


def test_an_agent_plays_where_its_moves_are_those_of_the_world(tmp_path: Path) -> None:
    """One of named moves where they mean the same keys, one of all devices anywhere; elsewhere the world is named."""
    train(tmp_path / "moves", steps=128)
    assert evaluate("sokoban-small", tmp_path / "moves", episodes=2, limit=3, threads=1)["episodes"] == 2
    with pytest.raises(
        ValueError, match=r"one of the moves walk up, .* and room-small has .* train with --head universal"
    ):
        evaluate("room-small", tmp_path / "moves", episodes=1)
    train(tmp_path / "devices", steps=128, head="devices")
    with pytest.raises(ValueError, match=r"this agent presses .* to which room-small does not listen"):
        evaluate("room-small", tmp_path / "devices", episodes=1)
    train(tmp_path / "universal", steps=128, head="universal")
    assert evaluate("room-small", tmp_path / "universal", episodes=2, limit=3, threads=1)["episodes"] == 2


class Trap:
    """A pickle that makes a file when it is opened."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


FULL = """
import resource, sys
from rumpus.agents import checkpoint
import torch
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
checkpoint.save(__import__("pathlib").Path(sys.argv[1]), {"worlds": ["new"], "network": torch.zeros(100_000)})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on file sizes is POSIX's")
def test_a_full_disk_leaves_the_old_checkpoint_whole(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    parts: dict[str, Any] = {name: {} for name in ("run", "network", "own", "spec")}
    parts |= {"algorithm": "ppo", "worlds": ["old"], "networks": [], "updates": 0, "total": 1, "steps": 0}
    checkpoint.save(path, parts)
    done = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True)
    assert done.returncode != 0 and "could not be written" in done.stderr
    assert "still holds the one before" in done.stderr
    assert checkpoint.load(path)["worlds"] == ["old"]
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"envs": 0}, "envs must be at least 1"),
        ({"gamma": 1.5}, "gamma must lie"),
        ({"learning_rate": 0.0}, "greater than 0"),
        ({"head": "feet"}, "unknown head 'feet'.*moves, devices, universal"),
        ({"torso": "eyes"}, "unknown torso 'eyes'.*patches, impala"),
        ({"core": "gru"}, "'gru' has 0 units"),
        ({"units": 4, "core": "attic"}, "unknown core 'attic'.*lstm, gru"),
        ({"clipp": 0.1}, "unknown setting 'clipp' of ppo; did you mean"),
        ({"beta": 0.1}, "unknown setting 'beta' of ppo; it is a setting of r2d2, dagger"),
        ({"world": "sokobann"}, "did you mean sokoban"),
        ({"seed": -1}, "seed"),
        ({"size": (0, 3)}, "a frame of 0x3 pixels"),
    ],
)
def test_impossible_settings_are_refused(tmp_path: Path, change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        train(tmp_path / "run", **change)
    assert not (tmp_path / "run").exists()


def test_random_plays_every_move() -> None:
    batch = worlds.batch("sokoban-duo", 50)
    policy = RandomPolicy(1)
    policy.start(batch)
    batch.reset()
    policy.act(batch, np.ones(50, bool))
    assert len(np.unique(batch.actions["keys"].reshape(-1, 96), axis=0)) == 4
