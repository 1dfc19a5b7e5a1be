"""Reward prediction (Jaderberg et al. 2017, Reinforcement Learning with Unsupervised Auxiliary Tasks, arXiv
1611.05397).

Will the next reward be nothing, positive or negative? The features of the frame are to tell, without the memory. Steps
with a reward count as much together as those without, in place of the paper's sampling of as many of either. The paper
shows three frames; here it is the one before the reward.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from .base import Auxiliary, Seen, Steps, head

CLASSES = 3


class Reward(Auxiliary):
    """See this file's docstring."""

    source = "Jaderberg et al. 2017, Reinforcement Learning with Unsupervised Auxiliary Tasks, arXiv 1611.05397"
    weight = 1.0  # the paper's

    def __init__(self, network: Any):
        super().__init__()
        self.head = head(network.encoded, CLASSES)

    def label(self, steps: Steps, future: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """class: uint8 (steps, lanes), 0 for no reward, 1 for a positive and 2 for a negative one; share: float32
        (steps, lanes), by which steps with a reward together count as much as those without, 1 on average."""
        found = torch.where(steps.reward > 0, 1, torch.where(steps.reward < 0, 2, 0)).to(torch.uint8)
        some_reward = (found > 0).float() * steps.mask
        count, some = steps.mask.sum(), some_reward.sum()
        shares = torch.where(found > 0, 0.5 * count / some.clamp_min(1), 0.5 * count / (count - some).clamp_min(1))
        both = (some > 0) & (some < count)
        return {"class": found, "share": torch.where(both, shares, 1.0)}

    def forward(self, network: Any, seen: Seen, labels: dict[str, torch.Tensor]) -> torch.Tensor:
        """The cross-entropy, (samples,)."""
        missed = F.cross_entropy(self.head(seen.encoded).float(), labels["class"].long(), reduction="none")
        return missed * labels["share"]
