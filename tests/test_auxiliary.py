"""Auxiliary losses: each is learned, beside any algorithm, from true targets, and changes nothing else."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint, plugins
from rumpus.agents.algorithms import ALGORITHMS
from rumpus.agents.algorithms.auxiliary import Auxiliaries
from rumpus.agents.algorithms.descent import torch_threads
from rumpus.agents.data.senses import Senses
from rumpus.agents.network_policy import trained
from rumpus.agents.networks.auxiliary import AUXILIARIES, Steps
from rumpus.agents.networks.auxiliary.depth import COLUMNS, EDGES, ROWS
from rumpus.agents.settings import Config, parsed
from rumpus.agents.training.run import train
from rumpus.agents.training.trainer import COUNTED, Trainer
from rumpus.tests.chosen import EASY, SMALL_ROOM
from rumpus.tests.runs import OWN, differences
from rumpus.tests.stored import stored
from rumpus.worlds.engine.records.things import ONE

SMALL: dict[str, Any] = {
    "steps": 10**6, "envs": 8, "rollout": 8, "hidden": 16, "channels": 4, "threads": 1, "size": (20, 20), "bf16": False,
    "tensorboard": False,
}  # fmt: skip
MAZE = "maze-small"
IN_MAZES = ("depth", "closure", "pixels", "reward", "forward")
every = pytest.mark.parametrize("name", ALGORITHMS)


def trainer(name: str, *names: str, auxiliary: Any = "", **values: Any) -> Trainer:
    """A small run of an algorithm, by default in small mazes; with a store of the expert, if it wants one."""
    names = names or (MAZE,)
    if getattr(ALGORITHMS[name], "offline", False):
        store = stored(*names, knobs=values.get("knobs"), episodes=8, limit=60)
        values = {"store": store, "repeat": 1, "head": "devices" if names == (MAZE,) else None} | values
    return Trainer(Config.of(name, *names, auxiliary=auxiliary, **SMALL | OWN.get(name, {}) | values))


def weights(one: Trainer) -> dict[str, torch.Tensor]:
    """Copies of the weights of all networks, but for those of auxiliary losses."""
    found: dict[str, torch.Tensor] = {}
    for number, network in enumerate(one.algorithm.networks()):
        named = network.named_parameters()
        found |= {f"{number} {k}": v.detach().clone() for k, v in named if not k.startswith("auxiliary.")}
    return found


@every
@pytest.mark.parametrize("units", [0, 8])
def test_an_algorithm_with_all_of_them_resumes_to_the_byte(name: str, units: int) -> None:
    """A state holds the heads, and what the senses remember; the other run goes on with the same numbers."""
    one, other = (trainer(name, auxiliary=",".join(IN_MAZES), units=units, seed=seed) for seed in (0, 1))
    rows = [one.update() for _ in range(3)]
    assert {f"{loss}_loss" for loss in IN_MAZES} <= rows[-1].keys()
    other.restore(copy.deepcopy(one.state()))
    for _ in range(2):
        rows = [{k: v for k, v in each.update().items() if k not in COUNTED} for each in (one, other)]
        assert rows[0] == rows[1]
    for each in (one, other):
        each.seconds = 0.0
    assert differences(one.state()["processes"], other.state()["processes"]) == []
    assert differences(one.state()["networks"], other.state()["networks"]) == []


@every
@pytest.mark.parametrize("units", [0, 8])
def test_with_a_weight_of_0_all_else_learns_as_without(name: str, units: int) -> None:
    """And with other weights it does not."""
    plain, still, moved = (
        trainer(name, auxiliary=dict.fromkeys(IN_MAZES, weight), units=units) for weight in (0.0, 0.0, 1.0)
    )
    plain = trainer(name, units=units)
    for each in (plain, still, moved):
        for _ in range(3):
            each.update()
    for key, value in weights(plain).items():
        assert torch.allclose(value, weights(still)[key], rtol=1e-5, atol=1e-7), key
    assert any(not torch.allclose(value, weights(moved)[key], rtol=1e-2) for key, value in weights(plain).items())


@pytest.mark.parametrize("units", [0, 16])
@pytest.mark.parametrize("loss", AUXILIARIES)
def test_each_falls_on_what_it_was_shown(loss: str, units: int) -> None:
    """One rollout, learned from again and again: the loss comes down to less than two thirds."""
    names = ("box-world-small", "sokoban-small") if loss == "matching" else (MAZE,)
    more: dict[str, Any] = {"size": (32, 32), "learning_rate": 3e-3, "anneal": False, "rollout": 16}
    one = trainer("ppo", *names, auxiliary=loss, units=units, **more)
    one.collector.collect(16, 0.0)
    now = one.collector.now()
    if loss == "reward":  # at random nothing is found in so few steps
        one.algorithm.rollout["reward"][::5] = 1.0  # type: ignore[attr-defined]
        one.algorithm.rollout["observation"][0][::5] //= 2  # type: ignore[attr-defined]
    with torch_threads(1):
        told = [one.algorithm.update(*now, 0.0)[f"{loss}_loss"] for _ in range(40)]
    assert min(told[-5:]) < 2 / 3 * told[0]


def test_the_bands_of_depth_are_those_of_the_picture() -> None:
    """The nearest of the edges on either side of what the renderer gives, in the middle half of a low picture; and a
    player before a wall sees its distance."""
    batch = worlds.batch("maze-small", 8, threads=1, size=(40, 60), split="test")
    batch.reset(seed=3)
    senses = Senses([batch], ["depth", "reward"])
    found, _ = senses.look(senses.begin(), torch.ones(8), lambda _, target: target)
    rows = round(COLUMNS * 40 / 60)
    depths = np.zeros((8, 1, rows, COLUMNS), np.float32)
    batch.draw(out=np.zeros((8, 1, rows, COLUMNS, 3), np.uint8), depths=depths)
    first = (rows - 2 * ROWS) // 2
    kept = depths[:, 0, first : first + 2 * ROWS : 2].reshape(8, -1)
    assert found.keys() == {"depth"}
    assert (found["depth"].numpy() == (kept[..., None] >= EDGES).sum(-1)).all()
    assert len(np.unique(found["depth"])) > 4


def test_loops_close_where_a_player_comes_back_and_was_away() -> None:
    """Beside the definition, written out: within one cell of an earlier place, and two or more from one in between."""
    batch = worlds.batch("sokoban-small", 16, threads=1, limit=40, split="test")
    batch.reset(seed=5)
    senses, random = Senses([batch], ["closure"]), np.random.default_rng(0)
    state, is_first = senses.begin(), np.ones(16, bool)
    walks: list[list[np.ndarray]] = [[] for _ in range(16)]
    closed = 0
    for _ in range(90):
        found, state = senses.look(state, torch.from_numpy(is_first.astype(np.float32)), lambda _, target: target)
        things, _, _ = batch.things()
        for row in range(16):
            walks[row] = [] if is_first[row] else walks[row]
            here = np.array([things["y"][row, 0], things["x"][row, 0]]) / ONE
            away = [float(np.hypot(*(here - place))) for place in walks[row]]
            last = max((index for index, far in enumerate(away) if far >= 2), default=-1)
            expected = any(far <= 1 for far in away[: max(last, 0)])
            assert int(found["closure"][row]) == expected
            closed += expected
            walks[row].append(here)
        batch.act(random.integers(4, size=16))
        batch.step()
        is_first = np.array(batch.over != 0)
        batch.reset(is_first)
    assert 100 < closed < 1200


def test_values_of_pixels_are_the_changes_to_come() -> None:
    """By hand: what changes counts once at its step and less in those before it, until the episode ends."""
    network = trainer("ppo", auxiliary="pixels").algorithm.networks()[0]
    pixels = torch.zeros(3, 2, 20, 20, 3, dtype=torch.uint8)
    pixels[2, :, 0, 0] = 255  # from the second step to the third
    mask, ended = torch.ones(3, 2), torch.zeros(3, 2)
    ended[1, 1] = 1  # in the second lane the frame after it is another episode's
    steps = Steps(pixels, torch.zeros(3, 2, 1, dtype=torch.int64), torch.zeros(3, 2), ended, mask, pixels[2])
    found = network.auxiliary["pixels_loss"].label(steps, torch.full((2, 20, 20), 0.5))["return"].float()
    after = 0.5 * 0.9
    assert found[:, 0, 0, 0].tolist() == pytest.approx([0.9 * (1 + 0.9 * after), 1 + 0.9 * after, after], abs=2e-3)
    assert found[:, 1, 0, 0].tolist() == pytest.approx([0, 0, after], abs=2e-3)
    assert float(found[0, 0, 5, 5]) == pytest.approx(0.9**2 * after, abs=2e-3)


def test_rewards_are_foretold_on_steps_that_it_never_saw() -> None:
    """In rooms with a box, of steps before a reward and as many before none: far more than half are told apart by the
    features of the frame, where chance has a half; it was 85 % with 29 rewards."""
    knobs, found = {"knobs": EASY, "limit": 20}, []
    one = trainer("dagger", "box-world-small", auxiliary="reward", envs=32, hidden=32, channels=8, **knobs)
    for _ in range(60):
        one.update()
    part = one.algorithm.networks()[0].auxiliary["reward_loss"]
    network, kept = one.algorithm.network, one.algorithm.rollout  # type: ignore[attr-defined]
    for _ in range(24):
        one.collector.collect(8, 1.0)
        everything = torch.arange(32)
        with torch.no_grad():
            guess = part.head(network.encode(kept.observation(everything, True))).argmax(1)
        paid = kept["reward"].flatten() > 0
        found.append(torch.stack([paid, ~paid, paid & (guess == 1), ~paid & (guess == 0)]).sum(1))
    some, none, right, rejected = torch.stack(found).sum(0).tolist()
    assert some > 20
    assert (right / some + rejected / none) / 2 > 0.7


VARIANTS: dict[str, tuple[tuple[str, ...], str, dict[str, Any]]] = {
    "universal": (("box-world-small",), "pixels,forward,reward", {"knobs": EASY, "head": "universal", "envs": 2}),
    "a map into the core": (("maze-small",), "depth,closure,forward", {"core": "drc", "units": 8}),
    "two players, each its own": (
        ("sokoban-duo",), "closure,pixels,forward", {"knobs": SMALL_ROOM, "units": 8, "policies": "independent"},
    ),
    "two worlds": (("box-world-small", "sokoban-small"), "matching,closure,reward", {}),
    "words that ask": (("box-world-small", "sokoban-small"), "matching,forward", {"queries": 2}),
}  # fmt: skip


@pytest.mark.parametrize("name", ["ppo", "bc"])
@pytest.mark.parametrize("variant", VARIANTS)
def test_they_learn_with_any_head_core_and_players(name: str, variant: str) -> None:
    names, losses, values = VARIANTS[variant]
    one = trainer(name, *names, auxiliary=losses, **values)
    before = [head.clone() for network in one.algorithm.networks() for head in network.auxiliary.parameters()]
    for _ in range(2):
        row = one.update()
    assert {f"{loss}_loss" for loss in losses.split(",")} <= row.keys()
    after = [head for network in one.algorithm.networks() for head in network.auxiliary.parameters()]
    assert before and any(not torch.equal(*pair) for pair in zip(before, after, strict=True))


def test_a_player_has_no_heads_that_it_only_learned_with(tmp_path: Path) -> None:
    """It plays where the auxiliary loss is unknown, and other runs begin from it with others."""
    whole = tmp_path / "whole"
    train("ppo", MAZE, folder=whole, bar=False, auxiliary="depth,closure=0.5", **SMALL | {"steps": 64})
    saved = checkpoint.load(whole)
    assert any(key.startswith("auxiliary.depth") for key in saved["networks"][0])
    policy, _ = trained(whole)
    assert not any(key.startswith("auxiliary") for key in policy._networks[0].state_dict())
    child = trainer("ppo", auxiliary="pixels", start=str(whole), size=None)
    assert [*child.algorithm.networks()[0].auxiliary] == ["pixels_loss"]
    child.update()


@pytest.mark.parametrize(
    ("names", "typed", "told"),
    [
        (("sokoban-small",), "depth", "sokoban-small is not drawn by rays and has no depths: leave"),
        (("sokoban-small",), "matching", "have one instruction, and none could be matched: leave"),
        (("control/cartpole-swingup",), "closure", "does not tell where its player is: leave"),
        ((MAZE,), "deapth", "unknown auxiliary loss 'deapth': did you mean depth"),
        ((MAZE,), "depth=much", "the weight of the auxiliary loss depth is a number, got 'much'"),
        ((MAZE,), "depth,depth", "depth is given twice"),
        ((MAZE,), "depth=-1", "must be at least 0, got -1"),
    ],
)
def test_a_world_without_a_target_is_refused_in_one_sentence(names: tuple[str, ...], typed: str, told: str) -> None:
    with pytest.raises(ValueError, match=told):
        trainer("ppo", *names, **parsed([f"auxiliary={typed}"], "ppo"))


PLUGIN = '''
"""Whether a frame is dark."""
from torch import nn
from torch.nn import functional as F
from rumpus.agents.networks.auxiliary import Auxiliary

class Dark(Auxiliary):
    source, weight = "our own", 0.25
    def __init__(self, network):
        super().__init__()
        self.layer = nn.Linear(network.encoded, 1)
    def forward(self, network, seen, labels):
        dark = seen.observation.pixels.float().mean((1, 2, 3)) / 255
        return (self.layer(seen.encoded).squeeze(1).float() - dark).square()

AUXILIARIES = {"dark": Dark}
'''


def test_one_of_ones_own_is_a_file(tmp_path: Path) -> None:
    own = tmp_path / "dark.py"
    own.write_text(PLUGIN)
    name = plugins.typed("AUXILIARIES", str(own))
    try:
        one = trainer("ppo", auxiliary=name)
        assert one.spec.auxiliary == {"dark": 0.25}
        assert one.update()["dark_loss"] > 0
    finally:
        AUXILIARIES.pop(name)


def test_without_any_nothing_is_kept_or_asked() -> None:
    one = trainer("ppo")
    found = one.algorithm.auxiliary  # type: ignore[attr-defined]
    assert isinstance(found, Auxiliaries) and not found and found.trace() is None
    assert one.lanes[0].observe().targets is None and not one.lanes[0].senses
