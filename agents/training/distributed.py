"""Several processes that learn together, as `torchrun` starts them: rank 0 logs, evaluates and writes the checkpoint.

    torchrun --nproc-per-node 2 -m rumpus train ppo box-world-small

Each process has its share of the environments, and DistributedDataParallel averages their gradients (NCCL for tensors
on GPUs, gloo for all others). An error in one process ends the others, which tell it once more where it is not the same
in all; the checkpoint of the run stays as it was.
"""

from __future__ import annotations

import atexit
import gc
import io
import os
import time
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
import torch.distributed.nn.functional  # before there is a group: defaults of its functions would hold it for ever
from torch import distributed

from .. import checkpoint
from .trainer import Trainer

PATIENCE = timedelta(hours=12)
"""How long processes wait for each other, such as for an evaluation by rank 0. A process that ends is noticed at once:
its connections close."""
SETTLE = 0.5
"""Seconds that a process waits before it leaves the group. A thread of gloo needs Python's lock to free the tensors of
its last collective, and a group waits for its threads, with that lock, when it is freed."""
_BROKEN = ("gloo", "nccl", "connection closed", "connection reset", "connection refused", "broken pipe")
"""Words in errors of connections to other processes, in small letters: gloo raises plain RuntimeErrors."""


class Ranks:
    """The processes of a run, in a `with`; one alone unless torchrun has started several. Within another Ranks it joins
    nothing."""

    def __init__(self) -> None:
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self.rank = 0
        self._store: Any = None

    def __enter__(self) -> Ranks:
        if self.count > 1 and not distributed.is_initialized():
            try:
                store, rank, count = next(distributed.rendezvous("env://", timeout=PATIENCE))
            except (ValueError, OSError) as error:
                raise ValueError(f"WORLD_SIZE is {self.count}, and {error}: start the processes by torchrun") from None
            self._store = distributed.PrefixStore("rumpus", store)
            cuda = torch.cuda.is_available() and distributed.is_nccl_available()
            backend = "cpu:gloo,cuda:nccl" if cuda else "gloo"
            joined: dict[str, Any] = {"store": store, "rank": rank, "world_size": count, "timeout": PATIENCE}
            distributed.init_process_group(backend, **joined)
            # gloo's threads end with the group, and one that frees a tensor after the interpreter has ended aborts
            atexit.register(gc.collect)
        if self.count > 1:
            self.rank, self.count = distributed.get_rank(), distributed.get_world_size()
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._store is None:
            return
        if isinstance(error, Exception):
            self._fail(error)  # the group is left as it is: to end it would wait for the others
        else:
            time.sleep(SETTLE)
            distributed.destroy_process_group()

    def _fail(self, error: Exception) -> None:
        """Leave word of the first error for the others, or raise what the others should say of it."""
        broken = any(word in str(error).lower() for word in _BROKEN) or isinstance(error, distributed.DistError)
        lost = (
            "a process of this run was lost, and the others stopped; the last checkpoint is whole: go on with --resume"
        )
        text = lost if broken else str(error)
        try:
            if self._store.add("errors", 1) == 1:
                self._store.set("first", f"{self.rank}\n{text}")
                told = None
            else:
                told = self._store.get("first").decode()
        except (RuntimeError, OSError):  # the store was of a process that is gone
            told = None
        rank, _, first = (told or f"{self.rank}\n{text}").partition("\n")
        if told is not None and first == text:
            raise SystemExit(1) from None  # it has been said
        if broken and first != lost:
            raise RuntimeError(
                f"rank {self.rank} stopped because rank {rank} did: {first}. The last checkpoint is whole: once that "
                "is mended, go on with --resume"
            ) from None
        if broken:
            raise RuntimeError(f"{lost} ({error})") from None

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def any(self, value: Any) -> int:
        """The largest of a number of all processes; 0 if it is 0 in all."""
        if self.count == 1:
            return int(value)
        return max(self._gathered(int(value)))

    def same(self, value: Any) -> Any:
        """The value of rank 0, in all processes."""
        if self.count == 1:
            return value
        given = [value]
        distributed.broadcast_object_list(given)
        return given[0]

    def mean(self, row: dict[str, float]) -> dict[str, float]:
        """A row of metrics of all processes: means, of episodes the sum, and of success and the like the mean over
        episodes."""
        if self.count == 1:
            return row
        rows = self._gathered(row)
        names = list(dict.fromkeys(name for each in rows for name in each))
        return {name: _together(name, [each for each in rows if name in each]) for name in names}

    def save(self, path: Path, trainer: Trainer) -> None:
        """Write the checkpoint of all processes."""
        if self.count == 1:
            checkpoint.save(path, trainer.state())
            return
        buffer = io.BytesIO()
        torch.save(trainer.own_state(), buffer)
        found: list[Any] | None = [None] * self.count if self.first else None
        distributed.gather_object(buffer.getvalue(), found)
        if found is not None:
            states = [torch.load(io.BytesIO(each), map_location="cpu", weights_only=True) for each in found]
            checkpoint.save(path, trainer.state() | {"processes": states})

    def _gathered(self, value: Any) -> list[Any]:
        found: list[Any] = [None] * self.count
        distributed.all_gather_object(found, value)
        return found


def _together(name: str, rows: list[dict[str, float]]) -> float:
    """One metric of several processes."""
    prefix, _, short = name.rpartition("/")
    episodes = [row.get(f"{prefix}/episodes" if prefix else "episodes", 0) for row in rows]
    if short == "episodes":
        return sum(episodes)
    if sum(episodes) and short.startswith(("success", "return_", "length_mean")):
        return sum(row[name] * count for row, count in zip(rows, episodes, strict=True)) / sum(episodes)
    if all(row[name] == rows[0][name] for row in rows):
        return rows[0][name]
    return sum(row[name] for row in rows) / len(rows)
