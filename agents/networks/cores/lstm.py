"""A long short-term state (Hochreiter and Schmidhuber 1997)."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import nn

State = tuple[torch.Tensor, torch.Tensor]
"""Hidden and cell state, each float32 (lanes, units)."""


class LSTM(nn.Module):
    """A sequence of features (steps, lanes, features) and the state before it to (steps, lanes, units) and the state
    after it.

    span: steps after which something may still have to be known. The gates of the units begin so that some keep what
    they hold for 1 step and some for so many (Tallec and Ollivier 2018, arXiv 1804.11188, section 3, evenly spread in
    place of drawn by chance); with 0 half of it is gone after each step.
    """

    def __init__(self, features: int, units: int, *, span: int = 0):
        super().__init__()
        if span < 0:
            raise ValueError(f"span is a number of steps, 0 or more, got {span}")
        self.units = self.outputs = units
        self.cell = nn.LSTMCell(features, units)
        for name, parameter in self.cell.named_parameters():  # as CleanRL's ppo_atari_lstm.py
            nn.init.zeros_(parameter) if "bias" in name else nn.init.orthogonal_(parameter)
        if span:
            kept = torch.linspace(1, span, units).log()
            with torch.no_grad():  # torch's gates lie in the order input, forget, cell, output
                self.cell.bias_ih[:units], self.cell.bias_ih[units : 2 * units] = -kept, kept

    def initial(self, lanes: int) -> State:
        """The state at the start of an episode."""
        zeros = self.cell.weight_hh.new_zeros(lanes, self.units)
        return zeros, zeros.clone()

    def forward(self, features: torch.Tensor, state: State, is_first: torch.Tensor) -> tuple[torch.Tensor, State]:
        """is_first: (steps, lanes), 1 where an episode begins with this step, so that nothing older is remembered."""
        if features.is_cuda or len(features) == 1:
            outputs = []
            for step, first in zip(features, is_first, strict=True):
                keep = (1 - first.to(features.dtype)).unsqueeze(1)
                state = self.cell(step, (state[0] * keep, state[1] * keep))
                outputs.append(state[0])
            return torch.stack(outputs), state
        return self._in_stretches(features, state, is_first)

    def _in_stretches(self, features: torch.Tensor, state: State, is_first: torch.Tensor) -> tuple[torch.Tensor, State]:
        """The same on a CPU, four times as quick where episodes are long: all steps at once up to the next one with
        which some lane's episode begins."""
        cell, outputs = self.cell, []
        weights = [cell.weight_ih, cell.weight_hh, cell.bias_ih, cell.bias_hh]
        begins = is_first.bool().any(1)
        begins[0] = True
        edges = [*begins.nonzero().flatten().tolist(), len(features)]
        for first, end in pairwise(edges):
            keep = (1 - is_first[first].to(features.dtype)).unsqueeze(1)
            before = [(part * keep).unsqueeze(0) for part in state]
            output, hidden, inner = torch.lstm(
                features[first:end], before, weights, True, 1, 0.0, self.training, False, False
            )
            state = hidden[0], inner[0]
            outputs.append(output)
        return torch.cat(outputs), state
