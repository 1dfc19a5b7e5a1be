"""An episode as pictures for people: all players side by side, whole tiles, an even size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..worlds.engine.render.views import Tiles
from ..worlds.engine.world import World
from .episode import Episode
from .footage import Footage
from .redraw import Redrawing, Worlds, world_of
from .step import Departure, Step


def speed(episode: Episode, own: Worlds = None) -> float:
    """Steps a second at which an episode is shown: those of its world, at most 8 where it is turn-based."""
    world = world_of(episode.start.world, own)
    hz = world.controls.tick_hz / episode.start.repeat
    return min(hz, 8.0) if world.controls.turn_based else hz


def shape(grid: tuple[int, int], edge: int, world: World | None) -> tuple[int, int]:
    """(height, width) of a picture of this grid, both even, about `edge` pixels at its longer side; of whole tiles, all
    of one size, if the world is seen from above."""
    rows, cols = grid
    longer = max(rows, cols)
    if world is not None and isinstance(world.view, Tiles):
        tile = max(edge // longer // 2 * 2, 2)
        return rows * tile, cols * tile
    height, width = (max(edge * side // longer // 2 * 2, 2) for side in grid)
    return height, width


def frames(
    episode: Episode, edge: int = 480, *, own: Worlds = None, levels: str | Path | np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """The steps + 1 pictures of an episode, uint8 (height, width, 3), each player's about `edge` pixels at its longer
    side. Raises ValueError where the replay departs from its recording."""

    def refuse(departure: Departure) -> None:
        raise ValueError(f"episode {departure.id}: {departure.reason}")

    world = None if episode.filmed else world_of(episode.start.world, own)
    size = shape(episode.start.grid, edge, world)
    steps: Iterator[Step]
    if world is None:
        steps = iter(Footage([episode], size, final=True, on_problem=refuse))
    else:
        options = {"rows": 1, "threads": 1, "final": True, "levels": levels, "on_problem": refuse}
        steps = iter(Redrawing([episode], world, size, **options))  # type: ignore[arg-type]
    for step in steps:
        assert step.pixels is not None
        yield np.concatenate(list(step.pixels[0]), axis=1)
