"""Watching a player: in a window, or recorded to an mp4 or gif."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from .. import worlds
from ..interface.viewer import Viewer
from ..worlds.engine.batch import Batch
from ..worlds.engine.world import World
from .clip import rested, write_clip
from .policy import Policy, player

EDGE = 480
"""Pixels that the longer side of a recorded frame has at most, by default."""


def picture_size(batch: Batch, edge: int = EDGE) -> tuple[int, int]:
    """(height, width) of the largest frame of whole, even tiles that fits a square of this edge; videos need even
    sizes."""
    tile = max(edge // max(batch.rows, batch.cols) // 2 * 2, 2)
    return batch.rows * tile, batch.cols * tile


def episode(policy: Policy, batch: Batch, size: tuple[int, int]) -> Iterator[np.ndarray]:
    """The frames of the episode that begins now in a batch of one row, and leave it at the start of the next."""
    fresh = np.ones(1, bool)
    while not batch.over[0]:
        yield batch.picture(size=size)
        policy.act(batch, fresh)
        batch.step()
        fresh = np.zeros(1, bool)
    yield batch.picture(size=size)
    batch.reset()


def watch(
    world: str | Path | World,
    agent: str | Path | Policy,
    *,
    out: str | Path | None = None,
    episodes: int = 3,
    split: str = "test",
    seed: int = 0,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    levels: str | Path | None = None,
    size: tuple[int, int] | None = None,
    hz: float | None = None,
    greedy: bool = False,
) -> None:
    """Show a player in a window, or record it to `out` (.mp4 or .gif).

    agent: as for `evaluate`; size: (height, width) in pixels; hz: frames a second, the world's tick rate (turn-based
    worlds: at most 8) by default. Raises ValueError for anything unknown, and NoDisplayError where there is no screen.
    """
    world = worlds.load(world)
    policy, trained = (agent, {}) if isinstance(agent, Policy) else player(agent, world, seed=seed, greedy=greedy)
    options: dict[str, Any] = {
        "knobs": trained.get("knobs") if knobs is None else knobs,
        "limit": trained.get("limit") if limit is None else limit,
    }
    batch = Batch(world, 1, split=split, seed=seed, levels=levels, threads=1, **options)
    size = size or picture_size(batch)
    hz = hz or (min(world.tick_hz, 8) if world.turn_based else world.tick_hz)
    batch.reset()
    policy.start(batch)
    shown = chain.from_iterable(rested(episode(policy, batch, size), hz) for _ in range(episodes))
    if out is not None:
        write_clip(out, shown, hz)
        return
    viewer = Viewer(f"{policy.name} in {world.name}")
    for frame in shown:
        viewer.show(frame, hz)
        if viewer.closed:
            break
    viewer.close()
