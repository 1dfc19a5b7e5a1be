"""The speed of PPO, learning included, beside what the processor's arithmetic allows and beside other trainers.

All rows are of one world and of the settings that `rumpus train ppo` has by default, and take turns in one process, so
that whatever else the machine does falls on all of them. A row's speed is the median over its turns.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode

from ...interface.machine import cores
from ...interface.progress import quiet, work
from ..algorithms.descent import torch_threads
from ..settings import Config
from ..training.trainer import Trainer, hardware_bf16
from .peers import PEERS, Missing

TURNS = 5
"""Of each row."""
EDGE = 1024
"""Of the square matrices whose product measures the arithmetic: larger ones were no quicker on the machines tried."""


@dataclass
class Row:
    """A way of training. step: trains once, on `Trainer.per_update` steps of the world."""

    what: str
    threads: int
    bf16: bool
    ours: bool
    step: Callable[[], Any]
    took: list[float] = field(default_factory=list)  # seconds a step of the world, turn by turn


def train_bench(world: str, seconds: float, device: str = "cpu", **settings: Any) -> dict[str, Any]:
    """Measure training in a world for about so many seconds a row. device: of networks and of our worlds; settings:
    others than `rumpus train ppo` has by default.

    Returns {world, device, envs, size, weights, step_flop: floating-point operations of learning, a step of the world;
    rows: [{what, threads (of the CPU), bf16, steps_per_second, least, most (of the turns), limit (steps a second that
    the measured arithmetic would allow), share (of it), ratio (our quickest row is times as many)}], missing: of peers
    that were not measured, why}. Raises ValueError for a world that there is not.
    """
    with quiet(), ExitStack() as closing:
        rows, missing, first = _rows(world, device, settings, closing)
        for row in rows:
            row.step()  # compiles and allocates once
        limits = {key: 0.0 for key in {(row.threads, row.bf16) for row in rows}}
        for _ in range(TURNS):
            for threads, bf16 in limits:
                flops = matrix_flops(first.device, threads, bf16, seconds / TURNS / 10)
                limits[threads, bf16] = max(limits[threads, bf16], flops)
            for row in rows:
                row.took.append(_turn(row.step, seconds / TURNS) / first.per_update)
        step_flop = flop_of_step(first)
        best = min(statistics.median(row.took) for row in rows if row.ours)
        found = [_result(row, limits[row.threads, row.bf16] / step_flop, best) for row in rows]
        weights = sum(parameter.numel() for parameter in first.algorithm.networks()[0].parameters())
        height, width = first.spec.size
    return {
        "world": world, "device": device, "envs": first.config.run.envs, "size": [height, width], "weights": weights,
        "step_flop": round(step_flop), "rows": found, "missing": missing,
    }  # fmt: skip


def _rows(
    world: str, device: str, settings: dict[str, Any], closing: ExitStack
) -> tuple[list[Row], list[str], Trainer]:
    """The rows, what is missing, and one of our trainers."""
    cuda = device == "cuda"
    every = cores()
    counts = [every] if cuda else sorted({1, every})
    rows: list[Row] = []
    missing: list[str] = []
    trainers = []
    with work("Preparing trainers", 1):
        for threads in counts:
            for bf16 in (False, True):
                for compiled in (False, True) if cuda and bf16 else (False,):
                    how = {"device": device, "threads": threads, "bf16": bf16, "compile": compiled}
                    trainer = Trainer(Config.of("ppo", world, **settings | how))
                    if bf16 and not hardware_bf16(trainer.device):
                        continue
                    trainers.append(trainer)
                    what = "rumpus" + ", compiled" * compiled
                    rows.append(Row(what, threads, bf16, True, trainer.update))
        for peer in PEERS:
            for threads in counts:
                try:
                    step = closing.enter_context(peer(trainers[0]))
                except Missing as why:
                    missing.append(str(why))
                    break
                rows.append(Row(peer.what, threads, False, False, _with_threads(threads, step)))
    return rows, missing, trainers[0]


def _with_threads(count: int, step: Callable[[], Any]) -> Callable[[], Any]:
    def stepped() -> None:
        with torch_threads(count):
            step()

    return stepped


def _turn(step: Callable[[], Any], seconds: float) -> float:
    """Seconds of a step on average, over steps for so long, one at least."""
    began, count = time.perf_counter(), 0
    while count == 0 or time.perf_counter() - began < seconds:
        step()
        count += 1
    return (time.perf_counter() - began) / count


def _result(row: Row, limit: float, best: float) -> dict[str, Any]:
    took = statistics.median(row.took)
    return {
        "what": row.what, "threads": row.threads, "bf16": row.bf16, "steps_per_second": round(1 / took),
        "least": round(1 / max(row.took)), "most": round(1 / min(row.took)), "limit": round(limit),
        "share": round(1 / took / limit, 3), "ratio": round(took / best, 2),
    }  # fmt: skip


def matrix_flops(device: torch.device, threads: int, bf16: bool, seconds: float) -> float:
    """Floating-point operations a second in products of square matrices, the most that was seen."""
    kind = torch.bfloat16 if bf16 else torch.float32
    edge = EDGE * (8 if device.type == "cuda" else 1)
    left, right = (torch.randn(edge, edge, device=device).to(kind) for _ in range(2))

    def multiply() -> None:
        torch.mm(left, right)
        if device.type == "cuda":
            torch.cuda.synchronize(device)

    with torch_threads(threads):
        multiply()
        end, least = time.perf_counter() + seconds, float("inf")
        while least == float("inf") or time.perf_counter() < end:
            began = time.perf_counter()
            multiply()
            least = min(least, time.perf_counter() - began)
    return 2 * edge**3 / least


def flop_of_step(trainer: Trainer) -> float:
    """Floating-point operations of matrix products and convolutions for one step of the world: forward once to act, and
    forward and backward in each epoch."""
    network, epochs = trainer.algorithm.networks()[0], trainer.config.own.epochs
    timestep, state = trainer.collector.now()
    with FlopCounterMode(display=False) as acting, torch.no_grad():
        network(timestep.observation, state, timestep.is_first.unsqueeze(0))
    with FlopCounterMode(display=False) as learning:
        logits, values, _ = network(timestep.observation, state, timestep.is_first.unsqueeze(0))
        torch.autograd.grad(logits.sum() + values.sum(), list(network.parameters()), allow_unused=True)
    return float(acting.get_total_flops() + epochs * learning.get_total_flops()) / len(timestep.is_first)
