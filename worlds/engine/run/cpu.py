"""The CPU as a device of the batched engine: NumPy arrays, and compiled kernels on the engine's threads."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from ....interface.action import ACTION
from ....interface.machine import cores
from ..compile import modules
from ..kernels import family
from ..render.raycast import draw as rays
from ..render.raycast.textures import pyramid
from ..render.tiles import atlas, layout, shown_tiles
from ..render.views import Rays, Tiles
from ..simulator import Simulator
from ..world import World
from . import ahead
from .ahead import Ahead
from .device import Resets, Rows, TaskTable, things_table
from .threads import Pace, over_rows


class Cpu:
    """Arrays and kernels of one world on CPU threads."""

    name = "cpu"

    def __init__(self, world: World, threads: int | None = None):
        if threads is not None and (int(threads) != threads or threads < 1):
            raise ValueError(f"threads must be a whole number of at least 1, got {threads}")
        self.world = world
        self.threads = int(threads) if threads else cores()
        self.kernels = family.cpu_kernels(world)
        self._paces: dict[str, Pace] = defaultdict(Pace)
        self._ahead: Ahead | None = None

    def prepare(self, rows: Rows, mask: np.ndarray, seeds: np.ndarray, draws: np.ndarray, table: TaskTable) -> None:
        """Compile or load the step and reset kernels by calls on zero rows, with a message if that takes a while."""
        states, actions, outcomes, spare, things = rows
        step = ("begin_tick", "end_tick") if self.world.rules.simulator else ("step",)
        moving = [self.kernels.reset, *(getattr(self.kernels, name) for name in step)]
        self._ahead = ahead.begun(self.world, moving, self._drawing)
        with modules.progress(self.world.name, *moving):
            self.kernels.reset(states, mask, seeds, True, draws, *table, 0, 0)
            if self.world.rules.simulator:
                self.kernels.begin_tick(states, actions, outcomes, mask.copy(), 0, 0)
                self.kernels.end_tick(states, actions, outcomes, spare, True, things, mask.copy(), 0, 0)
            else:
                self.kernels.step(states, actions, outcomes, spare, things, 1, 0, 0)

    def _drawing(self) -> list[Any]:
        """The kernels that draw the world."""
        if isinstance(self.world.view, Rays):
            return [self.kernels.write_scenes, rays.cpu_kernels().draw]
        return [self.kernels.draw] if isinstance(self.world.view, Tiles) else []

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

        with torch.inference_mode(False):  # whose tensors do not count what is written into them
            return torch.from_numpy(array)

    def frames(self, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
        """New frames of zeros, uint8: the array that is drawn into, and the same memory for all others, read-only.

        NumPy lets nobody set the flag of the second, since the array that owns the memory is read-only as well.
        """
        owner = np.zeros(shape, np.uint8)
        frames = owner.view()
        owner.flags.writeable = False
        return frames, owner.view()

    def take(self, moves: np.ndarray, indices: Any, actions: np.ndarray) -> None:
        """Write moves[indices] into `actions`; indices: an integer for each action. Raises IndexError for a number that
        is no move."""
        indices = np.asarray(indices).reshape(actions.shape)
        if indices.dtype.kind not in "iu" or not 0 <= indices.min() <= indices.max() < len(moves):
            raise IndexError(f"a move is a number from 0 to {len(moves) - 1}, got {indices.tolist()}")
        if not actions.flags.c_contiguous:
            actions[...] = moves[indices]
            return
        source, target = (array.view(np.uint8).reshape(-1, ACTION.itemsize) for array in (moves, actions))
        np.take(source, indices.reshape(-1), 0, target, "clip")  # twenty times as quick by bytes as by records

    def step(self, rows: Rows, repeat: int, simulator: Simulator | None) -> None:
        """One step of every row, of at most `repeat` ticks; tick by tick where a simulator moves the rows."""
        if simulator is None:
            over_rows(self.kernels.step, len(rows.states), self.threads, *rows, repeat, pace=self._paces["step"])
            return
        states, actions, outcomes, spare, things = rows
        live = np.zeros(len(states), np.uint8)
        for tick in range(repeat):
            own = spare if tick else outcomes
            arguments: tuple[Any, ...] = states, actions, own, live
            over_rows(self.kernels.begin_tick, len(states), self.threads, *arguments, pace=self._paces["begin_tick"])
            if not live.any():
                break
            simulator.step(states, actions, own, live)
            arguments = states, actions, own, outcomes, tick > 0, things, live
            over_rows(self.kernels.end_tick, len(states), self.threads, *arguments, pace=self._paces["end_tick"])

    def show_things(
        self, states: np.ndarray, actions: np.ndarray, things: np.ndarray, counts: np.ndarray, holds: np.ndarray
    ) -> None:
        """Write the things of every row, and whether its goals hold."""
        over_rows(self.kernels.show_things, len(states), self.threads, states, actions, things, counts, holds)

    def reset(
        self, states: np.ndarray, mask: np.ndarray, seeds: np.ndarray, reseed: bool, draws: np.ndarray, table: TaskTable
    ) -> None:
        """A new episode in every row of the mask."""
        arguments = states, mask, seeds, reseed, draws, *table
        self._masked("reset", self.kernels.reset, states, mask, *arguments)

    def _masked(self, name: str, kernel: Any, states: np.ndarray, mask: np.ndarray, *arguments: Any) -> None:
        """Run a kernel over the rows of a mask."""
        if units := int(np.count_nonzero(mask)):
            over_rows(kernel, len(states), self.threads, *arguments, pace=self._paces[name], units=units)

    def canvas(
        self,
        pixels: np.ndarray,
        rows: int,
        cols: int,
        depths: np.ndarray | None = None,
        segmentation: np.ndarray | None = None,
    ) -> _Tiles | _Rays:
        """A canvas that draws into these arrays; see Device.canvas. Raises ValueError unless all are contiguous and
        writeable."""
        for array in (pixels, depths, segmentation):
            if array is not None and not (array.flags.c_contiguous and array.flags.writeable):
                raise ValueError("frames are drawn into a contiguous, writeable array; this one is not")
        if self._ahead is not None:
            self._ahead.wait()
            self._ahead = None
        if isinstance(self.world.view, Tiles):
            return _Tiles(self, self.world.view, pixels, rows, cols)
        return _Rays(self, rays.frames(pixels, depths, segmentation))

    def draw(self, states: np.ndarray, mask: np.ndarray, canvas: _Tiles | _Rays) -> None:
        """Draw every row of the mask."""
        self._masked("draw", canvas.job, states, mask, states, mask)

    def step_reset_draw(
        self,
        rows: Rows,
        repeat: int,
        ended: np.ndarray | None,
        resets: Resets,
        everywhere: np.ndarray,
        canvas: _Tiles | _Rays,
    ) -> None:
        """The three in one start of the threads; see Device.step_reset_draw."""
        step, reset, states = self.kernels.step, self.kernels.reset, rows.states
        mask, over = np.empty(len(states), np.uint8) if ended is None else ended, states["over"]

        def job(low: int, high: int) -> None:
            step(*rows, repeat, low, high)
            if ended is None:
                mask[low:high] = over[low:high]
            reset(states, mask, *resets, low, high)
            canvas.job(states, everywhere, low, high)

        over_rows(job, len(states), self.threads, pace=self._paces["step_reset_draw"])

    def write_scenes(self, states: np.ndarray, whole: bool = False) -> np.ndarray:
        """The scenes of the players of every row, SCENE records (n, players); of first-person worlds. whole: with the
        parts behind the players too."""
        scenes = rays.blank(len(states), self.world.players)
        scenes["whole"] = whole
        self.kernels.write_scenes(states, np.ones(len(states), np.uint8), scenes, 0, 0, len(states))
        return scenes


class _Tiles:
    """Draws a world of tiles into some frames, and remembers what they show."""

    def __init__(self, device: Cpu, view: Tiles, pixels: np.ndarray, rows: int, cols: int):
        n, players, height, width, _ = pixels.shape
        place = layout(height, width, rows, cols)
        self._shown = np.zeros((n, players, shown_tiles(rows, cols)), np.int16)
        flat, sprites = pixels.reshape(-1), atlas(view.sprites, place.tile).reshape(-1)
        self._arguments = self._shown, pixels, flat, sprites, place.tile, place.top, place.left, rows, cols
        self._kernel = device.kernels.draw
        if not self._kernel.signatures:
            blank = np.zeros(0, device.world.rules.state)
            with modules.progress(device.world.name, self._kernel):
                self.job(blank, device.mask(blank["over"]), 0, 0)

    def job(self, states: np.ndarray, mask: np.ndarray, low: int, high: int) -> None:
        """Draw rows [low, high) of the mask."""
        self._kernel(states, mask, *self._arguments, low, high)

    def forget(self) -> None:
        """Draw whole frames the next time."""
        self._shown[:, :, 0] = 0


class _Rays:
    """Draws a first-person world into some frames; keeps the memory in which each thread draws."""

    def __init__(self, device: Cpu, frames: rays.Frames):
        self._frames, self._texels = frames, pyramid().reshape(-1)
        self._write_scenes, self._kernel = device.kernels.write_scenes, rays.cpu_kernels().draw
        self._spare: list[tuple[np.ndarray, rays.Scratch]] = []
        if not self._kernel.signatures:
            blank = np.zeros(0, device.world.rules.state)
            with modules.progress(device.world.name, self._write_scenes, self._kernel):
                self.job(blank, device.mask(blank["over"]), 0, 0)

    def job(self, states: np.ndarray, mask: np.ndarray, low: int, high: int) -> None:
        """Draw rows [low, high) of the mask."""
        n, players, height = self._frames.pixels.shape[:3]
        try:
            scenes, scratch = memory = self._spare.pop()
        except IndexError:
            scenes, scratch = memory = rays.blank(min(rays.TOGETHER, n), players), rays.scratch(height)
        for first in range(low, max(high, low + 1), rays.TOGETHER):
            last = min(first + rays.TOGETHER, high)
            self._write_scenes(states, mask, scenes, first, first, last)
            self._kernel(scenes, first, self._texels, scratch, self._frames, first, last)
        self._spare.append(memory)

    def forget(self) -> None:
        """Every draw is of whole frames."""


def compile_drawing(world: World) -> None:
    """Compile how a world is drawn, and leave it in the cache."""
    Cpu(world, 1).canvas(np.zeros((1, world.players, 8, 8, 3), np.uint8), 1, 1)
