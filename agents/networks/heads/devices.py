"""The keyboard and the mouse that a world listens to."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ....interface.action import quantise_mouse
from ....interface.devices import BINS, bin_centres
from ....interface.keys import WHEEL, button_index, key_index
from ....worlds.engine.run.batch import Batch
from ....worlds.engine.world import World
from ..layers import initialise
from .base import ActionSpec, Narrow, pick


class Devices(Narrow):
    """Keyboard and mouse: a Bernoulli for each key and button, a categorical for each mouse axis and the wheel.

    Only what the world listens to has a part: its keys, its buttons, the mouse if it has a cursor or a move uses the
    mouse, the wheel if a move turns it.
    """

    keys: torch.Tensor
    buttons: torch.Tensor
    motion: torch.Tensor

    def __init__(self, features: int, controls: ActionSpec):
        super().__init__()
        self.controls = controls
        self.switches = len(controls.keys) + len(controls.buttons)
        self.groups = (BINS,) * (2 * controls.mouse) + (len(WHEEL),) * controls.wheel
        self.mouse, self.wheel = controls.mouse, controls.wheel
        self.parts, self.encoding_size = self.switches + len(self.groups), self.switches + sum(self.groups)
        self.layer: nn.Linear = initialise(nn.Linear(features, self.switches + sum(self.groups)), 0.01)
        self._begin()
        keys, buttons = map(key_index, controls.keys), map(button_index, controls.buttons)
        self.register_buffer("keys", torch.tensor(list(keys), dtype=torch.long), False)
        self.register_buffer("buttons", torch.tensor(list(buttons), dtype=torch.long), False)
        self.register_buffer("motion", torch.from_numpy(quantise_mouse(bin_centres() * controls.reach)), False)

    def _begin(self) -> None:
        """Begin with about one switch held, not with half the keyboard."""
        with torch.no_grad():
            self.layer.bias[: self.switches] = -float(np.log(max(self.switches - 1, 1)))

    def check(self, world: World) -> None:
        """Raise ValueError if the world does not listen to what this head presses."""
        own = ActionSpec.of(world)
        lacking = [
            *sorted(set(self.controls.keys) - set(own.keys)),
            *sorted(set(self.controls.buttons) - set(own.buttons)),
        ]
        lacking += ["mouse"] * (self.mouse and not own.mouse) + ["wheel"] * (self.wheel and not own.wheel)
        if lacking:
            raise ValueError(
                f"this agent presses {', '.join(lacking)}, to which {world.name} does not listen: choose another "
                "world, or train with --head universal, which plays anywhere"
            )

    def sizes(self) -> tuple[int, ...]:
        """How many logits each part of a choice has, in their order; a switch has 1, of being held."""
        return (1,) * self.switches + self.groups

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

    def encode(self, choice: torch.Tensor) -> torch.Tensor:
        """The choice as features, float32 (batch, encoding_size): 1 for each held switch, and for each chosen bin."""
        picked = choice[..., self.switches :].unbind(-1)
        bins = [F.one_hot(part, size) for part, size in zip(picked, self.groups, strict=True)]
        return torch.cat([choice[..., : self.switches], *bins], -1).float()

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

    def read(self, batch: Batch, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """The choices of all lanes (n * players, parts) that come nearest to the batch's actions."""
        parts = [tensors["keys"][:, :, self.keys], tensors["buttons"][:, :, self.buttons]]
        if self.mouse:
            parts.append((tensors["mouse"].unsqueeze(-1) - self.motion).abs().argmin(-1))
        if self.wheel:
            parts.append(tensors["wheel"].unsqueeze(-1))
        return torch.cat([part.flatten(0, 1).long() for part in parts], -1)
