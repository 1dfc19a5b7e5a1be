"""The policies that act at once, by the name or path that a person types: random, the expert, and agents.

Nothing here needs PyTorch until a learned player is asked for; that one is in network_policy.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..worlds.engine.run.batch import Batch
from ..worlds.engine.world import World
from . import checkpoint
from .contracts import Policy

NAMES = ("random", "expert")
"""Policies that need no checkpoint."""


class RandomPolicy:
    """Draws each of the world's moves with equal probability, the same ones on every device: the remainder of the raw
    numbers of a Mersenne Twister, which are those of `torch.randint` on the CPU too."""

    name = "random"

    def __init__(self, seed: int = 0):
        self._seed = seed

    def start(self, batch: Batch) -> None:
        """Begin the sequence of this seed anew."""
        self._raw = np.random.RandomState(self._seed % 2**32)

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """A random move for every player."""
        raw = self._raw.randint(2**32, size=(batch.n, batch.players), dtype=np.uint32)
        batch.act((raw % len(batch.world.controls.moves)).astype(np.int64))

    def report(self) -> dict[str, float]:
        """No measurements."""
        return {}


def plain(
    agent: str | Path,
    world: World,
    *,
    seed: int = 0,
    greedy: bool | None = None,
    think: int = 0,
    guidance: float = 1.0,
    solutions: Sequence[np.ndarray | None] | None = None,
) -> tuple[Policy, dict[str, Any]]:
    """A policy that does not search; see `policies.player`."""
    if think and agent in NAMES:
        raise ValueError(f"{agent} has no memory to think with: leave --think out, or name a checkpoint")
    if guidance != 1 and agent in NAMES:
        raise ValueError(f"{agent} reads no instructions to be guided by: leave --guidance out, or name a checkpoint")
    if agent == "random":
        return RandomPolicy(seed), {}
    if agent == "expert":
        from .experts import expert

        made = expert(world, seed, solutions)
        if made is None:
            raise ValueError(f"{world.name} has no solver, so no expert plays it; choose random or a checkpoint")
        return made, {}
    checkpoint.find(agent, also=NAMES)
    from .network_policy import trained
    from .settings import Config

    policy, content = trained(agent, seed=seed, greedy=greedy, think=think, guidance=guidance)
    run = Config.saved(content, str(agent)).run
    own = world.name in content["worlds"]  # elsewhere its knobs mean nothing
    return policy, {"repeat": run.ticks(world)} | ({"knobs": run.knobs, "limit": run.limit} if own else {})
