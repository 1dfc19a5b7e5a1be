"""The CPU as a device of the batched engine: NumPy arrays, and compiled kernels on the engine's threads."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...interface.machine import cores
from . import kernels
from .threads import over_rows
from .tiles import atlas, layout, overlapping
from .world import World


class Cpu:
    """Arrays and kernels of one world on CPU threads."""

    name = "cpu"

    def __init__(self, world: World, threads: int | None = None):
        if threads is not None and (int(threads) != threads or threads < 1):
            raise ValueError(f"threads must be a whole number of at least 1, got {threads}")
        self.world = world
        self.threads = int(threads) if threads else cores()
        self.kernels = kernels.cpu_kernels(world)

    def prepare(self, *arguments: Any) -> None:
        """Compile or load the step and reset kernels by calling them on no rows; say so if it will take a while."""
        states, actions, outcomes, things, mask, seeds, *rest = arguments
        with kernels.progress(self.world, self.kernels, "reset", "step"):
            self.kernels.reset(states, mask, seeds, True, *rest, 0, 0)
            self.kernels.step(states, actions, outcomes, things, 0, 0)

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """A new array of zeros on this device."""
        return np.zeros(shape, dtype)

    def put(self, array: np.ndarray) -> np.ndarray:
        """This NumPy array on this device (here: a view of it, read-only, so that kernels meet one type of it)."""
        view = np.ascontiguousarray(array).view()
        view.flags.writeable = False
        return view

    def get(self, array: np.ndarray) -> np.ndarray:
        """This device's array as a NumPy array (here: itself)."""
        return array

    def copy(self, array: np.ndarray) -> np.ndarray:
        """A copy of this device's array on this device, to the byte (NumPy leaves padding undefined)."""
        return np.frombuffer(bytearray(array.tobytes()), array.dtype).reshape(array.shape)

    def mask(self, mask: Any) -> np.ndarray:
        """A mask over rows, given as bools or integers, as uint8."""
        return np.ascontiguousarray(mask, dtype=np.uint8)

    def add(self, counts: np.ndarray, rows: np.ndarray, mask: np.ndarray, values: Any = None) -> None:
        """Add 1, or each value rounded, to counts[row] for every row of the mask."""
        np.add.at(counts, rows[mask], 1 if values is None else np.rint(values[mask]).astype(counts.dtype))

    def tensor(self, array: np.ndarray) -> Any:
        """A torch tensor that shares this array's memory."""
        import torch

        return torch.from_numpy(array)

    def step(self, states: np.ndarray, *rest: Any) -> None:
        """One tick of every row; `rest` is the actions, the outcomes, and room for the things."""
        over_rows(self.kernels.step, len(states), self.threads, states, *rest)

    def look(self, states: np.ndarray, *rest: Any) -> None:
        """The things of every row, and what its goals say of them; `rest` is the actions and where these go."""
        over_rows(self.kernels.look, len(states), self.threads, states, *rest)

    def reset(self, states: np.ndarray, mask: np.ndarray, seeds: np.ndarray, reseed: bool, *rest: Any) -> None:
        """A new episode in every row of the mask; `rest` is rows, weights, tasks and levels."""
        over_rows(self.kernels.reset, len(states), self.threads, states, mask, seeds, reseed, *rest)

    def draw(self, states: np.ndarray, mask: np.ndarray, pixels: np.ndarray, rows: int, cols: int) -> None:
        """Draw every row of the mask into pixels (n, players, height, width, 3), which must be contiguous."""
        if not (pixels.flags.c_contiguous and pixels.flags.writeable):
            raise ValueError("frames are drawn into a contiguous, writeable array; this one is not")
        height, width = pixels.shape[2:4]
        place = layout(height, width, rows, cols)
        bytes_ = pixels.reshape(*pixels.shape[:3], -1)
        lines, sprites = overlapping(bytes_, place.tile), overlapping(atlas(self.world.sprites, place.tile), place.tile)
        arguments = (states, mask, pixels, bytes_, lines, sprites, place.tile, place.top, place.left, rows, cols)
        kernel = getattr(self.kernels, f"draw_{lines.dtype.name}")
        if not kernel.signatures:
            with kernels.progress(self.world, self.kernels, kernel.__name__):
                kernel(*arguments, 0, 0)
        over_rows(kernel, len(states), self.threads, *arguments)
