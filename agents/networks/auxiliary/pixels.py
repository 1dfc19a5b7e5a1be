"""Pixel control (Jaderberg et al. 2017, Reinforcement Learning with Unsupervised Auxiliary Tasks, arXiv 1611.05397).

The picture is parted into 20 x 20 cells, and of each the value of every action is learned for an agent that would be
paid for changing that cell: Q-learning beside the agent's own learning, from the same experience. The values come out
of the memory's features by a deconvolution, as a value and advantages.

Of an action with several parts each has advantages of its own, whose mean counts (Tavakoli et al. 2018, arXiv
1711.08946). Targets reach to the end of the rollout that a step was in.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ..heads.base import MASKED
from .base import Auxiliary, Seen, Steps

CELLS, MAP, CHANNELS = 20, 9, 32
"""Of a side of the picture, and the map before the deconvolution of 4 x 4 with a stride of 2: the paper has 20 cells,
and these are the sizes that give them."""
GAMMA = 0.9
"""The discount: appendix B of the paper."""


class Pixels(Auxiliary):
    """See this file's docstring."""

    source = "Jaderberg et al. 2017, Reinforcement Learning with Unsupervised Auxiliary Tasks, arXiv 1611.05397"
    weight = 0.05  # from the paper's 0.01 to 0.1 for DeepMind Lab, of the sum over cells

    def __init__(self, network: Any):
        super().__init__()
        self.sizes = [max(size, 2) for size in network.head.sizes()]
        self.switches = [size == 1 for size in network.head.sizes()]
        self.spread = nn.Linear(network.outputs, CHANNELS * MAP * MAP)
        self.value = nn.ConvTranspose2d(CHANNELS, 1, 4, 2)
        self.advantage = nn.ConvTranspose2d(CHANNELS, sum(self.sizes), 4, 2)

    def label(self, steps: Steps, future: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """return: float16 (steps, lanes, 20, 20), the discounted sum of changes of each cell, up to 1 a step, to the
        end of the episode or of these steps, where the values of `future` stand for what comes after."""
        shape = *steps.mask.shape, CELLS, CELLS
        found = torch.zeros(shape, dtype=torch.float16, device=steps.mask.device)
        total = found[0].float() if future is None else future.float()
        for step in range(len(steps.pixels) - 1, -1, -1):
            after = steps.after if step + 1 == len(steps.pixels) else steps.pixels[step + 1]
            change = (after[..., :3].float() - steps.pixels[step, ..., :3].float()).abs().mean(-1) / 255
            change = F.adaptive_avg_pool2d(change.unsqueeze(1), (CELLS, CELLS)).squeeze(1)
            total = (change + GAMMA * total) * steps.goes_on[step].view(-1, 1, 1)
            found[step] = total
        return {"return": found}

    def ahead(self, seen: Seen) -> torch.Tensor:
        """The values of the best actions, float32 (lanes, 20, 20)."""
        value, parts = self._values(seen.outputs)
        sizes = [1 if switch else size for switch, size in zip(self.switches, self.sizes, strict=True)]
        best = []
        for part, logits, switch in zip(parts, seen.logits.split(sizes, 1), self.switches, strict=True):
            allowed = logits > MASKED / 2
            if switch:
                allowed = torch.cat([torch.ones_like(allowed), allowed], 1)
            best.append(part.where(allowed[..., None, None], float("-inf")).amax(1))
        return value + torch.stack(best).mean(0)

    def _values(self, outputs: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """Values (samples, 20, 20), and the advantages of each part, (samples, options, 20, 20)."""
        spread = torch.relu(self.spread(outputs)).view(-1, CHANNELS, MAP, MAP)
        advantages = self.advantage(spread).float().split(self.sizes, 1)
        return self.value(spread).float().squeeze(1), [part - part.mean(1, keepdim=True) for part in advantages]

    def forward(self, network: Any, seen: Seen, labels: dict[str, torch.Tensor]) -> torch.Tensor:
        """Half the squared error of the value of the action taken, the sum over the cells, (samples,)."""
        value, parts = self._values(seen.outputs)
        row = torch.arange(len(value), device=value.device)
        chosen = [part[row, choice] for part, choice in zip(parts, seen.action.unbind(1), strict=True)]
        wrong = value + torch.stack(chosen).mean(0) - labels["return"].float()
        return 0.5 * wrong.square().sum((1, 2))
