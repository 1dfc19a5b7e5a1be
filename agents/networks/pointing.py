"""Attention over a feature map, by queries that come from words or are learned."""

from __future__ import annotations

import torch
from torch import nn


class Pointing(nn.Module):
    """Where in a picture is what the words speak of: attention (Vaswani et al. 2017, arXiv 1706.03762) over its cells,
    by a few queries at once, and of each the expected place, as by the spatial softmax of Levine et al. 2016 (arXiv
    1504.00702)."""

    places: torch.Tensor

    def __init__(self, rows: int, columns: int, channels: int):
        super().__init__()
        self.key = nn.Linear(channels, channels)
        down, across = torch.meshgrid(torch.linspace(-1, 1, rows), torch.linspace(-1, 1, columns), indexing="ij")
        self.register_buffer("places", torch.stack([across, down], -1).flatten(0, 1), False)

    def where(self, cells: torch.Tensor, queries: torch.Tensor) -> torch.Tensor:
        """How much each query looks at each cell, (batch, queries, rows * columns), which adds up to 1."""
        return self._scores(cells.flatten(2).transpose(1, 2), queries).softmax(-1)

    def _scores(self, found: torch.Tensor, queries: torch.Tensor) -> torch.Tensor:
        scores: torch.Tensor = queries @ self.key(found).transpose(1, 2) / found.shape[2] ** 0.5
        return scores

    def forward(self, cells: torch.Tensor, queries: torch.Tensor) -> torch.Tensor:
        """Cells (batch, channels, rows, columns) and queries (batch, queries, channels) to (batch, queries * (channels
        + 3)): what is found, the place across and down from -1 to 1, and how well the best cell scores."""
        found = cells.flatten(2).transpose(1, 2)
        scores = self._scores(found, queries)
        where = scores.softmax(-1)
        at, best = where @ self.places.to(where.dtype), scores.amax(-1, keepdim=True)
        return torch.cat([where @ found, at, best], -1).flatten(1)
