"""A CUDA GPU as a device of the batched engine: torch tensors, and the same rules compiled by numba-cuda.

Nothing leaves the GPU: states, actions and outcomes are torch tensors of bytes that kernels see as records, pixels a
torch tensor that kernels see as machine words. Kernels run on torch's current stream. Everything that is particular to
CUDA lies in this file and in the kernels' text in template.py; under NUMBA_ENABLE_CUDASIM=1 (with NUMBA_DISABLE_JIT=1)
the same code runs on Numba's CUDA simulator, slowly and on the CPU.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import warnings
from contextlib import nullcontext, suppress
from functools import cache, lru_cache
from importlib.metadata import version
from types import ModuleType, SimpleNamespace
from typing import Any, NamedTuple, TypeAlias
from unittest.mock import patch

import numpy as np
import torch

from ....interface.action import ACTION, OUTCOME
from ..compile import modules
from ..kernels import family, template
from ..records.things import THING
from ..render.raycast import draw as rays
from ..render.raycast.scene import SCENE
from ..render.raycast.textures import pyramid
from ..render.tiles import Layout, atlas, layout, shown_tiles, words_of
from ..render.views import Tiles
from ..simulator import Simulator
from ..world import World
from .device import SPARE, DeviceArray, Resets, Rows, TaskTable
from .table import pack_tasks

THREADS = 64  # threads in a block of step and reset: small, so that small batches use all multiprocessors
AT_ONCE = 1 << 26  # pixels of first-person frames in one launch; each takes 21 bytes of scratch memory
MOST_VIEWS = 1 << 15  # views in one launch; a grid has fewer than 65536 blocks along its second axis
LANES, TEAMS = 32, 8  # threads in a block of draw: along a row of tiles, and rows


class NoCudaError(RuntimeError):
    """Raised where CUDA is requested and cannot be used; the message says what is missing."""


class Records:
    """A structured array on the GPU: `records["field"]` is a torch tensor that shares its memory, `records[4:8]` rows.

    bytes: the torch tensor (*shape, itemsize), uint8, that holds it; dtype: of one record.
    """

    def __init__(self, data: torch.Tensor, dtype: np.dtype):
        self.bytes, self.dtype, self.shape = data, dtype, tuple(data.shape[:-1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> Any:
        if not isinstance(key, str):
            return Records(self.bytes[key], self.dtype)
        assert self.dtype.fields is not None
        field, offset = self.dtype.fields[key][:2]
        values = self.bytes[..., offset : offset + field.itemsize].view(_torch(field.base))
        return values.unflatten(-1, field.shape) if field.shape else values[..., 0]

    def __setitem__(self, key: Any, value: Any) -> None:
        """Copy Records into rows, or a value that torch can convert into a field."""
        if isinstance(key, str):
            self[key][...] = torch.as_tensor(value, device=self.bytes.device)
        else:
            self.bytes[key] = value.bytes


Array: TypeAlias = torch.Tensor | Records
Grid: TypeAlias = int | tuple[int, int]
"""Blocks of a launch, or threads of a block, along one axis or two."""


class Cuda:
    """Arrays and kernels of one world on torch's current GPU. Record arrays are `Records`, all others torch tensors."""

    name, threads = "cuda", 0

    def __init__(self, world: World):
        self.simulated = check()
        self.world = world
        self.kernels = cuda_kernels(world)
        self._torch = torch.device("cpu") if self.simulated else torch.device("cuda", torch.cuda.current_device())
        self._threads, self._block = (4, (4, 2)) if self.simulated else (THREADS, (LANES, TEAMS))
        self._sheets: dict[int, torch.Tensor] = {}
        self._scratch: dict[tuple[int, ...], dict[str, DeviceArray]] = {}
        self._begun: set[str] = set()
        self._numba = importlib.import_module("numba.cuda")
        if not self.simulated:
            self._numba.select_device(self._torch.index)
            warnings.filterwarnings("ignore", "Grid size .* low occupancy")  # small batches are meant to be small

    def prepare(
        self, rows: Rows, mask: torch.Tensor, seeds: torch.Tensor, draws: torch.Tensor, table: TaskTable
    ) -> None:
        """Compile or load the step and reset kernels by calls on one row that is over."""
        idle = self.zeros((1,), rows.states.dtype)
        idle["over"] = 1
        self.reset(idle, self.mask([0]), seeds[:1], True, draws[:1], table)
        self.step(Rows(idle, *(each[:1] for each in rows[1:])), 1, None)

    def zeros(self, shape: tuple[int, ...], dtype: Any) -> DeviceArray:
        """A new array of zeros on this device."""
        dtype = np.dtype(dtype)
        if dtype.names is None:
            return torch.zeros(shape, dtype=_torch(dtype), device=self._torch)
        return Records(torch.zeros((*shape, dtype.itemsize), dtype=torch.uint8, device=self._torch), dtype)

    def things(self, rows: int, most: int) -> DeviceArray:
        """A new table of things, THING (rows, most), with memory to spare after its end."""
        flat = torch.zeros((rows * most + SPARE, THING.itemsize), dtype=torch.uint8, device=self._torch)
        return Records(flat[: rows * most].view(rows, most, THING.itemsize), THING)

    def put(self, array: np.ndarray) -> DeviceArray:
        """A copy of this NumPy array on this device."""
        if array.dtype.names is None:
            return torch.from_numpy(np.array(array)).to(self._torch)
        data = np.frombuffer(bytearray(array.tobytes()), np.uint8).reshape(*array.shape, array.dtype.itemsize)
        return Records(torch.from_numpy(data).to(self._torch), array.dtype)

    def get(self, array: Array) -> np.ndarray:
        """A copy of this device's array as a NumPy array."""
        if isinstance(array, Records):
            return array.bytes.cpu().numpy().copy().view(array.dtype)[..., 0]
        return array.cpu().numpy().copy()

    def copy(self, array: Array) -> Array:
        """A copy of this device's array on this device."""
        return Records(array.bytes.clone(), array.dtype) if isinstance(array, Records) else array.clone()

    def mask(self, mask: Any) -> torch.Tensor:
        """A mask over rows, given as bools or integers of torch or NumPy, as uint8."""
        mask = mask if isinstance(mask, torch.Tensor) else torch.from_numpy(np.array(mask, np.uint8))
        return mask.to(self._torch, torch.uint8).contiguous()

    def add(
        self, counts: torch.Tensor, rows: torch.Tensor, mask: torch.Tensor, values: torch.Tensor | None = None
    ) -> None:
        """Add 1, or each value rounded, to counts[row] for every row of the mask."""
        added = mask.long() if values is None else values.round().long() * mask
        counts.index_add_(0, rows.long(), added)

    def tensor(self, array: torch.Tensor) -> torch.Tensor:
        """A torch tensor that shares this array's memory (here: itself)."""
        return array

    def take(self, moves: Records, indices: Any, actions: Records) -> None:
        """Write moves[indices] into `actions`; indices: an integer of torch or NumPy for each action.

        Raises IndexError for a number that is no move, except for indices on the GPU, which are not checked.
        """
        indices = torch.as_tensor(indices)
        if not indices.is_cuda and indices.numel() and not 0 <= int(indices.min()) <= int(indices.max()) < len(moves):
            raise IndexError(f"a move is a number from 0 to {len(moves) - 1}, got {indices.tolist()}")
        flat = actions.bytes.view(-1, actions.dtype.itemsize)
        torch.index_select(moves.bytes, 0, indices.reshape(-1).to(self._torch, torch.int64), out=flat)

    def step(self, rows: Rows, repeat: int, simulator: Simulator | None) -> None:
        """One step of every row, of at most `repeat` ticks. simulator: None, since none runs on CUDA."""
        self._launch("step", self._blocks(len(rows.states)), self._threads, *rows, repeat)

    def show_things(
        self, states: Records, actions: Records, things: Records, counts: torch.Tensor, holds: torch.Tensor
    ) -> None:
        """Write the things of every row, and whether its goals hold."""
        blocks = self._blocks(len(states))
        self._launch("show_things", blocks, self._threads, states, actions, things, counts, holds)

    def reset(
        self, states: Records, mask: torch.Tensor, seeds: torch.Tensor, reseed: bool, draws: torch.Tensor,
        table: TaskTable,
    ) -> None:  # fmt: skip
        """A new episode in every row of the mask."""
        blocks = self._blocks(len(states))
        self._launch("reset", blocks, self._threads, states, mask, seeds, reseed, draws, *table)

    def _blocks(self, threads: int) -> int:
        """Blocks of a grid that has at least this many threads."""
        return -(-threads // self._threads)

    def frames(self, shape: tuple[int, ...]) -> tuple[torch.Tensor, torch.Tensor]:
        """New frames of zeros, uint8: one tensor, for all."""
        made = self.zeros(shape, np.uint8)
        return made, made

    def canvas(
        self,
        pixels: torch.Tensor,
        rows: int,
        cols: int,
        depths: torch.Tensor | None = None,
        segmentation: torch.Tensor | None = None,
    ) -> _Tiles | _Rays:
        """A canvas that draws into these tensors; see Device.canvas."""
        if isinstance(self.world.view, Tiles):
            n, players, height, width, _ = pixels.shape
            shown = self.zeros((n, players, shown_tiles(rows, cols)), np.int16)
            return _Tiles(pixels, shown, layout(height, width, rows, cols), rows, cols)
        none = (0, 0, 0, 0)
        depths = self.zeros(none, np.float32) if depths is None else depths
        segmentation = self.zeros(none, np.uint8) if segmentation is None else segmentation
        return _Rays(pixels, depths, segmentation)

    def draw(self, states: Records, mask: torch.Tensor, canvas: _Tiles | _Rays) -> None:
        """Draw every row of the mask."""
        if isinstance(canvas, _Tiles):
            self._draw_tiles(states, mask, canvas)
        else:
            self._draw_rays(states, mask, canvas)

    def step_reset_draw(
        self,
        rows: Rows,
        repeat: int,
        ended: torch.Tensor | None,
        resets: Resets,
        everywhere: torch.Tensor,
        canvas: _Tiles | _Rays,
    ) -> None:
        """One after the other, in order on the stream; see Device.step_reset_draw."""
        seeds, reseed, draws, *table = resets
        self.step(rows, repeat, None)
        ended = self.mask(rows.states["over"]) if ended is None else ended
        self.reset(rows.states, ended, seeds, reseed, draws, TaskTable(*table))
        self.draw(rows.states, everywhere, canvas)

    def _draw_rays(self, states: Records, mask: torch.Tensor, canvas: _Rays) -> None:
        pixels, depths, segmentation = canvas.pixels, canvas.depths, canvas.segmentation
        n, players, height, width, _ = pixels.shape
        scenes = self._write_scenes(states, mask)
        together = min(max(AT_ONCE // (height * width), 1), n * players, MOST_VIEWS)
        if (together, height, width) not in self._scratch:
            shapes = rays.cuda_scratch(together, height, width)
            self._scratch = {(together, height, width): {name: self.zeros(*each) for name, each in shapes.items()}}
        scratch = self._scratch[together, height, width]
        scratch["floors"][-2], scratch["floors"][-1] = height, width
        if 0 not in self._sheets:
            self._sheets[0] = self.put(pyramid().reshape(-1).view(np.int32))
        module, threads = rays.cuda_kernels(version("numba-cuda")), 4 if self.simulated else rays.LANES
        for first in range(0, n * players, together):
            views = min(together, n * players - first)
            across = -(-max(height, rays.SOLIDS) // threads), views
            five = (scratch[name] for name in ("rows", "row_textures", "projections", "visible", "floors"))
            self._launch("prepare", across, threads, scenes, first, *five, module=module)
            counted = scenes, first, scratch["projections"][:views], scratch["visible"][:views]
            self._launch("gather", -(-views // threads), threads, *counted, module=module)
            drawn = scenes, first, self._sheets[0], *scratch.values(), pixels, depths, segmentation
            self._launch("draw", (-(-width // threads), views), threads, *drawn, module=module)

    def write_scenes(self, states: Records, whole: bool = False) -> Records:
        """The scenes of the players of every row, SCENE records (n, players); of first-person worlds. whole: with the
        parts behind the players too."""
        return self._write_scenes(states, self.mask([1] * len(states)), whole)

    def _write_scenes(self, states: Records, mask: torch.Tensor, whole: bool = False) -> Records:
        scenes = self.zeros((len(states), self.world.players), SCENE)
        scenes["whole"] = int(whole)
        blocks = self._blocks(len(states) * self.world.players)
        self._launch("write_scenes", blocks, self._threads, states, mask, scenes)
        return scenes

    def _draw_tiles(self, states: Records, mask: torch.Tensor, canvas: _Tiles) -> None:
        pixels, place = canvas.pixels, canvas.place
        n, players, height, width, _ = pixels.shape
        word = np.dtype(words_of(place, width))
        lines = self._view(pixels, word, (n, players, height, width * 3 // word.itemsize))
        if place.tile not in self._sheets:
            assert isinstance(self.world.view, Tiles)
            self._sheets[place.tile] = self.put(atlas(self.world.view.sprites, place.tile))
        sheet = self._sheets[place.tile]
        sprites = self._view(sheet, word, (*sheet.shape[:2], place.tile * 3 // word.itemsize))
        numbers = (place.tile, place.top, place.left * 3 // word.itemsize, canvas.rows, canvas.cols)
        arguments = states, mask, canvas.shown, pixels, lines, sprites, *numbers
        self._launch(f"draw_{word.name}", (n, players), self._block, *arguments)

    def _launch(self, name: str, grid: Grid, block: Grid, *arguments: Any, module: ModuleType | None = None) -> None:
        """Run a kernel on torch's current stream, in order with the operations of torch.

        The first call compiles or loads the kernel, with a message if that takes a while.
        """
        handle = 0 if self.simulated else torch.cuda.current_stream(self._torch).cuda_stream
        stream = _stream(self._numba.external_stream, handle) if handle else 0
        module = module or self.kernels
        first = nullcontext() if name in self._begun else modules.progress(self.world.name, getattr(module, name))
        self._begun.add(name)
        with first:
            getattr(module, name)[grid, block, stream](*(self._argument(argument) for argument in arguments))

    def _argument(self, argument: Any) -> Any:
        """The argument of a kernel: numbers unchanged, Records and tensors as Numba's arrays on the device."""
        if isinstance(argument, Records):
            return self._view(argument.bytes, argument.dtype, argument.shape)
        if isinstance(argument, torch.Tensor):
            return self._view(argument, np.dtype(str(argument.dtype).removeprefix("torch.")), tuple(argument.shape))
        return argument

    def _view(self, tensor: torch.Tensor, dtype: np.dtype, shape: tuple[int, ...]) -> Any:
        """The memory of a contiguous tensor as Numba's array of this dtype and shape."""
        if not tensor.is_contiguous():
            raise ValueError(f"arrays that kernels work on must be contiguous; this one has strides {tensor.stride()}")
        if tensor.device != self._torch:
            raise ValueError(f"a tensor on {tensor.device} was given to a batch on {self._torch}")
        if self.simulated:
            return _simulated()(tensor.numpy().reshape(-1).view(np.uint8).view(dtype).reshape(shape))
        return _described(self._numba.from_cuda_array_interface, tensor.data_ptr(), dtype, shape)


class _Tiles(NamedTuple):
    """Frames of a world of rows x cols tiles, and the list of what each shows; see tiles.shown_tiles."""

    pixels: torch.Tensor
    shown: torch.Tensor
    place: Layout
    rows: int
    cols: int

    def forget(self) -> None:
        """Draw whole frames the next time."""
        self.shown[:, :, 0] = 0


class _Rays(NamedTuple):
    """Frames of a first-person world, and what is drawn in the same pass."""

    pixels: torch.Tensor
    depths: torch.Tensor
    segmentation: torch.Tensor

    def forget(self) -> None:
        """Every draw is of whole frames."""


@lru_cache(maxsize=64)
def _stream(make: Any, handle: int) -> Any:
    return make(handle)


@lru_cache(maxsize=256)
def _described(make: Any, pointer: int, dtype: np.dtype, shape: tuple[int, ...]) -> Any:
    """Numba's array at this address of the GPU. It does not own the memory and does not keep it allocated."""
    return make({"data": (pointer, False), "shape": shape, "strides": None, "typestr": dtype, "version": 3})


@cache
def _simulated() -> Any:
    """The simulator's array, in which fields take precedence over attributes of NumPy's arrays, such as "size"."""
    simulator = importlib.import_module("numba.cuda.cudadrv.devicearray")

    class RecordsFirst(simulator.FakeCUDAArray):  # type: ignore[name-defined]
        def __getattribute__(self, name: str) -> Any:
            if name in (object.__getattribute__(self, "_ary").dtype.names or ()):
                return self[name]
            return super().__getattribute__(name)

        def __getitem__(self, key: Any) -> Any:
            value = self._ary[key]
            return RecordsFirst(value) if isinstance(value, np.ndarray | np.void) else value

    return RecordsFirst


def _torch(dtype: np.dtype) -> torch.dtype:
    return getattr(torch, dtype.name)


def check() -> bool:
    """Raise NoCudaError, saying what is missing, where CUDA cannot be used. True on Numba's CUDA simulator."""
    if importlib.util.find_spec("numba_cuda") is None:
        raise NoCudaError("CUDA needs the package numba-cuda, which is not installed: pip install 'rumpus[cuda]'")
    config = importlib.import_module("numba").config
    if os.environ.get("NUMBA_ENABLE_CUDASIM", "0") != "0":
        if not config.DISABLE_JIT:
            raise NoCudaError("Numba's CUDA simulator, NUMBA_ENABLE_CUDASIM=1, needs NUMBA_DISABLE_JIT=1 too")
        return True
    if not torch.backends.cuda.is_built():
        raise NoCudaError(
            f"this PyTorch ({torch.__version__}) is built for the CPU alone; install one that is built for CUDA, see "
            "https://pytorch.org/get-started"
        )
    if not torch.cuda.is_available():
        raise NoCudaError("PyTorch finds no NVIDIA GPU with a working driver; `nvidia-smi` shows what the driver finds")
    try:
        with suppress(ImportError):
            importlib.import_module("numba.cuda.np.arrayobj")  # the first import of its compiler
    except AttributeError as error:
        raise NoCudaError(
            f"numba-cuda {version('numba-cuda')} does not work with NumPy {np.__version__} ({error}): "
            "pip install 'numpy<2.5'"
        ) from error
    if not importlib.import_module("numba.cuda").is_available():
        raise NoCudaError(
            "numba-cuda cannot use this GPU: the driver may be too old, or NVVM is missing; pip install "
            "'rumpus[cuda]', and `python -m numba -s` says more"
        )
    return False


def cuda_kernels(world: World) -> ModuleType:
    """The kernels of a world for CUDA; compiled or loaded at their first call."""
    return family.kernel_module(world, template.CUDA[type(world.view).__name__], "cuda", version("numba-cuda"))


def ptx(world: World, capability: tuple[int, int] = (9, 0)) -> dict[str, str]:
    """PTX of all kernels of a world, by name, for GPUs of this compute capability (9.0: H200). Needs no GPU."""
    from numba import boolean, int64

    task, bank = pack_tasks(world.task_record()).records, world.level_bank()
    levels = world.no_levels if bank is None else bank
    rows = _array(world.rules.state, 1), _array(np.uint8, 1)
    signatures = {
        "step": (rows[0], _array(ACTION, 2), *[_array(OUTCOME, 2)] * 2, _array(THING, 2), int64),
        "show_things": (rows[0], _array(ACTION, 2), _array(THING, 2), _array(np.int32, 1), _array(np.uint8, 3)),
        "reset": (
            *rows,
            _array(np.uint64, 1),
            boolean,
            _array(np.int32, 1),
            _array(np.int64, 1),
            _array(task.dtype, 1),
            _array(np.int32, 1),
            _array(levels.dtype, 1),
        ),
    }
    if isinstance(world.view, Tiles):
        for word in template.WORDS:
            shown = _array(np.int16, 3)
            signatures[f"draw_{word}"] = (
                *rows,
                shown,
                _array(np.uint8, 5),
                _array(word, 4),
                _array(word, 3),
                *(int64,) * 5,
            )
    else:
        signatures["write_scenes"] = (*rows, _array(SCENE, 2))
    return _compiled(cuda_kernels(world), signatures, capability)


def rays_ptx(capability: tuple[int, int] = (9, 0)) -> dict[str, str]:
    """PTX of the kernels that draw scenes, by name; see `ptx`."""
    from numba import int64

    scenes, scratch = (
        _array(SCENE, 2),
        [_array(kind, len(shape)) for shape, kind in rays.cuda_scratch(1, 8, 8).values()],
    )
    drawn = _array(np.uint8, 5), _array(np.float32, 4), _array(np.uint8, 4)
    signatures = {
        "prepare": (scenes, int64, *scratch[:5]),
        "gather": (scenes, int64, *scratch[2:4]),
        "draw": (scenes, int64, _array(np.int32, 1), *scratch, *drawn),
    }
    return _compiled(rays.cuda_kernels(version("numba-cuda")), signatures, capability)


def _array(dtype: Any, axes: int) -> Any:
    """Numba's type of an array with this number of axes."""
    from numba.cuda.typing.typeof import typeof

    return typeof(np.zeros((1,) * axes, dtype))


def _compiled(module: ModuleType, signatures: dict[str, Any], capability: tuple[int, int]) -> dict[str, str]:
    from numba.cuda import compile_ptx, dispatcher

    # To compile a function that a kernel calls, Numba asks for the current GPU: answer with the target.
    with patch.object(dispatcher, "get_current_device", lambda: SimpleNamespace(compute_capability=capability)):
        return {
            name: compile_ptx(getattr(module, name).py_func, signature, cc=capability)[0]
            for name, signature in signatures.items()
        }
