"""The speed of `rumpus serve` on loopback: from key to picture, and bytes a second; `rumpus bench --serve`.

A server of its own runs in another process; players in this one press keys at random moments, and stop the time until
the first picture that shows the effect has come whole. Decoding and painting are left to browsers, and not measured.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import cv2
import numpy as np

from ... import worlds
from ...interface.changed import changed
from ...interface.machine import load, processor
from ...worlds.engine.render.views import Tiles
from ...worlds.engine.world import World
from ..human.session import Session
from .pictures import HEADER, LEVEL, QUALITY, encoded

VIEW = (640, 480)
"""(width, height) of the place that a picture has on the page."""
GAPS = (0.05, 0.2)
"""Seconds between two presses, at random between these."""
TURNS = ("ArrowLeft", "ArrowRight")
WARM = 1.0
"""Seconds of play before the measurement."""
REPEATS = 20
"""Pictures of which the median time of a format is taken."""


def serve_bench(alone: str, together: str, grid: str, seconds: float = 6.0) -> dict[str, Any]:
    """Measure latencies for one player in real time, for as many rooms as hold eight players, and for one player of a
    grid; and the formats of pictures.

    alone, together, grid: names of worlds. Returns {processor, load, rows, formats}: each row has world, rooms,
    players, hz (pictures a second and player), p50, p95, most (ms), presses, kbytes (a second and player), cpu (ms of a
    processor that the server takes for each picture of a player, all that belongs to it included); each format world,
    format, ms and kbytes. Raises ModuleNotFoundError without the extra `serve`.
    """
    try:
        import httpx  # noqa: F401
        import uvicorn  # noqa: F401
        import websockets  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(f"this needs {error.name}: pip install 'rumpus[serve]'", name=error.name) from None
    players = worlds.load(together).players
    rooms = -(-8 // players)
    before = load()
    with _server(sorted({alone, together, grid})) as address:
        rows = [asyncio.run(_measured(address, name, count, seconds)) for name, count in
                ((alone, 1), (together, rooms), (grid, 1))]  # fmt: skip
    formats = [row for name in (grid, alone) for row in _formats(worlds.load(name))]
    return {"processor": processor(), "load": before, "rows": rows, "formats": formats}


@contextmanager
def _server(names: list[str]) -> Iterator[str]:
    """The address of a server of these worlds, in a process of its own."""
    command = [sys.executable, "-m", __package__.partition(".")[0], "serve", "--port", "0", "--worlds", ",".join(names)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            line = process.stdout.readline()
            if " at " not in line:
                raise RuntimeError("the server did not start: run `rumpus serve` to see why")
            yield line.split(" at ")[1].split()[0]
        finally:
            process.terminate()


class _Player:
    """A page without a screen: it presses keys, and notes when their pictures come."""

    def __init__(self, seconds: float, turns: bool, seed: int):
        self.took: list[float] = []
        self.pictures = self.bytes = 0
        self._seconds, self._turns, self._rng = seconds, turns, np.random.default_rng(seed)
        self._sent: dict[int, float] = {}
        self._number = 0
        self._begun = asyncio.Event()
        self.counts = False

    async def play(self, place: str) -> None:
        """Join, play and leave."""
        from websockets.asyncio.client import connect

        async with connect(place, max_size=None, compression=None) as line:
            await line.send(json.dumps({"t": "hello", "name": "bench"}))
            await line.send(json.dumps({"t": "size", "width": VIEW[0], "height": VIEW[1]}))
            hearing = asyncio.create_task(self._hear(line))
            try:
                await asyncio.wait_for(self._wait(line), 120)
                await self._press(line, WARM)
                self.counts = True
                await self._press(line, self._seconds)
                await asyncio.sleep(0.2)
            finally:
                hearing.cancel()

    async def _wait(self, line: Any) -> None:
        """Until the world plays."""
        while not self._begun.is_set():
            await line.send(json.dumps({"t": "do", "what": "play"}))
            await asyncio.sleep(0.3)

    async def _press(self, line: Any, seconds: float) -> None:
        end, held = time.perf_counter() + seconds, ""
        while time.perf_counter() < end:
            if held:
                await line.send(json.dumps({"t": "key", "code": held, "down": False}))
            held = TURNS[self._number % 2]
            self._number += 1
            if self.counts:
                self._sent[self._number] = time.perf_counter()
            await line.send(json.dumps({"t": "key", "code": held, "down": True, "n": self._number}))
            await asyncio.sleep(self._rng.uniform(*GAPS))

    async def _hear(self, line: Any) -> None:
        async for message in line:
            now = time.perf_counter()
            if isinstance(message, str):
                state = json.loads(message)
                if state["t"] == "hud" and state["mood"] == "play":
                    self._begun.set()
                continue
            if self.counts:
                self.pictures, self.bytes = self.pictures + 1, self.bytes + len(message)
                ack = HEADER.unpack_from(message)[5]
                for number in [number for number in self._sent if number <= ack]:
                    self.took.append(now - self._sent.pop(number))


async def _measured(address: str, name: str, rooms: int, seconds: float) -> dict[str, Any]:
    """A row: as many rooms of a world, each full of players."""
    import httpx

    world = worlds.load(name)
    async with httpx.AsyncClient(base_url=address, timeout=120) as client:
        wishes = {"world": name, "agent": "nobody"}
        ids = [(await client.post("/api/rooms", json=wishes)).json()["id"] for _ in range(rooms)]
        line = address.replace("http", "ws")
        places = [f"{line}/api/rooms/{each}/play" for each in ids for _ in range(world.players)]
        people = [_Player(seconds, world.controls.turn_based, seed) for seed in range(len(places))]
        plays = (one.play(place) for one, place in zip(people, places, strict=True))
        cpu, *_ = await asyncio.gather(_cpu(client, people, seconds), *plays)
    took = sorted(1000 * each for one in people for each in one.took)
    if not took:
        raise RuntimeError(f"no picture of {name} came back: the machine is too busy, or --seconds too few")
    count, share = sum(one.pictures for one in people), len(people) * seconds
    return {
        "world": name,
        "rooms": rooms,
        "players": len(people),
        "hz": count / share,
        "p50": took[len(took) // 2],
        "p95": took[min(round(0.95 * len(took)), len(took) - 1)],
        "most": took[-1],
        "presses": len(took),
        "kbytes": sum(one.bytes for one in people) / share / 1000,
        "cpu": cpu,
    }


async def _cpu(client: Any, people: list[_Player], seconds: float) -> float:
    """The processor's time of the server in ms for each picture, while all of these players count theirs."""

    async def taken() -> tuple[float, int]:
        return (await client.get("/api/status")).json()["cpu"], sum(one.pictures for one in people)

    while not all(one.counts for one in people):
        await asyncio.sleep(0.01)
    began, had = await taken()
    await asyncio.sleep(0.8 * seconds)
    ended, have = await taken()
    return 1000 * (ended - began) / max(have - had, 1)


def _formats(world: World) -> list[dict[str, Any]]:
    """Time and size of a picture of this world in each format; of a grid, also of the part that a step changes."""
    session = Session(world, seed=1)
    rows, cols = session.batch.rows, session.batch.cols
    scale = VIEW[1] // rows if isinstance(world.view, Tiles) else VIEW[1] / rows
    size = round(rows * scale), round(cols * scale)
    before = session.views(*size)[0]
    actions = np.zeros(world.players, session.batch.actions.dtype)
    for move in world.controls.moves.values():
        actions[:] = move.record()
        session.act(actions)
    after = session.views(*size)[0]
    bgr = np.ascontiguousarray(after[:, :, ::-1])
    ways = {
        f"JPEG {QUALITY}": lambda: encoded(after, False),
        f"PNG {LEVEL}": lambda: encoded(after, True),
        "WebP 80": lambda: cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, 80])[1].tobytes(),
        "WebP lossless": lambda: cv2.imencode(".webp", bgr, [cv2.IMWRITE_WEBP_QUALITY, 101])[1].tobytes(),
    }
    if isinstance(world.view, Tiles) and (edges := changed(before, after)):
        left, top, right, bottom = edges
        part = after[top:bottom, left:right]
        ways[f"PNG {LEVEL}, the changed part"] = lambda: encoded(part, True)
    return [{"world": world.name, "format": name, **_timed(way)} for name, way in ways.items()]


def _timed(way: Any) -> dict[str, float]:
    times = []
    for _ in range(REPEATS):
        began = time.perf_counter()
        data = way()
        times.append(1000 * (time.perf_counter() - began))
    return {"ms": statistics.median(times), "kbytes": len(data) / 1000}
