"""Tasks made by the thousand: levels are played, goals taken from what came true, proven, graded, balanced and split.

    for task in generate(world, 1000): ...
    write(world, "tasks.jsonl", 100_000)        # with a progress bar; goes on with a file that is not finished

Tasks are made in blocks of BLOCK, each from a generator of its own seed, so the first tasks of many are the same as
few, whatever the number of threads; and within a block the skills there are (skills.py) come equally often, as far as
the world has enough of them. `steps` is the length of the shortest solution known: of the shortest there is, if a
breadth-first search of NODES states finds it ("search"); else of the solver's ("expert"), or of a walk without its
loops ("play"). `branching` is how many new states each state led to in that search.
"""

from __future__ import annotations

import math
import zlib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from ..interface.progress import quiet, work
from ..interface.seeds import check_seed
from ..worlds.engine.world import World
from . import guided
from .assemble import Pool, draft, key, task_of
from .compile import table
from .families import families_of
from .files import parse, write_line
from .goals import FORMAT, Task
from .kinds import FOR_TWO, LED_KINDS, PAIRED
from .multiplayer import acting, proposals, skills_of
from .pipeline import Draft
from .rollouts import StartSampler, begin, marks, play
from .scene import scene
from .splits import SPLITS
from .verify import shorten, verify, worthwhile

BLOCK = 400
"""Tasks in a block: what is made anew when a file that was not finished is gone on with."""
PLAYS, FEWEST = 256, 96
"""Starts that are played at a time for a block, and for a part of one that is of a kind."""
TICKS = 64
"""Longest play."""
ATTEMPTS = 16
"""Times that so many starts are played for one block, before the world is said to have no more tasks."""
NODES = 2000
"""States that are searched for a shorter way than the one that is known."""
ALIKE = 0.8
"""Least part of its share of a block that a skill is to have."""
PATIENCE = 3
"""Times that so many starts are played for that, before what is scarce gives way to what is not."""


LED_BLOCK = 48
"""Tasks in a block where a guide proves them."""
MORE, DRAWN, LED_PATIENCE = 1.5, 3, 2
"""Goals that a guide is led to for each that is wanted, starts that are looked at for each such goal, and times that
all families are tried alike, before what is scarce gives way to what is not."""
WAYS = ("play", "guide")
"""How tasks are made: goals from what came true in plays, or from the things there are, which a guide is led to."""


def generate(
    world: World,
    count: int,
    *,
    kind: str | None = None,
    split: str = "train",
    seed: int = 0,
    by: str | None = None,
) -> Iterator[Task]:
    """So many tasks of a world, each proven to be possible, no two alike.

    kind: "alone", or of a world for two players one of kinds.FOR_TWO; all of them in turn if none is given. split:
    what contents they have, see splits.py. by: one of WAYS; if none is given, a guide is led where physics moves the
    world, and elsewhere goals are taken from plays. Raises ValueError for what cannot be made, and, when all are made
    that it has, if the world has not so many.
    """
    for block in _Maker(world, kind, split, seed, by).blocks(0, count):
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
    progress: bool = True,
) -> None:
    """Write a file of tasks, JSON Lines, with a progress bar on stderr. If a part of it is there already, of the same
    arguments, go on with it: the finished file is the same, byte by byte, as one made in one go.

    Raises ValueError as generate does, for a count below 1, and if the file holds anything else.
    """
    if count < 1:
        raise ValueError(f"a file holds at least 1 task, not {count}")
    path, maker = Path(path), _Maker(world, kind, split, seed, by)
    kept = _kept(path, maker, count) if path.exists() and (path.is_file() or path.is_dir()) else 0
    if kept == count:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    title = f"Making {split} tasks: {world.name}"
    with quiet(not progress), path.open("ab") as file, work(title, count - kept) as job:
        for block in maker.blocks(kept, count):
            file.write("".join(map(write_line, block)).encode())
            file.flush()
            job.advance(len(block))


def _kept(path: Path, maker: _Maker, count: int) -> int:
    """How many tasks of a file can stay; what is behind them is cut off, and the maker told of them."""
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
    """Whether this may be how the line of the first task begins."""
    start = f'{{"rumpus_task":{FORMAT},"id":"{maker.name(0)}"'.encode()
    return start.startswith(line[: len(start)])


class _Maker:
    """Makes the tasks of one set of arguments, block by block."""

    def __init__(self, world: World, kind: str | None, split: str, seed: int, by: str | None):
        if world.rules.things is None:
            raise ValueError(f"{world.name} shows no things, so it has no goals")
        if split not in SPLITS:
            raise ValueError(f"there is no split {split!r} of tasks; the splits are {', '.join(SPLITS)}")
        if by is not None and by not in WAYS:
            raise ValueError(f"tasks are made by {' or '.join(WAYS)}, not by {by!r}")
        usual = "guide" if world.rules.simulator else "play"
        self._led = (by or usual) == "guide"
        fitting = {1: ("alone",), 2: LED_KINDS if self._led else FOR_TWO}.get(world.players, ())
        if kind is not None and kind not in fitting:
            raise ValueError(
                f"{world.name} is for {world.players} player(s), and has no tasks of the kind {kind!r}; "
                f"its kinds: {', '.join(fitting) or 'none'}"
            )
        if not fitting:
            raise ValueError(f"tasks are made for one or two players, and {world.name} is for {world.players}")
        self._world, self._split, self._seed = world, split, check_seed(seed)
        self._kinds = fitting if kind is None else (kind,)
        mark = "" if self._kinds == ("alone",) else f"-{kind or 'all'}"
        mark += "" if (by or usual) == usual else f"-{by}"
        self._name = f"{world.name[:20]}{mark}-{split}-{seed}"
        self.block = LED_BLOCK if self._led else BLOCK
        self._starts = StartSampler(world, self._split)
        self._seen: set[int] = set()

    def name(self, number: int) -> str:
        """The id of a task by its number."""
        return f"{self._name}-{number + 1}"

    def remember(self, tasks: Sequence[Task]) -> None:
        """Never make these again."""
        for first in range(0, len(tasks), PLAYS):
            some = tasks[first : first + PLAYS]
            known = table(some, self._world)
            batch = begin(self._world, known.records, known.levels)
            for task, mark in zip(some, marks(self._world, batch.states), strict=True):
                self._seen.add(key(int(mark), [player.goal for player in task.players]))

    def blocks(self, first: int, count: int) -> Iterator[list[Task]]:
        """The tasks from the number `first`, a multiple of `block`, to the number `count`, block by block."""
        for number in range(first, count, self.block):
            block = self._block(number // self.block)
            numbered = enumerate(block[: count - number], number)
            yield [task_of(self._world, one, self.name(place), self._split) for place, one in numbered]
            if len(block) < min(self.block, count - number):
                raise ValueError(
                    f"{self._world.name} has {number + len(block)} different tasks of this kind and split, or a few "
                    f"more, not {count}: ask for fewer, or for another split"
                )

    def _block(self, number: int) -> list[Draft]:
        """The tasks of a block."""
        chosen: list[Draft] = []
        for index, kind in enumerate(self._kinds):
            share = self.block * (index + 1) // len(self._kinds) - self.block * index // len(self._kinds)
            some = (self._led_share if self._led else self._share)(number, kind, share)
            self._seen.update(one.key for one in some)
            chosen += some
        order = self._rng(number, "order").permutation(len(chosen))
        return [chosen[index] for index in order]

    def _share(self, number: int, kind: str, count: int) -> list[Draft]:
        """So many tasks of one kind for a block."""
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
        """Take out of the pool until there are so many, or it is empty: those that are worthwhile by the shortest way
        that is found."""
        while some := pool.take(count - len(taken), taken):
            for starts in {id(one.candidate.starts): one.candidate.starts for one in some}.values():
                chosen = [one for one in some if one.candidate.starts is starts]
                candidates = [one.candidate for one in chosen]
                shorten(self._world, candidates, NODES)
                good = worthwhile(self._world, candidates)
                taken += [one for one, fine in zip(chosen, good, strict=True) if fine]

    def _attempt(self, pool: Pool, kind: str, wanted: Sequence[str], plays: int, rng: np.random.Generator) -> None:
        """Play, and put what is found into the pool."""
        world, paired = self._world, kind in PAIRED
        starts = self._starts.draw(rng, plays // 2 if paired else plays)
        starts = starts.twice() if paired else starts
        played = play(world, starts, acting(kind, len(starts)), min(TICKS, world.objective.limit), rng)
        candidates = verify(world, starts, proposals(world, played, kind, self._split, wanted, rng), kind)
        seen = zip(played.things[0], played.counts[0], strict=True)
        scenes = [scene(things[:number], world.rules.things) for things, number in seen]  # type: ignore[arg-type]
        for one in candidates:
            made = draft(world, one, scenes[one.row], self._split, rng)
            if made and made.key not in pool.keys and made.key not in self._seen:
                pool.add(made)

    def _led_share(self, number: int, kind: str, count: int) -> list[Draft]:
        """So many tasks of one kind for a block, of all families that this world has alike, proven by its guide."""
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
                if one.key not in pool.keys and one.key not in self._seen:
                    pool.add(one)
        return pool.take(count)

    def _rng(self, *what: object) -> np.random.Generator:
        """The generator for a part of the work, the same in every run."""
        names = (self._world.name, self._split, *self._kinds, *what)
        return np.random.default_rng([self._seed, *(zlib.crc32(str(name).encode()) for name in names)])
