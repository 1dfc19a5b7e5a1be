"""Learning: the loss and the heads by independent reckoning, runs that go on after kill -9, honest counting, clear
errors."""

from __future__ import annotations

import dataclasses
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
from rumpus.agents import checkpoint, ppo
from rumpus.agents.evaluate import episodes_of, evaluate, interval
from rumpus.agents.experts import Expert, expert
from rumpus.agents.learned import Learned, Reader, learned
from rumpus.agents.learner import RewardScale, advantages
from rumpus.agents.log import read_metrics
from rumpus.agents.networks import Network, Shape
from rumpus.agents.policy import Random, player
from rumpus.agents.watch import watch

EASY = {"size": 5, "solution_max": 1, "distractors_max": 0}
TINY = ppo.Settings(
    world="box-world-small",
    steps=8 * 16 * 8,
    knobs=EASY,
    envs=16,
    rollout=8,
    epochs=2,
    minibatches=2,
    hidden=32,
    channels=8,
    threads=1,
    tensorboard=False,
    checkpoint_seconds=0.0,
)


def weights(folder: Path) -> dict[str, torch.Tensor]:
    """The weights of all networks of a run."""
    learners = checkpoint.load(folder)["learners"]
    return {f"{seat} {name}": w for seat, one in enumerate(learners) for name, w in one["network"].items()}


def same(one: Path, other: Path) -> bool:
    left, right = weights(one), weights(other)
    return left.keys() == right.keys() and all(torch.equal(left[name], right[name]) for name in left)


def test_advantages_are_sums_of_discounted_surprises_within_an_episode() -> None:
    rng = np.random.default_rng(0)
    steps, lanes, gamma, lam = 12, 5, 0.9, 0.8
    rewards, values = rng.normal(size=(2, steps, lanes))
    last, ended = rng.normal(size=lanes), rng.random((steps, lanes)) < 0.25
    expected = np.zeros((steps, lanes))
    for lane in range(lanes):
        for start in range(steps):
            for t in range(start, steps):
                future = last[lane] if t == steps - 1 else values[t + 1, lane]
                surprise = rewards[t, lane] - values[t, lane] + (0 if ended[t, lane] else gamma * future)
                expected[start, lane] += (gamma * lam) ** (t - start) * surprise
                if ended[t, lane]:
                    break
    r, v, w, e = (torch.tensor(array) for array in (rewards, values, last, ended.astype(float)))
    np.testing.assert_allclose(advantages(r, v, w, e, gamma, lam).numpy(), expected, atol=1e-12)


@pytest.mark.parametrize("units", [0, 8])
def test_only_the_clock_leaves_a_future(units: int) -> None:
    """After a cut by the clock the last reward holds gamma times the value of the last frame; after an end, nothing."""
    settings = dataclasses.replace(TINY, units=units, limit=25, rollout=60, envs=64, normalise_reward=False, gamma=0.5)
    trainer = ppo.Trainer(settings)
    twin, learner = trainer.batch.clone(), trainer.learners[0]
    memory = learner.memory
    trainer.play()
    reader, fresh, kinds = Reader(twin), torch.ones(1, 64), set()
    felt = learner.network.felt(torch.zeros(64, 1, dtype=torch.int64), torch.zeros(64))
    twin.draw()
    for step in range(settings.rollout):
        assert torch.equal(reader.sight().pixels, learner.pixels[step])
        with torch.no_grad():
            _, values, memory = learner.network(reader.sight()._replace(felt=felt), memory, fresh)
        assert torch.allclose(values, learner.store["values"][step], atol=1e-5)
        learner.network.head.write(learner.choices[step], twin, reader.tensors)
        outcomes = twin.step()[:, 0].copy()
        twin.draw()
        with torch.no_grad():
            felt = learner.network.felt(learner.choices[step], torch.from_numpy(outcomes["reward"]))
            _, beyond, _ = learner.network(reader.sight()._replace(felt=felt), memory, torch.zeros(1, 64))
        cut = (outcomes["truncated"] == 1) & (outcomes["terminated"] == 0)
        expected = outcomes["reward"] + np.where(cut, 0.5 * beyond.numpy(), 0)
        np.testing.assert_allclose(learner.store["rewards"][step].numpy(), expected, atol=1e-5)
        ended = (outcomes["truncated"] | outcomes["terminated"]) == 1
        assert (learner.store["ended"][step].numpy() == ended).all()
        kinds |= {"cut"} if cut.any() else set()
        kinds |= {"end"} if (outcomes["terminated"] == 1).any() else set()
        fresh = torch.from_numpy(twin.over.copy()).float().unsqueeze(0)
        twin.reset(twin.over)
        twin.draw()
    assert kinds == {"cut", "end"}


def test_rewards_are_scaled_by_the_deviation_of_their_discounted_sums() -> None:
    rng = np.random.default_rng(1)
    scale = RewardScale(4, 0.9, torch.device("cpu"))
    sums, seen, last = np.zeros(4), [], np.zeros(4)
    for _ in range(200):
        rewards, ended = rng.normal(2, 3, 4).astype(np.float32), (rng.random(4) < 0.1).astype(np.float32)
        playing = (rng.random(4) < 0.8).astype(np.float32)
        rewards *= playing
        sums = sums * 0.9 + rewards
        seen += sums[playing == 1].tolist()  # a player that is done does not count
        last = rewards / np.std(seen)
        scaled = scale(torch.from_numpy(rewards), torch.from_numpy(ended), torch.from_numpy(playing))
        sums = sums * (1 - ended)
    np.testing.assert_allclose(scaled.numpy(), last, rtol=1e-3)


def test_runs_from_before_memories_were_told_go_on(tmp_path: Path) -> None:
    settings = dataclasses.replace(TINY, units=8, recall=False, steps=4 * 128)
    trainer = ppo.Trainer(settings)
    trainer.update()
    content = trainer.state()
    del content["settings"]["recall"], content["shape"]["recall"], content["learners"][0]["felt"]
    checkpoint.save(tmp_path / checkpoint.NAME, content)
    assert evaluate("box-world-small", tmp_path, episodes=4, threads=1)["episodes"] == 4
    ppo.resume(tmp_path, bar=False)
    assert checkpoint.load(tmp_path)["updates"] == 4


SCRIPT = """
import dataclasses, sys
from rumpus.agents import ppo
from rumpus.agents.ppo import Settings
settings = {settings!r}
ppo.train(settings, sys.argv[1], bar=False)
"""


@pytest.mark.parametrize("units", [0, 8])
def test_a_killed_run_goes_on_as_if_nothing_had_happened(tmp_path: Path, units: int) -> None:
    settings = dataclasses.replace(TINY, units=units, head="devices" if units else "moves", steps=60 * 128)
    ppo.train(settings, tmp_path / "whole", bar=False)
    killed = tmp_path / "killed"
    run = subprocess.Popen([sys.executable, "-c", SCRIPT.format(settings=settings), str(killed)])
    while run.poll() is None and len(read_metrics(killed)) < 3:
        time.sleep(0.002)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL, "the run ended before it could be killed"
    assert checkpoint.load(killed)["updates"] < 60
    with open(killed / "metrics.csv", "a") as file:
        file.write("59,7552,1")  # half a line, as a kill may leave
    ppo.resume(killed, bar=False)
    assert same(tmp_path / "whole", killed)
    assert [row["update"] for row in read_metrics(killed)] == list(range(1, 61))
    one, other = checkpoint.load(tmp_path / "whole"), checkpoint.load(killed)
    assert torch.equal(one["states"], other["states"])
    assert torch.equal(one["generator"], other["generator"])


def test_seeds_reproduce_and_matter(tmp_path: Path) -> None:
    short = dataclasses.replace(TINY, steps=2 * 128, evaluate_every=1, evaluate_episodes=8)
    for name, settings in {"a": short, "b": dataclasses.replace(short, evaluate_every=0)}.items():
        ppo.train(settings, tmp_path / name, bar=False)
    assert same(tmp_path / "a", tmp_path / "b")  # to be evaluated changes nothing
    ppo.train(dataclasses.replace(short, seed=1), tmp_path / "c", bar=False)
    assert not same(tmp_path / "a", tmp_path / "c")
    with pytest.raises(ValueError, match="--resume"):
        ppo.train(short, tmp_path / "a", bar=False)


def test_a_gpu_learns_what_the_cpu_learns(tmp_path: Path) -> None:
    """On Numba's CUDA simulator, with torch on the CPU: the same weights and states, bit for bit."""
    settings = dataclasses.replace(
        TINY, limit=4, envs=2, rollout=6, steps=24, hidden=8, channels=4, units=4, head="devices"
    )
    ppo.train(settings, tmp_path / "cpu", bar=False)
    simulator = {**os.environ, "NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"}
    script = SCRIPT.format(settings=dataclasses.replace(settings, device="cuda"))
    subprocess.run([sys.executable, "-c", script, str(tmp_path / "cuda")], check=True, env=simulator)
    assert same(tmp_path / "cpu", tmp_path / "cuda")
    one, other = checkpoint.load(tmp_path / "cpu"), checkpoint.load(tmp_path / "cuda")
    assert torch.equal(one["states"], other["states"])


def test_two_players_with_a_memory_learn_from_each_others_chat(tmp_path: Path) -> None:
    settings = dataclasses.replace(TINY, world="sokoban-duo", knobs={"height": 6, "width": 6, "boxes": 1}, units=8)
    ppo.train(dataclasses.replace(settings, steps=2 * 256, tensorboard=True), tmp_path, bar=False)
    assert checkpoint.load(tmp_path)["updates"] == 2
    assert list((tmp_path / "tensorboard").glob("events.*"))
    result = evaluate("sokoban-duo", tmp_path, episodes=5, threads=1)
    assert result["episodes"] == 5


def test_ppo_learns(tmp_path: Path) -> None:
    """In a room with two coins, success on held-out rooms rises from chance to most of them."""
    settings = ppo.Settings(
        world=str(Path(__file__).parent / "tiny_world"),
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
    ppo.train(settings, tmp_path, bar=False)
    before, after = (row["held_out_success"] for row in read_metrics(tmp_path) if "held_out_success" in row)
    assert before < 0.3
    assert after > 0.7


class Still:
    """Does nothing, and counts the episodes it is told of."""

    name = "still"

    def start(self, batch) -> None:
        self.begun = np.zeros(batch.n, int)

    def act(self, batch, fresh) -> None:
        self.begun += fresh

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
    ppo.train(dataclasses.replace(TINY, steps=128), tmp_path, bar=False)
    world = worlds.load("box-world-small")
    policy, content = learned(tmp_path, world, seed=3)
    assert content["world"] == world.name
    # the options of the training are those of the evaluation, unless others are given
    first = evaluate(world, policy, episodes=20, knobs=EASY, threads=1)
    again, _ = learned(tmp_path, world, seed=0)
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


def test_what_is_no_checkpoint_is_refused(tmp_path: Path) -> None:
    ppo.train(dataclasses.replace(TINY, steps=128), tmp_path / "run", bar=False)
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
    with pytest.raises(ValueError, match="trained on box-world-small, not on sokoban"):
        evaluate("sokoban", tmp_path / "run", episodes=1)
    with pytest.raises(ValueError, match="no checkpoint at"):
        evaluate("sokoban", tmp_path / "nowhere", episodes=1)


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
checkpoint.save(__import__("pathlib").Path(sys.argv[1]), {"world": "new", "network": torch.zeros(100_000)})
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the limit on file sizes is POSIX's")
def test_a_full_disk_leaves_the_old_checkpoint_whole(tmp_path: Path) -> None:
    path = tmp_path / "checkpoint.pt"
    checkpoint.save(path, {"world": "old", "settings": {}, "shape": {}, "learners": [], "updates": 0, "total": 1})
    run = subprocess.run([sys.executable, "-c", FULL, str(path)], capture_output=True, text=True)
    assert run.returncode != 0 and "could not be written" in run.stderr and "still holds the one before" in run.stderr
    assert checkpoint.load(path)["world"] == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["checkpoint.pt"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"envs": 0}, "envs must be at least 1"),
        ({"gamma": 1.5}, "gamma must lie"),
        ({"learning_rate": 0.0}, "greater than 0"),
        ({"head": "feet"}, "moves or devices"),
        ({"world": "sokobann"}, "did you mean sokoban"),
        ({"seed": -1}, "seed"),
        ({"size": (3, 3)}, "frame"),
    ],
)
def test_impossible_settings_are_refused(tmp_path: Path, change: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ppo.train(dataclasses.replace(TINY, **change), tmp_path / "run", bar=False)
    assert not (tmp_path / "run").exists()


def test_nothing_in_a_network_knows_a_world() -> None:
    folder = Path(ppo.__file__).parent
    names = [*worlds.names(), *(name.replace("-", "_") for name in worlds.names())]
    for path in folder.glob("networks/*.py"):
        text = path.read_text()
        assert not [name for name in names if f'"{name}"' in text or f"worlds.{name}" in text]


def test_random_plays_every_move() -> None:
    batch = worlds.batch("sokoban-duo", 50)
    policy = Random(1)
    policy.start(batch)
    batch.reset()
    policy.act(batch, np.ones(50, bool))
    assert len(np.unique(batch.actions["keys"].reshape(-1, 96), axis=0)) == 4
    assert isinstance(Learned([Network(batch.world, Shape((40, 40)))], Shape((40, 40))).name, str)
