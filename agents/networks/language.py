"""The ears: a text of tokens to a vector. Each word is read with its two neighbours and its place, and the strongest
answers are kept: a convolution over the words and a maximum over the text (Kim 2014, arXiv 1408.5882).

Chosen by trial: texts such as "put a red box on the blue key, then push the green lock near the red box" were read by
encoders of 32 features (one seed, 2,000 batches of 64), and a small network was asked for all colours, kinds and
relations in their order. Right answers on new texts, on colour-kind pairs never read before, and on a phrasing never
read before: this one 100, 93 and 81 %; without places 90, 82 and 87 %; a sum of words weighted by place 100, 93 and
46 %; a GRU 100, 80 and 67 %. A mean of words alone cannot tell which colour belongs to which kind: it stayed below
50 % on the first of five questions. Forward and backward for 64 texts on two cores: 0.5 ms, where the GRU took 2 ms.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ...interface.text import TOKENS, vocabulary_size
from .layers import lengthen

WORD = 16
"""Features of a word."""


class Language(nn.Module):
    """Tokens (batch, at most 64), zero padded, to features (batch, features), none negative. An empty text gives zeros,
    and padding changes nothing."""

    def __init__(self, features: int):
        super().__init__()
        self.words = nn.Embedding(vocabulary_size(), WORD, padding_idx=0)
        self.places = nn.Parameter(torch.zeros(TOKENS, features))
        self.read = nn.Linear(3 * WORD, features)
        nn.init.normal_(self.places, std=0.1)

    def _load_from_state_dict(self, state_dict: dict[str, torch.Tensor], prefix: str, *rest: Any) -> None:
        """Words that have come into the vocabulary since the weights were saved mean nothing to them: zeros."""
        lengthen(state_dict, f"{prefix}words.weight", self.words.weight.new_zeros(self.words.weight.shape))
        super()._load_from_state_dict(state_dict, prefix, *rest)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        """The features of each text."""
        tokens = tokens.long()
        near = F.pad(self.words(tokens), (0, 0, 1, 1)).unfold(1, 3, 1).flatten(2)
        heard = torch.relu(self.read(near) + self.places[: tokens.shape[1]])
        return (heard * (tokens != 0).unsqueeze(-1)).amax(1)
