"""The contract that every registered algorithm keeps: it acts, learns, saves, resumes to the byte, and plays with any
network, head, number of players and number of worlds."""

from __future__ import annotations

import copy
import dataclasses
import gc
import inspect
import math
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path
from typing import Any

import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint, plugins
from rumpus.agents.algorithms import ALGORITHMS
from rumpus.agents.algorithms.r2d2 import R2D2, branches
from rumpus.agents.algorithms.scaling import rescale, unscale
from rumpus.agents.episodes import episodes_of
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.networks.heads.base import MASKED
from rumpus.agents.pages import setting_comments
from rumpus.agents.settings import Config, options
from rumpus.agents.training.log import FIRST, read_metrics
from rumpus.agents.training.run import resume, train
from rumpus.agents.training.trainer import COUNTED, Trainer
from rumpus.tests.chosen import EASY, SMALL_ROOM, TINY
from rumpus.tests.runs import OWN
from rumpus.tests.stored import stored

SMALL: dict[str, Any] = {
    "steps": 10**6, "envs": 8, "rollout": 8, "hidden": 16, "channels": 4, "threads": 1, "size": (20, 20), "bf16": False,
    "tensorboard": False, "checkpoint_seconds": 0.0,
}  # fmt: skip
every = pytest.mark.parametrize("name", ALGORITHMS)


def config(name: str, *names: str, **values: Any) -> Config:
    """A small run of an algorithm, by default in rooms with one box; with a store of the expert, if it wants one."""
    if not names:
        names, values = ("box-world-small",), {"knobs": EASY} | values
    if getattr(ALGORITHMS[name], "offline", False):
        values["store"] = stored(*names, knobs=values.get("knobs"))
    return Config.of(name, *names, **(SMALL | OWN.get(name, {}) | values))


def parameters(trainer: Trainer) -> list[torch.Tensor]:
    """Copies of all weights."""
    return [leaf.clone() for network in trainer.algorithm.networks() for leaf in network.parameters()]


@every
@pytest.mark.parametrize("units", [0, 8])
def test_updates_learn_and_tell_finite_numbers_of_the_same_names(name: str, units: int) -> None:
    """Within 6 updates something is learned; from then on the names are the same, and before there are no others."""
    trainer = Trainer(config(name, units=units))
    before, told = parameters(trainer), []
    for _ in range(6):
        row = trainer.update()  # raises if a number is not finite
        told.append(row.keys() - set(FIRST))
        errors, kept = trainer.algorithm.errors, trainer.config.own.rollout
        if errors is not None:
            assert errors.shape == (kept, 8) and errors.dtype == torch.float32
            assert (errors[~errors.isnan()] >= 0).all()
    assert any(not torch.equal(*pair) for pair in zip(before, parameters(trainer), strict=True))
    learned = [names for names in told if names == told[-1]]
    assert learned == told[-len(learned) :] and len(learned) > 1
    assert all(names < told[-1] for names in told[: -len(learned)])


LEARNING: dict[str, Any] = {
    "steps": 10_000, "envs": 32, "rollout": 8, "hidden": 32, "channels": 8, "threads": 1, "tensorboard": False,
    "evaluate_every": 10**6,
}  # fmt: skip
BETTER: dict[str, dict[str, Any]] = {
    "ppo": {"minibatches": 4},
    "impala": {"minibatches": 4},
    "r2d2": {"gamma": 0.9, "burn_in": 2},
    "dagger": {"epochs": 8, "rollout": 16, "steps": 20_000},
    "bc": {"epochs": 2, "steps": 24_000},
}


@every
@pytest.mark.parametrize("units", [0, 16])
def test_it_learns(tmp_path: Path, name: str, units: int) -> None:
    """Success in 256 held-out episodes rises above a random player's by 0.2 at least, which is four standard errors of
    such a difference or more: in a room with one coin and few steps to find it, or in one with a box for an algorithm
    that asks for an expert. Rooms are smaller where there is a memory, which is slower to learn."""
    room: dict[str, Any] = {"knobs": {"coins": 1, "size": 3 if units else 5}, "limit": 3 if units else 8}
    place: tuple[str, dict[str, Any]] = (TINY, room)
    if Trainer(config(name)).algorithm.wants_expert:
        place = "box-world-small", {"knobs": EASY, "limit": 40}
    if getattr(ALGORITHMS[name], "offline", False):
        place = (
            "box-world-small",
            {"knobs": EASY, "limit": 40, "store": stored("box-world-small", knobs=EASY, episodes=1000)},
        )
    train(name, place[0], folder=tmp_path, bar=False, units=units, **(LEARNING | place[1] | BETTER.get(name, {})))
    held_out = [row["held_out_success"] for row in read_metrics(tmp_path) if "held_out_success" in row]
    place[1].pop("store", None)
    chance = evaluate(place[0], "random", episodes=256, split="valid", threads=1, **place[1])["success"]
    assert held_out[-1] > chance + 0.2


@every
@pytest.mark.parametrize("units", [0, 16])
def test_a_trainer_restored_from_a_state_makes_the_same_updates(name: str, units: int) -> None:
    """What `state_dict` gives is all there is: another algorithm that is given it goes on with the same numbers."""
    one, other = Trainer(config(name, units=units)), Trainer(config(name, units=units, seed=1))
    for _ in range(4):
        one.update()
    other.restore(copy.deepcopy(one.state()))
    for _ in range(3):
        rows = [{k: v for k, v in each.update().items() if k not in COUNTED} for each in (one, other)]
        assert rows[0] == rows[1]
    assert all(torch.equal(*pair) for pair in zip(parameters(one), parameters(other), strict=True))


@every
def test_a_trainer_is_freed_as_soon_as_nothing_refers_to_it(name: str) -> None:
    """Not when the garbage collector comes to it: a replay memory, or networks on a GPU, may be gigabytes."""
    Trainer(config(name, units=8)).update()  # the first update in a process imports more of torch
    gc.collect()
    gc.disable()
    try:
        trainer = Trainer(config(name, units=8))
        trainer.update()
        kept = [weakref.ref(part) for part in (trainer, trainer.algorithm, trainer.places[0].batch)]
        del trainer
        assert [part() for part in kept] == [None] * 3
    finally:
        gc.enable()


SCRIPT = """
import sys
from rumpus.agents.training.run import begin
from rumpus.agents.settings import Config
begin(Config.saved({state!r}, "the test"), sys.argv[1], bar=False)
"""


@every
def test_a_killed_run_resumes_to_the_same_checkpoint(tmp_path: Path, name: str) -> None:
    """After kill -9 in the midst of a run, the checkpoint at the end is the same to the byte, but for the seconds."""
    own = config(name, units=8, steps=40 * 64)
    train(name, *own.run.worlds, folder=tmp_path / "whole", bar=False, **changed(own))
    killed = tmp_path / "killed"
    run = subprocess.Popen([sys.executable, "-c", SCRIPT.format(state=own.state()), str(killed)])
    while run.poll() is None and len(read_metrics(killed)) < 5:
        time.sleep(0.002)
    run.send_signal(signal.SIGKILL)
    assert run.wait() == -signal.SIGKILL, "the run ended before it could be killed"
    assert checkpoint.load(killed)["updates"] < 40
    resume(killed, bar=False)
    one, other = ({**checkpoint.load(path), "seconds": 0} for path in (tmp_path / "whole", killed))
    assert plain(one) == plain(other)
    assert [row["update"] for row in read_metrics(killed)] == list(range(1, 41))


def changed(own: Config) -> dict[str, Any]:
    """The settings of a run that differ from the defaults, but for its worlds."""
    known = options(own.algorithm, own.network.torso, own.network.memory)
    return {n: v for n, v in own.flat().items() if n in known and v != known[n].default and n != "worlds"}


def plain(content: Any) -> Any:
    """Tensors as (dtype, shape, bytes), so that == compares everything."""
    if isinstance(content, torch.Tensor):
        return content.dtype, content.shape, content.contiguous().flatten().view(torch.uint8).numpy().tobytes()
    if isinstance(content, dict):
        return {key: plain(value) for key, value in content.items()}
    return [plain(value) for value in content] if isinstance(content, list | tuple) else content


VARIANTS: dict[str, tuple[tuple[str, ...], dict[str, Any]]] = {
    "devices": (("box-world-small",), {"knobs": EASY, "head": "devices"}),
    "universal, with a memory": (("box-world-small",), {"knobs": EASY, "head": "universal", "units": 8}),
    "two players of one policy": (("sokoban-duo",), {"knobs": SMALL_ROOM, "units": 8}),
    "two players, each its own": (("sokoban-duo",), {"knobs": SMALL_ROOM, "units": 8, "policies": "independent"}),
    "two worlds": (("box-world-small", "sokoban-small"), {}),
}


@every
@pytest.mark.parametrize("variant", VARIANTS)
def test_it_learns_and_plays_with_any_head_players_and_worlds(name: str, variant: str) -> None:
    found, values = VARIANTS[variant]
    trainer = Trainer(config(name, *found, **values))
    before = parameters(trainer)
    for _ in range(3):
        trainer.update()
    assert any(not torch.equal(*pair) for pair in zip(before, parameters(trainer), strict=True))
    assert len(trainer.algorithm.networks()) == (2 if "own" in variant else 1)
    for world in trainer.worlds:
        batch = worlds.batch(world, 4, limit=10, threads=1, knobs=values.get("knobs"))
        assert len(episodes_of(trainer.policy(), batch, 4).wins) == 4


@every
def test_two_threads_learn_what_one_does(name: str) -> None:
    """The first steps of the optimiser differ by rounding alone: by less than a hundredth of what they change."""
    ends = []
    for threads in (1, 2):
        trainer = Trainer(config(name, envs=32, threads=threads))
        before = parameters(trainer)
        trainer.update()
        ends.append(parameters(trainer))
    moved = sum(float((one - start).detach().abs().sum()) for one, start in zip(ends[0], before, strict=True))
    apart = sum(float((one - two).detach().abs().sum()) for one, two in zip(*ends, strict=True))
    assert moved > 0 and apart < 0.01 * moved


@every
def test_its_settings_are_frozen_and_explained(name: str) -> None:
    settings = ALGORITHMS[name].Settings
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings().rollout = 3
    told = setting_comments(settings) | dict.fromkeys(
        [each.name for each in dataclasses.fields(settings) if f"`{each.name}`" in (inspect.getdoc(settings) or "")], ""
    )
    assert {each.name for each in dataclasses.fields(settings)} == told.keys()
    for wrong in ({"rollout": 0}, {"learning_rate": 0.0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            dataclasses.replace(config(name), own=dataclasses.replace(settings(), **wrong)).check()


class Parts:
    """A head of three switches, two parts of 3, and one of 4."""

    def sizes(self) -> tuple[int, ...]:
        return 1, 1, 1, 3, 3, 4


def test_values_of_action_parts_are_v_and_advantages_less_their_mean() -> None:
    """By hand, for each part of each sample, without what is masked; a part with one choice is no branch."""
    logits, values = torch.randn(5, 13, generator=torch.Generator().manual_seed(0)), torch.arange(5.0)
    masked = torch.zeros(13)
    masked[[1, 4, 6, 7]] = MASKED
    found = branches(Parts(), logits + masked, values)
    assert found.free.tolist() == [[1, 0, 1, 1, 0, 1]] * 5
    chosen = torch.tensor([[1, 0, 0, 2, 2, 3]] * 5)
    q, best = found.of(chosen), found.best()
    for n, v in enumerate(values.tolist()):
        row = logits[n].tolist()
        held = row[0] - 0.0  # two switches are free, and the offset of heads is then log(1)
        expected = [
            v + held / 2, v, v - row[2] / 2, v + row[5] - (row[3] + row[5]) / 2, v, v + row[12] - sum(row[9:]) / 4,
        ]  # fmt: skip
        assert q[n].tolist() == pytest.approx(expected, abs=1e-5)
        assert float(found.mean(q)[n]) == pytest.approx(sum(expected[i] for i in (0, 2, 3, 5)) / 4, abs=1e-5)
        options = ([0, row[0]], [0], [0, row[2]], [row[3], -math.inf, row[5]], [-1, -1, 0], row[9:])
        assert best[n].tolist() == [each.index(max(each)) for each in options]


def test_after_a_cut_by_the_clock_the_value_before_it_stands_for_the_future() -> None:
    """Targets by hand, two steps long: the clock cuts lane 0 off with step 1, lane 1 ends there, lane 2 goes on."""
    own = config("r2d2", n_step=2, gamma=0.5, rollout=4)
    learner = Trainer(own).algorithm
    assert isinstance(learner, R2D2)
    rewards = torch.tensor([1.0, 2.0, 3.0, 4.0, 0.0]).unsqueeze(1).expand(5, 3)
    ended, cut = torch.zeros(5, 3), torch.zeros(5, 3)
    ended[1, :2], cut[1, 0] = 1, 1
    values = torch.tensor([10.0, 20.0, 30.0, 40.0, 50.0]).unsqueeze(1).expand(5, 3)
    targets = learner.targets({"reward": rewards, "ended": ended, "cut": cut}, rescale(values))
    expected = [[1 + 0.5 * 20, 1 + 0.5 * 2, 1 + 0.5 * 2 + 0.25 * 30], [20, 2, 2 + 0.5 * 3 + 0.25 * 40]]
    expected += [[3 + 0.5 * 4 + 0.25 * 50] * 3, [4 + 0.5 * 50] * 3]
    assert torch.allclose(unscale(targets), torch.tensor(expected), rtol=1e-4)


PLUGIN = '''
"""Learning from returns alone.

A torso of colours, a memory of the last map, moves in another order.
"""
from __future__ import annotations

import dataclasses
from pathlib import Path

import torch
from torch import nn

from rumpus.agents.contracts import Decision
from rumpus.agents.networks.heads import Moves

with open(Path(__file__).with_suffix(".imported"), "a") as file:
    file.write("x")


class Colours(nn.Module):
    def __init__(self, size, *, coarse: int = 4):
        super().__init__()
        self.coarse, self.film = coarse, 0
        self.shape = (3, size[0] // coarse, size[1] // coarse)

    def forward(self, pixels, film):
        return nn.functional.avg_pool2d(pixels.permute(0, 3, 1, 2).float() / 255, self.coarse)


class Trace(nn.Module):
    takes_map = True

    def __init__(self, features, units, *, decay: float = 0.5):
        super().__init__()
        self.features, self.outputs, self.decay = features, units, decay
        self.layer = nn.Linear(features[0] * features[1] * features[2], units)

    def initial(self, lanes):
        return {"map": {"trace": torch.zeros(lanes, *self.features)}, "age": (torch.zeros(lanes), None)}

    def forward(self, features, state, is_first):
        outputs, trace, age = [], state["map"]["trace"], state["age"][0]
        for step, first in zip(features, is_first):
            keep = 1 - first
            trace = trace * self.decay * keep.view(-1, 1, 1, 1) + step
            age = age * keep + 1
            outputs.append(torch.tanh(self.layer(trace.flatten(1))))
        return torch.stack(outputs), {"map": {"trace": trace}, "age": (age, None)}


class Backwards(Moves):
    def forward(self, features):
        return super().forward(features).flip(-1)


@dataclasses.dataclass(frozen=True)
class Settings:
    rollout: int = 8  # steps before an update
    rate: float = 0.01  # of the optimiser

    def check(self):
        if not self.rate > 0:
            raise ValueError(f"rate must be greater than 0, got {self.rate}")


class Reinforce:
    Settings = Settings
    source = "Williams 1992"
    wants_expert, errors = False, None

    def __init__(self, settings, setup):
        self.settings, self.setup, self.network = settings, setup, setup.build()
        self.optimiser = torch.optim.SGD(self.network.parameters(), settings.rate)
        self.kept = []

    def initial(self, lanes):
        return self.network.initial(lanes)

    def act(self, timestep, state, progress):
        with torch.no_grad():
            logits, _, state = self.network(timestep.observation.trim(), state, timestep.is_first[None])
        return Decision(self.network.head.sample(logits, self.setup.generator), state, {})

    def observe(self, transition):
        self.kept.append(transition)

    def update(self, timestep, state, progress):
        loss = torch.zeros(())
        for one in self.kept:
            seen, first = one.timestep.observation.trim(), one.timestep.is_first[None]
            logits, _, _ = self.network(seen, one.state, first)
            loss = loss - (self.network.head.score(logits, one.decision.action)[0] * one.reward).mean()
        self.kept = []
        self.optimiser.zero_grad()
        loss.backward()
        self.optimiser.step()
        return {"loss": float(loss.detach())}

    def networks(self):
        return [self.network]

    def state_dict(self):
        return {"networks": [self.network.state_dict()]}

    def load_state_dict(self, content):
        self.network.load_state_dict(content["networks"][0])

    @staticmethod
    def play(network, logits, values, generator):
        return network.head.sample(logits, generator)


ALGORITHMS, TORSOS, CORES, HEADS = {"reinforce": Reinforce}, {"colours": Colours}, {"trace": Trace}, {"back": Backwards}
'''


def command(*arguments: object) -> subprocess.CompletedProcess:
    """A command in a process of its own."""
    line = [sys.executable, "-m", "rumpus", *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, timeout=120)


def test_an_algorithm_torso_core_and_head_of_ones_own_are_one_file(tmp_path: Path) -> None:
    """Trained by the path of its file, and played where the file is given again; without it nothing is imported."""
    own, run, seen = tmp_path / "mine.py", tmp_path / "run", tmp_path / "mine.imported"
    own.write_text(PLUGIN)
    network = ("--torso", f"{own}:colours", "--core", own, "--head", "back", "--units", 8, "--size", 20)
    trained = command(
        "train", own, "box-world-small", *network, "--set", "decay=0.25", "--set", "coarse=5", "--set", "rate=0.1",
        "--set", "tensorboard=False", "--steps", 256, "--envs", 8, "--threads", 1, "--knob", "size=5", "--out", run,
    )  # fmt: skip
    assert trained.returncode == 0, trained.stderr
    content = checkpoint.load(run)
    assert content["algorithm"] == "reinforce" and content["own"] == {"rollout": 8, "rate": 0.1}
    assert content["spec"]["core_options"] == {"decay": 0.25} and content["spec"]["torso_options"] == {"coarse": 5}
    assert ["loss" in row for row in read_metrics(run)] == [True] * 4
    assert seen.read_text() == "x"
    played = command("evaluate", "box-world-small", run, "--episodes", 2, "--threads", 1, "--plugin", own)
    assert played.returncode == 0, played.stderr
    assert seen.read_text() == "xx"
    refused = command("evaluate", "box-world-small", run, "--episodes", 2)
    assert refused.returncode != 0 and "unknown algorithm 'reinforce'" in refused.stderr.replace("\n", " ")
    assert "--plugin" in refused.stderr and "Traceback" not in refused.stderr
    assert seen.read_text() == "xx"


def test_a_setting_that_every_run_has_is_no_algorithms(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = dataclasses.make_dataclass("Settings", [("rollout", int, 8), ("seed", int, 3)], frozen=True)
    monkeypatch.setitem(ALGORITHMS, "mine", type("Mine", (), {"Settings": settings}))
    with pytest.raises(ValueError, match="every run or network have: seed"):
        Config.of("mine", "box-world-small")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    def observe(self, transition)", "    def watch(self, transition)", r"reinforce.* has no method observe"),
        (
            "def act(self, timestep, state, progress)",
            "def act(self, timestep)",
            "act takes timestep, and is called with",
        ),
        ("rollout: int = 8", "rollout: int", "setting rollout has no default"),
        ("rollout: int = 8", "length: int = 8", "need `rollout`"),
        ('source = "Williams 1992"', "", "source, a text"),
        (
            "    def initial(self, lanes):\n        return {",
            "    def begin(self, lanes):\n        return {",
            "no method initial",
        ),
        ('{"reinforce": Reinforce}', '{"ppo": Reinforce}', "'ppo', which is taken"),
        ('{"back": Backwards}', '{"back": 3}', "must be a class"),
        ("ALGORITHMS, TORSOS, CORES, HEADS", "A, B, C, D", "defines none of"),
    ],
)
def test_plugins_that_break_the_contract_are_refused_with_the_rule(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert PLUGIN.count(old) == 1
    (tmp_path / "broken.py").write_text(PLUGIN.replace(old, new))
    before = {kind: dict(plugins.registry(kind)) for kind in plugins.KINDS}
    with pytest.raises(ValueError, match=message):
        plugins.load(tmp_path / "broken.py")
    assert {kind: plugins.registry(kind) for kind in plugins.KINDS} == before
