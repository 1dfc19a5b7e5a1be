"""n copies of a world, stepped and drawn together, on CPU threads or on a CUDA device.

batch = Batch(world, 1024, size=(64, 64), seed=0)
batch.reset()
batch.act(moves)                   # or write batch.actions, an array of ACTION records
outcomes = batch.step()            # an array of OUTCOME records
batch.reset(batch.over)            # a step never resets by itself
pixels = batch.draw()
"""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from ....interface.action import ACTION, OUTCOME, move_table
from ....interface.seeds import check_seed, row_seeds
from ..compile.ingredients import python
from ..library.random import mix
from ..records.bounds import sealed
from ..records.judge import MILLI
from ..records.states import RecordArray
from ..render.tiles import frame_size
from ..render.views import Frames, Rays
from ..simulator import RenderingSimulator, Simulator
from ..world import World
from . import copies
from .device import DeviceArray, Resets, Rows, TaskTable, check_things
from .devices import device_of
from .listener import Listener
from .pictures import Pictured
from .saved import begin_from, mark_of, opened_record
from .screen import Screen, check_frames
from .table import Table, pack_tasks, read_levels

TALLY = ("attempts", "successes", "returns")
"""Counters of each row of the table of tasks: episodes that ended and were reset, episodes with a success, and the sum
of their returns (the mean over the players) in thousandths. int64 (tasks,), on the device."""
_WHOLE = 1 << 31  # the sum of the scaled weights of tasks


class Batch(Pictured):
    """n copies of a world.

    world: a World; n: number of copies; size: (height, width) of a frame in pixels, or the edge of a square one; seed:
    row i starts from seed + i; device: "cpu" or "cuda"; threads: CPU threads, all cores by default; knobs: values that
    differ from the world's; limit: ticks in an episode; split: the set of levels ("train", "valid", "test", …); levels:
    in place of the world's own bank, a structured array, or the path of a file or folder that the world can read;
    tasks: a Table in place of the world's own task, each reset draws a row of it; repeat: ticks for which a step holds
    its actions.

    states (n,), actions (n, players), outcomes (n, players): structured arrays of this device (NumPy's on the CPU; on
    CUDA records whose fields, such as batch.actions["keys"], are torch tensors); pixels: uint8 (n, players, height,
    width, 3), see there. All are overwritten by each step: copy the data that you keep. listeners: told of each reset,
    step and load, such as a recorder of episodes; see listener.py. A copy has none.
    """

    def __init__(
        self,
        world: World,
        n: int,
        *,
        size: int | Sequence[int] | np.ndarray = (80, 80),
        seed: int = 0,
        device: str = "cpu",
        threads: int | None = None,
        knobs: Mapping[str, int] | None = None,
        limit: int | None = None,
        split: str = "train",
        levels: np.ndarray | str | Path | None = None,
        tasks: Table | None = None,
        repeat: int = 1,
    ):
        if int(n) != n or n < 1:
            raise ValueError(f"a batch holds a whole number of environments, at least 1; got {n}")
        if int(repeat) != repeat or repeat < 1:
            raise ValueError(f"a step repeats its actions for a whole number of ticks, at least 1; got {repeat}")
        self.world, self.n, self.players, self.repeat = world, int(n), world.players, int(repeat)
        self._device = device_of(device, world, threads)
        self._size: tuple[int, int] = (0, 0)
        self._shares = np.ones(1)
        self._begun = False
        self.listeners: list[Listener] = []
        self.configure(knobs=knobs, limit=limit, split=split, levels=levels, tasks=tasks)
        make = self._device.zeros
        states = np.zeros(self.n, world.rules.state)
        states["stream"] = python(mix)(row_seeds(check_seed(seed), self.n)[0])
        states["over"] = 1  # until the first reset a row does not move
        self.states = self._device.copy(self._device.put(states))
        self.actions = make((self.n, self.players), ACTION)
        self.outcomes = make((self.n, self.players), OUTCOME)
        self._spare = make((self.n, self.players), OUTCOME)
        self._seeds = self._device.put(np.zeros(self.n, np.uint64))
        self._place()
        self._seed: int | None = check_seed(seed)
        self.size = size
        self.simulator = self._make_simulator()
        self._device.prepare(self._rows, self._all, self._seeds, self._any, self._table)

    def configure(
        self,
        *,
        knobs: Mapping[str, int] | None = None,
        limit: int | None = None,
        split: str = "train",
        levels: np.ndarray | str | Path | None = None,
        tasks: Table | None = None,
    ) -> None:
        """Set the knobs, limit, split, levels or tasks of the next episodes; see the constructor. By default they are
        the world's own. `chosen` holds the last arguments by name. On an error nothing changes.
        """
        chosen = {"knobs": dict(knobs or {}), "limit": limit, "split": split, "levels": levels, "tasks": tasks}
        if tasks is not None:
            if knobs or limit is not None or levels is not None:
                raise ValueError("tasks bring their own knobs, limits and levels: give tasks, or these, not both")
            tasks.check(self.world)
            self._set(tasks, split)
            self.moments = tasks.moments
            self.weights, self._counting, self.chosen = np.ones(len(tasks)), True, chosen
            return
        levels, knobs = read_levels(self.world, levels, knobs)
        task = self.world.task_record(knobs, limit=limit, split=split)
        if levels is None:
            levels = self.world.level_bank(split, knobs)
        self._set(pack_tasks(task, levels), split)
        self.moments = {}
        self.weights, self._counting, self.chosen = np.ones(1), False, chosen

    def _set(self, table: Table, split: str) -> None:
        tasks = table.records
        rows, cols = int(tasks["rows"].max()), int(tasks["cols"].max())
        if self._size[0]:
            self.world.view.check(*self._size, rows, cols)
        self.table, self.split, self.rows, self.cols = table, split, rows, cols
        self.knobs = {name: int(tasks[name][0]) for name in self.world.knobs.declared}
        self.levels = self.world.no_levels if table.levels is None else table.levels
        self._place_table()
        self.tally = {name: self._device.zeros((len(tasks),), np.int64) for name in TALLY}

    def _place(self) -> None:
        """Copy the constant arrays to the device, and make the judge's scratch memory."""
        self._any = self._device.put(np.full(self.n, -1, np.int32))
        self._all = self._device.mask(np.ones(self.n, np.uint8))
        self._things = self._new_things()
        self._moves = self._device.put(move_table(self.world.controls.moves))
        self._place_table()

    def _new_things(self) -> DeviceArray:
        return self._device.things(self.n, self.world.rules.most_things)

    def _place_table(self) -> None:
        put = self._device.put
        self._task, self._levels = put(self.table.records), put(self.levels)
        self._table_parts = put(self.table.parts)

    @property
    def task_table(self) -> np.ndarray:
        """The tasks that resets draw from, (tasks,) of the world's `row_dtype`; their texts and goals are in `table`,
        see run/table.py."""
        return self.table.records

    @property
    def weights(self) -> np.ndarray:
        """The relative probability of each row of the table of tasks at a reset, float64 (tasks,), of any sum."""
        return self._shares

    @weights.setter
    def weights(self, weights: Any) -> None:
        """Raises ValueError for weights that are not finite, are negative or are all 0."""
        weights = np.asarray(weights, np.float64)
        fitting = weights.shape == self.task_table.shape and np.isfinite(weights).all()
        if not fitting or weights.min() < 0 or not weights.any():
            raise ValueError(
                f"weights are {len(self.task_table)} finite numbers of at least 0, not all 0; got shape {weights.shape}"
            )
        self._shares = weights
        sums = np.cumsum(weights / weights.sum())
        self._weights = self._device.put(np.rint(sums * _WHOLE).astype(np.int64))

    @property
    def _table(self) -> TaskTable:
        return TaskTable(self._weights, self._task, self._table_parts, self._levels)

    @property
    def _rows(self) -> Rows:
        return Rows(self.states, self.actions, self.outcomes, self._spare, self._things)

    @property
    def device(self) -> str:
        """ "cpu" or "cuda"."""
        return self._device.name

    @property
    def threads(self) -> int:
        """CPU threads that step and draw; 0 on CUDA."""
        return self._device.threads

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) of a frame in pixels; setting it, also to a list or to one number, makes a new `pixels`."""
        return self._size

    @size.setter
    def size(self, size: Any) -> None:
        """Raises ValueError for a size that is too small for this world."""
        chosen = frame_size(size)
        self.world.view.check(*chosen, self.rows, self.cols)
        self._size = chosen
        self._screen = self._make_screen()

    def _make_screen(self) -> Screen:
        return Screen(self._device, (self.n, self.players, *self._size, 3))

    @property
    def pixels(self) -> DeviceArray:
        """The frames as last drawn: uint8 (n, players, height, width, 3).

        A draw of a 2D world writes only the tiles that changed, so this array is read-only: to write into a frame, copy
        it, or draw into an array of your own with `draw(out=…)`. Torch's writes in place into a tensor of this memory,
        that of `tensors()` or on CUDA this very one, are noticed, and the next draw is of whole frames. Writes past
        both, such as those of a kernel of your own, are not: then call `draw(whole=True)`.
        """
        return self._screen.pixels

    def reset(self, mask: Any = None, *, seed: Any = None, tasks: Any = None) -> None:
        """Begin a new episode in the rows of the mask, (n,) bools; in all rows without one.

        seed: row i starts from seed + i, or from seed[i] of n numbers. None, as the whole or as one of the numbers,
        continues a row's own generator; the first reset without a seed takes that of the constructor. See
        interface/seeds.py. tasks: rows of the table, (n,) integers, -1 to draw one by weight; by default all -1.
        """
        everywhere = mask is None
        mask = self._all if everywhere else self._checked(mask)
        rows = self._any if tasks is None else self._device.put(self._checked_rows(tasks))
        given = self._take_seeds(seed, everywhere)
        if self._counting:
            self._count(mask)
        for part, reseed in self._parts(mask, given):
            self._device.reset(self.states, part, self._seeds, reseed, rows, self._table)
        if self.simulator:
            self.simulator.reset(self.states, mask)
        if self.moments:
            states = self._device.get(self.states)
            changed = begin_from(self.moments, states, self._device.get(mask) != 0)
            if len(changed) and states is not self.states:
                self.states[...] = self._device.put(states)
        for each in self.listeners:
            each.began(self, self._device.get(mask) != 0)

    def _take_seeds(self, seed: Any, everywhere: bool) -> np.ndarray:
        """Write the seeds of a reset into `_seeds`, and return the mask of the rows that have one, bool (n,): in
        the first reset of all rows at once, every row."""
        given = np.zeros(self.n, bool)
        if seed is not None:
            seeds, given = row_seeds(seed, self.n)
        if everywhere and self._seed is not None and not given.all():
            first, _ = row_seeds(self._seed, self.n)
            seeds, given = np.where(given, seeds, first) if given.any() else first, np.ones(self.n, bool)
        if given.any():
            self._seeds, self._seed = self._device.put(seeds), None
        return given

    def _parts(self, mask: DeviceArray, given: np.ndarray) -> Iterator[tuple[DeviceArray, bool]]:
        """The rows of a mask with a given seed, and those without, as (mask, whether they have seeds)."""
        if given.all() or not given.any():
            yield mask, bool(given.all())
            return
        seeded = self._device.mask(given)
        yield mask * seeded, True
        yield mask * (1 - seeded), False

    def _count(self, mask: DeviceArray) -> None:
        """Add the episodes that have ended in the rows of the mask to the tally of their tasks."""
        states, ended = self.states, (mask != 0) & (self.states["over"] != 0) & (self.states["tick"] != 0)
        self._device.add(self.tally["attempts"], states["task"], ended)
        self._device.add(self.tally["successes"], states["task"], ended & (states["won"] != 0))
        self._device.add(self.tally["returns"], states["task"], ended, states["total"] * MILLI / self.players)

    def _checked_rows(self, rows: Any) -> np.ndarray:
        rows = np.asarray(rows)
        fitting = rows.shape == (self.n,) and rows.dtype.kind in "iu"
        if not fitting or rows.min() < -1 or rows.max() >= len(self.task_table):
            last = len(self.task_table) - 1
            raise ValueError(f"tasks to begin with are {self.n} rows of the table, from 0 to {last}, or -1 to draw one")
        return rows.astype(np.int32)

    def step(self) -> RecordArray:
        """One step of every row with the current `actions`: `repeat` ticks, fewer at the end of an episode, with the
        sum of their rewards. Rows that are over, or were never reset, do not change. Returns `outcomes`.

        Raises RuntimeError before the first reset.
        """
        self._check_begun()
        self._device.step(self._rows, self.repeat, self.simulator)
        for each in self.listeners:
            each.stepped(self)
        return self.outcomes

    def _check_begun(self) -> None:
        if not self._begun:
            self._begun = bool((self.states["players"] != 0).any())
            if not self._begun:
                raise RuntimeError("no episode has begun: call reset() before step()")

    def things(self) -> tuple[DeviceArray, DeviceArray, DeviceArray]:
        """The things of each row, and the state of its goals: (things, counts, holds).

        things: THING records (n, most), of which the first `counts`, int32 (n,), are valid; holds: uint8 (n, players,
        2): 1 where the player's stage of the goal holds, and where a clause holds that must never. New arrays.
        Raises ValueError for more than `most` things.
        """
        things, counts = self._new_things(), self._device.zeros((self.n,), np.int32)
        holds = self._device.zeros((self.n, self.players, 2), np.uint8)
        self._device.show_things(self.states, self.actions, things, counts, holds)
        check_things(self.world, int(counts.max()))
        return things, counts, holds

    def act(self, moves: Any) -> None:
        """Write the world's named moves into `actions`: integers (n, players), or (n,) for one player."""
        self._device.take(self._moves, moves, self.actions)

    def draw(
        self, mask: Any = None, out: DeviceArray | None = None, depths: DeviceArray | None = None,
        segmentation: DeviceArray | None = None, whole: bool = False,
    ) -> DeviceArray:  # fmt: skip
        """Draw all rows, or those of the mask, into `pixels`, or into `out` (n, players, any height, any width, 3).

        Into `pixels` only the tiles of 2D worlds are written that changed since the last draw, unless all are asked for
        with `whole`; into any other array always whole frames.

        Of a first-person world the same pass also writes, if they are given: depths, float32 (n, players, height,
        width), in cells along the line of sight, 1e9 for the sky; segmentation, uint8 of the same shape: 0 for the map,
        1 + number of a player, 16 + index of a thing (those of `things`, without the players).
        """
        mask = self._all if mask is None else self._checked(mask)
        screen, view = self._screen, self.world.view
        own = out is None or out is screen.pixels
        if own and depths is None and segmentation is None and not isinstance(view, Frames):
            self._device.draw(self.states, mask, screen.canvas(self.rows, self.cols, whole))
            return screen.pixels
        target: DeviceArray = screen.frames if own else out
        check_frames(self.world, self.n, target, depths, segmentation)
        if isinstance(view, Frames):
            for row in np.flatnonzero(mask):
                self._draw_simulated(int(row), target[row])
        else:
            canvas = self._device.canvas(target, self.rows, self.cols, depths, segmentation)
            self._device.draw(self.states, mask, canvas)
        return screen.pixels if own else out

    def play(self, ended: Any = None) -> DeviceArray:
        """One step of all rows, new episodes in those of the mask `ended`, by default in those that are over then, and
        a draw: what `step()`, `reset(over)` and `draw()` do, with one start of the threads. Returns `pixels`; the step
        is in `outcomes`.

        Rows that end in this step show their next episode, as with Gymnasium's AutoresetMode.SAME_STEP; with the mask
        of those that ended in the step before, as with NEXT_STEP.
        """
        apart = self.simulator is not None or self.listeners or self.moments or self._seed is not None
        if apart or (self._counting and ended is None):
            self.step()
            self.reset(self.over if ended is None else ended)
            return self.draw()
        self._check_begun()
        mask = None if ended is None else self._checked(ended)
        if self._counting and mask is not None:
            self._count(mask)
        canvas = self._screen.canvas(self.rows, self.cols, False)
        resets = Resets(self._seeds, False, self._any, *self._table)
        self._device.step_reset_draw(self._rows, self.repeat, mask, resets, self._all, canvas)
        return self._screen.pixels

    def scenes(self, row: int = 0, whole: bool = False) -> np.ndarray:
        """The scenes of the players of a row, SCENE records (players,) on the CPU; see raycast/scene.py. whole: with
        the parts behind the players too, as for a map. Raises ValueError for a world that is not drawn by rays."""
        if not isinstance(self.world.view, Rays):
            raise ValueError(f"{self.world.name} is not drawn by rays, and has no scenes")
        return self._device.get(self._device.write_scenes(self.states[row : row + 1], whole))[0]

    def picture(self, row: int = 0, player: int = 0, size: Any = None) -> np.ndarray:
        """A new frame of one row from one player's view: uint8 (height, width, 3), of any size, on the CPU."""
        height, width = self._size if size is None else frame_size(size)
        one = self._device.zeros((1, self.players, height, width, 3), np.uint8)
        if isinstance(self.world.view, Frames):
            self._draw_simulated(row, one[0])
            return one[0, player]
        self._device.draw(self.states[row : row + 1], self._all[:1], self._device.canvas(one, self.rows, self.cols))
        return self._device.get(one)[0, player].copy()

    def _draw_simulated(self, row: int, out: np.ndarray) -> None:
        assert isinstance(self.simulator, RenderingSimulator)
        for player in range(self.players):
            self.simulator.draw(row, self.states[row : row + 1], player, out[player])

    @property
    def over(self) -> DeviceArray:
        """(n,): 1 in the rows whose episode has ended."""
        return self.states["over"]

    @property
    def instruction(self) -> DeviceArray:
        """The instruction of each player as tokens: uint16 (n, players, 64); empty before the first reset."""
        return self.states["instruction"][:, : self.players]

    @property
    def chat(self) -> DeviceArray:
        """The texts that each player heard in the last tick, as tokens: uint16 (n, players, 64)."""
        return self.states["chat"][:, : self.players]

    def tensors(self) -> dict[str, Any]:
        """Torch tensors that share the memory of this batch, on its device.

        pixels; keys, buttons, wheel, mouse, say of the actions; reward, terminated, truncated, success of the outcomes;
        over, task, instruction and chat of the states.
        """
        arrays = {name: self.actions[name] for name in ACTION.names or ()}
        arrays |= {name: self.outcomes[name] for name in OUTCOME.names or ()}
        arrays |= {name: self.states[name] for name in ("over", "task", "instruction", "chat")}
        tensors = {name: self._device.tensor(array) for name, array in arrays.items()}
        for name in ("instruction", "chat"):
            tensors[name] = tensors[name][:, : self.players]
        return {"pixels": self._screen.tensor(), **tensors}

    def save(self, row: int) -> bytes:
        """One row's whole state as bytes, which `load` restores in this batch or another one of this world.

        Raises ValueError for a world that cannot be saved, as do `load` and `clone`.
        """
        return sealed(self.mark, self.record(row))

    def record(self, row: int) -> bytes:
        """The bytes of one row's record, without mark and checksum."""
        self._check_savable()
        return self._device.get(self.states[row : row + 1]).tobytes()

    def load(self, row: int, data: bytes) -> None:
        """Restore a saved state in a row. Raises ValueError, and changes nothing, unless the state is valid in this
        batch: of this family and version, undamaged, of the same number of players, with a picture that is no larger,
        and each field within the world's bounds."""
        self.load_rows(slice(row, row + 1), [data])

    def load_rows(self, rows: slice, saved: Sequence[bytes]) -> None:
        """The same for several rows at once, a saved state for each; on an error no row is changed."""
        self._check_savable()
        fitting = (self.rows, self.cols), len(self.task_table)
        records = [opened_record(self.world, data, *fitting) for data in saved]
        self.states[rows] = self._device.put(np.concatenate(records))
        for each in self.listeners:
            each.loaded(self, np.arange(self.n)[rows])

    @cached_property
    def mark(self) -> bytes:
        """Eight bytes that identify this family's records."""
        return mark_of(self.world)

    def clone(self) -> Batch:
        """An independent batch in the same state. Actions and outcomes are copied too."""
        self._check_savable()
        twin: Batch = copies.twin_of(self)
        return twin

    __copy__ = clone

    def __deepcopy__(self, memo: dict[int, Any]) -> Batch:
        return self.clone()

    def __getstate__(self) -> dict[str, Any]:
        """The content of a pickle: the current state, with all arrays on the CPU. Raises ValueError for a world that
        cannot be saved."""
        self._check_savable()
        return copies.content_of(self)

    def __setstate__(self, content: dict[str, Any]) -> None:
        """Restore the state on a device of the same name, which must be available."""
        copies.restore(self, content)

    def _make_simulator(self) -> Simulator | None:
        """The world's simulator for these rows, or None; it is closed when this batch is deleted."""
        if self.world.rules.simulator is None:
            return None
        made = self.world.rules.simulator(self.world, self.n, self.threads)
        weakref.finalize(self, made.close)
        return made

    def _check_savable(self) -> None:
        if not self.world.rules.savable:
            raise ValueError(
                f"{self.world.name} is a guest whose state cannot be saved, loaded, copied or pickled: make another one"
            )

    def _checked(self, mask: Any) -> DeviceArray:
        if tuple(mask.shape) != (self.n,):
            raise ValueError(f"a mask over the rows has shape ({self.n},), got {tuple(mask.shape)}")
        return self._device.mask(mask)
