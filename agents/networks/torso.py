"""The eyes: pixels of any frame size to a vector of features, small and quick enough for a CPU.

The frame is cut into square patches, each patch becomes a vector, and a few 3x3 convolutions with a skip connection
look at neighbours. Nothing is pooled away before the last layer, since in a room it matters exactly where a thing
stands.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import nn

Layer = TypeVar("Layer", nn.Linear, nn.Conv2d)

CELLS = 10
"""Patches along the shorter side of a frame that the automatic patch size aims at: rooms of published puzzles have 7 to
14 cells a side (Sokoban 10, Box-World 14)."""


def patch_size(height: int, width: int) -> int:
    """The edge of a patch in pixels: the divisor of both sides that leaves about CELLS patches along the shorter
    one."""
    divisors = [p for p in range(1, min(height, width) + 1) if height % p == 0 and width % p == 0]
    return min(divisors, key=lambda p: (abs(min(height, width) / p - CELLS), -p))


def initialise(layer: Layer, gain: float = 2**0.5) -> Layer:
    """Orthogonal weights of this gain and zero biases, as is usual for PPO (CleanRL, `layer_init`)."""
    nn.init.orthogonal_(layer.weight, gain)
    assert layer.bias is not None
    nn.init.zeros_(layer.bias)
    return layer


class Residual(nn.Module):
    """A 3x3 convolution that adds to what it is given, after the blocks of IMPALA's network (Espeholt et al. 2018)."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = initialise(nn.Conv2d(channels, channels, 3, padding=1))

    def forward(self, cells: torch.Tensor, guide: torch.Tensor | None = None) -> torch.Tensor:
        """(batch, channels, rows, columns) to the same shape. guide: (batch, 2, channels), see Torso."""
        seen = self.conv(cells)
        if guide is not None:
            gain, shift = guide.unsqueeze(-1).unsqueeze(-1).unbind(1)
            seen = seen * (1 + gain) + shift
        return torch.relu(cells + seen)


class Torso(nn.Module):
    """uint8 pixels (batch, height, width, 3) to float features (batch, features).

    patch: edge of a patch in pixels, 0 to choose by the frame; channels: numbers a patch becomes; blocks: residual
    blocks.
    """

    def __init__(self, size: tuple[int, int], features: int, channels: int = 16, blocks: int = 2, patch: int = 0):
        super().__init__()
        patch = patch or patch_size(*size)
        rows, columns = size[0] // patch, size[1] // patch
        if not rows or not columns:
            raise ValueError(f"a patch of {patch} pixels is larger than the frame of {size[0]}x{size[1]}")
        self.patch, self.rows, self.columns = patch, rows, columns
        self.stem = initialise(nn.Linear(patch * patch * 3, channels))
        self.blocks = nn.ModuleList(Residual(channels) for _ in range(blocks))
        self.out = initialise(nn.Linear(channels * rows * columns, features))

    def forward(self, pixels: torch.Tensor, guides: torch.Tensor | None = None) -> torch.Tensor:
        """The features of each frame, none of them negative.

        guides: (batch, blocks, 2, channels), by what each block's channels are made stronger and shifted, so that
        words decide what is looked for: FiLM (Perez et al. 2018, arXiv 1709.07871).
        """
        edge, height, width = self.patch, self.patch * self.rows, self.patch * self.columns
        cut = pixels[:, :height, :width].reshape(-1, self.rows, edge, self.columns, edge, 3).transpose(2, 3)
        patches = cut.reshape(-1, self.rows, self.columns, edge * edge * 3).to(self.stem.weight.dtype)
        cells = nn.functional.linear(
            patches, self.stem.weight / 255, self.stem.bias
        )  # quicker than dividing the pixels
        cells = torch.relu(cells).permute(0, 3, 1, 2)  # the channels stay last in memory
        for index, block in enumerate(self.blocks):
            cells = block(cells, None if guides is None else guides[:, index])
        return torch.relu(self.out(cells.flatten(1)))
