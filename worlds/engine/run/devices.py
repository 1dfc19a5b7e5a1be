"""The devices by their names."""

from __future__ import annotations

from ..world import World
from .cpu import Cpu
from .device import Device


def device_of(name: str, world: World, threads: int | None) -> Device:
    """The device of this name for a world; threads: of the CPU, see Batch. Raises ValueError for another name, and for
    CUDA if the world cannot run there."""
    if name == "cpu":
        return Cpu(world, threads)
    if name == "cuda":
        if world.rules.simulator:
            raise ValueError(f"{world.name} is moved by a simulation that runs on CPU only: use device 'cpu'")
        from .cuda import Cuda

        return Cuda(world)
    raise ValueError(f"unknown device {name!r}; it is 'cpu' or 'cuda'")
