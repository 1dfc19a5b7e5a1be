"""The CPU as a device of the batched engine: NumPy arrays, and compiled kernels on the engine's threads."""

from __future__ import annotations

from typing import Any

import numpy as np

from ....interface.machine import cores
from ..compile import modules
from ..kernels import family
from ..render.raycast import draw as rays
from ..render.raycast.textures import pyramid
from ..render.tiles import atlas, layout, overlapping
from ..render.views import Tiles
from ..simulator import Simulator
from ..world import World
from .device import Rows, TaskTable, things_table
from .threads import over_rows


class Cpu:
    """Arrays and kernels of one world on CPU threads."""

    name = "cpu"

    def __init__(self, world: World, threads: int | None = None):
        if threads is not None and (int(threads) != threads or threads < 1):
            raise ValueError(f"threads must be a whole number of at least 1, got {threads}")
        self.world = world
        self.threads = int(threads) if threads else cores()
        self.kernels = family.cpu_kernels(world)

    def prepare(self, rows: Rows, mask: np.ndarray, seeds: np.ndarray, draws: np.ndarray, table: TaskTable) -> None:
        """Compile or load the step and reset kernels by calls on zero rows, with a message if that takes a while."""
        states, actions, outcomes, spare, things = rows
        step = ("begin_tick", "end_tick") if self.world.rules.simulator else ("step",)
        with modules.progress(self.world.name, self.kernels.reset, *(getattr(self.kernels, name) for name in step)):
            self.kernels.reset(states, mask, seeds, True, draws, *table, 0, 0)
            if self.world.rules.simulator:
                self.kernels.begin_tick(states, actions, outcomes, mask.copy(), 0, 0)
                self.kernels.end_tick(states, actions, outcomes, spare, True, things, mask.copy(), 0, 0)
            else:
                self.kernels.step(states, actions, outcomes, spare, things, 1, 0, 0)

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> np.ndarray:
        """A new array of zeros on this device."""
        return np.zeros(shape, dtype)

    def things(self, rows: int, most: int) -> np.ndarray:
        """A new table of things, THING (rows, most), with memory to spare after its end."""
        return things_table(rows, most)

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

    def add(self, counts: np.ndarray, rows: np.ndarray, mask: np.ndarray, values: np.ndarray | None = None) -> None:
        """Add 1, or each value rounded, to counts[row] for every row of the mask."""
        np.add.at(counts, rows[mask], 1 if values is None else np.rint(values[mask]).astype(counts.dtype))

    def tensor(self, array: np.ndarray) -> Any:
        """A torch tensor that shares this array's memory."""
        import torch

        return torch.from_numpy(array)

    def take(self, moves: np.ndarray, indices: Any, actions: np.ndarray) -> None:
        """Write moves[indices] into `actions`; indices: an integer for each action. Raises IndexError for a number that
        is no move."""
        actions[...] = moves[np.asarray(indices).reshape(actions.shape)]

    def step(self, rows: Rows, repeat: int, simulator: Simulator | None) -> None:
        """One step of every row, of at most `repeat` ticks; tick by tick where a simulator moves the rows."""
        if simulator is None:
            over_rows(self.kernels.step, len(rows.states), self.threads, *rows, repeat)
            return
        states, actions, outcomes, spare, things = rows
        live = np.zeros(len(states), np.uint8)
        for tick in range(repeat):
            own = spare if tick else outcomes
            over_rows(self.kernels.begin_tick, len(states), self.threads, states, actions, own, live)
            if not live.any():
                break
            simulator.step(states, actions, own, live)
            arguments = states, actions, own, outcomes, tick > 0, things, live
            over_rows(self.kernels.end_tick, len(states), self.threads, *arguments)

    def show_things(
        self, states: np.ndarray, actions: np.ndarray, things: np.ndarray, counts: np.ndarray, holds: np.ndarray
    ) -> None:
        """Write the things of every row, and whether its goals hold."""
        over_rows(self.kernels.show_things, len(states), self.threads, states, actions, things, counts, holds)

    def reset(
        self, states: np.ndarray, mask: np.ndarray, seeds: np.ndarray, reseed: bool, draws: np.ndarray, table: TaskTable
    ) -> None:
        """A new episode in every row of the mask."""
        over_rows(self.kernels.reset, len(states), self.threads, states, mask, seeds, reseed, draws, *table)

    def draw(
        self,
        states: np.ndarray,
        mask: np.ndarray,
        pixels: np.ndarray,
        rows: int,
        cols: int,
        depths: np.ndarray | None = None,
        segmentation: np.ndarray | None = None,
    ) -> None:
        """Draw every row of the mask into pixels (n, players, height, width, 3), and depths and segmentation of
        first-person worlds into (n, players, height, width); all must be contiguous."""
        for array in (pixels, depths, segmentation):
            if array is not None and not (array.flags.c_contiguous and array.flags.writeable):
                raise ValueError("frames are drawn into a contiguous, writeable array; this one is not")
        if isinstance(self.world.view, Tiles):
            self._draw_tiles(self.world.view, states, mask, pixels, rows, cols)
        else:
            self._draw_rays(states, mask, rays.frames(pixels, depths, segmentation))

    def write_scenes(self, states: np.ndarray, whole: bool = False) -> np.ndarray:
        """The scenes of the players of every row, SCENE records (n, players); of first-person worlds. whole: with the
        parts behind the players too."""
        scenes = rays.blank(len(states), self.world.players)
        scenes["whole"] = whole
        self.kernels.write_scenes(states, np.ones(len(states), np.uint8), scenes, 0, 0, len(states))
        return scenes

    def _draw_rays(self, states: np.ndarray, mask: np.ndarray, frames: rays.Frames) -> None:
        write_scenes, kernel, texels = self.kernels.write_scenes, rays.cpu_kernels().draw, pyramid().reshape(-1)
        players, height = frames.pixels.shape[1:3]

        def draw(low: int, high: int) -> None:
            scenes, scratch = rays.blank(min(rays.TOGETHER, high - low), players), rays.scratch(height)
            for first in range(low, high, rays.TOGETHER):
                last = min(first + rays.TOGETHER, high)
                write_scenes(states, mask, scenes, first, first, last)
                kernel(scenes, first, texels, scratch, frames, first, last)

        if not kernel.signatures:
            with modules.progress(self.world.name, write_scenes, kernel):
                draw(0, min(len(states), 1))
        over_rows(draw, len(states), self.threads)

    def _draw_tiles(
        self, view: Tiles, states: np.ndarray, mask: np.ndarray, pixels: np.ndarray, rows: int, cols: int
    ) -> None:
        height, width = pixels.shape[2:4]
        place = layout(height, width, rows, cols)
        bytes_ = pixels.reshape(*pixels.shape[:3], -1)
        lines, sprites = overlapping(bytes_, place.tile), overlapping(atlas(view.sprites, place.tile), place.tile)
        arguments = (states, mask, pixels, bytes_, lines, sprites, place.tile, place.top, place.left, rows, cols)
        kernel = getattr(self.kernels, f"draw_{lines.dtype.name}")
        if not kernel.signatures:
            with modules.progress(self.world.name, kernel):
                kernel(*arguments, 0, 0)
        over_rows(kernel, len(states), self.threads, *arguments)
