"""The hands: a network's last layer as a distribution over actions, and how a choice becomes an action.

Two kinds. `Moves` picks one of the world's named moves. `Devices` holds the keyboard and the mouse themselves: each key
and button the world listens to is pressed or not, and mouse motion and wheel are picked from a few bins. A choice is a
row of whole numbers, one for each part, int64 (batch, parts).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ...interface.action import quantise_mouse
from ...interface.keys import WHEEL, button_index, key_index
from ...worlds.engine.batch import Batch
from ...worlds.engine.world import World
from .torso import initialise

BINS, MU = 11, 10.0
"""Bins of mouse motion along each axis, and how much finer they lie near rest: the foveated (mu-law) camera of Baker et
al. 2022, "Video PreTraining" (github.com/openai/Video-Pre-Training, agent.py: 2 * maxval 10 / binsize 2 + 1, mu 10)."""


def bin_centres(bins: int = BINS, mu: float = MU) -> np.ndarray:
    """Mouse motion of each bin in picture heights, float32 (bins,), from -1 to 1 with rest in the middle."""
    place = np.linspace(-1, 1, bins)
    return (np.sign(place) * ((1 + mu) ** np.abs(place) - 1) / mu).astype(np.float32)


def pick(logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
    """A random index along the last axis for each row of logits, or the most likely one without a generator."""
    if generator is None:
        return logits.argmax(-1)
    noise = torch.empty_like(logits, dtype=torch.float32).exponential_(generator=generator)
    return (logits.float() - noise.log()).argmax(-1)  # the Gumbel-max trick


class Moves(nn.Module):
    """One of the world's moves: a categorical distribution. Choices: int64 (batch, 1)."""

    def __init__(self, features: int, world: World):
        super().__init__()
        self.parts = 1
        self.layer = initialise(nn.Linear(features, len(world.moves)), 0.01)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features to logits of the moves, float32."""
        return self.layer(features).float()

    def sample(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """A random choice, or the most likely one if generator is None."""
        return pick(logits, generator).unsqueeze(-1)

    def score(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of the choice, entropy), each (batch,)."""
        logs = logits.log_softmax(-1)
        return logs.gather(-1, choice).squeeze(-1), -(logs.exp() * logs).sum(-1)

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes (n * players, 1) into the batch's actions."""
        batch.act(choice.view(batch.n, batch.players))


class Devices(nn.Module):
    """Keyboard and mouse: a Bernoulli for each key and button, a categorical for each mouse axis and the wheel.

    Only what the world listens to has a part: its keys, its buttons, the mouse if it has a cursor or a move uses the
    mouse, the wheel if a move turns it.
    """

    keys: torch.Tensor
    buttons: torch.Tensor
    motion: torch.Tensor

    def __init__(self, features: int, world: World):
        super().__init__()
        moves = world.moves.values()
        mouse = world.cursor or any(move.mouse != (0.0, 0.0) for move in moves)
        wheel = any(move.wheel != "still" for move in moves)
        self.switches = len(world.keys) + len(world.buttons)
        self.groups = (BINS,) * (2 * mouse) + (len(WHEEL),) * wheel
        self.mouse, self.wheel = mouse, wheel
        self.parts = self.switches + len(self.groups)
        self.layer: nn.Linear = initialise(nn.Linear(features, self.switches + sum(self.groups)), 0.01)
        with torch.no_grad():  # begin with about one switch held, not with half the keyboard
            self.layer.bias[: self.switches] = -float(np.log(max(self.switches - 1, 1)))
        centres = quantise_mouse(bin_centres())
        self.register_buffer("keys", torch.tensor([key_index(k) for k in world.keys], dtype=torch.long), False)
        self.register_buffer("buttons", torch.tensor([button_index(b) for b in world.buttons], dtype=torch.long), False)
        self.register_buffer("motion", torch.from_numpy(centres), False)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features to the parameters of all parts side by side, float32."""
        return self.layer(features).float()

    def _split(self, logits: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return logits.split((self.switches, *self.groups), -1)

    def sample(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """A random choice, or the most likely one if generator is None."""
        switches, *groups = self._split(logits)
        level = 0.5 if generator is None else torch.rand(switches.shape, generator=generator, device=logits.device)
        held = (switches.sigmoid() > level).long()
        return torch.cat([held, *(pick(group, generator).unsqueeze(-1) for group in groups)], -1)

    def score(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of the choice, entropy), each (batch,): sums over the parts, which are independent."""
        switches, *groups = self._split(logits)
        held = choice[..., : self.switches].to(logits.dtype)
        log_prob = -F.binary_cross_entropy_with_logits(switches, held, reduction="none").sum(-1)
        chance = switches.sigmoid()
        entropy = F.binary_cross_entropy_with_logits(switches, chance, reduction="none").sum(-1)
        for index, group in enumerate(groups, self.switches):
            logs = group.log_softmax(-1)
            log_prob = log_prob + logs.gather(-1, choice[..., index : index + 1]).squeeze(-1)
            entropy = entropy - (logs.exp() * logs).sum(-1)
        return log_prob, entropy

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes (n * players, parts) into the batch's actions, through `batch.tensors()`."""
        parts = choice.view(batch.n, batch.players, self.parts)
        keys = len(self.keys)
        tensors["keys"][:, :, self.keys] = parts[..., :keys].to(torch.uint8)
        tensors["buttons"][:, :, self.buttons] = parts[..., keys : self.switches].to(torch.uint8)
        if self.mouse:
            tensors["mouse"][...] = self.motion[parts[..., self.switches : self.switches + 2]]
        if self.wheel:
            tensors["wheel"][...] = parts[..., -1].to(torch.uint8)


HEADS: dict[str, Any] = {"moves": Moves, "devices": Devices}
