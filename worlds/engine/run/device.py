"""The device of a batch: the owner of its arrays, on which its kernels run."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np

from ..records.things import THING
from ..simulator import Simulator
from ..world import World

DeviceArray: TypeAlias = Any
"""An array on a device. On the CPU a NumPy array; on CUDA a torch tensor, or `Records` for a structured dtype."""

SPARE = 4096
"""THING records of memory after the end of a table of things. The `fill` of a world is compiled without a check of
bounds: one that writes more than `most` things writes into the next row or into this memory, and is then refused."""


def things_table(rows: int, most: int) -> np.ndarray:
    """A new table of things on the CPU, THING (rows, most), all zeros, with SPARE records of memory after its end."""
    return np.zeros(rows * most + SPARE, THING)[: rows * most].reshape(rows, most)


def check_things(world: World, most_written: int) -> None:
    """Raise ValueError if the `fill` of a world wrote more things than it declares."""
    most = world.rules.most_things
    if most_written > most:
        raise ValueError(
            f"{world.name}: fill wrote {most_written} things, and Things(most={most}) says that there are at most "
            f"{most}: raise most, or write fewer"
        )


class Rows(NamedTuple):
    """The arrays of a batch that a step reads and writes.

    states: (n,) of the world's dtype; actions: (n, players) ACTION; outcomes: (n, players) OUTCOME; spare: of the
    same shape and dtype, scratch memory for the outcomes of further ticks of a step; things: (n, most) THING, scratch
    memory of the judge.
    """

    states: DeviceArray
    actions: DeviceArray
    outcomes: DeviceArray
    spare: DeviceArray
    things: DeviceArray


class TaskTable(NamedTuple):
    """The tasks that a reset draws from. weights: cumulative, int64 (tasks,); tasks: (tasks,) of the world's
    `row_dtype`; parts: int32 (k,), see Table; levels: (l,) LEVEL, to which the field `level` of the tasks is an
    index."""

    weights: DeviceArray
    tasks: DeviceArray
    parts: DeviceArray
    levels: DeviceArray


class Resets(NamedTuple):
    """The arguments of a reset besides states and mask, see Device.reset."""

    seeds: DeviceArray
    reseed: bool
    draws: DeviceArray
    weights: DeviceArray
    tasks: DeviceArray
    parts: DeviceArray
    levels: DeviceArray


class Canvas(Protocol):
    """Frames of one batch that are drawn into again and again, with all that it takes; see Device.canvas."""

    def forget(self) -> None:
        """Draw every pixel the next time, since others have written into the frames."""


class Device(Protocol):
    """The arrays and the kernels of one world on one device. Masks are uint8 (n,) as `mask` makes them."""

    @property
    def name(self) -> str:
        """ "cpu" or "cuda"."""

    @property
    def threads(self) -> int:
        """CPU threads that step and draw; 0 on CUDA."""

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> DeviceArray:
        """A new array of zeros."""

    def frames(self, shape: tuple[int, ...]) -> tuple[DeviceArray, DeviceArray]:
        """New frames of zeros, uint8: the array that is drawn into, and the same memory as others are given it, which
        on the CPU is read-only."""

    def things(self, rows: int, most: int) -> DeviceArray:
        """A new table of things, THING (rows, most), with SPARE records of memory after its end; see `check_things`."""

    def put(self, array: np.ndarray) -> DeviceArray:
        """The content of a NumPy array on this device, which kernels only read."""

    def get(self, array: DeviceArray) -> np.ndarray:
        """The content of an array of this device as a NumPy array."""

    def copy(self, array: DeviceArray) -> DeviceArray:
        """A copy on this device, to the byte."""

    def mask(self, mask: Any) -> DeviceArray:
        """A mask over rows, given as bools or integers (n,) of NumPy or torch, as uint8 (n,)."""

    def add(self, counts: DeviceArray, rows: DeviceArray, mask: DeviceArray, values: DeviceArray | None = None) -> None:
        """Add 1, or each value rounded, to counts[row] for every row of the mask. counts: int64 (tasks,); rows, mask,
        values: (n,)."""

    def tensor(self, array: DeviceArray) -> Any:
        """A torch tensor that shares the memory of an array without fields."""

    def take(self, moves: DeviceArray, indices: Any, actions: DeviceArray) -> None:
        """Write moves[indices] into `actions`. moves: (k,) ACTION; indices: an integer of NumPy or torch for each
        action. Raises IndexError for a number that is no move."""

    def prepare(self, rows: Rows, mask: DeviceArray, seeds: DeviceArray, draws: DeviceArray, table: TaskTable) -> None:
        """Compile or load the step and reset kernels, without an effect on the rows; arguments as those of the two."""

    def step(self, rows: Rows, repeat: int, simulator: Simulator | None) -> None:
        """One step of every row that is not over, of at most `repeat` ticks. simulator: that of the world, which moves
        the rows tick by tick; None in worlds without one, and on CUDA."""

    def reset(
        self, states: DeviceArray, mask: DeviceArray, seeds: DeviceArray, reseed: bool, draws: DeviceArray,
        table: TaskTable,
    ) -> None:  # fmt: skip
        """A new episode in every row of the mask. seeds: uint64 (n,), taken if `reseed`, else each row's own generator
        goes on; draws: int32 (n,), rows of the table, or -1 to draw one by weight."""

    def show_things(
        self, states: DeviceArray, actions: DeviceArray, things: DeviceArray, counts: DeviceArray, holds: DeviceArray
    ) -> None:
        """Write the things of every row, and whether its goals hold, into things (n, most) THING, counts int32 (n,)
        and holds uint8 (n, players, 2); see Batch.things."""

    def canvas(
        self, pixels: DeviceArray, rows: int, cols: int, depths: DeviceArray | None = None,
        segmentation: DeviceArray | None = None,
    ) -> Canvas:  # fmt: skip
        """A canvas that draws into pixels, uint8 (n, players, height, width, 3), with rows x cols tiles, and of
        first-person worlds into depths and segmentation (n, players, height, width), as often as it is asked; all
        contiguous.

        It remembers the tiles that it has drawn and draws what differs: nothing else may write into these arrays,
        unless `Canvas.forget` is called then.
        """

    def draw(self, states: DeviceArray, mask: DeviceArray, canvas: Any) -> None:
        """Draw every row of the mask into a canvas of this device."""

    def step_reset_draw(
        self, rows: Rows, repeat: int, ended: DeviceArray | None, resets: Resets, everywhere: DeviceArray, canvas: Any
    ) -> None:
        """`step`, then `reset` of the rows of the mask `ended`, by default of those that are over then, each with its
        own generator, then `draw` of the mask `everywhere`; for worlds without a simulator."""

    def write_scenes(self, states: DeviceArray, whole: bool = False) -> DeviceArray:
        """The scenes of the players of every row, SCENE (n, players); of first-person worlds. whole: with the parts
        behind the players too."""
