"""How fast a world is on this machine: ratios against a memory copy of the same frames, measured in the same run."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from itertools import cycle
from typing import Any

import gymnasium
import numpy as np

from ....interface.action import ACTION, OUTCOME, as_action, move_table
from ....interface.machine import cores
from ....interface.single import Environment
from ....interface.wrappers import Moves
from ..run.batch import Batch
from ..run.table import Table
from ..world import World

_ROUNDS = 3  # each figure is the best of this many, in turn with the others, so that all see the same machine
_SCRIPTS = 8  # different batches of random moves that are played in turn


def bench(
    world: World,
    name: str,
    *,
    envs: int = 1024,
    size: tuple[int, int] = (80, 80),
    threads: int | None = 1,
    seconds: float = 3.0,
    device: str = "cpu",
    judged: Table | None = None,
    starts: bool = True,
) -> dict[str, Any]:
    """Measure one world, about `seconds` long besides the starts. `name` is what worlds.load finds it by.

    frames_per_second: act, step, autoreset and draw; copied_frames_per_second: the same, and a copy of the frames out
    of the batch, as environments hand them out; two_threads_frames_per_second: frames_per_second on two threads,
    measured in turn with that on one (None on CUDA, on a single core, and where `threads` is not 1); judging: the part
    of such a step that goes to the judge when the tasks of `judged` are played, 0 to 1 (None without);
    steps_per_second: step and autoreset, moves already in place; single_steps_per_second: one Gymnasium environment
    with pixels and texts, always on the CPU (None for several players); single_moves_steps_per_second: the same in the
    wrapper `Moves`; memcpy_frames_per_second: copying frames of this size from one buffer to another, on one core (CPU)
    or on the GPU; first_reset_seconds: a new process until its first frame, once all is compiled;
    first_reset_seconds_cold: the same with an empty cache (both None without `starts`); bytes_per_env: state, action
    and outcome, without the frame.
    """
    batch = Batch(world, envs, size=size, threads=threads, device=device)
    batch.reset()
    batch.draw()
    moves = scripts_of(batch)
    wait = _waiter(device)
    runs = {"frames": frames_of(batch, moves), "copied": copied_of(batch, moves)}
    if device == "cpu" and batch.threads == 1 and cores() > 1:
        both = Batch(world, envs, size=size, threads=2)
        both.reset()
        runs["two"] = frames_of(both, moves)
    runs |= {"steps": steps_of(batch, moves), "memcpy": copying(batch)}
    if judged is not None:
        other = Batch(world, envs, size=size, threads=threads, device=device, tasks=judged)
        other.reset()
        runs["judged"] = frames_of(other, moves)
    rates = dict.fromkeys(runs, 0.0)
    for _ in range(_ROUNDS):
        for figure, run in runs.items():
            rates[figure] = max(rates[figure], envs * rate(run, seconds / _ROUNDS / len(runs), wait))
    cold = warm = None
    if starts:
        with tempfile.TemporaryDirectory() as empty:
            started = as_installed(empty)
            cold, warm = (round(first_reset(name, device, empty, started), 2) for _ in range(2))
    return {
        "world": world.name,
        "device": device,
        "envs": envs,
        "threads": batch.threads,
        "frame": list(size),
        "frames_per_second": round(rates["frames"] * batch.players),
        "copied_frames_per_second": round(rates["copied"] * batch.players),
        "two_threads_frames_per_second": round(rates["two"] * batch.players) if "two" in rates else None,
        "judging": round(1 - rates["judged"] / rates["frames"], 3) if judged is not None else None,
        "steps_per_second": round(rates["steps"]),
        "memcpy_frames_per_second": round(rates["memcpy"] * batch.players),
        "single_steps_per_second": _single_rate(world, size, seconds / _ROUNDS, False),
        "single_moves_steps_per_second": _single_rate(world, size, seconds / _ROUNDS, True),
        "first_reset_seconds": warm,
        "first_reset_seconds_cold": cold,
        "bytes_per_env": world.rules.state.itemsize + batch.players * (ACTION.itemsize + OUTCOME.itemsize),
    }


def frames_of(batch: Batch, moves: np.ndarray) -> Callable[[], None]:
    """A step of random moves, new episodes and a frame of every row; moves: scripts that are played in turn, (k, n,
    players)."""
    scripts = cycle(moves)

    def run() -> None:
        batch.act(next(scripts))
        batch.play()

    return run


def steps_of(batch: Batch, moves: np.ndarray) -> Callable[[], None]:
    """A step and new episodes, without frames, with actions of random moves that are in place already."""
    acted = []
    for script in moves:
        batch.act(script)
        acted.append(batch._device.copy(batch.actions))
    scripts = cycle(acted)

    def run() -> None:
        batch.actions = next(scripts)
        batch.step()
        batch.reset(batch.over)

    return run


def copied_of(batch: Batch, moves: np.ndarray) -> Callable[[], None]:
    """The same, and a copy of the frames out of the batch."""
    step, copy = frames_of(batch, moves), copying(batch)

    def run() -> None:
        step()
        copy()

    return run


def _single_rate(world: World, size: tuple[int, int], seconds: float, moves: bool) -> int | None:
    """Steps a second of one Gymnasium environment; None for several players."""
    if world.players > 1:
        return None
    run = single_of(world, size, moves)
    return round(max(rate(run, seconds / _ROUNDS) for _ in range(_ROUNDS)))


def scripts_of(batch: Batch) -> np.ndarray:
    """Random moves for a batch, which are played in turn: (k, n, players)."""
    shape = _SCRIPTS, batch.n, batch.players
    return np.random.default_rng(0).integers(0, len(batch.world.controls.moves), shape)


def single_of(world: World, size: tuple[int, int], moves: bool) -> Callable[[], None]:
    """A step of one Gymnasium environment of a world for one player, pixels and texts included; moves: by the numbers
    of moves, in the wrapper for them."""
    plain = Environment(Batch(world, 1, size=size, threads=1))
    env: gymnasium.Env = Moves(plain) if moves else plain
    numbers = np.random.default_rng(0).integers(0, len(world.controls.moves), 64).tolist()
    actions = cycle(numbers if moves else [as_action(move_table(world.controls.moves)[move]) for move in numbers])
    env.reset(seed=0)

    def run() -> None:
        _, _, terminated, truncated, _ = env.step(next(actions))
        if terminated or truncated:
            env.reset()

    return run


def copying(batch: Batch) -> Callable[[], None]:
    """A copy of the frames of a batch from one buffer to another."""
    source = batch.tensors()["pixels"] if batch.device == "cuda" else batch.pixels
    target = source.clone() if batch.device == "cuda" else source.copy()

    def run() -> None:
        if batch.device == "cuda":
            target.copy_(source)
        else:
            np.copyto(target, source)

    return run


def _waiter(device: str) -> Callable[[], None]:
    if device != "cuda":
        return lambda: None
    import torch

    return torch.cuda.synchronize


def rate(run: Callable[[], Any], seconds: float, wait: Callable[[], None] = lambda: None) -> float:
    """Calls a second, over about this many seconds."""
    return rates(run, seconds, wait)[0]


def rates(run: Callable[[], Any], seconds: float, wait: Callable[[], None] = lambda: None) -> tuple[float, float]:
    """Calls a second, over about this many seconds, and calls a second of the processor's time that this thread got."""
    run()
    wait()
    calls, start, worked = 0, time.perf_counter(), time.thread_time()
    while True:
        for _ in range(8):
            run()
        wait()
        calls += 8
        taken = time.perf_counter() - start
        if taken >= seconds:
            return calls / taken, calls / max(time.thread_time() - worked, 1e-9)


def as_installed(folder: str) -> dict[str, str]:
    """The environment of processes that find the bytecode of all modules in a folder, into which one process has put
    it: an installer writes it for users, and a setting may keep it from being written here."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = os.path.join(folder, "bytecode")
    subprocess.run([sys.executable, "-c", "import rumpus.worlds"], env=environment, capture_output=True, check=True)
    return environment


def first_reset(name: str, device: str, cache: str, environment: Mapping[str, str]) -> float:
    """Seconds from a new interpreter's first line to a world's first frame, with this cache folder. environment: see
    as_installed."""
    code = (
        "import sys, time; start = time.perf_counter(); import rumpus.worlds as w;"
        "b = w.batch(sys.argv[1], 1, device=sys.argv[2]); b.reset(seed=0); b.draw(); print(time.perf_counter() - start)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code, name, device],
        env={**environment, "RUMPUS_CACHE": cache},
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise RuntimeError(f"{name} does not start in a new process:\n{run.stderr.strip()}")
    return float(run.stdout.split()[-1])
