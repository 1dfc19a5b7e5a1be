"""The ears: a text of tokens to a vector, as the mean of its words' vectors (order is lost)."""

from __future__ import annotations

import torch
from torch import nn

from ...interface.text import vocabulary_size


class Language(nn.Module):
    """Tokens (batch, 64), zero padded, to features (batch, features). An empty text gives zeros."""

    def __init__(self, features: int):
        super().__init__()
        self.bag = nn.EmbeddingBag(vocabulary_size(), features, mode="mean", padding_idx=0)
        nn.init.normal_(self.bag.weight, std=features**-0.5)
        with torch.no_grad():
            self.bag.weight[0] = 0

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """The mean vector of each text's tokens."""
        return self.bag(tokens.long())
