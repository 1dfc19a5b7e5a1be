"""Reading with pixels: many episodes are replayed side by side in one batch, step by step, and drawn at any size.

Each row of the batch plays one episode after the other. Outcomes are compared with the recorded ones after each step,
and states with their checksums at the start, after every few steps and at the end; an episode that departs is named and
ends there, and its row goes on with the next one. Episodes are replayed
together if they share a world, a picture of the same tiles, and the levels that they are drawn from (see `Together`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from .. import worlds
from ..interface.action import ACTION
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.replay import checksums
from ..worlds.engine.run.saved import mark_of
from ..worlds.engine.run.table import pack_tasks, read_levels
from ..worlds.engine.world import World
from .episode import Episode, Summary
from .footage import Footage
from .start import Start, digest, moment_of
from .step import Departure, OnProblem, Step, warn
from .store import Store, Where

ROWS = 256
"""Episodes that are replayed side by side."""
FILMS = 16
"""Videos that are decoded side by side, each by a process of ffmpeg."""
KNOWN = 1024
"""Starts that are kept, since many episodes begin alike."""
CHECKED = 8
"""Steps after which states are compared with their checksums; outcomes are after each."""
WINDOW = 64
"""Steps of an episode that are copied at a time."""

Begun = tuple[np.ndarray, np.ndarray | None, np.ndarray | None]
"""How an episode begins: its task record, its level, and the state that it goes on from."""
Worlds = Mapping[str, World] | None
"""Worlds of your own by name, for episodes of worlds that the suite does not have."""


class Together(NamedTuple):
    """What episodes share that are replayed in one batch. bank: (split, knobs) of the levels that theirs are drawn
    from; level_set: the digest of a user's levels that theirs are of; None and "" where each brings its own; filmed:
    whether their pixels are video."""

    world: str
    version: int
    players: int
    repeat: int
    grid: tuple[int, int]
    drawn: bool
    bank: tuple[str, tuple[tuple[str, int], ...]] | None
    level_set: str
    filmed: bool

    @classmethod
    def of(cls, episode: Episode | Summary) -> Together:
        """Of an episode."""
        start, (rows, cols) = episode.start, episode.start.grid
        bank = (start.split, tuple(sorted(start.knobs.items()))) if start.drawn and not episode.filmed else None
        head = start.world, start.version, episode.players, start.repeat, (rows, cols)
        return cls(*head, start.drawn, bank, start.level_set, episode.filmed)


def redraw(
    store: Store,
    size: tuple[int, int] = (64, 64),
    *,
    where: Where | None = None,
    rows: int = ROWS,
    threads: int | None = None,
    draw: bool = True,
    final: bool = False,
    own: Worlds = None,
    levels: str | Path | np.ndarray | None = None,
    on_problem: OnProblem | None = None,
) -> Iterator[Step]:
    """All episodes of a store that fulfil `where`, one kind (Together) after the other, step by step with pixels of
    this size. See Redrawing for the options."""
    for kind, count in kinds(store, where).items():
        chosen = of_kind(kind, where)
        if kind.filmed:
            yield from Footage(
                store.read(chosen), size, rows=min(rows, FILMS, count), final=final, on_problem=on_problem
            )
            continue
        options: dict[str, Any] = {"threads": threads, "draw": draw, "final": final, "on_problem": on_problem}
        try:
            world = world_of(kind.world, own)
        except ValueError as error:
            for head in store.index(chosen):
                (on_problem or warn)(Departure(head.id, None, str(error)))
            continue
        yield from Redrawing(store.read(chosen), world, size, rows=min(rows, count), levels=levels, **options)


def kinds(store: Store, where: Where | None = None) -> dict[Together, int]:
    """The kinds of episodes in a store, and how many there are of each."""
    found: dict[Together, int] = {}
    for head in store.index(where):
        kind = Together.of(head)
        found[kind] = found.get(kind, 0) + 1
    return found


def of_kind(kind: Together, where: Where | None) -> Where:
    """A filter for episodes of this kind that fulfil `where`."""
    return lambda head: Together.of(head) == kind and (where is None or where(head))


def world_of(name: str, own: Worlds = None) -> World:
    """The world of this name, among one's own or of the suite; nothing that a file chooses is imported. Raises
    ValueError for another."""
    return own[name] if own and name in own else worlds.named(name)


class Redrawing:
    """Replays episodes of one kind (Together) side by side; iterating gives Steps.

    episodes: taken one by one, as rows become free; world: theirs; size: (height, width) of the pixels; rows: of the
    batch; draw: whether to draw; final: whether each episode ends with a step of what was seen last; levels: a user's
    levels that theirs were drawn from; strict: compare states after each step, and replay episodes of other versions of
    the world too, up to the first step that differs; on_problem: called with each Departure, by default a warning.
    """

    def __init__(
        self,
        episodes: Iterable[Episode],
        world: World,
        size: tuple[int, int] = (64, 64),
        *,
        rows: int = ROWS,
        threads: int | None = None,
        draw: bool = True,
        final: bool = False,
        levels: str | Path | np.ndarray | None = None,
        strict: bool = False,
        on_problem: OnProblem | None = None,
    ):
        self.world, self.size, self.rows = world, size, rows
        self._episodes, self._threads, self._draw, self._final = iter(episodes), threads, draw, final
        self._levels, self._strict, self._problem = levels, strict, on_problem or warn
        self._kind: Together | None = None
        self._given: np.ndarray | None = None
        self._moments: dict[int, np.ndarray] = {}
        self._known: dict[str, Begun] = {}
        self._playing: list[Episode | None] = [None] * rows
        self._index = np.zeros(rows, np.int32)
        self._length = np.zeros(rows, np.int32)  # steps of each row's episode
        self._active = np.zeros(rows, bool)
        self._over = False  # no more episodes

    def __iter__(self) -> Iterator[Step]:
        while True:
            self._refill()
            if not self._active.any():
                return
            yield self._show()
            self._advance()

    def _refill(self) -> None:
        """Begin the next episodes in the free rows."""
        while not self._over and not self._active.all():
            begun: dict[int, Begun] = {}
            for row in np.flatnonzero(~self._active).tolist():
                taken = self._take()
                if taken is None:
                    self._over = True
                    break
                self._playing[row], begun[row] = taken[0], taken[1]
            if begun:
                self._begin(begun)

    def _take(self) -> tuple[Episode, Begun] | None:
        """The next episode that can be replayed, with how it begins; None after the last."""
        for episode in self._episodes:
            try:
                return episode, self._prepared(episode)
            except ValueError as error:
                self._problem(Departure(episode.id, None, str(error)))
        return None

    def _prepared(self, episode: Episode) -> Begun:
        start, world = episode.start, self.world
        kind = Together.of(episode)
        if start.world != world.name or episode.players != world.players:
            raise ValueError(f"it is of {start.world} with {episode.players} player(s), not of {world.name}")
        if start.version != world.version and not self._strict:
            raise ValueError(f"it is of {world.name} version {start.version}; this is version {world.version}")
        if self._kind is None:
            self._given = self._user_levels(kind.level_set)
            row = self._row(start)
            self._make_batch(kind, start, row[0])
            self._kind = kind
            return row
        if kind != self._kind:
            raise ValueError("it is of another kind (Together) than the first one that is replayed here")
        return self._row(start)

    def _row(self, start: Start) -> Begun:
        """How an episode begins here; episodes that differ by their seed alone begin alike."""
        key = repr(replace(start, seed=0))
        if key not in self._known:
            if len(self._known) >= KNOWN:
                self._known.clear()
            self._known[key] = self._made(start)
        return self._known[key]

    def _made(self, start: Start) -> Begun:
        (record, level), moment = start.row(self.world), moment_of(start, self.world)
        if start.drawn or self._given is None:
            return record, level, moment
        if not 0 <= start.level_index < len(self._given):
            raise ValueError(f"its level is number {start.level_index} of {len(self._given)}")
        record["level"] = 0
        return record, self._given[start.level_index :][:1], moment

    def _user_levels(self, wanted: str) -> np.ndarray | None:
        """The levels of this digest; None for "". Raises ValueError if they were not given."""
        if not wanted:
            return None
        found = None if self._levels is None else read_levels(self.world, self._levels)[0]
        if found is None or digest(found) != wanted:
            raise ValueError("its level is one of a file or an array of levels: give the same ones as `levels`")
        return found

    def _make_batch(self, kind: Together, start: Start, record: np.ndarray) -> None:
        """Make the batch for episodes of this kind."""
        world = self.world
        self._drawn_from = self._bank(kind, start)
        self._records, self._slot_levels = record.repeat(self.rows), self._slots()
        table = pack_tasks(self._records, self._slot_levels)
        options: dict[str, Any] = {"threads": self._threads, "split": start.split, "repeat": start.repeat}
        self.batch = Batch(world, self.rows, size=self.size, tasks=table, **options)
        players = world.players
        shape = (self.rows, WINDOW)
        self._actions = np.zeros((*shape, players), ACTION)
        self._rewards = np.zeros((*shape, players), np.float32)
        self._ends = np.zeros((3, *shape, players), bool)
        self._checks = np.zeros((self.rows, WINDOW), np.uint32)
        self._marks: list[bytes] = [b""] * self.rows

    def _bank(self, kind: Together, start: Start) -> np.ndarray | None:
        """The levels that episodes of this kind draw theirs from; None if each brings its own."""
        if not kind.drawn or self._given is not None:
            return self._given if kind.drawn else None
        bank = self.world.level_bank(start.split, dict(start.knobs))
        return self.world.no_levels if bank is None else bank

    def _slots(self) -> np.ndarray | None:
        """The levels of the table: those that are drawn from, or a place for each row."""
        if self._drawn_from is not None:
            return self._drawn_from
        world = self.world
        if world.levels is None:
            return None
        if world.levels.generated_level is not None:
            return world.levels.generated_level.repeat(self.rows)
        bank = world.level_bank()
        assert bank is not None
        return bank[:1].repeat(self.rows)

    def _begin(self, begun: Mapping[int, Begun]) -> None:
        """Reset these rows to their episodes' starts."""
        rows = np.array(list(begun))
        for row, (record, level, moment) in begun.items():
            self._records[row] = record[0]
            self._moments.pop(row, None)
            if moment is not None:
                self._moments[row] = moment
            if level is not None and self._slot_levels is not None and self._drawn_from is None:
                self._slot_levels[row], self._records[row]["level"] = level[0], row
        batch, mask = self.batch, np.zeros(self.rows, bool)
        batch.configure(tasks=pack_tasks(self._records, self._slot_levels, self._moments), split=batch.split)
        mask[rows] = True
        seeds = [0] * self.rows
        for row in begun:
            episode = self._playing[row]
            assert episode is not None
            seeds[row] = episode.start.seed
            self._marks[row] = mark_of(batch.world, episode.start.version) if self._strict else batch.mark
            self._length[row], self._index[row] = episode.steps, 0
        batch.reset(mask, seed=seeds, tasks=np.where(mask, np.arange(self.rows), -1))
        self._active[rows] = True
        self._window(rows.tolist())
        first = np.array([self._of(row).checksums[0] for row in begun], np.uint32)
        self._compare(rows, first)
        self._guard(rows)
        for row in rows[self._active[rows] & (self._length[rows] == 0)].tolist():
            self._active[row] = self._final

    def _of(self, row: int) -> Episode:
        episode = self._playing[row]
        assert episode is not None
        return episode

    def _guard(self, rows: np.ndarray) -> None:
        """Refuse starts that the world's own bounds refuse: of a picture of more tiles than it can have."""
        own = self.world.view.grid(dict(self._of(int(rows[0])).start.knobs))
        if (self.batch.rows, self.batch.cols) == tuple(own):
            return
        for row in rows[self._active[rows]].tolist():
            if self.world.rules.savable:
                wrong = self.world.guard.validate(self.batch.record(row), self.batch.states[row])
                if wrong:
                    self._drop(row, f"it begins as {self.world.name} cannot: {wrong}")

    def _compare(self, rows: np.ndarray, wanted: np.ndarray, alike: Any = True) -> None:
        """Drop the rows whose state is not the recorded one, or whose outcomes are not alike."""
        marks = [self._marks[row] for row in rows.tolist()] if self._strict else None
        for row in rows[(checksums(self.batch, rows, marks) != wanted) | ~np.broadcast_to(alike, rows.shape)].tolist():
            done, version = int(self._index[row]), self._of(row).start.version
            where = f"after step {done}" if done else "at its start"
            other = f" (it was recorded in version {version})" if version != self.world.version else ""
            self._drop(row, f"it departs from its recording {where}{other}")

    def _drop(self, row: int, reason: str) -> None:
        self._active[row] = False
        self._problem(Departure(self._of(row).id, int(self._index[row]), reason))

    def _window(self, rows: Sequence[int]) -> None:
        """Copy the next WINDOW steps of these rows' episodes."""
        for row in rows:
            episode, first = self._of(row), int(self._index[row])
            part = slice(first, min(first + WINDOW, episode.steps))
            here = slice(0, part.stop - part.start)
            self._actions[row, here], self._rewards[row, here] = episode.actions[part], episode.rewards[part]
            for number, ends in enumerate((episode.terminated, episode.truncated, episode.success)):
                self._ends[number, row, here] = ends[part]
            self._checks[row, here] = episode.checksums[part.start + 1 : part.stop + 1]

    def _show(self) -> Step:
        """The present step of all rows."""
        batch, active = self.batch, self._active.copy()
        place = np.arange(self.rows), self._index % WINDOW
        acting = active & (self._index < self._length)
        actions, rewards = self._actions[place], self._rewards[place]
        ends = self._ends[:, place[0], place[1]]
        if self._final and not acting.all():
            actions[~acting], rewards[~acting], ends[:, ~acting] = 0, 0, False
        last = self._index == (self._length if self._final else self._length - 1)
        pixels = batch.draw(active) if self._draw else None
        return Step(
            active, list(self._playing), self._index.copy(), active & (self._index == 0), active & last, pixels,
            batch.instruction, batch.chat, actions, rewards, *ends,
        )  # fmt: skip

    def _advance(self) -> None:
        """Step all rows that play, and compare them with their recordings."""
        acting = self._active & (self._index < self._length)
        self._active &= acting  # after its final step a row is free
        rows = np.flatnonzero(acting)
        if not len(rows):
            return
        place = self._index % WINDOW
        self.batch.actions[...] = self._actions[np.arange(self.rows), place]
        wanted, at = self._checks[rows, place[rows]], (rows, place[rows])
        outcomes = self.batch.step()[rows]
        self._index[rows] += 1
        alike = (outcomes["reward"] == self._rewards[at]).all(1)
        for number, name in enumerate(("terminated", "truncated", "success")):
            alike &= (outcomes[name] == self._ends[number][at]).all(1)
        due = ~alike | (self._index[rows] % CHECKED == 0) | (self._index[rows] == self._length[rows]) | self._strict
        if due.any():
            self._compare(rows[due], wanted[due], alike[due])
        ended = self._active & (self._index >= self._length)
        if not self._final:
            self._active &= ~ended
        self._window(np.flatnonzero(self._active & ~ended & (self._index % WINDOW == 0)).tolist())
