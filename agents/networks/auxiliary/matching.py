"""Matching of words and pictures (Abramson et al. 2020, Imitating Interactive Intelligence, arXiv 2012.05672).

Does this instruction belong to this frame, or is it that of another? Of each sample the frame is shown with its own
instruction and with one of another sample, and a small network that sees both tells which is which. Samples whose
partner has the same instruction have nothing to tell apart.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ....worlds.engine.world import World
from .base import HIDDEN, Auxiliary, Seen, head


class Matching(Auxiliary):
    """See this file's docstring."""

    source = "Abramson et al. 2020, Imitating Interactive Intelligence, arXiv 2012.05672"
    weight = 1.0  # chosen

    def __init__(self, network: Any):
        super().__init__()
        channels, rows, columns = network.torso.shape
        self.look = nn.Linear(channels * rows * columns, HIDDEN)
        self.judge = head(HIDDEN + network.spec.words, 1)

    @staticmethod
    def check(spec: Any, world: World) -> None:
        """Raise ValueError for a run in which everybody is always told the same."""
        if not spec.instructed:
            raise ValueError(
                "all tasks of this run have one instruction, and none could be matched: leave the auxiliary loss "
                "matching out, or train on tasks that differ (--tasks, or several worlds)"
            )

    def forward(self, network: Any, seen: Seen, labels: dict[str, torch.Tensor]) -> torch.Tensor:
        """The binary cross-entropy of both questions, (samples,)."""
        observation = seen.observation
        told = network.language(observation.tables.instructions).to(seen.cells.dtype)
        own, other = observation.instruction, observation.instruction.flip(0)  # the last is the partner of the first
        tokens = observation.tables.instructions
        differ = (tokens[own] != tokens[other]).any(1).float()
        looked = torch.relu(self.look(seen.cells.flatten(1)))
        right, wrong = (
            self.judge(torch.cat([looked, told[which].to(looked.dtype)], 1)).float().squeeze(1)
            for which in (own, other)
        )
        return (F.softplus(-right) + F.softplus(wrong)) * differ
