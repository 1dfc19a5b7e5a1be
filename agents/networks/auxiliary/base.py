"""The parts that auxiliary losses share: what they are given of experience, and of what a network has computed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NamedTuple

import torch
from torch import nn

from ....worlds.engine.run.batch import Batch
from ....worlds.engine.world import World
from ...contracts import State
from ...observations import Observation

HIDDEN = 128
"""Units of the hidden layer of a head: Mirowski et al. 2017, section 3, and Jaderberg et al. 2017, appendix C."""


class Steps(NamedTuple):
    """Consecutive steps of lanes: pixels uint8 (steps, lanes, height, width, 3), action int64 (steps, lanes, parts),
    reward, ended and mask float32 (steps, lanes); and after: uint8 (lanes, height, width, 3), the pixels after the last
    step, where its episode goes on."""

    pixels: torch.Tensor
    action: torch.Tensor
    reward: torch.Tensor
    ended: torch.Tensor
    mask: torch.Tensor
    after: torch.Tensor

    @classmethod
    def of(cls, kept: Mapping[str, torch.Tensor], pixels: torch.Tensor, after: torch.Tensor) -> Steps:
        """From what is kept of them by name."""
        return cls(pixels, kept["action"], kept["reward"], kept["ended"], kept["mask"], after)

    @property
    def goes_on(self) -> torch.Tensor:
        """1 where the next frame is of the same episode, float32 (steps, lanes)."""
        return self.mask * (1 - self.ended)

    def following(self) -> torch.Tensor:
        """The frame after each step, as `pixels`; where the episode ended, that of another."""
        return torch.cat([self.pixels[1:], self.after.unsqueeze(0)])


class Seen(NamedTuple):
    """The content of some samples: their observation, the action taken, int64 (samples, parts), and what the network
    computed: cells (samples, *torso.shape), encoded (samples, network.encoded), outputs (samples, network.outputs) of
    its core, or what the head reads without one, and logits (samples, logits)."""

    observation: Observation
    action: torch.Tensor
    cells: torch.Tensor
    encoded: torch.Tensor
    outputs: torch.Tensor
    logits: torch.Tensor


class Auxiliary(nn.Module):
    """The contract of contracts.py with nothing in it: a loss says what it wants of it."""

    source: ClassVar[str]
    weight: ClassVar[float]

    @staticmethod
    def check(spec: Any, world: World) -> None:
        """Raise ValueError where this world, or a network of this spec, has nothing to learn from."""

    def label(self, steps: Steps, future: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """Nothing besides what a step shows by itself."""
        return {}

    def ahead(self, seen: Seen) -> torch.Tensor | None:
        """Nothing is known of the future."""
        return None


class Sensed(Auxiliary):
    """An auxiliary loss whose target the simulator knows, and which the collector asks for in every step."""

    @staticmethod
    def begin(batch: Batch) -> State:
        """All that `sense` remembers of the rows of a batch: nothing."""
        return None

    @staticmethod
    def sense(batch: Batch, state: State, is_first: torch.Tensor) -> tuple[torch.Tensor, State]:
        """The target of each lane now, and the state after it."""
        raise NotImplementedError


def head(inputs: int, outputs: int) -> nn.Sequential:
    """A hidden layer and a linear one."""
    return nn.Sequential(nn.Linear(inputs, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, outputs))


def target(seen: Seen, name: str) -> torch.Tensor:
    """The target of this name, (samples, …)."""
    found: Mapping[str, torch.Tensor] | None = seen.observation.targets
    assert found is not None
    return found[name]
