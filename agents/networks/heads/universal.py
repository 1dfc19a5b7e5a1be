"""The whole keyboard and mouse, for any world: what a world does not listen to is masked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from ....interface.action import quantise_mouse
from ....interface.devices import BINS, bin_centres
from ....interface.keys import BUTTONS, KEYS, button_index, key_index
from ....interface.text import vocabulary
from ....worlds.engine.batch import Batch
from ....worlds.engine.world import World
from .base import MASKED, Controls
from .devices import Devices


class Universal(Devices):
    """All 96 keys, 3 buttons, both axes of the mouse, and the wheel, in the order of interface/keys.py.

    In each world a mask is added to the logits (`mask`): keys, buttons and motion that the world does not listen to
    stay at rest with certainty, so they neither add to entropies nor get a gradient; of the others about one switch is
    held at first. Words of a voice beside it are those of the whole vocabulary. A checkpoint with this head plays in
    any world.
    """

    def __init__(self, features: int, controls: Controls):
        super().__init__(features, replace(controls, keys=KEYS, buttons=BUTTONS, mouse=True, wheel=True, reach=1.0))

    def _begin(self) -> None:
        """The mask sees to it that about one switch is held."""

    def check(self, world: World) -> None:
        """Every world will do."""

    def words(self, controls: Controls) -> tuple[str, ...]:
        """The words of a voice beside this head: the whole vocabulary."""
        return vocabulary()

    def mask(self, world: World) -> torch.Tensor:
        """Added to the logits in this world, float32 (logits,)."""
        own = Controls.of(world)
        rest = np.full(BINS, MASKED, np.float32)
        rest[BINS // 2] = 0
        still = np.array([0, MASKED, MASKED], np.float32)
        switches = np.full(self.switches, MASKED, np.float32)
        heard = [*map(key_index, own.keys), *(len(KEYS) + button_index(name) for name in own.buttons)]
        switches[heard] = -np.log(max(len(heard) - 1, 1))
        mouse, wheel = rest * (not own.mouse), still * (not own.wheel)
        return torch.from_numpy(np.concatenate([switches, mouse, mouse, wheel]).astype(np.float32))

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes (n * players, parts) into the batch's actions, through `batch.tensors()`."""
        self._reach(batch)
        super().write(choice, batch, tensors)

    def read(self, batch: Batch, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """The choices of all lanes (n * players, parts) that come nearest to the batch's actions."""
        self._reach(batch)
        return super().read(batch, tensors)

    def _reach(self, batch: Batch) -> None:
        """Let the bins of the mouse span what is useful in this world."""
        reach = Controls.of(batch.world).reach
        self.motion.copy_(torch.from_numpy(quantise_mouse(bin_centres() * reach)))
