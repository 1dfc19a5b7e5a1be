"""Forward prediction by contrast (Guo et al. 2018, Neural Predictive Belief Representations, arXiv 1811.06407, CPC|A;
van den Oord et al. 2018, arXiv 1807.03748).

From what is known now and the action that is taken the features of the next frame are predicted, well enough to tell
that frame from the next frames of other samples. The torso learns both what predicts and what is predicted. One step
ahead, where the paper has several.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from .base import HIDDEN, Auxiliary, Seen, Steps, head

KEY = 64
"""Numbers in which prediction and frame are compared: chosen."""


class Forward(Auxiliary):
    """See this file's docstring."""

    source = "Guo et al. 2018, Neural Predictive Belief Representations, arXiv 1811.06407"
    weight = 0.1  # chosen

    def __init__(self, network: Any):
        super().__init__()
        self.predict = head(network.outputs + network.head.encoding_size, KEY)
        self.key = nn.Sequential(nn.Linear(network.encoded, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, KEY))

    def label(self, steps: Steps, future: torch.Tensor | None) -> dict[str, torch.Tensor]:
        """next: uint8 (steps, lanes, height, width, 3), the frames that follow; there: uint8 (steps, lanes), whether
        they do."""
        return {"next": steps.following(), "there": steps.goes_on.to(torch.uint8)}

    def forward(self, network: Any, seen: Seen, labels: dict[str, torch.Tensor]) -> torch.Tensor:
        """The cross-entropy of finding the next frame among those of all samples, (samples,)."""
        there = labels["there"].bool()
        following = seen.observation._replace(pixels=labels["next"])
        key = self.key(network.encode(following)).float()
        action = network.head.encode(seen.action).to(seen.outputs.dtype)
        predicted = self.predict(torch.cat([seen.outputs, action], 1)).float()
        scores = (predicted @ key.T / KEY**0.5).masked_fill(~there, float("-inf"))
        own = torch.arange(len(scores), device=scores.device)
        scores = scores.where(there.unsqueeze(1), torch.zeros((), device=scores.device))
        return F.cross_entropy(scores, own, reduction="none") * there.float()
