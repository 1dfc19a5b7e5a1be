"""Prediction of depth (Mirowski et al. 2017, Learning to Navigate in Complex Environments, arXiv 1611.03673).

How far away the walls and things in the picture are, at 4 x 16 places of it, each as one of eight bands of distance:
in the paper classes did better than a number. One head reads the features of the frame, and another what the memory
gives, if there is one: D1 and D2 of the paper.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F

from ....worlds.engine.render.views import Rays
from ....worlds.engine.run.batch import Batch
from ....worlds.engine.world import World
from ...contracts import State
from .base import Seen, Sensed, head, target

ROWS, COLUMNS = 4, 16
"""Places of the picture: section 3.3 of the paper."""
EDGES = (0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 8.0)
"""Distances in cells between the eight bands of the paper, whose own edges it does not give: chosen."""


class Depth(Sensed):
    """See this file's docstring. The target: uint8 (lanes, 64), the bands of rows from above, each from the left."""

    source = "Mirowski et al. 2017, Learning to Navigate in Complex Environments, arXiv 1611.03673"
    weight = 1.0  # chosen: the paper's 3.33 to 33 are of other sums

    def __init__(self, network: Any):
        super().__init__()
        inputs = [network.encoded] + [network.outputs] * network.spec.remembers
        self.heads = nn.ModuleList(head(each, ROWS * COLUMNS * (len(EDGES) + 1)) for each in inputs)

    @staticmethod
    def check(spec: Any, world: World) -> None:
        """Raise ValueError for a world that is not seen first-person."""
        if not isinstance(world.view, Rays):
            raise ValueError(
                f"{world.name} is not drawn by rays and has no depths: leave the auxiliary loss depth out, or choose a "
                "first-person world"
            )

    @staticmethod
    def sense(batch: Batch, state: State, is_first: torch.Tensor) -> tuple[torch.Tensor, State]:
        """Bands of every lane: a low picture as wide as the agent's is drawn, and its middle half is kept, without the
        floor below and the ceiling above, as in the paper."""
        height, width = batch.size
        rows = max(round(COLUMNS * height / width), 2 * ROWS)
        place = torch.as_tensor(batch.states["tick"]).device
        depths = torch.zeros(batch.n, batch.players, rows, COLUMNS, device=place)
        frames = torch.zeros(*depths.shape, 3, dtype=torch.uint8, device=place)
        drawn = (frames.numpy(), depths.numpy()) if batch.device == "cpu" else (frames, depths)
        batch.draw(out=drawn[0], depths=drawn[1])
        first = (rows - 2 * ROWS) // 2
        kept = depths.flatten(0, 1)[:, first : first + 2 * ROWS : 2].flatten(1)
        edges = torch.tensor(EDGES, device=kept.device)
        return torch.bucketize(kept, edges, right=True).to(torch.uint8), None

    def forward(self, network: Any, seen: Seen, labels: dict[str, torch.Tensor]) -> torch.Tensor:
        """The cross-entropy of the bands, the mean over the places and the heads, (samples,)."""
        bands = target(seen, "depth").long()
        losses = [
            F.cross_entropy(made(features).float().view(len(bands), -1, ROWS * COLUMNS), bands, reduction="none")
            for made, features in zip(self.heads, (seen.encoded, seen.outputs), strict=False)
        ]
        return torch.stack(losses).mean((0, 2))
