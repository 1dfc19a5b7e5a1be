"""Messages that wait to be sent to one connection. A room's thread puts, the event loop takes; neither waits."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from threading import Lock
from typing import Any


class Outbox:
    """Texts in their order, and of each picture and each kind of state the newest alone.

    most: texts that may wait; if there are more, nobody reads, and `full` is set. Used from one thread that puts and
    from the loop that takes.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, most: int):
        self.full = self.closed = False
        self._loop, self._most = loop, most
        self._texts: deque[str] = deque()
        self._states: dict[str, str] = {}
        self._pictures: dict[int, bytes] = {}
        self._lock, self._there, self._told = Lock(), asyncio.Event(), False

    def tell(self, message: dict[str, Any]) -> None:
        """Send a message after those before it."""
        self._add(lambda: self._texts.append(json.dumps(message)))

    def state(self, message: dict[str, Any]) -> None:
        """Send a message of this `t`, in place of one that still waits."""
        self._add(lambda: self._states.__setitem__(str(message["t"]), json.dumps(message)))

    def picture(self, player: int, data: bytes) -> None:
        """Send a picture, in place of one of the same player that still waits."""
        self._add(lambda: self._pictures.__setitem__(player, data))

    def waits(self, player: int) -> bool:
        """Whether a picture of this player still waits, so that the next one must be whole."""
        return player in self._pictures

    def close(self) -> None:
        """Nothing more comes: `take` ends after what waits."""
        self._add(lambda: setattr(self, "closed", True))

    async def take(self) -> list[str | bytes]:
        """All that waits, at least one message; nothing once it is closed and empty."""
        while True:
            with self._lock:
                found: list[str | bytes] = [*self._texts, *self._states.values(), *self._pictures.values()]
                self._texts.clear()
                self._states.clear()
                self._pictures.clear()
                self._told = False
                self._there.clear()
                if found or self.closed:
                    return found
            await self._there.wait()

    def _add(self, put: Any) -> None:
        with self._lock:
            if self.full:
                return
            put()
            self.full = len(self._texts) > self._most
            if self._told:
                return
            self._told = True
        try:
            self._loop.call_soon_threadsafe(self._there.set)
        except RuntimeError:  # the server has stopped
            self.closed = True
