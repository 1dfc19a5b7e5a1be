"""The residual network of IMPALA: for first-person worlds (Espeholt et al. 2018, arXiv 1802.01561, figure 3)."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import nn

CHANNELS = (16, 32, 32)
"""Of the three sections, as in github.com/google-deepmind/scalable_agent, experiment.py."""


class _Block(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, cells: torch.Tensor) -> torch.Tensor:
        return cells + self.second(torch.relu(self.first(torch.relu(cells))))


class Impala(nn.Module):
    """uint8 pixels (batch, height, width, 3) to a feature map (batch, channels, height / 8, width / 8), none negative.

    Each section is a 3x3 convolution, a maximum over 3x3 with stride 2, and two residual blocks; `film` gives the
    gains and shifts of the last section's channels. channels: of each section.
    """

    def __init__(self, size: tuple[int, int], *, channels: Sequence[int] = CHANNELS):
        super().__init__()
        rows, columns = size
        sections, last = [], 3
        for count in channels:
            sections.append(
                nn.Sequential(
                    nn.Conv2d(last, count, 3, padding=1), nn.MaxPool2d(3, 2, padding=1), _Block(count), _Block(count)
                )
            )
            last, rows, columns = count, (rows + 1) // 2, (columns + 1) // 2
        self.sections = nn.ModuleList(sections)
        self.shape, self.film = (last, rows, columns), 2

    def forward(self, pixels: torch.Tensor, film: torch.Tensor | None = None) -> torch.Tensor:
        """The map of each frame. film: (batch, 2, channels), gains and shifts of the last section (FiLM, Perez et al.
        2018, arXiv 1709.07871)."""
        cells = pixels.permute(0, 3, 1, 2).to(next(self.parameters()).dtype) / 255
        for section in self.sections:
            cells = section(cells)
        if film is not None:
            gain, shift = film.unsqueeze(-1).unsqueeze(-1).unbind(1)
            cells = cells * (1 + gain) + shift
        return torch.relu(cells)
