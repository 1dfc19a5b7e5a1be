"""One of a world's named moves: a categorical distribution."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ....interface.action import MOUSE_ONE
from ....worlds.engine.run.batch import Batch
from ....worlds.engine.world import World
from ..layers import initialise
from .base import ActionSpec, Narrow, pick


class Moves(Narrow):
    """One of the world's moves: a categorical distribution. Choices: int64 (batch, 1)."""

    held: torch.Tensor
    turned: torch.Tensor
    motion: torch.Tensor

    def __init__(self, features: int, controls: ActionSpec):
        super().__init__()
        if not controls.moves:
            raise ValueError(
                "the head 'moves' picks one of a world's named moves, and these worlds have different ones: choose "
                "--head universal, or train on one of them"
            )
        table = controls.table()
        self.controls = controls
        held = np.concatenate([table["keys"], table["buttons"]], -1)
        for name, values in (("held", held), ("turned", table["wheel"]), ("motion", table["mouse"])):
            self.register_buffer(name, torch.from_numpy(values.copy()), False)
        self.parts, self.encoding_size = 1, len(controls.moves)
        self.layer = initialise(nn.Linear(features, len(controls.moves)), 0.01)

    def check(self, world: World) -> None:
        """Raise ValueError unless the world has the moves that this head picks from."""
        if not ActionSpec.of(world).same_moves(self.controls):
            raise ValueError(
                f"this agent picks one of the moves {', '.join(self.controls.moves)}, and {world.name} has "
                f"{', '.join(world.controls.moves)}, or means other keys by them: choose another world, or train with "
                "--head universal, which plays anywhere"
            )

    def sizes(self) -> tuple[int, ...]:
        """How many logits each part of a choice has, in their order; a switch has 1, of being held."""
        return (self.encoding_size,)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Features to logits of the moves, float32."""
        return self.layer(features).float()

    def sample(self, logits: torch.Tensor, generator: torch.Generator | None) -> torch.Tensor:
        """A random choice, or the most likely one if generator is None."""
        return pick(logits, generator).unsqueeze(-1)

    def score(self, logits: torch.Tensor, choice: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(log-probability of the choice, entropy), each (batch,)."""
        logs = logits.log_softmax(-1)
        return logs.gather(-1, choice).squeeze(-1), -(logs.exp() * logs).sum(-1)

    def encode(self, choice: torch.Tensor) -> torch.Tensor:
        """The choice as features, float32 (batch, encoding_size): 1 for the move that was made."""
        return F.one_hot(choice[..., 0], self.encoding_size).float()

    def write(self, choice: torch.Tensor, batch: Batch, tensors: dict[str, torch.Tensor]) -> None:
        """Put choices of all lanes (n * players, 1) into the batch's actions."""
        batch.act(choice.view(batch.n, batch.players))

    def read(self, batch: Batch, tensors: dict[str, torch.Tensor]) -> torch.Tensor:
        """The choices of all lanes (n * players, 1) that come nearest to the batch's actions: those with the fewest
        other keys, then with the nearest motion of the mouse."""
        held = torch.cat([tensors["keys"].flatten(0, 1), tensors["buttons"].flatten(0, 1)], -1)
        others = (held.unsqueeze(1) != self.held).sum(-1) + (tensors["wheel"].flatten().unsqueeze(1) != self.turned)
        aside = (tensors["mouse"].flatten(0, 1).unsqueeze(1) - self.motion).abs().sum(-1)
        return (others * 4 * MOUSE_ONE + aside).argmin(-1, keepdim=True)
