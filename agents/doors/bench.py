"""The speed of the OpenEnv door: sessions of one server process, played by another process over loopback."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import threading
import time
from typing import Any

import numpy as np

from ...worlds.engine.world import World
from .openenv import ENCODINGS, openenv_app


def bench(world: World, sessions: int, size: tuple[int, int], seconds: float, seed: int = 0) -> list[dict[str, Any]]:
    """Steps a second of so many sessions, each of which sends its next random move when the last is answered.

    Returns a row for each of ENCODINGS: {encoding, sessions, steps_per_second, latency_p50, latency_p99 (seconds from
    sending to the answer), together (steps that the server took at once, on average), bytes (of an answer)}.
    """
    import uvicorn

    app = openenv_app(world, sessions=sessions, size=size)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws_per_message_deflate=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    rows = []
    moves = list(world.controls.moves)
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        for encoding in ENCODINGS:
            gatherer = app.state.gatherer
            groups, steps = gatherer.groups, gatherer.steps
            found = pool.apply(_play, (port, sessions, seconds, encoding, moves, seed))
            groups, steps = gatherer.groups - groups, gatherer.steps - steps
            rows.append({"encoding": encoding, "sessions": sessions, **found, "together": steps / max(groups, 1)})
    server.should_exit = True
    thread.join(10)
    return rows


def _play(port: int, sessions: int, seconds: float, encoding: str, moves: list[str], seed: int) -> dict[str, float]:
    return asyncio.run(_played(port, sessions, seconds, encoding, moves, seed))


async def _played(
    port: int, sessions: int, seconds: float, encoding: str, moves: list[str], seed: int
) -> dict[str, float]:  # fmt: skip
    from websockets.asyncio.client import connect

    times: list[float] = []
    size = [0]
    ready, start = 0, asyncio.Event()
    rng = np.random.default_rng(seed)
    drawn = rng.integers(len(moves), size=4096)
    messages = [json.dumps({"type": "step", "data": {"move": move}}) for move in moves]

    async def session(number: int) -> None:
        nonlocal ready
        async with connect(
            f"ws://127.0.0.1:{port}/ws", max_size=None, compression=None, proxy=None, ping_interval=None
        ) as socket:
            begin = json.dumps({"type": "reset", "data": {"seed": seed + number, "encoding": encoding}})
            await socket.send(begin)
            await socket.recv()
            ready += 1
            if ready == sessions:
                start.set()
            await start.wait()
            end, at = time.monotonic() + seconds, 61 * number
            while (now := time.monotonic()) < end:
                await socket.send(messages[drawn[at % 4096]])
                answer = await socket.recv()
                times.append(time.monotonic() - now)
                size[0] += len(answer)
                at += 1
                if '"done":true' in answer[-200:]:
                    await socket.send(begin)
                    await socket.recv()

    await asyncio.gather(*(session(number) for number in range(sessions)))
    measured = np.array(times)
    return {
        "steps_per_second": len(times) / seconds, "latency_p50": float(np.percentile(measured, 50)),
        "latency_p99": float(np.percentile(measured, 99)), "bytes": size[0] / max(len(times), 1),
    }  # fmt: skip
