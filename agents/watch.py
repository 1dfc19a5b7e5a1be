"""Watching a player: in a window, or recorded to an mp4 or gif."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import imageio.v3 as imageio
import numpy as np

from .. import worlds
from ..worlds.engine.batch import Batch
from ..worlds.engine.kernels import write_atomically
from ..worlds.engine.world import World
from .policy import Policy, player

EDGE = 480
"""Pixels that the longer side of a recorded frame has at most, by default."""
REST = 1.0
"""Seconds for which the last frame of an episode stays."""
FORMATS = (".mp4", ".gif")


def picture_size(batch: Batch, edge: int = EDGE) -> tuple[int, int]:
    """(height, width) of the largest frame of whole, even tiles that fits a square of this edge; videos need even
    sizes."""
    tile = max(edge // max(batch.rows, batch.cols) // 2 * 2, 2)
    return batch.rows * tile, batch.cols * tile


def frames(policy: Policy, batch: Batch, episodes: int, size: tuple[int, int]) -> Iterator[tuple[np.ndarray, bool]]:
    """The frames of `episodes` episodes of a batch of one row, each with whether it is the last of its episode."""
    batch.reset()
    policy.start(batch)
    fresh = np.ones(1, bool)
    for _ in range(episodes):
        over = False
        while not over:
            yield batch.picture(size=size), False
            policy.act(batch, fresh)
            batch.step()
            over = bool(batch.over[0])
            fresh = np.zeros(1, bool)
        yield batch.picture(size=size), True
        fresh = np.ones(1, bool)
        batch.reset(fresh)


def record(path: Path, shown: Iterator[tuple[np.ndarray, bool]], hz: float) -> int:
    """Write frames to an .mp4 or .gif at this rate, whole or not at all; returns how many were written.

    Raises ValueError for another ending.
    """
    if path.suffix.lower() not in FORMATS:
        raise ValueError(f"a clip is written to a file that ends in {' or '.join(FORMATS)}, got {path.name!r}")
    pictures = []
    for frame, last in shown:
        pictures += [frame] * (max(round(REST * hz), 1) if last else 1)
    film = np.stack(pictures)
    if path.suffix.lower() == ".mp4":
        data = imageio.imwrite("<bytes>", film, extension=".mp4", fps=hz, macro_block_size=2, quality=7)
    else:
        data = imageio.imwrite("<bytes>", film, extension=".gif", duration=1000 / hz, loop=0)
    assert data is not None
    write_atomically(path, data)
    return len(pictures)


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
) -> int:
    """Show a player in a window, or record it to `out` (.mp4 or .gif); returns the number of frames shown.

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
    shown = frames(policy, batch, episodes, size)
    if out is not None:
        return record(Path(out), shown, hz)
    from ..interface.viewer import Viewer

    viewer = Viewer(f"{policy.name} in {world.name}")
    count = 0
    for frame, last in shown:
        for _ in range(max(round(REST * hz), 1) if last else 1):
            viewer.show(frame, hz)
            count += 1
        if viewer.closed:
            break
    viewer.close()
    return count
