"""A stored episode at any of its states, drawn at any size: for scrubbing back and forth."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from ...episodes.episode import Episode
from ...episodes.footage import Footage
from ...episodes.redraw import Redrawing, Worlds, world_of
from ...episodes.showing import speed
from ...episodes.step import Departure, Step
from ...worlds.engine.render.views import Rays
from ...worlds.engine.run.batch import Batch
from .pictures import pictures

KEPT = 16
"""States from one that is kept to the next; those between are played again."""


class Reel:
    """An episode, shown at one of its states: 0, its start, to `steps`.

    It is replayed, and compared with its recording, as far as it is looked at; a guest's video is decoded. own, levels:
    as for redraw. tiles: whether its picture is of whole tiles; grid: (rows, columns) of it; hz: steps a second.
    `seek` raises ValueError where the replay departs from its recording, and stays where it is.
    """

    def __init__(self, episode: Episode, *, own: Worlds = None, levels: str | Path | np.ndarray | None = None):
        self.episode, self.steps, self.state = episode, episode.steps, 0
        self.grid, self.hz = episode.start.grid, speed(episode, own)
        self._seen = -1  # the last state that was replayed or decoded
        self._kept: dict[int, bytes] = {}
        self._frames: list[bytes] = []
        self._batch: Batch | None = None
        self._size = 0, 0
        if episode.filmed:
            self.tiles = False
            self._size = _even(480, self.grid)
            self._steps: Iterator[Step] = iter(Footage([episode], self._size, final=True, on_problem=_refuse))
        else:
            world = world_of(episode.start.world, own)
            self.tiles = not isinstance(world.view, Rays)
            self._playing = Redrawing(
                [episode], world, rows=1, threads=1, draw=False, final=True, levels=levels, on_problem=_refuse
            )
            self._steps = iter(self._playing)
        self._look()

    def seek(self, state: int) -> int:
        """Show this state, or the nearest there is; returns its number."""
        wanted = min(max(state, 0), self.steps)
        while self._seen < wanted:
            self._look()
        if self._batch is not None:
            if not self.state <= wanted <= self.state + KEPT:
                self.state = wanted // KEPT * KEPT
                self._batch.load(0, zlib.decompress(self._kept[self.state]))
            while self.state < wanted:
                self._batch.actions[0] = self.episode.actions[self.state]
                self._batch.step()
                self.state += 1
        self.state = wanted
        return wanted

    def views(self, height: int, width: int) -> np.ndarray:
        """The picture of each player in this state: uint8 (players, height, width, 3), of any size."""
        if self._batch is not None:
            return pictures(self._batch, height, width)
        flat = np.frombuffer(zlib.decompress(self._frames[self.state]), np.uint8)
        views = flat.reshape(-1, *self._size, 3)
        return np.stack([cv2.resize(view, (width, height), interpolation=cv2.INTER_AREA) for view in views])

    def _look(self) -> None:
        """Replay, or decode, one state more."""
        step = next(self._steps, None)
        if step is None:
            raise ValueError(f"episode {self.episode.id} ends after {self._seen} of its {self.steps} steps")
        self._seen += 1
        if self.episode.filmed:
            assert step.pixels is not None
            self._frames.append(zlib.compress(step.pixels[0].tobytes(), 1))
            return
        if self._seen % KEPT == 0:
            self._kept[self._seen] = zlib.compress(self._playing.batch.save(0), 1)
        if self._batch is None:
            self._batch = self._playing.batch.clone()
            self._batch.listeners.clear()


def _even(edge: int, grid: tuple[int, int]) -> tuple[int, int]:
    scale = edge / max(grid)
    return max(round(grid[0] * scale) // 2 * 2, 2), max(round(grid[1] * scale) // 2 * 2, 2)


def _refuse(departure: Departure) -> None:
    raise ValueError(f"episode {departure.id}: {departure.reason}")
