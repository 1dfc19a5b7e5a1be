"""The pictures of a room: drawn and encoded once for all who see the same."""

from __future__ import annotations

import time
from collections.abc import Sequence

from ...worlds.engine.render.views import Tiles
from ..human.between import Between
from ..human.pictures import fitting
from .pictures import Stream
from .table import Table
from .visitor import Visitor

CAMERA_EDGE, SHARED_EDGE = 960, 640
"""Most pixels of the longer side of a camera's view: of the only one, and of several."""
BUSY = 0.3
"""Share of the time between two pictures that drawing, encoding and handing over one may take, see Between: other rooms
want theirs."""


class Painter:
    """The pictures of a table, in real time also those between two ticks, for those who want them."""

    def __init__(self, table: Table):
        self.dropped = 0
        self._table, self._tiles = table, isinstance(table.world.view, Tiles)
        self._between = Between(table.desk, BUSY)
        self._streams: dict[tuple[int, bool], Stream] = {}
        self._next = float("inf")

    def due(self) -> float:
        """The time of the next picture between two ticks; infinite if there is none."""
        return self._next

    def draw(self, visitors: Sequence[Visitor], now: float) -> None:
        """Send the pictures of a new state to all."""
        for visitor in visitors:
            visitor.seen = visitor.ack
        self._send(visitors, now)

    def draw_between(self, visitors: Sequence[Visitor], now: float) -> None:
        """Send the pictures between two ticks to those who want them, and read as fast as they come."""
        self._send([each for each in visitors if each.smooth and not each.outbox.waits(each.player)], now)

    def _send(self, visitors: Sequence[Visitor], now: float) -> None:
        began = time.monotonic()
        if visitors:
            self._draw(visitors, now)
            self._between.took(time.monotonic() - began, now)
        self._next = self._between.due(now) if any(visitor.smooth for visitor in visitors) else float("inf")

    def _draw(self, visitors: Sequence[Visitor], now: float) -> None:
        seen = sorted({(visitor.player, visitor.marked) for visitor in visitors})
        width, height = (max(visitor.size[side] for visitor in visitors) for side in range(2))
        if not self._tiles:
            most = CAMERA_EDGE if len(seen) == 1 else SHARED_EDGE
            width, height = min(width, most), min(height, most)
        size = fitting(self._table.session.batch, width, height)
        views = {marked: self._between.views(now, *size, marked=marked) for marked in {marked for _, marked in seen}}
        for player, marked in seen:
            self._streams.setdefault((player, marked), Stream(self._tiles)).show(views[marked][player])
        for visitor in visitors:
            waits = visitor.outbox.waits(visitor.player)
            part = self._streams[visitor.player, visitor.marked].after(
                0 if waits else visitor.known.get(visitor.player, 0)
            )
            if part is not None and (not waits or part.version != visitor.known.get(visitor.player)):
                self.dropped += waits
                visitor.outbox.picture(visitor.player, part.packed(visitor.player, visitor.seen))
                visitor.known[visitor.player] = part.version
