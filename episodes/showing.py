"""An episode as pictures for people: all players side by side, whole tiles, an even size."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from ..worlds.engine.render.views import Tiles
from .episode import Episode
from .footage import Footage
from .redraw import Redrawing, Worlds, world_of
from .step import Departure, Step


def speed(episode: Episode, own: Worlds = None) -> float:
    """Steps a second at which an episode is shown: those of its world, at most 8 where it is turn-based."""
    world = world_of(episode.start.world, own)
    hz = world.controls.tick_hz / episode.start.repeat
    return min(hz, 8.0) if world.controls.turn_based else hz


def frames(
    episode: Episode, edge: int = 480, *, own: Worlds = None, levels: str | Path | np.ndarray | None = None
) -> Iterator[np.ndarray]:
    """The steps + 1 pictures of an episode, uint8 (height, width, 3), each player's about `edge` pixels at its longer
    side. Raises ValueError where the replay departs from its recording."""

    def refuse(departure: Departure) -> None:
        raise ValueError(f"episode {departure.id}: {departure.reason}")

    rows, cols = episode.start.grid
    steps: Iterator[Step]
    if episode.filmed:
        scale = edge / max(rows, cols)
        height, width = (max(round(side * scale) // 2 * 2, 2) for side in (rows, cols))
        steps = iter(Footage([episode], (height, width), final=True, on_problem=refuse))
    else:
        world = world_of(episode.start.world, own)
        tile = max(edge // max(rows, cols) // 2 * 2, 2)
        exact = isinstance(world.view, Tiles)
        sides = (rows, cols) if exact else (edge * rows // max(rows, cols), edge * cols // max(rows, cols))
        height, width = (side * tile if exact else max(side // 2 * 2, 2) for side in sides)
        options = {"rows": 1, "threads": 1, "final": True, "levels": levels, "on_problem": refuse}
        steps = iter(Redrawing([episode], world, (height, width), **options))  # type: ignore[arg-type]
    for step in steps:
        assert step.pixels is not None
        yield np.concatenate(list(step.pixels[0]), axis=1)
