"""Detection of loop closure (Mirowski et al. 2017, Learning to Navigate in Complex Environments, arXiv 1611.03673).

Is the player back at a place where it has been before in this episode, and away from in between? To tell, the memory
must keep where it has been.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.nn import functional as F

from ....worlds.engine.records.things import ONE
from ....worlds.engine.run.batch import Batch
from ....worlds.engine.world import World
from ...contracts import State
from .base import Seen, Sensed, head, target

NEAR, FAR = 1, 2
"""Cells within which it is the same place, and from which on it was away in between: the paper's two thresholds, as we
remember them."""


class Closure(Sensed):
    """See this file's docstring. The target: uint8 (lanes,), 1 if the loop is closed."""

    source = "Mirowski et al. 2017, Learning to Navigate in Complex Environments, arXiv 1611.03673"
    weight = 1.0  # the least of the paper's 1 to 10

    def __init__(self, network: Any):
        super().__init__()
        self.head = head(network.outputs, 1)

    @staticmethod
    def check(spec: Any, world: World) -> None:
        """Raise ValueError where nothing tells the player's place."""
        if world.rules.things is None:
            raise ValueError(
                f"{world.name} does not tell where its player is: leave the auxiliary loss closure out, or choose "
                "another world"
            )

    @staticmethod
    def begin(batch: Batch) -> State:
        """The places of each row's players in the episode so far, int32 (n, players, steps, 2), in 1/ONE cells, and how
        many there are, int64 (n,)."""
        longest = max(int(batch.task_table["limit"].max()), batch.world.objective.limit) // batch.repeat + 2
        device = torch.as_tensor(batch.states["tick"]).device
        places = torch.zeros(batch.n, batch.players, longest, 2, dtype=torch.int32, device=device)
        return places, torch.zeros(batch.n, dtype=torch.int64, device=device)

    @staticmethod
    def sense(batch: Batch, state: State, is_first: torch.Tensor) -> tuple[torch.Tensor, State]:
        """Whether the loop of each lane is closed now."""
        places, count = state
        things, _, _ = batch.things()
        now = torch.stack([torch.as_tensor(things[name])[:, : batch.players] for name in ("y", "x")], -1).int()
        count = torch.where(is_first.view(batch.n, -1)[:, 0].bool(), 0, count)
        if places.device.type == "cpu" and int(count.max()) == places.shape[2]:  # a limit longer than was known
            places = torch.cat([places, torch.zeros_like(places)], 2)
        count = count.clamp(max=places.shape[2] - 1)
        number = torch.arange(places.shape[2], device=places.device)
        away = (places - now.unsqueeze(2)).float().square().sum(-1) / ONE**2
        known = number < count.view(-1, 1, 1)
        last = torch.where(known & (away >= FAR**2), number, -1).amax(2, keepdim=True)
        closed = (known & (away <= NEAR**2) & (number < last)).any(2)
        places = torch.where((number == count.view(-1, 1)).view(batch.n, 1, -1, 1), now.unsqueeze(2), places)
        return closed.flatten().to(torch.uint8), (places, count + 1)

    def forward(self, network: Any, seen: Seen, labels: dict[str, torch.Tensor]) -> torch.Tensor:
        """The binary cross-entropy, (samples,)."""
        closed = target(seen, "closure").float()
        logits = self.head(seen.outputs).float().squeeze(-1)
        return F.binary_cross_entropy_with_logits(logits, closed, reduction="none")
