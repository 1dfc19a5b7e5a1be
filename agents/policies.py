"""Policies other than people: the random one, and each by the name or path that a person types.

Nothing here needs PyTorch until a learned player is asked for; that one is in network_policy.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..worlds.engine.run.batch import Batch
from ..worlds.engine.world import World
from . import checkpoint
from .contracts import Policy

if TYPE_CHECKING:
    from .search.settings import SearchSettings

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


def start(trained: Mapping[str, Any], knobs: Mapping[str, int] | None, limit: int | None) -> dict[str, Any]:
    """{knobs, limit} of a batch: those that are given, else those that an agent was trained on. trained: as `player`
    returns it."""
    return {
        "knobs": trained.get("knobs") if knobs is None else knobs,
        "limit": trained.get("limit") if limit is None else limit,
    }


def player(
    agent: str | Path,
    world: World,
    *,
    seed: int = 0,
    greedy: bool | None = None,
    think: int = 0,
    guidance: float = 1.0,
    search: SearchSettings | None = None,
    solutions: Sequence[np.ndarray | None] | None = None,
) -> tuple[Policy, dict[str, Any]]:
    """A policy by the text that a person types: "random", "expert", the name of a shipped agent, or the path of a
    checkpoint or run.

    solutions: of the rows of the table that will be played, for the expert; greedy, think, guidance: see `trained`;
    search: for a SearchPolicy with this policy as its prior. Returns it with the options of the batch that it was
    trained on (`knobs`, `limit` and `repeat`), empty for the first two. Raises ValueError for any other text, and for
    what cannot be searched with.
    """
    if search is not None:
        from .search.policy import SearchPolicy, check

        check(world, agent, think)
        if guidance != 1:
            raise ValueError("--guidance is for an agent that acts at once: leave --search or --guidance out")
        guide, options = player(agent, world, seed=seed)
        return SearchPolicy(guide, search, seed=seed, greedy=bool(greedy)), options
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
