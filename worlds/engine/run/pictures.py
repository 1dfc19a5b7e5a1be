"""Goals as pictures: the states that tasks show their players as goals, drawn at the size of a batch."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..render.tiles import frame_size
from .device import DeviceArray
from .saved import opened_state
from .table import Table


def packed_picture(saved: bytes) -> bytes:
    """A saved state, as `Batch.save` gives it, in the form of `Table.pictures`."""
    return zlib.compress(saved, 9)


class Pictured:
    """The part of a Batch that draws the pictures of its goals."""

    _goals: GoalPictures | None = None

    @property
    def goal_pixels(self) -> DeviceArray:
        """The pictures that players are shown as their goals: uint8 (n, players, height, width, 3), as their player saw
        the state of the picture; black where a task has none. They are drawn when a row plays another task than at the
        last call, or the size has changed. Copy the data that you keep."""
        self._goals = self._goals or GoalPictures()
        return self._goals.draw(self)

    def goal_picture(self, row: int = 0, player: int = 0, size: Any = None) -> np.ndarray | None:
        """A new frame of the picture that a player of one row is shown as its goal: uint8 (height, width, 3), of any
        size, on the CPU; None where its task has none."""
        self._goals = self._goals or GoalPictures()
        return self._goals.picture(self, row, player, size)


class GoalPictures:
    """The frames of the goals of a batch, kept for as long as its rows play the same tasks."""

    def __init__(self) -> None:
        self._frames: Any = None
        self._table: Table | None = None
        self._drawn = np.zeros(0, np.int64)
        self._single: tuple[Any, np.ndarray] | None = None

    def draw(self, batch: Any) -> DeviceArray:
        """The frames, see Pictured.goal_pixels, of what a batch plays now."""
        shape = (batch.n, batch.players, *batch.size, 3)
        if self._frames is None or self._table is not batch.table or tuple(self._frames.shape) != shape:
            self._frames, self._table = batch._device.zeros(shape, np.uint8), batch.table
            self._drawn = np.full(batch.n, -1)
        if batch.table.pictures:
            tasks = np.array(batch._device.get(batch.states["task"]))
            changed = np.flatnonzero(tasks != self._drawn)
            if len(changed):
                self._change(batch, changed, tasks)
                self._drawn = tasks
        return self._frames

    def _change(self, batch: Any, changed: np.ndarray, tasks: np.ndarray) -> None:
        pictures = batch.table.pictures
        for player in range(batch.players):
            shown = [row for row in changed.tolist() if (int(tasks[row]), player) in pictures]
            blank = sorted(set(changed.tolist()) - set(shown))
            if blank:
                self._frames[blank, player] = 0
            if not shown:
                continue
            saved = [pictures[int(tasks[row]), player] for row in shown]
            self._frames[shown, player] = _drawn(batch, saved, batch.size)[:, player]

    def picture(self, batch: Any, row: int, player: int, size: Any) -> np.ndarray | None:
        """One frame, see Pictured.goal_picture."""
        task = int(batch.states["task"][row])
        saved = batch.table.pictures.get((task, player))
        if saved is None:
            return None
        size = batch.size if size is None else frame_size(size)
        key = saved, player, size, batch.rows, batch.cols
        if self._single is None or self._single[0] != key:
            self._single = key, batch._device.get(_drawn(batch, [saved], size))[0, player]
        return self._single[1].copy()


def _drawn(batch: Any, pictures: Sequence[bytes], size: tuple[int, int]) -> DeviceArray:
    """The frames of states, as `Table.pictures` has them: uint8 (n, players, height, width, 3)."""
    device = batch._device
    saved = [opened_state(batch.world, zlib.decompress(each)) for each in pictures]
    drawn = device.zeros((len(saved), batch.players, *size, 3), np.uint8)
    mask = device.mask(np.ones(len(saved), np.uint8))
    device.draw(device.put(np.concatenate(saved)), mask, device.canvas(drawn, batch.rows, batch.cols))
    return drawn
