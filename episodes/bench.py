"""How fast episodes are recorded and read, beside the engine's own speed, measured in the same minute."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from itertools import cycle
from typing import Any

import numpy as np

from ..worlds.engine.run.batch import Batch
from ..worlds.engine.world import World
from .recorder import Recorder
from .redraw import redraw
from .store import Store

ROUNDS = 3
"""Each figure is the best of so many, in turn with the others, so that all see the same machine."""
STEPS = 100_000
"""Steps of all rows together that are recorded, at most, but for whole episodes."""
LIMIT = 128
"""Most steps of an episode, so that resets, which reading has too, are a part of the engine's own speed."""
ENVS, SIMULATED = 256, 16
"""Rows, and rows of worlds with a simulator, whose resets take long."""


def data_bench(
    world: World,
    *,
    envs: int | None = None,
    size: tuple[int, int] = (64, 64),
    threads: int | None = 1,
    seconds: float = 6.0,
) -> dict[str, Any]:
    """Record episodes of random moves, of LIMIT steps at most, in a store of its own, and read them, about `seconds`
    long and more.

    engine_frames_per_second: moves, step, autoreset and drawing of as many rows, at this size; read_frames_per_second:
    what `redraw` gives a second, pixels, texts, actions and rewards, each state compared with its checksum; ratio: of
    these; recorded_steps_per_second: moves, step, autoreset and recording; read_steps_per_second: `Store.read`, without
    a replay; bytes_per_step: of the files.
    """
    rng = np.random.default_rng(0)
    rows = envs or (ENVS if world.rules.simulator is None else SIMULATED)
    limit = min(world.objective.limit, LIMIT)
    batch = Batch(world, rows, size=size, threads=threads, limit=limit)
    moves = cycle(rng.integers(0, len(world.controls.moves), (64, rows, batch.players)))

    def play(draw: bool) -> int:
        batch.act(next(moves))
        batch.step()
        batch.reset(batch.over)
        if draw:
            batch.draw()
        return rows

    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"{folder}/store", create=True)
        began, done = time.perf_counter(), 0
        with Recorder(batch, store, played_by="random") as recorder:
            batch.reset(seed=0)
            while done < rows * limit or (done < STEPS and time.perf_counter() - began < seconds):
                done += play(draw=False)
        recording = done / (time.perf_counter() - began)
        steps = sum(head.steps for head in store.index())
        size_on_disk = sum(path.stat().st_size for path in store.parts())
        options: dict[str, Any] = {"size": size, "rows": rows, "threads": threads}
        rates = {"engine": 0.0, "read": 0.0, "steps": 0.0}
        for _ in range(ROUNDS):
            share = seconds / ROUNDS / len(rates)
            rates["engine"] = max(rates["engine"], _rate(lambda: play(draw=True), share, limit))
            rates["read"] = max(rates["read"], _read(redraw(store, **options)))
            rates["steps"] = max(rates["steps"], _whole(store))
    return {
        "world": world.name,
        "envs": rows,
        "threads": batch.threads,
        "frame": list(size),
        "episodes": recorder.count,
        "engine_frames_per_second": round(rates["engine"] * batch.players),
        "read_frames_per_second": round(rates["read"] * batch.players),
        "ratio": round(rates["read"] / rates["engine"], 3),
        "recorded_steps_per_second": round(recording),
        "read_steps_per_second": round(rates["steps"]),
        "bytes_per_step": round(size_on_disk / max(steps, 1), 2),
    }


def _rate(run: Callable[[], int], seconds: float, calls: int) -> float:
    """The work that `run` does a second, over so many seconds, and a multiple of so many calls."""
    run()
    began, done = time.perf_counter(), 0
    while (taken := time.perf_counter() - began) < seconds:
        done += sum(run() for _ in range(calls))
    return done / taken


def _read(steps: Any) -> float:
    """Steps a second of all rows, over the whole store."""
    began, done = time.perf_counter(), 0
    for step in steps:
        done += int(step.active.sum())
    return done / (time.perf_counter() - began)


def _whole(store: Store) -> float:
    began = time.perf_counter()
    return sum(episode.steps for episode in store.read()) / (time.perf_counter() - began)
