"""The relational memory core (Santoro et al. 2018, Relational Recurrent Neural Networks, arXiv 1806.01822).

The memory is a few slots. In each step every slot asks all slots and the input, and gates, as those of an LSTM, choose
for each number how much of the answer enters and how much of the old memory stays.
"""

from __future__ import annotations

import torch
from torch import nn

from ..attention import Block

FORGET, ENTER = 1.0, 0.0
"""Added to the gates, so that at first much of the memory stays: github.com/google-deepmind/sonnet,
relational_memory.py."""


class RMC(nn.Module):
    """A sequence of features (steps, lanes, features) and the state before it, float32 (lanes, slots, units / slots),
    to (steps, lanes, units) and the state after it.

    slots, heads: 4 and 4 for Box-World in the paper, of 1,024 units in all; passes: of attention in a step, 1 there.
    """

    def __init__(self, features: int, units: int, *, slots: int = 4, heads: int = 4, passes: int = 1):
        super().__init__()
        if slots < 1 or units % slots:
            raise ValueError(f"{units} units do not fill {slots} slots: choose a multiple")
        if passes < 1:
            raise ValueError(f"an RMC makes at least 1 pass of attention in a step, got {passes}")
        width = units // slots
        self.outputs, self.slots, self.passes = units, slots, passes
        self.enter = nn.Linear(features, width)
        self.block = Block(width, heads)
        self.from_input, self.from_memory = nn.Linear(width, 2 * width), nn.Linear(width, 2 * width, bias=False)

    def initial(self, lanes: int) -> torch.Tensor:
        """The state at the start of an episode: slots that differ, as rows of a unit matrix."""
        width = self.outputs // self.slots
        slots = torch.eye(self.slots, width, device=self.enter.weight.device, dtype=self.enter.weight.dtype)
        return slots.repeat(lanes, 1, 1)

    def attention(self, features: torch.Tensor, state: torch.Tensor, first: torch.Tensor) -> torch.Tensor:
        """The shares that each slot takes from all slots and, last, from the input in the last pass of a step, the mean
        over the heads, (lanes, slots, slots + 1). features: (lanes, features); first: (lanes,)."""
        state = torch.where(first.bool().view(-1, 1, 1), self.initial(1), state)
        told, answers = self.enter(features).unsqueeze(1), state
        for _ in range(self.passes):
            asked = torch.cat([answers, told.to(answers.dtype)], 1)
            weights, answers = self.block.attention.weights(answers, asked), self.block(answers, asked)
        return weights.mean(1)

    def forward(
        self, features: torch.Tensor, state: torch.Tensor, is_first: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """is_first: (steps, lanes), 1 where an episode begins with this step, so that nothing older is remembered."""
        begin, outputs = self.initial(1), []
        for given, first in zip(self.enter(features), is_first, strict=True):
            state = torch.where(first.bool().view(-1, 1, 1), begin, state)
            told, answers = given.unsqueeze(1), state
            for _ in range(self.passes):
                answers = self.block(answers, torch.cat([answers, told.to(answers.dtype)], 1))
            gates = self.from_input(told) + self.from_memory(torch.tanh(state))
            enter, forget = gates.float().chunk(2, 2)
            state = torch.sigmoid(enter + ENTER) * torch.tanh(answers.float()) + torch.sigmoid(forget + FORGET) * state
            outputs.append(state.flatten(1))
        return torch.stack(outputs), state
