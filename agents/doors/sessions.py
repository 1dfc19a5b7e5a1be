"""Sessions: the episodes of many connections, which are rows of shared batches and step together.

    pool = Pool(worlds.load("sokoban-small"), most=64)
    session = pool.session()
    view = session.reset(seed=7, split="test")
    view = session.act([(record(keys=["w"]), 1)])
    moment = session.save()
    twin = pool.session()
    twin.load(moment)                          # goes on to the same bytes

A session holds a row from its first reset until it is closed, or until it was idle for long and its row is wanted.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...episodes.moments import load as load_tasks
from ...interface.action import ACTION
from ...interface.seeds import check_seed
from ...interface.text import decode
from ...tasks.compile import table
from ...tasks.goals import Task
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.run.table import level_table
from ...worlds.engine.world import World
from .words import MOST_TICKS

FORMAT = 1
"""The format of saved moments."""
MOST_ACTIONS = 64
"""The most actions of one call."""
MOST_SAVED = 1 << 22
"""The longest moment, in characters, that is read."""
_WORDS = ("terminated", "truncated", "success")

Plan = Sequence[tuple[np.ndarray, int]]
"""Actions of one call: ACTION records, (), each with the ticks for which it is held."""


@dataclass(frozen=True)
class View:
    """The state of a session after a call. pixels: uint8 (height, width, 3); reward: the sum of this call; tick: of the
    episode; ticks: of this call, fewer than asked for where the episode ended; goal: the picture of the goal, like
    pixels, None where the task shows none."""

    pixels: np.ndarray
    instruction: str
    chat: str
    reward: float = 0.0
    terminated: bool = False
    truncated: bool = False
    success: bool = False
    tick: int = 0
    ticks: int = 0
    goal: np.ndarray | None = None

    @property
    def over(self) -> bool:
        """Whether the episode has ended."""
        return self.terminated or self.truncated


@dataclass
class _Origin:
    """How the episode of a session began, and what it has come to."""

    split: str
    index: int | None = None
    seed: int | None = None
    total: float = 0.0
    flags: dict[str, bool] = field(default_factory=lambda: dict.fromkeys(_WORDS, False))


class Pool:
    """The sessions of one world.

    most: sessions that hold an episode at once; size: (height, width) of frames; tasks: a file or folder of tasks (see
    `rumpus tasks`) in place of the world's own objective; idle: seconds after which the row of an unused session may be
    taken; threads: of the CPU. Threads may share it. `counts` holds what its doors have "taken" and "refused".
    Raises ValueError for a world of several players.
    """

    def __init__(
        self, world: World, most: int = 64, *, size: tuple[int, int] = (80, 80), tasks: str | Path | None = None,
        idle: float = 600.0, threads: int | None = 1,
    ):  # fmt: skip
        if world.players != 1:
            raise ValueError(f"{world.name} is for {world.players} players; these doors serve worlds of one player")
        if int(most) != most or not 1 <= most <= 4096:
            raise ValueError(f"sessions are a whole number from 1 to 4096, got {most}")
        if not 0 < idle <= 1e9:
            raise ValueError(f"idle is a number of seconds above 0, got {idle}")
        self.world, self.most, self.size, self.idle = world, int(most), size, idle
        self._threads, self._lock = threads, threading.RLock()
        self.tasks: list[Task] = load_tasks(tasks, world)[0] if tasks is not None else []
        self._rows_of = {split: [n for n, task in enumerate(self.tasks) if task.split == split] for split in _SPLITS}
        self._batches: dict[str, Batch] = {}
        self._holders: dict[str, list[Session | None]] = {}
        self.open_sessions = 0
        self.counts: Counter[str] = Counter()
        self._batch(_Origin(self.splits()[0]))  # errors of size and tasks come now, and kernels are compiled

    def splits(self) -> list[str]:
        """The names of the splits that have tasks."""
        if self.tasks:
            return [split for split in _SPLITS if self._rows_of[split]]
        return list(self.world.knobs.splits)

    def count(self, split: str) -> int | None:
        """The number of tasks of a split: those of the file, or the levels of the world's bank; None where every seed
        is a task. Raises ValueError for an unknown split."""
        self._check_split(split)
        if self.tasks:
            return len(self._rows_of[split])
        return len(self.world.level_bank(split, {})) if self._banked else None  # type: ignore[arg-type]

    def task(self, split: str, index: int) -> dict[str, Any]:
        """A task of a split: {id, index, split, world}, and of a file also its instruction and skill. Raises ValueError
        for a number that is none."""
        index = self._check_index(split, index)
        found: dict[str, Any] = {"id": f"{self.world.name}-{split}-{index}", "index": index, "split": split}
        found["world"] = self.world.name
        if self.tasks:
            task = self.tasks[self._rows_of[split][index]]
            found |= {"id": task.id, "instruction": task.players[0].instruction, "skill": task.skill}
        return found

    def session(self) -> Session:
        """A new session, which takes a row with its first reset."""
        with self._lock:
            self.open_sessions += 1
        return Session(self)

    @property
    def _banked(self) -> bool:
        return self.world.levels is not None and self.world.levels.bank is not None

    def _check_split(self, split: Any) -> str:
        if split not in self.splits():
            raise ValueError(f"there is no split {str(split)[:40]!r}; the splits are {', '.join(self.splits())}")
        return str(split)

    def _check_index(self, split: Any, index: Any) -> int:
        count = self.count(self._check_split(split))
        most = (1 << 63) if count is None else count
        if isinstance(index, bool) or not isinstance(index, int | np.integer) or not 0 <= index < most:
            last = f"0 to {most - 1:,}" if count is not None else "0 on"
            raise ValueError(f"index is the number of a task of the split {split}, from {last}; got {str(index)[:40]}")
        return int(index)

    def _batch(self, origin: _Origin) -> Batch:
        name = self._name(origin)
        with self._lock:
            if name not in self._batches:
                options: dict[str, Any] = {"size": self.size, "threads": self._threads, "split": origin.split}
                if self.tasks:
                    options["tasks"] = table(self.tasks, self.world)
                elif name != origin.split:
                    bank = self.world.level_bank(origin.split, {})
                    assert bank is not None
                    options["tasks"] = level_table(self.world, bank, split=origin.split)
                self._batches[name] = Batch(self.world, self.most, **options)
                self._holders[name] = [None] * self.most
            return self._batches[name]

    def _take(self, session: Session, origin: _Origin) -> int:
        """The row of a session in the batch of an episode: its own, or a free one. Raises RuntimeError where all are in
        use."""
        name = self._name(origin)
        self._batch(origin)
        if session.row >= 0 and self._name(session.origin) == name:
            return session.row
        held = [
            each for listed in self._holders.values() for each in listed if each is not None and each is not session
        ]
        if len(held) >= self.most:
            oldest = min(held, key=lambda each: each.used)
            if time.monotonic() - oldest.used < self.idle:
                raise RuntimeError(
                    f"all {self.most} sessions of this server are in use: close one, or try again in a while"
                )
            oldest._release(f"this session was not used for {self.idle:g} seconds and was ended: reset it to go on")
        row = self._holders[name].index(None)
        self._holders[name][row] = session
        return row

    def _name(self, origin: _Origin) -> str:
        """The name of the batch of an episode: of all tasks of the file, of a split, or of the levels of a split by
        their numbers."""
        if self.tasks:
            return ""
        return f"{origin.split}#" if self._banked and origin.index is not None else origin.split

    def _free(self, origin: _Origin, row: int) -> None:
        self._holders[self._name(origin)][row] = None

    def run(self, asked: Sequence[tuple[Session, Plan]]) -> list[View | Exception]:
        """The views of sessions after their actions, which are taken tick by tick, side by side; in place of a view the
        error of a session that cannot act. Each session stands there once."""
        with self._lock:
            found: list[View | Exception] = []
            ready: dict[str, list[tuple[Session, list[np.ndarray]]]] = {}
            for session, plan in asked:
                try:
                    held = session._ready(plan)
                    ready.setdefault(self._name(session.origin), []).append((session, held))
                except (ValueError, RuntimeError) as error:
                    session.problem = error
            for name, group in ready.items():
                self._run_group(self._batches[name], group)
            for session, _ in asked:
                found.append(session.problem or session.view)
                session.problem = None
            return found

    def _run_group(self, batch: Batch, group: list[tuple[Session, list[np.ndarray]]]) -> None:
        rows = np.array([session.row for session, _ in group])
        totals, ticks = np.zeros(len(group)), np.zeros(len(group), np.int64)
        flags = np.zeros((len(group), len(_WORDS)), bool)
        for tick in range(max(len(held) for _, held in group)):
            mask = np.zeros(batch.n, bool)
            for session, held in group:
                if tick < len(held):
                    mask[session.row] = True
                    batch.actions[session.row, 0] = held[tick]
            over = batch.over.copy()
            live = (mask & (over == 0))[rows]
            batch.over[~mask] = 1  # rows that are over do not move
            batch.step()
            batch.over[~mask] = over[~mask]
            outcomes = batch.outcomes[rows, 0]
            totals += np.where(live, outcomes["reward"], 0.0)
            ticks += live
            for number, word in enumerate(_WORDS):
                flags[:, number] |= live & (outcomes[word] != 0)
        mask = np.zeros(batch.n, bool)
        mask[rows] = True
        batch.draw(mask)
        for number, (session, _) in enumerate(group):
            session.origin.total += float(totals[number])
            for word, at in zip(_WORDS, flags[number].tolist(), strict=True):
                session.origin.flags[word] |= at
            session.view = session._seen(batch, float(totals[number]), int(ticks[number]))

    def close(self) -> None:
        """End all sessions."""
        with self._lock:
            for listed in self._holders.values():
                for session in listed:
                    if session is not None:
                        session._release("the server was closed")


_SPLITS = ("train", "valid", "test")


class Session:
    """One player's episodes. view: after the last call; origin: of its episode; row: of its batch, None without one.

    Its methods may be called from any thread. Errors are ValueError or RuntimeError with a sentence; none changes
    anything.
    """

    def __init__(self, pool: Pool):
        self.pool, self.row, self.used = pool, -1, time.monotonic()
        self.origin = _Origin(pool.splits()[0])
        self.problem: Exception | None = None
        self._why = "no episode has begun: reset the session first"
        self._closed = False
        self.view = View(np.zeros((*pool.size, 3), np.uint8), "", "")

    def reset(self, *, seed: int | None = None, split: str | None = None, index: int | None = None) -> View:
        """Begin an episode. seed: of its chance, random without one; split: by default the first; index: of a task of
        the split, by default drawn; in a world that makes its levels from seeds, the index is the seed."""
        pool = self.pool
        with pool._lock:
            self._check_open()
            split = pool._check_split(pool.splits()[0] if split is None else split)
            chosen = None if index is None else pool._check_index(split, index)
            if chosen is not None and pool.count(split) is None:
                if seed is not None and seed != chosen:
                    raise ValueError("in this world the index of a task is its seed: give one of the two")
                seed = chosen
            seed = secrets.randbits(32) if seed is None else check_seed(seed)
            origin = _Origin(split, chosen, seed)
            row, batch = pool._take(self, origin), pool._batch(origin)
            seeds: list[int | None] = [None] * batch.n
            seeds[row], drawn = seed, np.full(batch.n, -1)
            if pool.tasks:
                rows = pool._rows_of[split]
                drawn[row] = rows[seed % len(rows) if chosen is None else chosen]
            elif chosen is not None and pool.count(split) is not None:
                drawn[row] = chosen
            batch.reset(np.arange(batch.n) == row, seed=seeds, tasks=drawn)
            return self._begin(row, origin)

    def act(self, plan: Plan) -> View:
        """Take actions. Raises ValueError for a plan that is none, and where no episode is going on."""
        (found,) = self.pool.run([(self, plan)])
        if isinstance(found, Exception):
            raise found
        return found

    def save(self) -> str:
        """The moment of this session as a text of ASCII letters, which `load` takes in any session of this world, in
        this process or another."""
        pool = self.pool
        with pool._lock:
            self._check_going()
            state = pool._batch(self.origin).save(self.row)
            origin = self.origin
            head = {
                "rumpus_moment": FORMAT, "world": pool.world.name, "split": origin.split, "index": origin.index,
                "seed": origin.seed, "total": origin.total, "flags": origin.flags,
            }  # fmt: skip
            return base64.b64encode(json.dumps(head).encode() + b"\n" + state).decode()

    def load(self, moment: str) -> View:
        """Go on from a saved moment. Raises ValueError, and changes nothing, for a text that is damaged, of another
        world, or of tasks that this server does not have."""
        pool = self.pool
        with pool._lock:
            self._check_open()
            origin, state = _opened(moment, pool)
            row = pool._take(self, origin)
            try:
                pool._batch(origin).load(row, state)
            except ValueError:
                if self.row < 0 or pool._name(self.origin) != pool._name(origin):
                    pool._free(origin, row)
                raise
            return self._begin(row, origin)

    def close(self) -> None:
        """End the session, once; its row is free."""
        with self.pool._lock:
            if not self._closed:
                self._closed = True
                self.pool.open_sessions -= 1
                self._release("this session is closed: open another one")

    def _begin(self, row: int, origin: _Origin) -> View:
        """Go on in this row, which holds the state of that origin."""
        pool = self.pool
        if self.row >= 0 and pool._name(self.origin) != pool._name(origin):
            pool._free(self.origin, self.row)
        self.row, self.origin, self.used = row, origin, time.monotonic()
        batch = pool._batch(origin)
        batch.draw(np.arange(batch.n) == row)
        self.view = self._seen(batch, 0.0, 0)
        return self.view

    def _release(self, why: str) -> None:
        if self.row >= 0:
            self.pool._free(self.origin, self.row)
        self.row, self._why = -1, why

    def _check_open(self) -> None:
        if self._closed:
            raise RuntimeError(self._why)

    def _check_going(self) -> None:
        if self.row < 0:
            raise RuntimeError(self._why)
        self.used = time.monotonic()

    def _ready(self, plan: Plan) -> list[np.ndarray]:
        """The record of each tick of a plan."""
        self._check_going()
        if self.view.over:
            won = "with success" if self.origin.flags["success"] else "without success"
            raise RuntimeError(f"the episode has ended, {won}: reset begins another one")
        if not 1 <= len(plan) <= MOST_ACTIONS:
            raise ValueError(f"a call has 1 to {MOST_ACTIONS} actions, got {len(plan)}")
        held: list[np.ndarray] = []
        for action, ticks in plan:
            if isinstance(ticks, bool) or int(ticks) != ticks or not 1 <= ticks <= MOST_TICKS:
                raise ValueError(f"ticks are a whole number from 1 to {MOST_TICKS}, got {ticks}")
            silent = action.copy()
            silent["say"] = 0  # said once, however long it is held
            held += [action, *[silent] * (int(ticks) - 1)]
        if len(held) > MOST_TICKS:
            raise ValueError(f"the actions of one call last {MOST_TICKS} ticks at most, got {len(held)}")
        assert all(each.dtype == ACTION for each in held)
        return held

    def _seen(self, batch: Batch, reward: float, ticks: int) -> View:
        row, flags = self.row, self.origin.flags
        texts = decode(batch.instruction[row, 0]), decode(batch.chat[row, 0])
        tick = int(batch.states["tick"][row])
        ended = flags["terminated"], flags["truncated"], flags["success"]
        goal = None
        if (int(batch.states["task"][row]), 0) in batch.table.pictures:
            goal = batch.goal_pixels[row, 0].copy()
        return View(batch.pixels[row, 0].copy(), *texts, reward, *ended, tick, ticks, goal)


def _opened(moment: Any, pool: Pool) -> tuple[_Origin, bytes]:
    """The origin and the sealed state of a saved moment, whose own checks come with `Batch.load`."""
    if not isinstance(moment, str) or not 0 < len(moment) <= MOST_SAVED:
        raise ValueError(f"a saved moment is a text of 1 to {MOST_SAVED:,} characters, as `save` gives it")
    try:
        head, cut, state = base64.b64decode(moment, validate=True).partition(b"\n")
        found = json.loads(head) if cut else None
    except (binascii.Error, ValueError, RecursionError):
        found, state = None, b""
    if not isinstance(found, dict) or found.get("rumpus_moment") != FORMAT:
        raise ValueError("this saved moment is damaged, or none of Rumpus")
    if found.get("world") != pool.world.name:
        raise ValueError(f"this moment is of {str(found.get('world'))[:40]!r}, and this server's is {pool.world.name}")
    split, index, seed = (found.get(name) for name in ("split", "index", "seed"))
    total, flags = found.get("total"), found.get("flags")
    fitting = type(index) in (int, type(None)) and type(seed) in (int, type(None))
    fitting &= type(total) in (int, float) and isinstance(flags, dict) and set(flags) == set(_WORDS)
    if not fitting or not all(type(flags[word]) is bool for word in _WORDS):  # type: ignore[index]
        raise ValueError("this saved moment is damaged: its first line lacks what a moment has")
    return _Origin(pool._check_split(split), index, seed, float(total), dict(flags)), state  # type: ignore
