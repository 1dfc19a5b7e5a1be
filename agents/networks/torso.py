"""The eyes: pixels of any frame size to a vector of features, small and quick enough for a CPU.

The frame is cut into square patches, each patch becomes a vector, and a few 3x3 convolutions with a skip connection
look at neighbours. Nothing is pooled away before the last layer, since in a room it matters exactly where a thing
stands. If asked for, words point as well: at the places of the picture that they speak of.
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


class Pointing(nn.Module):
    """Where in a picture is what the words speak of: attention (Vaswani et al. 2017, arXiv 1706.03762) over its cells,
    by a few questions at once, and of each the expected place, as by the spatial softmax of Levine et al. 2016 (arXiv
    1504.00702)."""

    places: torch.Tensor

    def __init__(self, rows: int, columns: int, channels: int):
        super().__init__()
        self.key = nn.Linear(channels, channels)
        down, across = torch.meshgrid(torch.linspace(-1, 1, rows), torch.linspace(-1, 1, columns), indexing="ij")
        self.register_buffer("places", torch.stack([across, down], -1).flatten(0, 1), False)

    def forward(self, cells: torch.Tensor, questions: torch.Tensor) -> torch.Tensor:
        """Cells (batch, channels, rows, columns) and questions (batch, points, channels) to (batch, points * (channels
        + 3)): what is found, the place across and down from -1 to 1, and how well the best cell answers."""
        found = cells.flatten(2).transpose(1, 2)
        answers = questions @ self.key(found).transpose(1, 2) / found.shape[2] ** 0.5
        where = answers.softmax(-1)
        at, best = where @ self.places.to(where.dtype), answers.amax(-1, keepdim=True)
        return torch.cat([where @ found, at, best], -1).flatten(1)


class Torso(nn.Module):
    """uint8 pixels (batch, height, width, 3) to float features (batch, features).

    patch: edge of a patch in pixels, 0 to choose by the frame; channels: numbers a patch becomes; blocks: residual
    blocks; points: questions that words ask of the picture.
    """

    def __init__(
        self,
        size: tuple[int, int],
        features: int,
        channels: int = 16,
        blocks: int = 2,
        patch: int = 0,
        points: int = 0,
    ):
        super().__init__()
        patch = patch or patch_size(*size)
        rows, columns = size[0] // patch, size[1] // patch
        if not rows or not columns:
            raise ValueError(f"a patch of {patch} pixels is larger than the frame of {size[0]}x{size[1]}")
        self.patch, self.rows, self.columns = patch, rows, columns
        self.stem = initialise(nn.Linear(patch * patch * 3, channels))
        self.blocks = nn.ModuleList(Residual(channels) for _ in range(blocks))
        self.points = Pointing(rows, columns, channels) if points else None
        self.guides = (2 * blocks + points, channels)
        self.out = initialise(nn.Linear(channels * rows * columns + points * (channels + 3), features))

    def forward(self, pixels: torch.Tensor, guides: torch.Tensor | None = None) -> torch.Tensor:
        """The features of each frame, none of them negative.

        guides: (batch, *self.guides), so that words decide what is looked for: by what the channels of each block are
        made stronger, and by what they are shifted (FiLM, Perez et al. 2018, arXiv 1709.07871), then the questions.
        """
        edge, height, width = self.patch, self.patch * self.rows, self.patch * self.columns
        cut = pixels[:, :height, :width].reshape(-1, self.rows, edge, self.columns, edge, 3).transpose(2, 3)
        patches = cut.reshape(-1, self.rows, self.columns, edge * edge * 3).to(self.stem.weight.dtype)
        cells = nn.functional.linear(
            patches, self.stem.weight / 255, self.stem.bias
        )  # quicker than dividing the pixels
        cells = torch.relu(cells).permute(0, 3, 1, 2)  # the channels stay last in memory
        for index, block in enumerate(self.blocks):
            cells = block(cells, None if guides is None else guides[:, 2 * index : 2 * index + 2])
        found = cells.flatten(1)
        if self.points is not None:
            assert guides is not None
            found = torch.cat([found, self.points(cells, guides[:, 2 * len(self.blocks) :])], 1)
        return torch.relu(self.out(found))
