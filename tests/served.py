"""A server of worlds for tests, in a thread of this process, and people who talk to it without a page."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import httpx
import numpy as np
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from rumpus import worlds
from rumpus.agents.listening import bound
from rumpus.agents.policies import player
from rumpus.agents.serve.app import Door, make_app
from rumpus.agents.serve.house import House
from rumpus.agents.serve.pictures import HEADER
from rumpus.agents.serve.protocol import code_of
from rumpus.agents.serve.server import LOOPBACK, configuration, server_of
from rumpus.interface.keys import KEYS
from rumpus.worlds.engine.run.batch import Batch

PATIENCE = 60.0
"""Seconds that anybody waits here, on a machine that does much else."""


class Served:
    """A running server. `house` is its house; `address` begins with http."""

    def __init__(self, house: House, address: str):
        self.house, self.address = house, address

    def room(self, world: str, **wishes: Any) -> str:
        """The id of a new room."""
        answer = httpx.post(f"{self.address}/api/rooms", json={"world": world, **wishes}, timeout=PATIENCE)
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def join(self, room: str, name: str = "Ada", **options: Any) -> Visitor:
        """Somebody in a room."""
        return Visitor(self.address, room, name, **options)

    def refused(self, reason: str) -> int:
        """How often something was refused for this reason."""
        return self.house.counts.all().get(reason, 0)


@contextlib.contextmanager
def serving(house: House, token: str = "") -> Iterator[Served]:
    """Serve a house while this lasts."""
    listens = bound("127.0.0.1", 0)
    server = server_of(configuration(make_app(house, Door(token, LOOPBACK, house.annotation)), house.limits), house)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listens]}, daemon=True)
    thread.start()
    try:
        until(lambda: server.started)
        yield Served(house, f"http://127.0.0.1:{listens.getsockname()[1]}")
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        listens.close()


def until(true: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Wait until something is true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.01)


class Visitor:
    """A program that behaves as a page does. `told` holds the last message of each kind, `picture`
    the last picture, put together from its parts."""

    def __init__(
        self,
        address: str,
        room: str,
        name: str,
        seat: int | None = None,
        token: str = "",
        origin: Any = None,
        **headers: str,
    ):
        headers |= {"Authorization": f"Bearer {token}"} if token else {}
        path = f"{address.replace('http', 'ws')}/api/rooms/{room}/play"
        self._open = contextlib.ExitStack()
        made = connect(path, additional_headers=headers, origin=origin, max_size=None)
        self.line: ClientConnection = self._open.enter_context(made)
        self.told: dict[str, dict[str, Any]] = {}
        self.picture = np.zeros((0, 0, 3), np.uint8)
        self.pictures = self.bytes = self.version = self.ack = self.number = 0
        with contextlib.suppress(ConnectionClosed):  # a room that is no room says so at once
            self.send(t="hello", name=name, seat=seat)

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def send(self, **message: Any) -> int:
        """Send a message; returns its number."""
        self.number, self._said = self.number + 1, time.monotonic()
        self.line.send(json.dumps(message | {"n": self.number}))
        return self.number

    def press(self, key: str) -> int:
        """Press a key and let it go."""
        number = self.send(t="key", code=code_of(key), down=True)
        self.send(t="key", code=code_of(key), down=False)
        return number

    def hear(self, seconds: float = 0.0) -> bool:
        """Take in the next message; False if none came in time."""
        try:
            message = self.line.recv(timeout=seconds)
        except TimeoutError:
            return False
        if isinstance(message, bytes):
            self._see(message)
        else:
            told = json.loads(message)
            self.told[told["t"]] = told
        return True

    def until(self, true: Callable[[], Any], seconds: float = PATIENCE) -> None:
        """Listen until something is true."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, f"it did not come true in time: {self.told.get('hud')}"
            if time.monotonic() > self._said + 1:
                self.send(t="do", what="ping")
            self.hear(0.05)

    def turn(self) -> None:
        """Play in real time, and turn round and round, so that pictures come."""
        self.until(lambda: "hud" in self.told)
        self.send(t="do", what="play")
        self.until(lambda: self.mood() == "play")
        self.send(t="key", code="ArrowLeft", down=True)

    def mood(self) -> str:
        """Whether the world plays, waits, has ended."""
        return self.told.get("hud", {}).get("mood", "")

    def _see(self, message: bytes) -> None:
        _, _, flags, version, base, self.ack, x, y, width, height = HEADER.unpack_from(message)
        part = decoded(message[HEADER.size :])
        if flags & 1:
            assert base == self.version and self.picture.shape == (height, width, 3)
            self.picture[y : y + part.shape[0], x : x + part.shape[1]] = part
        else:
            assert part.shape == (height, width, 3)
            self.picture = np.array(part)
        self.version, self.pictures, self.bytes = version, self.pictures + 1, self.bytes + len(message)


def decoded(data: bytes) -> np.ndarray:
    """An image file as uint8 (height, width, 3) in RGB."""
    image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image[:, :, ::-1]


def solution(world: str, seed: int) -> list[str]:
    """The keys that solve the level of this seed in a world of turns, by its expert."""
    made = worlds.load(world)
    batch = Batch(made, 1, seed=seed, threads=1)
    batch.reset(seed=seed)
    policy, _ = player("expert", made)
    policy.start(batch)
    keys, first = [], np.ones(1, bool)
    while not batch.over[0]:
        policy.act(batch, first)
        keys.append(KEYS[int(batch.actions[0, 0]["keys"].argmax())])
        batch.step()
        first = np.zeros(1, bool)
    assert batch.outcomes["success"].any()
    return keys
