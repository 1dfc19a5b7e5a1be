"""Where a batch keeps its arrays and runs its kernels: CPU threads, or a CUDA GPU."""

from __future__ import annotations

from typing import Any

from ..world import World
from .cpu import Cpu


def device_of(name: str, world: World, threads: int | None) -> Any:
    """A world's arrays and kernels on "cpu" or "cuda". threads: on the CPU, all cores by default. Raises ValueError for
    another name, and for a world with a simulator on CUDA."""
    if name == "cpu":
        return Cpu(world, threads)
    if name == "cuda":
        if world.rules.simulator:
            raise ValueError(f"{world.name} is moved by a simulation that runs on CPU only: use device 'cpu'")
        from .cuda import Cuda

        return Cuda(world)
    raise ValueError(f"unknown device {name!r}; it is 'cpu' or 'cuda'")
