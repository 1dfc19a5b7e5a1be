"""Policies other than people, each by the name or path that a person types, and what searches with them.

Nothing here needs PyTorch until a learned player is asked for; that one is in network_policy.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ..worlds.engine.world import World
from .contracts import Policy
from .plain_policies import NAMES, RandomPolicy, plain

if TYPE_CHECKING:
    from .search.settings import SearchSettings

__all__ = ["NAMES", "RandomPolicy", "player", "start"]


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
    return plain(agent, world, seed=seed, greedy=greedy, think=think, guidance=guidance, solutions=solutions)
