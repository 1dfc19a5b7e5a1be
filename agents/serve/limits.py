"""The limits of a server: of rooms, of people, of messages and of memory. More is refused, and counted."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from threading import Lock

MAX_EDGE = 1280
"""Most pixels of a picture's longer side."""
NAME, LINE, SENTENCE = 24, 300, 500
"""Most letters of a name, of a line of chat, and of a sentence that marks an episode."""


@dataclass(frozen=True)
class Limits:
    """rooms: open at once; people: connections to a room; sockets: open connections of all kinds; message, body: bytes
    of a message of a connection, and of the body of a request; rate, burst: messages a second, and at once; strikes:
    refused messages after which a connection is closed; inbox: messages that wait for a room; waiting: texts that wait
    for a connection that does not read, after which it is closed; slow: seconds that one message may take to be sent;
    hello: seconds to begin a request, or to say hello; quiet: seconds without a message after which held keys are
    released; idle: seconds after which a room without people is closed; memory: bytes of this process beyond which no
    room is opened. Values are by trial, with much room above what the page itself needs."""

    rooms: int = 16
    people: int = 16
    sockets: int = 128
    message: int = 4096
    body: int = 16384
    rate: float = 250.0
    burst: float = 500.0
    strikes: int = 1000
    inbox: int = 4096
    waiting: int = 256
    slow: float = 20.0
    hello: float = 10.0
    quiet: float = 5.0
    idle: float = 120.0
    memory: int = 4 << 30


class Bucket:
    """The right to send `burst` messages at once, which fills again with `rate` a second of a steady clock."""

    def __init__(self, rate: float, burst: float, now: float):
        self._rate, self._burst, self._left, self._at = rate, burst, burst, now

    def take(self, now: float) -> bool:
        """Whether one more message may come now."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Counts:
    """Numbers of refusals by their reason; used by several threads."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._lock = Lock()

    def add(self, reason: str) -> None:
        """One more for this reason."""
        with self._lock:
            self._counts[reason] += 1

    def all(self) -> dict[str, int]:
        """{reason: number}."""
        with self._lock:
            return dict(sorted(self._counts.items()))


def resident() -> int:
    """Bytes of memory that this process holds now; 0 where the system does not tell."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * 4096
    except (OSError, ValueError, IndexError):
        return 0
