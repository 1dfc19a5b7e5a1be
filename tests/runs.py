"""Short runs for tests, in this process or in one of their own, and whether two of them came to the same."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import torch

from rumpus.agents import checkpoint
from rumpus.agents.contracts import Algorithm, Transition
from rumpus.agents.training.trainer import Trainer

SMALL: dict[str, Any] = {
    **{"envs": 16, "rollout": 8, "epochs": 2, "minibatches": 2, "hidden": 32, "channels": 8, "bf16": False},
    **{"threads": 1, "tensorboard": False, "checkpoint_seconds": 0.0},
}
"""Settings of a run that takes a moment, and computes the same as a second model in float32."""
OWN: dict[str, dict[str, Any]] = {
    "ppo": {"epochs": 2, "minibatches": 2},
    "impala": {"passes": 2, "minibatches": 2, "replay": 0.5},
    "r2d2": {"learning_starts": 16, "batch": 8, "capacity": 48, "burn_in": 4, "target_every": 3},
    "dagger": {"epochs": 2, "minibatches": 2, "buffer_size": 500},
    "bc": {"minibatches": 2},
}
"""Settings of each algorithm that make an update quick; an algorithm that is not named here has its own defaults."""
SCRIPT = """
import sys
from rumpus.agents.training import run
run.train("ppo", {world!r}, folder=sys.argv[1], bar=False, **{settings!r})
"""


def process(world: str, folder: Path, settings: dict[str, Any], simulated: bool = False) -> subprocess.Popen[bytes]:
    """A run of PPO in a process of its own; simulated: with worlds on Numba's CUDA simulator."""
    simulator = {"NUMBA_ENABLE_CUDASIM": "1", "NUMBA_DISABLE_JIT": "1", "PYTHONWARNINGS": "ignore"}
    script = SCRIPT.format(world=world, settings=settings | ({"device": "cuda"} if simulated else {}))
    environment = {**os.environ, **(simulator if simulated else {})}
    return subprocess.Popen([sys.executable, "-c", script, str(folder)], env=environment)


def observed(algorithm: Algorithm) -> list[Transition]:
    """A list that gets each transition which this algorithm observes from now on."""
    came: list[Transition] = []
    observe = algorithm.observe

    def told(transition: Transition) -> None:
        came.append(transition)
        observe(transition)

    algorithm.observe = told  # type: ignore[method-assign]
    return came


def half(trainer: Trainer, folder: Path, updates: int = 2) -> dict[str, Any]:
    """Leave in a folder the checkpoint of a run that was broken off after so many updates; returns what it holds."""
    for _ in range(updates):
        trainer.update()
    folder.mkdir()
    checkpoint.save(folder / checkpoint.NAME, trainer.state())
    return checkpoint.load(folder)


def differences(one: Any, other: Any, at: str = "") -> list[str]:
    """The places in which two nestings of dicts, lists, tensors and plain values differ."""
    if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
        return [place for key in one for place in differences(one[key], other[key], f"{at}.{key}")]
    if isinstance(one, list | tuple) and isinstance(other, list | tuple) and len(one) == len(other):
        return [
            place
            for index, pair in enumerate(zip(one, other, strict=True))
            for place in differences(*pair, f"{at}[{index}]")
        ]
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        alike = one.dtype == other.dtype and torch.equal(one, other)
    else:
        alike = type(one) is type(other) and bool(one == other)
    return [] if alike else [at]


def changed(one: Path, other: Path) -> list[str]:
    """The places in which two runs differ: weights, optimisers, curricula, random numbers, and rows of their worlds,
    bit for bit. AssertionError if one of them has learned nothing."""
    left, right = checkpoint.load(one), checkpoint.load(other)
    assert left["updates"] > 0 and right["updates"] > 0
    return [place for name in ("updates", "networks", "processes") for place in differences(left[name], right[name])]
