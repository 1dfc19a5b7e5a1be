"""Patches of a frame, and a few 3x3 convolutions: for worlds of tiles, and small and quick enough for a CPU.

The frame is cut into square patches, each patch becomes a vector, and a few 3x3 convolutions with a skip connection
look at neighbours. Nothing is pooled away, since in a room it matters exactly where a thing stands.
"""

from __future__ import annotations

import torch
from torch import nn

from ..layers import initialise

CELLS = 10
"""Patches along the shorter side of a frame that the automatic patch size aims at: rooms of published puzzles have 7 to
14 cells a side (Sokoban 10, Box-World 14)."""


def patch_size(height: int, width: int) -> int:
    """The edge of a patch in pixels: the divisor of both sides that leaves about CELLS patches along the shorter
    one."""
    divisors = [p for p in range(1, min(height, width) + 1) if height % p == 0 and width % p == 0]
    return min(divisors, key=lambda p: (abs(min(height, width) / p - CELLS), -p))


class Residual(nn.Module):
    """A 3x3 convolution that adds to what it is given, after the blocks of IMPALA's network (Espeholt et al. 2018)."""

    def __init__(self, channels: int, gain: float = 2**0.5):
        super().__init__()
        self.conv = initialise(nn.Conv2d(channels, channels, 3, padding=1), gain)

    def forward(self, cells: torch.Tensor, film: torch.Tensor | None = None) -> torch.Tensor:
        """(batch, channels, rows, columns) to the same shape. film: (batch, 2, channels), gains and shifts."""
        seen = self.conv(cells)
        if film is not None:
            gain, shift = film.unsqueeze(-1).unsqueeze(-1).unbind(1)
            seen = seen * (1 + gain) + shift
        return seen.add_(cells).relu_()  # in place: new memory costs as much as the addition


class Patches(nn.Module):
    """uint8 pixels (batch, height, width, 3) to a feature map (batch, channels, rows, columns).

    patch: edge of a patch in pixels, 0 to choose by the frame; channels: numbers a patch becomes; blocks: residual
    blocks, each modulated by a pair of `film`; gain: of their weights at first, which should be small (0.3) where there
    are many blocks, since each adds to the one before; pool: after each so many blocks, features of the mean and the
    maximum of the map are added to all its cells, so that news crosses it at once (pool and inject, Guez et al. 2019,
    arXiv 1901.03559), 0: never; centred: whether pixels become numbers from -2 to 2, not from 0 to 1, from which deep
    networks learn sooner.
    """

    def __init__(
        self, size: tuple[int, int], *, channels: int = 16, blocks: int = 2, patch: int = 0, pool: int = 0,
        gain: float = 2**0.5, centred: bool = False,
    ):  # fmt: skip
        super().__init__()
        if pool < 0 or not gain > 0:
            raise ValueError(f"pool must be at least 0 and gain greater than 0, got {pool} and {gain}")
        patch = patch or patch_size(*size)
        rows, columns = size[0] // patch, size[1] // patch
        if not rows or not columns:
            raise ValueError(f"a patch of {patch} pixels is larger than the frame of {size[0]}x{size[1]}")
        self.patch, self.shape, self.film = patch, (channels, rows, columns), 2 * blocks
        self.stem = initialise(nn.Linear(patch * patch * 3, channels))
        self.blocks = nn.ModuleList(Residual(channels, gain) for _ in range(blocks))
        self.pool, self.centred = pool, centred
        self.news = nn.ModuleList(
            initialise(nn.Linear(2 * channels, channels), 1e-2) for _ in range(blocks // pool if pool else 0)
        )
        self._order = torch.empty(0, dtype=torch.int64)  # of the lines of patches, see `cut`

    def forward(self, pixels: torch.Tensor, film: torch.Tensor | None = None) -> torch.Tensor:
        """The map of each frame. film: (batch, 2 * blocks, channels), by turns gains and shifts of a block's channels
        (FiLM, Perez et al. 2018, arXiv 1709.07871)."""
        channels, rows, columns = self.shape
        kind = torch.get_autocast_dtype(pixels.device.type) if torch.is_autocast_enabled(pixels.device.type) else None
        patches = self.cut(pixels).to(kind or self.stem.weight.dtype)
        # scaled weights are quicker than scaled pixels
        if self.centred:
            weight, bias = self.stem.weight / 64, self.stem.bias - 2 * self.stem.weight.sum(1)
        else:
            weight, bias = self.stem.weight / 255, self.stem.bias
        flat = nn.functional.linear(patches, weight, bias).relu_()
        cells = flat.view(-1, rows, columns, channels).permute(0, 3, 1, 2)  # the channels stay last in memory
        for index, block in enumerate(self.blocks):
            cells = block(cells, None if film is None else film[:, 2 * index : 2 * index + 2])
            if self.pool and (index + 1) % self.pool == 0:
                pooled = torch.cat([cells.mean((2, 3)), cells.amax((2, 3))], 1)
                cells = cells + self.news[index // self.pool](pooled)[..., None, None]
        return cells

    def cut(self, pixels: torch.Tensor) -> torch.Tensor:
        """The patches of frames one after the other, uint8 (batch * rows * columns, patch * patch * 3)."""
        edge, (_, rows, columns) = self.patch, self.shape
        lines = pixels[:, : edge * rows, : edge * columns].reshape(-1, edge * 3)  # of one patch each
        order = self._order
        if len(order) < len(lines) or order.device != pixels.device:
            order = torch.arange(len(lines), device=pixels.device).view(-1, rows, edge, columns)
            self._order = order = order.transpose(2, 3).flatten()
        # a fourth of the time that a transposed copy takes, which moves byte by byte
        return lines.index_select(0, order[: len(lines)]).view(-1, edge * edge * 3)
