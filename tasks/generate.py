"""The generator of tasks: the pipeline of tasks/__init__.py, run in blocks until there are enough tasks.

    for task in generate(world, 1000): ...
    write(world, "tasks.jsonl", 100_000)        # with a progress bar; an unfinished file is resumed

Tasks are made in blocks of BLOCK, each from random numbers of its own seed, so a longer file begins with the tasks of a
shorter one, whatever the number of threads. Within a block the skills (skills.py) are balanced, as far as the world has
enough tasks of each. `steps` is the length of the shortest known solution: the shortest there is if a breadth-first
search of NODES states finds it ("search"); else the solver's ("expert"), or a walk without its loops ("play").
`branching` is the mean number of new states per state of that search.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter, deque
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import closing
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from ..interface.garbage import no_collection
from ..interface.progress import quiet, work
from ..interface.seeds import check_seed
from ..worlds.engine.world import World
from . import guided
from .assemble import Pool, draft, key, task_of
from .compile import table
from .families import families_of
from .files import parse, write_line
from .goals import FORMAT, Task
from .hindsight.players import player_looks
from .kinds import FOR_SEVERAL, LED_KINDS, PAIRED
from .multiplayer import acting, proposals, skills_of
from .pictures import check_pictures, pictured
from .pipeline import Draft
from .rollouts import StartSampler, begin, marks, play
from .scene import scene
from .splits import SPLITS
from .verify import shorten, verify, worthwhile

BLOCK = 400
"""Tasks in a block, the unit in which an unfinished file is resumed."""
PLAYS, FEWEST = 256, 96
"""Starts of one attempt for a block, and the fewest for a part of a block."""
TICKS = 64
"""Ticks of a rollout."""
ATTEMPTS = 16
"""Attempts for one block, after which the world is said to have no more tasks."""
NODES = 2000
"""States of the search for a shorter solution."""
ALIKE = 0.8
"""Part of its share of a block that a skill must have for the block to be balanced."""
PATIENCE = 3
"""Attempts to balance a block, after which common skills fill the places of rare ones."""


SEVERAL_BLOCK = 80
"""Tasks in a block of three and more players, of whom each has to reach something: more starts are drawn for each."""
LED_BLOCK = 48
"""Tasks in a block where the world's expert proves them."""
MORE, DRAWN, LED_PATIENCE = 1.5, 3, 2
"""Goals that the expert tries for each that is wanted, starts drawn for each such goal, and attempts to balance the
families, after which common families fill the places of rare ones."""
WAYS = ("play", "expert")
"""The two ways to make tasks: goals that rollouts reached, or goals from families that the world's expert solves."""


def generate(
    world: World,
    count: int,
    *,
    kind: str | None = None,
    split: str = "train",
    seed: int = 0,
    by: str | None = None,
    pictures: str | None = None,
    workers: int = 1,
) -> Iterator[Task]:
    """`count` tasks of a world, each proven to be feasible, no two alike.

    kind: "alone", or of a world for several players one of kinds.FOR_SEVERAL; all of them in turn if none is given.
    split: of their contents, see splits.py. by: one of WAYS; by default "expert" where a simulator moves the world, and
    "play" elsewhere. pictures: one of pictures.WAYS, for goals that are shown, beside words or alone. workers:
    processes that make them, which import the main script, so that this must be guarded by `if __name__ == "__main__"`
    if there are more than one; the tasks are the same for any number. Raises ValueError for arguments that do not fit
    the world, and, after its last task, if the world has fewer.
    """
    for block in _Maker(world, kind, split, seed, by, pictures).blocks(0, count, workers):
        yield from block


def write(
    world: World,
    path: str | Path,
    count: int,
    *,
    kind: str | None = None,
    split: str = "train",
    seed: int = 0,
    by: str | None = None,
    pictures: str | None = None,
    workers: int = 1,
    progress: bool = True,
) -> None:
    """Write a file of tasks, JSON Lines, with a progress bar on stderr. A file that was begun with the same arguments
    is resumed: the finished file is the same, byte by byte, as one made at once, and by any number of workers.

    Raises ValueError as generate does, for a count below 1, and if the file holds anything else.
    """
    if count < 1:
        raise ValueError(f"a file holds at least 1 task, not {count}")
    path, maker = Path(path), _Maker(world, kind, split, seed, by, pictures)
    kept = _kept(path, maker, count) if path.exists() and (path.is_file() or path.is_dir()) else 0
    if kept == count:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"Making {split} tasks: {world.name}"
    with quiet(not progress), path.open("ab") as file, work(title, count - kept) as job:
        for block in maker.blocks(kept, count, workers):
            file.write("".join(map(write_line, block)).encode())
            file.flush()
            job.advance(len(block))


def _kept(path: Path, maker: _Maker, count: int) -> int:
    """The number of tasks of a file that can stay; the rest of it is cut off, and the maker gets those tasks."""
    lines = path.read_bytes().split(b"\n")
    whole = lines[:-1]  # behind the last line break is nothing, or a line that was not finished
    tasks: list[Task] = []
    for number, line in enumerate(whole):
        task = parse(line)
        if not isinstance(task, Task) or task.id != maker.name(number) or number >= count:
            why = f"there are more than {count}" if number >= count else f"line {number + 1} is none of them"
            raise ValueError(
                f"{path}: this file holds something else than the first of these tasks ({why}); give another --out, or "
                "the arguments that it was made with"
            )
        tasks.append(task)
    if not whole and not _begins(lines[0], maker):
        raise ValueError(f"{path}: this file holds something else than tasks; give another --out")
    if len(tasks) == count:
        return count
    del tasks[len(tasks) // maker.block * maker.block :]
    with path.open("r+b") as file:
        file.truncate(sum(len(line) + 1 for line in whole[: len(tasks)]))
    maker.remember(tasks)
    return len(tasks)


def _begins(line: bytes, maker: _Maker) -> bool:
    """Whether a line may be the beginning of the first task."""
    start = f'{{"rumpus_task":{FORMAT},"id":"{maker.name(0)}"'.encode()
    return start.startswith(line[: len(start)])


class _Maker:
    """Makes the tasks of one set of arguments, block by block."""

    def __init__(
        self, world: World, kind: str | None, split: str, seed: int, by: str | None, pictures: str | None
    ):  # fmt: skip
        if world.rules.things is None:
            raise ValueError(f"{world.name} shows no things, so it has no goals")
        if split not in SPLITS:
            raise ValueError(f"there is no split {split!r} of tasks; the splits are {', '.join(SPLITS)}")
        by = "expert" if by == "guide" else by  # its former name
        if by is not None and by not in WAYS:
            raise ValueError(f"tasks are made by {' or '.join(WAYS)}, not by {by!r}")
        usual = "expert" if world.rules.simulator else "play"
        self._led = (by or usual) == "expert"
        fitting = ("alone",) if world.players == 1 else LED_KINDS if self._led else FOR_SEVERAL
        if world.players > 2:
            self._check_several(world)
        if kind is not None and kind not in fitting:
            raise ValueError(
                f"{world.name} is for {world.players} player(s), and has no tasks of the kind {kind!r}; "
                f"its kinds: {', '.join(fitting) or 'none'}"
            )
        self._world, self._split, self._seed = world, split, check_seed(seed)
        self._kinds = fitting if kind is None else (kind,)
        mark = "" if self._kinds == ("alone",) else f"-{kind or 'all'}"
        if by is not None and by != usual:
            mark += "-guide" if by == "expert" else "-play"  # kept, because ids and random numbers follow from it
        if pictures is not None:
            check_pictures(world, pictures)
            mark += f"-{pictures}"
        self._pictures = pictures
        self._name = f"{world.name[:20]}{mark}-{split}-{seed}"
        self.block = LED_BLOCK if self._led else BLOCK if world.players < 3 else SEVERAL_BLOCK
        self._starts = StartSampler(world, self._split)
        self._seen: set[int] = set()
        self._met: set[int] = set()
        self._arguments = world, kind, split, seed, by, pictures

    def _check_several(self, world: World) -> None:
        """Raise ValueError for a world of three and more players whose tasks cannot be made."""
        if self._led:
            raise ValueError(
                f"the expert proves tasks of one or two players, and {world.name} is for {world.players}: leave --by "
                "out"
            )
        if len(player_looks(world)) < world.players:
            raise ValueError(
                f"{world.name} is for {world.players} players, who must have a colour each to be told apart in tasks"
            )

    def name(self, number: int) -> str:
        """The id of a task by its number."""
        return f"{self._name}-{number + 1}"

    def remember(self, tasks: Sequence[Task]) -> None:
        """Add tasks to those that are not made again."""
        for first in range(0, len(tasks), PLAYS):
            some = tasks[first : first + PLAYS]
            batch = begin(self._world, table(some, self._world))
            for task, mark in zip(some, marks(self._world, batch.states), strict=True):
                self._seen.add(key(int(mark), [player.goal for player in task.players]))

    def blocks(self, first: int, count: int, workers: int = 1) -> Iterator[list[Task]]:
        """The tasks from the number `first`, a multiple of `block`, to the number `count`, block by block."""
        numbers = range(first // self.block, -(-count // self.block))
        workers = min(workers, len(numbers))
        with closing(self._shared(numbers, workers) if workers > 1 else (self._made(one) for one in numbers)) as made:
            for number, block in zip(numbers, made, strict=True):
                wanted = min(self.block, count - number * self.block)
                yield block[:wanted]
                if len(block) < wanted:
                    raise ValueError(
                        f"{self._world.name} has {number * self.block + len(block)} different tasks of this kind and "
                        f"split, or a few more, not {count}: ask for fewer, or for another split"
                    )

    def _made(self, number: int) -> list[Task]:
        """The tasks of a block, and none that are seen already."""
        self._met = set()
        block = enumerate(self._block(number), number * self.block)
        tasks = [task_of(self._world, one, self.name(place), self._split) for place, one in block]
        return tasks if self._pictures is None else pictured(tasks, self._world, self._pictures)

    def _shared(self, numbers: range, workers: int) -> Generator[list[Task], None, None]:
        """The tasks of these blocks, made by several processes. A block that is made before the one in front of it is
        known is made again if any of its drafts turns out to be there already: so the tasks are the same."""
        pool = ProcessPoolExecutor(workers, get_context("spawn"), _prepare, self._arguments)
        try:
            waiting: deque[tuple[set[int], Future[tuple[list[Task], set[int], set[int]]]]] = deque()
            later = iter(numbers)
            for number in numbers:
                while len(waiting) < workers and (ahead := next(later, None)) is not None:
                    seen = set(self._seen)
                    waiting.append((seen, pool.submit(_block_of, ahead, seen)))
                seen, future = waiting.popleft()
                tasks, met, chosen = future.result()
                if met & (self._seen - seen):
                    tasks = self._made(number)
                else:
                    self._seen |= chosen
                yield tasks
        finally:
            pool.shutdown(cancel_futures=True)

    def apart(self, number: int, seen: set[int]) -> tuple[list[Task], set[int], set[int]]:
        """(the tasks of a block, the keys of all drafts that were made for it, those of its tasks), where `seen` are
        the keys of tasks that are there already."""
        self._seen = set(seen)
        tasks = self._made(number)
        return tasks, self._met, self._seen - seen

    def _block(self, number: int) -> list[Draft]:
        """The tasks of a block."""
        with no_collection():
            return self._drafts(number)

    def _drafts(self, number: int) -> list[Draft]:
        chosen: list[Draft] = []
        for index, kind in enumerate(self._kinds):
            share = self.block * (index + 1) // len(self._kinds) - len(chosen)  # with what kinds before it lack
            some = (self._led_share if self._led else self._share)(number, kind, share)
            self._seen.update(one.key for one in some)
            chosen += some
        order = self._rng(number, "order").permutation(len(chosen))
        return [chosen[index] for index in order]

    def _share(self, number: int, kind: str, count: int) -> list[Draft]:
        """`count` drafts of one kind for a block."""
        pool, taken, skills = Pool(), list[Draft](), skills_of(kind)
        wanted: Sequence[str] = skills
        plays = max(PLAYS * count // BLOCK, FEWEST)
        for attempt in range(ATTEMPTS):
            self._attempt(pool, kind, wanted, plays, self._rng(number, kind, attempt))
            counts = pool.counts() + Counter(one.candidate.skill for one in taken)
            enough = -(-count // max(len(counts), 1))
            alike = counts and min(counts.values()) >= ALIKE * enough
            if (counts.total() >= count and (alike or attempt + 1 >= PATIENCE)) or attempt + 1 == ATTEMPTS:
                self._fill(taken, pool, count)
                if len(taken) == count:
                    break
            scarce = [skill for skill in skills if counts.get(skill, 0) < enough]
            wanted = scarce if scarce and attempt + 1 < PATIENCE else skills
        return taken

    def _fill(self, taken: list[Draft], pool: Pool, count: int) -> None:
        """Move drafts from the pool to `taken` until that holds `count`, or the pool is empty: those that are still
        tasks with the shortest solution that is found."""
        while some := pool.take(count - len(taken), taken):
            for starts in {id(one.candidate.starts): one.candidate.starts for one in some}.values():
                chosen = [one for one in some if one.candidate.starts is starts]
                candidates = [one.candidate for one in chosen]
                shorten(self._world, candidates, NODES)
                good = worthwhile(self._world, candidates)
                taken += [one for one, fine in zip(chosen, good, strict=True) if fine]

    def _attempt(self, pool: Pool, kind: str, wanted: Sequence[str], plays: int, rng: np.random.Generator) -> None:
        """Run the pipeline once, and put new drafts into the pool."""
        world, players = self._world, self._world.players
        each = players if kind in PAIRED else 1
        starts = self._starts.draw(rng, plays // min(each, 2)).times(each)
        acts = acting(kind, len(starts), players)
        played = play(world, starts, acts, min(TICKS, world.objective.limit), rng)
        candidates = verify(world, starts, proposals(world, played, kind, self._split, wanted, rng), kind)
        seen = zip(played.things[0], played.counts[0], strict=True)
        scenes = [scene(things[:number], world.rules.things) for things, number in seen]  # type: ignore[arg-type]
        for one in candidates:
            made = draft(world, one, scenes[one.row], self._split, rng)
            if made:
                self._add(pool, made)

    def _add(self, pool: Pool, one: Draft) -> None:
        """Put a draft into the pool unless it is there, or has become a task."""
        self._met.add(one.key)
        if one.key not in pool.keys and one.key not in self._seen:
            pool.add(one)

    def _led_share(self, number: int, kind: str, count: int) -> list[Draft]:
        """`count` drafts of one kind for a block, proven by the world's expert, with its families in balance."""
        pool, families = Pool(), families_of(kind)
        for attempt in range(ATTEMPTS):
            counts = pool.counts()
            patient = attempt < LED_PATIENCE
            each = -(-count // len(families if patient else counts or families))
            lacking = {family: each - counts.get(family, 0) for family in families}
            wanted = [family for family, more in lacking.items() for _ in range(math.ceil(MORE * more))]
            if not patient:
                wanted = [family for family in counts or families for _ in range(count - sum(counts.values()))]
            if not wanted or (not patient and sum(counts.values()) >= count):
                break
            rng = self._rng(number, kind, "led", attempt)
            wanted = rng.permutation(wanted)[: round(MORE * count)].tolist()
            starts = self._starts.draw(rng, DRAWN * len(wanted))
            for one in guided.attempt(self._world, starts, kind, wanted, self._split, rng):
                self._add(pool, one)
        return pool.take(count)

    def _rng(self, *what: object) -> np.random.Generator:
        """Random numbers for a part of the work, the same in every run."""
        names = (self._world.name, self._split, *self._kinds, *what)
        return np.random.default_rng([self._seed, *(zlib.crc32(str(name).encode()) for name in names)])


_own: list[_Maker] = []
"""The maker of a process that makes blocks for another."""


def _prepare(*arguments: Any) -> None:
    with quiet():
        _own[:] = [_Maker(*arguments)]


def _block_of(number: int, seen: set[int]) -> tuple[list[Task], set[int], set[int]]:
    with quiet():
        return _own[0].apart(number, seen)
