"""Several processes that learn together, as `torchrun` starts them: rank 0 logs and writes the checkpoint.

    torchrun --nproc-per-node 2 -m rumpus train ppo box-world-small

Each process has its share of the environments, and DistributedDataParallel averages their gradients (gloo on the CPU,
NCCL on GPUs). A process that fails ends the others with its error, since torchrun stops them.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType
from typing import Any

import torch
from torch import distributed

from .. import checkpoint
from .trainer import Trainer


class Ranks:
    """The processes of a run, in a `with`; one alone unless torchrun has started several. device: of the network."""

    def __init__(self, device: str):
        self.count = int(os.environ.get("WORLD_SIZE", "1"))
        self._device, self._joined = device, False

    def __enter__(self) -> Ranks:
        if self.count > 1 and not distributed.is_initialized():
            cuda = self._device == "cuda" and torch.cuda.is_available()
            if cuda:
                torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
            distributed.init_process_group("nccl" if cuda else "gloo")
            self._joined = True
        self.rank = distributed.get_rank() if self.count > 1 else 0
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._joined:
            distributed.destroy_process_group()

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def any(self, value: Any) -> int:
        """The largest of a number of all processes; 0 if it is 0 in all."""
        if self.count == 1:
            return int(value)
        return max(self._gathered(int(value)))

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
        found = self._gathered(trainer.own_state())
        if self.first:
            checkpoint.save(path, trainer.state() | {"processes": found})

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
    return sum(row[name] for row in rows) / len(rows)
