"""A gated recurrent unit (Cho et al. 2014, arXiv 1406.1078)."""

from __future__ import annotations

import torch
from torch import nn


class GRU(nn.Module):
    """A sequence of features (steps, lanes, features) and the state before it, float32 (lanes, units), to (steps,
    lanes, units) and the state after it."""

    def __init__(self, features: int, units: int):
        super().__init__()
        self.units = self.outputs = units
        self.cell = nn.GRUCell(features, units)
        for name, parameter in self.cell.named_parameters():
            nn.init.zeros_(parameter) if "bias" in name else nn.init.orthogonal_(parameter)

    def initial(self, lanes: int) -> torch.Tensor:
        """The state at the start of an episode."""
        return self.cell.weight_hh.new_zeros(lanes, self.units)

    def forward(
        self, features: torch.Tensor, state: torch.Tensor, is_first: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """is_first: (steps, lanes), 1 where an episode begins with this step, so that nothing older is remembered."""
        outputs = []
        for step, first in zip(features, is_first, strict=True):
            state = self.cell(step, state * (1 - first.to(features.dtype)).unsqueeze(1))
            outputs.append(state)
        return torch.stack(outputs), state
