"""The relational network: attention among the cells of a frame (Zambaldi et al. 2018, Relational Deep Reinforcement
Learning, arXiv 1806.01830).

A few convolutions make an entity of each cell, its place is added, and blocks of attention let each entity look at all
others. The strongest answer of each feature over all entities is what is passed on. As in the paper, the blocks share
their weights unless told otherwise.
"""

from __future__ import annotations

import torch
from torch import nn

from ..attention import Block
from .patches import Patches


class Relational(nn.Module):
    """uint8 pixels (batch, height, width, 3) to features (batch, width, 1, 1).

    channels: numbers that a patch becomes (24 in the paper); width, heads: of attention (64 and 2 to 4 there, as far as
    is known); layers: blocks, one after the other (2 to 4); shared: whether they have the same weights; patch: see
    Patches.
    """

    places: torch.Tensor

    def __init__(
        self, size: tuple[int, int], *, channels: int = 24, width: int = 64, heads: int = 4, layers: int = 2,
        shared: bool = True, patch: int = 0,
    ):  # fmt: skip
        super().__init__()
        self.see = Patches(size, channels=channels, blocks=1, patch=patch)
        rows, columns = self.see.shape[1:]
        down, across = torch.meshgrid(torch.linspace(-1, 1, rows), torch.linspace(-1, 1, columns), indexing="ij")
        self.register_buffer("places", torch.stack([across, down], -1).flatten(0, 1), False)
        self.begin = nn.Linear(channels + 2, width)
        self.layers = layers
        self.blocks = nn.ModuleList(Block(width, heads) for _ in range(1 if shared else layers))
        self.shape, self.film = (width, 1, 1), 2
        self.grid = rows, columns  # of the cells of a frame

    def entities(self, pixels: torch.Tensor, film: torch.Tensor | None = None) -> torch.Tensor:
        """The entities before they look at each other: (batch, rows * columns, width). film: see `forward`."""
        cells = self.see(pixels).flatten(2).transpose(1, 2)
        places = self.places.to(cells.dtype).expand(len(cells), -1, -1)
        begun: torch.Tensor = self.begin(torch.cat([cells, places], 2))
        if film is not None:
            begun = begun * (1 + film[:, :1]) + film[:, 1:]
        return begun

    def forward(self, pixels: torch.Tensor, film: torch.Tensor | None = None) -> torch.Tensor:
        """The features of each frame. film: (batch, 2, width), gains and shifts of the entities (FiLM, Perez et al.
        2018, arXiv 1709.07871)."""
        found = self.entities(pixels, film)
        for layer in range(self.layers):
            found = self.blocks[layer % len(self.blocks)](found, found)
        return torch.relu(found.amax(1))[..., None, None]

    def attention(self, pixels: torch.Tensor, film: torch.Tensor | None = None) -> torch.Tensor:
        """The weights of attention, by which each cell looks at the others, (batch, layers, heads, cells, cells); each
        row adds up to 1."""
        found, weights = self.entities(pixels, film), []
        for layer in range(self.layers):
            block = self.blocks[layer % len(self.blocks)]
            assert isinstance(block, Block)
            weights.append(block.attention.weights(found, found))
            found = block(found, found)
        return torch.stack(weights, 1)
