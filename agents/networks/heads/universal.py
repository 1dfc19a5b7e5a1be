"""The whole keyboard and mouse, for any world: what a world does not listen to is masked."""

from __future__ import annotations

from functools import cache

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ....interface.action import quantise_mouse
from ....interface.devices import BINS, bin_centres, listens
from ....interface.keys import BUTTONS, KEYS, WHEEL, button_index, key_index
from ....interface.text import vocabulary
from ....worlds.engine.run.batch import Batch
from ....worlds.engine.world import World
from ..layers import initialise
from .base import MASKED, ActionSpec, pick

SLOTS = 2
"""Keys and buttons that are held at once at most, besides the motion of the mouse. No source: the moves of all worlds
hold one or two."""
SWITCHES = 1 + len(KEYS) + len(BUTTONS)
"""Choices of a slot: nothing, a key, or a button, in the order of interface/keys.py."""
REST = 0.9
"""The chance at first that a second key is not held, and that a mouse which only moves a cursor rests; no source. It is
an offset of the logits, so it can be unlearned."""


class Universal(nn.Module):
    """All 96 keys, 3 buttons, both axes of the mouse, and the wheel: a categorical for each of SLOTS keys or buttons
    that are held, for each axis of the mouse, and for the wheel.

    In each world a mask is added to the logits (`mask`): keys, buttons and motion that the world does not listen to
    stay at rest with certainty, so they neither add to entropies nor get a gradient. Worlds that take turns heed one
    key a turn, so there the second slot is empty. Words of a voice beside it are those of the whole vocabulary. A
    checkpoint with this head plays in any world.

    By trial in `box-world-small`, a Bernoulli for each key (as `Devices` has it) had not learned after 325,000 steps
    of PPO with the settings with which one categorical learns; see docs/agents.md.
    """

    def __init__(self, features: int, controls: ActionSpec):
        super().__init__()
        self.controls = controls
        self.groups = (SWITCHES,) * SLOTS + (BINS, BINS, len(WHEEL))
        self.parts, self.encoding_size = len(self.groups), sum(self.groups)
        self.layer: nn.Linear = initialise(nn.Linear(features, self.encoding_size), 0.01)

    def check(self, world: World) -> None:
        """Every world will do."""

    def words(self, controls: ActionSpec) -> tuple[str, ...]:
        """The words of a voice beside this head: the whole vocabulary."""
        return vocabulary()

    def sizes(self) -> tuple[int, ...]:
        """How many logits each part of a choice has, in their order."""
        return self.groups

    def mask(self, world: World) -> torch.Tensor:
        """Added to the logits in this world, float32 (logits,)."""
        mouse, turns_wheel, _ = listens(world)
        held = np.full(SWITCHES, MASKED, np.float32)
        switches = _switches(world)
        held[[0, *switches]] = 0
        second = np.full(SWITCHES, MASKED, np.float32)
        second[0] = 0
        if not world.controls.turn_based and switches:
            second[switches] = _offset(REST, len(switches))
        axis = np.full(BINS, MASKED, np.float32)
        if mouse:
            axis[:] = _offset(REST, BINS - 1) if world.controls.cursor else 0
        axis[BINS // 2] = 0
        wheel = np.array([0, *[0 if turns_wheel else MASKED] * (len(WHEEL) - 1)], np.float32)
        return torch.from_numpy(np.concatenate([held, *[second] * (SLOTS - 1), axis, axis, wheel]).astype(np.float32))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features to the logits of all parts side by side, float32."""
        return self.layer(features).float()

    def sample(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """A random choice, or the most likely one if generator is None."""
        return torch.stack([pick(group, generator) for group in logits.split(self.groups, -1)], -1)

    def score(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of the choice, entropy), each (batch,): sums over the parts, which are independent."""
        factors, entropy = self.score_factors(logits, choice)
        return factors.sum(-1), entropy

    def score_factors(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of each part of the choice, (batch, parts), entropy of all, (batch,))."""
        groups = [group.log_softmax(-1) for group in logits.split(self.groups, -1)]
        chosen = zip(groups, choice.split(1, -1), strict=True)
        factors = torch.cat([logs.gather(-1, part) for logs, part in chosen], -1)
        return factors, -torch.stack([(logs.exp() * logs).sum(-1) for logs in groups]).sum(0)

    def encode(self, choice: torch.Tensor) -> torch.Tensor:
        """The choice as features, float32 (batch, encoding_size): 1 for each choice that was made."""
        picked = zip(choice.unbind(-1), self.groups, strict=True)
        return torch.cat([F.one_hot(part, size) for part, size in picked], -1).float()

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes (n * players, parts) into the batch's actions, through `batch.tensors()`."""
        parts = choice.view(batch.n, batch.players, -1)
        slots = parts[..., :SLOTS]
        held = F.one_hot(slots, SWITCHES).amax(-2).to(torch.uint8)
        tensors["keys"][...] = held[..., 1 : 1 + len(KEYS)]
        tensors["buttons"][...] = held[..., 1 + len(KEYS) :]
        tensors["mouse"][...] = _motion(listens(batch.world)[2], choice.device)[parts[..., SLOTS : SLOTS + 2]]
        tensors["wheel"][...] = parts[..., SLOTS + 2].to(torch.uint8)

    def read(self, batch: Batch, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """The choices of all lanes (n * players, parts) that come nearest to the batch's actions: of the keys and
        buttons that the world listens to, the first ones that are held."""
        held = torch.cat([tensors["keys"].flatten(0, 1), tensors["buttons"].flatten(0, 1)], -1).long()
        heeded = torch.zeros(SWITCHES, dtype=torch.int64, device=held.device)
        heeded[_switches(batch.world)] = 1
        held = held * heeded[1:]
        slots = []
        for slot in range(SLOTS):
            first = held.argmax(-1)
            found = held.gather(-1, first.unsqueeze(-1)).squeeze(-1)
            slots.append(torch.zeros_like(first) if slot and batch.world.controls.turn_based else found * (1 + first))
            held = held.scatter(-1, first.unsqueeze(-1), 0)
        motion = _motion(listens(batch.world)[2], held.device)
        axes = (tensors["mouse"].flatten(0, 1).unsqueeze(-1) - motion).abs().argmin(-1)
        return torch.cat([torch.stack(slots, -1), axes, tensors["wheel"].flatten().long().unsqueeze(-1)], -1)


def _switches(world: World) -> list[int]:
    """The choices of a slot that a world listens to, without 0, nothing."""
    keys = [1 + key_index(name) for name in world.controls.keys]
    return keys + [1 + len(KEYS) + button_index(name) for name in world.controls.buttons]


def _offset(rest: float, others: int) -> float:
    """Added to the logits of so many others, leaves a chance of `rest` to the one at 0."""
    return float(np.log((1 - rest) / rest / others))


@cache
def _motion(reach: float, device: torch.device) -> torch.Tensor:
    """Motion of the mouse, int32 (BINS,), as an action holds it, of each bin where this is the farthest useful one."""
    return torch.from_numpy(quantise_mouse(bin_centres() * reach)).to(device)
