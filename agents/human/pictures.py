"""The pictures of a batch at any size: those of each player now, and the film of an episode."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ...worlds.engine.render.views import Tiles
from ...worlds.engine.run.batch import Batch

GAP = 8
"""Pixels between the pictures of two players in a clip."""


def fitting(batch: Batch, width: int, height: int) -> tuple[int, int]:
    """(height, width) of a picture that fits into this space, if it is not too small: whole tiles, or the proportions
    of a camera's view."""
    rows, cols = batch.rows, batch.cols
    if isinstance(batch.world.view, Tiles):
        tile = max(min(height // rows, width // cols), 4)
        return tile * rows, tile * cols
    height = max(min(height, width * rows // cols), 48)
    return height, max(height * cols // rows, 48)


@dataclass(frozen=True)
class Film:
    """The states of an episode, packed, and a batch of its own to draw them with, in another thread if need be."""

    batch: Batch
    states: tuple[bytes, ...]

    @property
    def hz(self) -> float:
        """Frames a second: the tick rate; in turn-based worlds a little slower than typing."""
        return 8.0 if self.batch.world.controls.turn_based else float(self.batch.world.controls.tick_hz)

    def frames(self, edge: int = 480, every: int = 1) -> Iterator[np.ndarray]:
        """Frames, uint8 (height, width, 3), one for every `every` states, the last among them.

        Each picture is about `edge` pixels at its longer side, and the players' pictures stand side by side. Height and
        width are even, as video codecs require.
        """
        rows, cols = self.batch.rows, self.batch.cols
        tile = max(edge // max(rows, cols) // 2, 1) * 2
        gap = np.zeros((rows * tile, GAP, 3), np.uint8)
        for state in self.states[::-every][::-1]:
            self.batch.load(0, zlib.decompress(state))
            views = pictures(self.batch, rows * tile, cols * tile)
            parts = [part for view in views for part in (gap, view)]
            yield np.concatenate(parts[1:], axis=1)


def pictures(batch: Batch, height: int, width: int) -> np.ndarray:
    """Each player's picture, uint8 (players, height, width, 3), whose rows may lie apart in memory.

    Tiles are drawn at an odd width and cut: such frames are copied byte by byte, so that one kernel serves all sizes
    and nothing needs to be compiled while a window is being resized.
    """
    odd = isinstance(batch.world.view, Tiles) and width % 2 == 0
    pixels = np.empty((1, batch.players, height, width + odd, 3), np.uint8)
    return batch.draw(out=pixels)[0, :, :, :width]
