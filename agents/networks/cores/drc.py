"""DRC(D, N): a deep repeated ConvLSTM, after Guez et al. 2019, An Investigation of Model-Free Planning (arXiv
1901.03559).

A stack of `layers` (D) convolutional LSTMs (Shi et al. 2015, arXiv 1506.04214) lies over the map of the torso, and is
run `ticks` (N) times before each action, so that the network may think without acting. Each layer is given the map,
the output of the layer below (the lowest one that of the top, a tick before), its own output, and pooled features of
its own output, by which news crosses the map in one tick. The output is a vector made from the top layer's map and
the torso's.

Two differences from the paper: what is pooled goes straight to the gates rather than through a 3x3 convolution of a
constant map, which is the same but for the border; and the torso's part of the gates, equal in all ticks of a step, is
computed once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from torch import nn

from ..layers import initialise
from .unrolled import gated, unrolled

State = tuple[torch.Tensor, torch.Tensor]
"""Hidden and cell state, each float32 (lanes, layers, channels, rows, columns)."""


class Layer(nn.Module):
    """The weights of one ConvLSTM: `seen` of the torso's map, `around` of the hidden states of two layers, `pooled` of
    the mean and the maximum of its own."""

    def __init__(self, depth: int, channels: int):
        super().__init__()
        self.seen = nn.Conv2d(depth, 4 * channels, 3, padding=1, bias=False)
        self.around = nn.Conv2d(2 * channels, 4 * channels, 3, padding=1)
        self.pooled = nn.Linear(2 * channels, 4 * channels, bias=False)
        for part in (self.seen, self.around, self.pooled):  # LeCun's, so that signals keep their size
            nn.init.normal_(part.weight, std=part.weight[0].numel() ** -0.5)

    def forward(
        self, seen: torch.Tensor, below: torch.Tensor, hidden: torch.Tensor, cell: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """seen: the torso's part of the gates; below: of the layer below; hidden, cell: its own state. Returns the
        latter two a tick later."""
        pool = torch.cat([hidden.mean((2, 3)), hidden.amax((2, 3))], 1)
        gates = self.around(torch.cat([below, hidden], 1)) + seen + self.pooled(pool)[..., None, None]
        return gated(gates, cell, 1)


class DRC(nn.Module):
    """A sequence of maps (steps, lanes, channels, rows, columns) and the state before it to (steps, lanes, units) and
    the state after it. layers: D; ticks: N, for each action; channels: of hidden states, 32 in the paper."""

    takes_map = True

    def __init__(
        self, features: tuple[int, int, int], units: int, *, layers: int = 3, ticks: int = 3, channels: int = 32
    ):
        super().__init__()
        for name, value in {"layers": layers, "ticks": ticks, "channels": channels}.items():
            if value < 1:
                raise ValueError(f"{name} of a DRC must be at least 1, got {value}")
        depth, rows, columns = features
        self.outputs, self.ticks, self.shape = units, ticks, (layers, channels, rows, columns)
        self.layers = nn.ModuleList(Layer(depth, channels) for _ in range(layers))
        self.skip = nn.Conv2d(depth, channels, 1)
        self.out = initialise(nn.Linear(channels * rows * columns, units))

    def initial(self, lanes: int) -> State:
        """The state at the start of an episode."""
        zeros = self.out.weight.new_zeros(lanes, *self.shape)
        return zeros, zeros.clone()

    def forward(self, features: torch.Tensor, state: State, is_first: torch.Tensor) -> tuple[torch.Tensor, State]:
        """is_first: (steps, lanes), 1 where an episode begins with this step, so that nothing older is remembered."""
        flat, seen = self._seen(features)
        hidden, cell = (
            [part.contiguous(memory_format=torch.channels_last) for part in parts.unbind(1)] for parts in state
        )
        hidden = [part.to(seen[0].dtype) for part in hidden]
        keeps, tops = (1 - is_first)[..., None, None, None], []
        for step, keep in enumerate(keeps):
            hidden = [part * keep.to(part.dtype) for part in hidden]
            cell = [part * keep for part in cell]
            for _ in range(self.ticks):
                below = hidden[-1]
                for index, layer in enumerate(self.layers):
                    hidden[index], cell[index] = layer(seen[index][step], below, hidden[index], cell[index])
                    below = hidden[index]
            tops.append(below)
        after = torch.stack(hidden, 1).float(), torch.stack(cell, 1).float()
        return self._told(torch.stack(tops), flat), after

    def compiled(self, features: torch.Tensor, state: State, is_first: torch.Tensor) -> tuple[torch.Tensor, State]:
        """The same for a GPU, with a gradient of its own and, there, a tick compiled; see `unrolled`."""
        flat, seen = self._seen(features)
        layers = cast("Sequence[Layer]", self.layers)
        weights = [
            (layer.around.weight, cast("torch.Tensor", layer.around.bias), layer.pooled.weight) for layer in layers
        ]
        tops, after = unrolled(weights, self.ticks, seen, state, is_first, compiled=features.is_cuda)
        return self._told(tops, flat), after

    def _seen(self, features: torch.Tensor) -> tuple[torch.Tensor, list[torch.Tensor]]:
        """The maps of all steps one after the other, and of each layer the torso's part of the gates, (steps, lanes,
        4 * channels, rows, columns)."""
        flat = features.flatten(0, 1).contiguous(memory_format=torch.channels_last)
        layers = cast("Sequence[Layer]", self.layers)
        return flat, [layer.seen(flat).unflatten(0, features.shape[:2]) for layer in layers]

    def _told(self, tops: torch.Tensor, flat: torch.Tensor) -> torch.Tensor:
        """The outputs, of the top layer's hidden states, (steps, lanes, channels, rows, columns), and the maps."""
        top = tops.flatten(0, 1) + self.skip(flat)
        return torch.relu(self.out(top.flatten(1))).unflatten(0, tops.shape[:2])
