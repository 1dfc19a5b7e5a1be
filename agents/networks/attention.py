"""Multi-head dot-product attention among entities, as in the relational networks of Zambaldi et al. 2018 and Santoro et
al. 2018."""

from __future__ import annotations

import torch
from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    """Entities that ask others (Vaswani et al. 2017, arXiv 1706.03762): queries from one set, keys and values from
    another, each layer-normalised before they meet, as in section 2.2 of Zambaldi et al. 2018 (arXiv 1806.01830).

    width: numbers of an entity, and of all heads together; heads: divides it.
    """

    def __init__(self, width: int, heads: int):
        super().__init__()
        if heads < 1 or width % heads:
            raise ValueError(f"{heads} heads do not divide {width} numbers of an entity: choose a divisor")
        self.heads = heads
        self.query, self.key, self.value = (nn.Linear(width, width, bias=False) for _ in range(3))
        self.norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(3))
        self.out = nn.Linear(width, width)

    def forward(self, asking: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
        """(batch, n, width) and (batch, m, width) to answers (batch, n, width)."""
        query, key, value = self._split(asking, asked)
        found = F.scaled_dot_product_attention(query, key, value)
        answers: torch.Tensor = self.out(found.transpose(1, 2).flatten(2))
        return answers

    def weights(self, asking: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
        """How much each asking entity takes from each asked one: (batch, heads, n, m), rows of which add up to 1."""
        query, key, _ = self._split(asking, asked)
        return (query @ key.transpose(2, 3) / query.shape[3] ** 0.5).softmax(-1)

    def _split(self, asking: torch.Tensor, asked: torch.Tensor) -> list[torch.Tensor]:
        """Queries, keys and values, (batch, heads, entities, numbers)."""
        parts = self.query(asking), self.key(asked), self.value(asked)
        normed = [norm(part) for norm, part in zip(self.norms, parts, strict=True)]
        return [part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in normed]


class Block(nn.Module):
    """Attention, then two layers for each entity by itself; both are added to what was there, and normalised."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.attention = Attention(width, heads)
        self.alone = nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, width), nn.ReLU())
        self.first, self.second = nn.LayerNorm(width), nn.LayerNorm(width)

    def forward(self, asking: torch.Tensor, asked: torch.Tensor) -> torch.Tensor:
        """(batch, n, width) and (batch, m, width) to (batch, n, width)."""
        found = self.first(asking + self.attention(asking, asked))
        normed: torch.Tensor = self.second(found + self.alone(found))
        return normed
