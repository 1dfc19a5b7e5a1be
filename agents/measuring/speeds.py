"""All speeds of this machine in one run, as `rumpus bench --all` prints them.

Figures that belong together are measured in turn, round by round, so that all see the same machine; each is given as
the median of its rounds, with the least and the most. Figures of one core are pinned to it, those of peers alike.
Nothing else should run meanwhile: the report says how busy the machine was when it began. For work that one thread
does, it says as well how much of it a second of the processor's own time does, which others on the machine change less.

A core may itself change its speed, by half and more from one tenth of a second to the next, as where it shares its
units with another machine's; no clock shows that. So a fixed loop of Python is timed beside each round, and the report
has its pace; and rounds that fall into two groups far apart are reported as two speeds, since their median is that of
the larger group alone.
"""

from __future__ import annotations

import importlib.util
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ... import worlds
from ...interface.action import as_action, move_table
from ...interface.machine import cores, load, processor
from ...interface.progress import Stderr, reporting, work
from ...tasks import files
from ...tasks.compile import table
from ...tasks.generate import generate
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.run.threads import one_core
from ...worlds.engine.tools import bench, raycast_bench

ROUNDS = 5
SIZES = ((40, 40), (80, 80), (96, 96))
"""(height, width) of frames in tiles: agents' usual size, the default of a batch, and tiles of 9 pixels."""
EYE = (64, 64)
"""The size of frames where nothing else is said."""
_ENVS, _ROWS = 1024, 64  # of batches of tiles, and of rooms
_APART = 1.3  # times from one group of rounds to the next, from which on they are two speeds
_LOOP = 10_000  # turns of the loop by which a core's pace is taken, about a millisecond
_TASKS_A_SECOND = 1024  # tasks that are made for each second of the measurement

FIRST_PERSON = "maze-random-goal"
"""The world that `rumpus bench --first-person` measures by default."""

DATA_WORLDS = ("sokoban", "box-world", "maze-small")
"""The worlds of the episodes that `rumpus bench --data` reads by default."""
ALL_WORLDS: dict[str, Any] = {
    "tiles": ("sokoban", "box-world"), "single": ("sokoban", "maze-random-goal"),
    "several": ("sokoban-duo", "tag-four"), "first_person": "maze-random-goal", "room": "room",
    "tasks": "sokoban-small", "threads": {"sokoban": (64, 1024), "maze-random-goal": (256,), "room": (64,)},
    "starts": ("sokoban", "maze-random-goal", "room"),
}  # fmt: skip
"""The worlds that `rumpus bench --all` measures; see Worlds."""
SERVED = ("maze-random-goal", "tag-four", "sokoban")
"""The worlds that `rumpus bench --serve` plays: alone in real time, together, and in turns."""
PLAYED = ("sokoban", "maze-random-goal", "room")
"""The worlds that `rumpus bench --play` plays by default: a grid, and two with a camera."""
TRAINED = "box-world-small"
"""The world that `rumpus bench --train` trains in by default."""

Value = float | tuple[float, float]
"""A figure, by the clock; and in a second of the processor's time, where one thread of this process did it all."""
Run = Callable[[float], Value]
"""A measurement that takes about this many seconds; it returns the figure."""


class Worlds(NamedTuple):
    """The names of the worlds that are measured.

    tiles: drawn in tiles, as batches; single, several: as one environment of Gymnasium's, or of PettingZoo's;
    first_person, room: one drawn by rays, and one that a simulator moves; threads: the rows with which two threads are
    compared with one; tasks: one whose tasks are made and read; starts: those whose first frame in a new process is
    timed.
    """

    tiles: tuple[str, ...]
    single: tuple[str, ...]
    several: tuple[str, ...]
    first_person: str
    room: str
    threads: Mapping[str, tuple[int, ...]]
    tasks: str
    starts: tuple[str, ...]


class Figure(NamedTuple):
    """A thing that is measured: the part of the report, what it is, its unit, and the core that it was pinned to, if it
    was."""

    part: str
    what: str
    unit: str
    core: int | None = None


def speeds(chosen: Worlds, seconds: float = 6.0, against: Iterable[str] = (), *, starts: bool = True) -> dict[str, Any]:
    """The report {machine, rows, missing}, measured in about `seconds` for each part besides the starts.

    machine: processor, cores, load and date (when the measurement began), python, platform, seconds, and pace: the
    {median, least, most} of the turns of a loop of Python in a second of CPU time, taken beside every round; rows:
    {part, what, unit, core, median, least, most, rounds, processor, speeds}, core: the number of the one that it was
    pinned to, or None, processor: the median by CPU time, or None where more than a thread works, speeds: [] or, where
    the rounds fall into two groups far apart, the [median, rounds] of each, the slower first; missing: sentences about
    what could not be measured here. against: names of PEERS; starts: whether new processes are timed, which compile
    worlds too. Raises ValueError for an unknown peer.
    """
    against = list(against)
    for peer in against:
        if peer not in PEERS:
            raise ValueError(f"unknown peer {peer!r}; the peers are {', '.join(PEERS)}")
    began: dict[str, Any] = {"date": date.today().isoformat()}
    began |= {"processor": processor(), "cores": cores(), "load": load(), "python": platform.python_version()}
    machine = began | {"platform": f"{platform.system()} {platform.machine()}", "seconds": seconds}
    parts: list[Callable[[float, Worlds], Mapping[Figure, Sequence[Value]]]] = [
        _tiles, _single, _several, _first_person, *(PEERS[peer] for peer in against), _room, _threads, _tasks,
        _imports, *([_starts] if starts else []),
    ]  # fmt: skip
    rows, missing = [], []
    _paces.clear()
    with reporting(Stderr(bars=False)), work("Measuring speeds", len(parts)) as job:
        for part in parts:
            try:
                rows += [_row(figure, values) for figure, values in part(seconds, chosen).items()]
            except _MissingError as error:
                missing.append(str(error))
            job.advance()
    machine["pace"] = _spread(_paces, None)
    return {"machine": machine, "rows": rows, "missing": missing}


def installed() -> list[str]:
    """The names of the peers that are installed here."""
    return [name for name in PEERS if importlib.util.find_spec(name)]


class _MissingError(Exception):
    """Raised for a part that cannot be measured here; the message says why, and what would help."""


def _row(figure: Figure, measured: Sequence[Value]) -> dict[str, Any]:
    values = [_by_clock(value) for value in measured]
    worked = [value[1] for value in measured if isinstance(value, tuple)]
    digits = 3 if figure.unit in ("seconds", "ratio") else 2 if min(values) < 100 else None
    found = {"rounds": len(values), "processor": round(statistics.median(worked), digits) if worked else None}
    groups = [[round(statistics.median(group), digits), len(group)] for group in two_speeds(values)]
    return figure._asdict() | _spread(values, digits) | found | {"speeds": groups}


def _spread(values: Sequence[float], digits: int | None) -> dict[str, float]:
    spread = statistics.median(values), min(values), max(values)
    return {name: round(value, digits) for name, value in zip(("median", "least", "most"), spread, strict=True)}


def two_speeds(values: Sequence[float]) -> list[list[float]]:
    """The slower and the quicker values, in order, where they are two groups of two and more, which lie _APART times
    from each other at least, and farther than the values of either are from one another; else []."""
    order = sorted(values)
    cuts = range(2, len(order) - 1)
    if not cuts:
        return []
    cut = max(cuts, key=lambda at: order[at] / order[at - 1])
    slow, quick = order[:cut], order[cut:]
    gap = quick[0] / slow[-1]
    return [slow, quick] if gap >= max(_APART, slow[-1] / slow[0], quick[-1] / quick[0]) else []


def _by_clock(value: Value) -> float:
    return value[0] if isinstance(value, tuple) else value


def _in_turn(runs: Mapping[Figure, Run], seconds: float) -> dict[Figure, list[Value]]:
    """The figures of ROUNDS rounds of these measurements, one after the other in each round."""
    values: dict[Figure, list[Value]] = {figure: [] for figure in runs}
    for _ in range(ROUNDS):
        for figure, run in runs.items():
            _paces.append(_pace_of_core())
            values[figure].append(run(seconds / ROUNDS / len(runs)))
    return values


_paces: list[float] = []  # of this run, beside each round of each figure


def _pace_of_core() -> float:
    """The turns of a loop of Python in a second of CPU time, now, on the core of this thread."""
    worked, total = time.thread_time(), 0
    for number in range(_LOOP):
        total += number * number
    return _LOOP / max(time.thread_time() - worked, 1e-9)


def _per_second(step: Callable[[], Any], each: int = 1) -> Run:
    """How many things a second a step does that does so many."""
    step()

    def run(seconds: float) -> Value:
        by_clock, by_processor = bench.rates(step, seconds)
        return each * by_clock, each * by_processor

    return run


def _by_the_clock(run: Run) -> Run:
    """The same without the processor's time, of what another process does."""
    return lambda seconds: _by_clock(run(seconds))


def _batch(name: str, envs: int, size: tuple[int, int], threads: int = 1) -> Batch:
    made = worlds.batch(name, envs, size=size, threads=threads)
    made.reset()
    made.draw()
    return made


def _frames(batch: Batch) -> Run:
    return _per_second(bench.frames_of(batch, bench.scripts_of(batch)), batch.n * batch.players)


def _tiles(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    with one_core() as core:
        runs: dict[Figure, Run] = {}
        for name in chosen.tiles:
            for size in SIZES:
                batch = _batch(name, _ENVS, size)
                moves, what = bench.scripts_of(batch), f"{name}, {_ENVS} rows, {_shape(size)}"
                frames = {"": bench.frames_of, ", copied out": bench.copied_of}
                runs |= {
                    Figure("2d", what + more, "frames/s", core): _per_second(make(batch, moves), _ENVS)
                    for more, make in frames.items()
                }
                if size == SIZES[1]:
                    figure = Figure("2d", f"{name}, {_ENVS} rows, rules alone", "steps/s", core)
                    runs[figure] = _per_second(bench.steps_of(batch, moves), _ENVS)
        last = _batch(chosen.tiles[0], _ENVS, SIZES[1])
        copied = Figure("2d", f"copies of {_shape(SIZES[1])} frames in memory", "frames/s", core)
        runs[copied] = _per_second(bench.copying(last), _ENVS)
        return _in_turn(runs, seconds)


def _single(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    with one_core() as core:
        runs = {
            Figure("gymnasium", f"{name}, {_shape(EYE)}{more}", "steps/s", core): _per_second(
                bench.single_of(worlds.load(name), EYE, moves)
            )
            for name in chosen.single
            for more, moves in (("", False), (", by Moves", True))
        }
        return _in_turn(runs, seconds)


def _several(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    with one_core() as core:
        runs = {
            Figure("pettingzoo", f"{name}, {_shape(EYE)}", "steps/s", core): _per_second(_parallel(name))
            for name in chosen.several
        }
        return _in_turn(runs, seconds)


def _parallel(name: str) -> Callable[[], None]:
    env = worlds.parallel(name, size=EYE, threads=1)
    known = [as_action(record) for record in move_table(worlds.load(name).controls.moves)]
    scripts = cycle(np.random.default_rng(0).integers(0, len(known), (64, len(env.possible_agents))).tolist())
    env.reset(seed=0)

    def step() -> None:
        moves = next(scripts)
        env.step({agent: known[moves[env.possible_agents.index(agent)]] for agent in env.agents})
        if not env.agents:
            env.reset()

    return step


def _first_person(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    with one_core() as core:
        runs = {
            Figure("first person", f"{chosen.first_person}, {_shape(size)}", "frames/s", core): _frames(
                _batch(chosen.first_person, raycast_bench.ENVS, size)
            )
            for size in raycast_bench.SIZES
        }
        return _in_turn(runs, seconds)


def _room(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    with one_core() as core:
        frames = Figure("room", f"{chosen.room}, {_ROWS} rows, {_shape(EYE)}", "frames/s", core)
        return _in_turn({frames: _frames(_batch(chosen.room, _ROWS, EYE))}, seconds)


def _threads(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    """Two threads against one: the ratio of each round, in which a few steps of each are played in turn, so that both
    see a core at the same paces."""
    if cores() < 2:
        raise _MissingError("threads: this process may use one core only, so two threads are not compared with one")
    found: dict[Figure, Sequence[Value]] = {}
    for name, each in chosen.threads.items():
        for envs in each:
            size = SIZES[1] if name in chosen.tiles else EYE
            batches = [_batch(name, envs, size, threads) for threads in (1, 2)]
            one, two = (bench.frames_of(batch, bench.scripts_of(batch)) for batch in batches)
            figure = Figure("threads", f"{name}, {envs} rows, {_shape(size)}, two threads", "ratio")
            part = seconds / ROUNDS / len(chosen.threads)
            found[figure] = [_ratio(one, two, part) for _ in range(ROUNDS)]
    return found


def _ratio(one: Callable[[], Any], two: Callable[[], Any], seconds: float) -> float:
    """How many times as long the first takes, in turn with the second by 8 calls, for about this many seconds."""
    taken, end = [0.0, 0.0], time.perf_counter() + seconds
    while time.perf_counter() < end or not all(taken):
        for number, run in enumerate((one, two)):
            start = time.perf_counter()
            for _ in range(8):
                run()
            taken[number] += time.perf_counter() - start
    return taken[0] / taken[1]


def _tasks(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    world, count = worlds.load(chosen.tasks), max(int(_TASKS_A_SECOND * seconds), 64)
    list(generate(world, 64, seed=1))  # compiles what it takes
    start = time.perf_counter()
    made = list(generate(world, count, workers=cores()))
    figures = {
        Figure("tasks", f"{chosen.tasks}, {count} made by {cores()} process(es)", "tasks/s"): [_pace(count, start)]
    }
    read, compiled = list[Value](), list[Value]()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tasks.jsonl"
        path.write_text("".join(map(files.write_line, made)), encoding="utf-8")
        for _ in range(ROUNDS):
            start, worked = time.perf_counter(), time.thread_time()
            tasks, _problems = files.load(path, world)
            read.append((_pace(count, start), count / (time.thread_time() - worked)))
            start, worked = time.perf_counter(), time.thread_time()
            rows = table(tasks, world)
            compiled.append((_pace(count, start), count / (time.thread_time() - worked)))
    return figures | {
        Figure("tasks", f"{chosen.tasks}, a file loaded", "tasks/s"): read,
        Figure("tasks", f"{chosen.tasks}, a table made of them", "tasks/s"): compiled,
        Figure("tasks", f"{chosen.tasks}, a row of the table, without levels", "bytes"): [rows.nbytes / count],
    }


def _pace(count: int, start: float) -> float:
    return count / (time.perf_counter() - start)


def _imports(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    """Seconds of an import in new processes, as of an installed package: with the bytecode of all modules."""
    code = "import time; start = time.perf_counter(), time.process_time(); import rumpus.worlds; "
    code += "print(time.perf_counter() - start[0], time.process_time() - start[1])"
    command = [sys.executable, "-c", code]
    with tempfile.TemporaryDirectory() as folder:
        found = bench.as_installed(folder)
        printed = [
            subprocess.run(command, env=found, capture_output=True, text=True, check=True).stdout for _ in range(ROUNDS)
        ]
    taken: list[Value] = [(float(by_clock), float(worked)) for by_clock, worked in map(str.split, printed)]
    return {Figure("starts", "import rumpus.worlds", "seconds"): taken}


def _starts(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    """Seconds until the first frame in new processes: with an empty cache once, and then with a full one."""
    found: dict[Figure, Sequence[Value]] = {}
    for name in chosen.starts:
        with tempfile.TemporaryDirectory() as empty:
            started = bench.as_installed(empty)
            cold, *warm = (bench.first_reset(name, "cpu", empty, started) for _ in range(1 + ROUNDS))
        found[Figure("starts", f"first frame of {name}, new machine", "seconds")] = [cold]
        found[Figure("starts", f"first frame of {name}", "seconds")] = warm
    return found


def _vizdoom(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    """ViZDoom's maze at the smallest picture that it makes, and made smaller; see raycast_bench."""
    with one_core() as core:
        runs: dict[Figure, Run] = {}
        try:
            for size in (None, EYE):
                figure = Figure("vizdoom", f"my_way_home, {_shape(size or (120, 160))}", "frames/s", core)
                runs[figure] = _by_the_clock(_per_second(raycast_bench.vizdoom_steps(size), 64))
        except RuntimeError as error:
            raise _MissingError(f"vizdoom: {error}") from None
        return _in_turn(runs, seconds)


def _minigrid(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    """MiniGrid's empty room of 8x8 tiles, seen whole."""
    try:
        import gymnasium

        wrappers = importlib.import_module("minigrid.wrappers")
    except ImportError:
        raise _MissingError("minigrid: MiniGrid is not installed: pip install minigrid") from None
    with one_core() as core:
        env = wrappers.RGBImgObsWrapper(gymnasium.make("MiniGrid-Empty-8x8-v0"), tile_size=EYE[0] // 8)
        actions = cycle(np.random.default_rng(0).integers(0, 7, 64).tolist())
        env.reset(seed=0)

        def step() -> None:
            _, _, terminated, truncated, _ = env.step(next(actions))
            if terminated or truncated:
                env.reset()

        return _in_turn({Figure("minigrid", f"Empty-8x8, {_shape(EYE)}", "steps/s", core): _per_second(step)}, seconds)


def _dm_control(seconds: float, chosen: Worlds) -> Mapping[Figure, Sequence[Value]]:
    """A task of dm_control's arm here, and with dm_control's own pictures."""
    if importlib.util.find_spec("dm_control") is None:
        raise _MissingError("dm_control: it is not installed: pip install dm_control")
    from ...worlds.guests.dm_control import bench as at_home

    rows = at_home.guests(worlds.load(at_home.TASK), seconds)
    what = f", {_shape(at_home.SIZE)}"
    return {Figure("dm_control", row["what"] + what, "steps/s", row["core"]): [row["steps_per_second"]] for row in rows}


PEERS = {"vizdoom": _vizdoom, "minigrid": _minigrid, "dm_control": _dm_control}
"""Libraries beside which worlds are measured, by the name of the module that they are imported by."""


def _shape(size: tuple[int, int]) -> str:
    height, width = size
    return f"{width}x{height}"
