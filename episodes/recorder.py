"""The recorder: it listens to a batch, and stores each of its episodes when it ends.

Whatever steps the batch is recorded alike: a window, the faces of Gymnasium and PettingZoo, measurement, training, or a
loop of one's own. Episodes are acknowledged in groups, at most `every` seconds after their end.
"""

from __future__ import annotations

import time
import warnings
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from .. import __version__
from ..interface.action import ACTION
from ..interface.keys import BUTTONS, KEYS
from ..interface.text import decode
from ..tasks.goals import Task
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.replay import checksums
from .episode import Episode, Player, new_id
from .start import Start, start_of
from .store import GROUP_STEPS, Store
from .video import encode

CHUNK = 256
"""Steps of a row that are noted in one array."""
WAITING = 1 << 20
"""Entries of steps that wait for a disk that is full; beyond that the oldest episodes are dropped, with a warning."""


def _step_dtype(players: int) -> np.dtype:
    """A step of a row as it is noted: about 30 bytes, where an ACTION has 236."""
    return np.dtype(
        [
            ("keys", np.uint8, (players, len(KEYS) // 8)),
            ("buttons", np.uint8, (players, len(BUTTONS))),
            ("wheel", np.uint8, (players,)),
            ("mouse", np.int32, (players, 2)),
            ("reward", np.float32, (players,)),
            ("terminated", np.uint8, (players,)),
            ("truncated", np.uint8, (players,)),
            ("success", np.uint8, (players,)),
            ("checksum", np.uint32),
            ("latency", np.float32),
        ]
    )


class _Row:
    """The episode of a row up to now. `stored` is its number of steps when it was last stored, None before."""

    def __init__(self, start: Start, instructions: list[str], checksum: int, at: float, began: datetime):
        self.start, self.instructions, self.first, self.at, self.began = start, instructions, checksum, at, began
        self.chunks: list[np.ndarray] = []
        self.said: list[tuple[int, int, np.ndarray]] = []
        self.heard: list[list[str]] = []
        self.frames: list[list[bytes]] = []
        self.stored: int | None = None
        self.before = ""  # the id of the stored episode that this one goes on from, after steps were undone
        self.extra: dict[str, str] = {}


class Recorder:
    """Records the episodes of a batch into a store, from the next reset of each row on; without a store it only hands
    them to `keep`.

    played_by: who plays, such as "expert" or "policy:runs/ppo-0" (see Player.of), or one for each player; tasks: the
    Tasks of the rows of the batch's table, which are then stored as they are; source: the program that records;
    latency: whether to keep the seconds that each step took; keep(episode): whether to store an episode; unfinished:
    whether to store those that are left before their end; extra: texts to store with each episode; every: seconds after
    which finished episodes are written, 0 for at once; size: (height, width) of the video of worlds that cannot be
    drawn again, by default that of the batch.

    A context manager; `close` stores what is left. If the disk is full, or cannot be written, it warns, keeps the
    episodes (see WAITING), and tries again with the next: what plays is not interrupted. `count` is the number of
    episodes that were stored.
    """

    def __init__(
        self,
        batch: Batch,
        store: Store | None,
        *,
        played_by: str | Player | Sequence[str | Player],
        tasks: Sequence[Task] | None = None,
        source: str = "",
        latency: bool = False,
        keep: Callable[[Episode], bool] | None = None,
        unfinished: bool = True,
        extra: Mapping[str, str] | None = None,
        every: float = 1.0,
        size: tuple[int, int] | None = None,
    ):
        several = [played_by] * batch.players if isinstance(played_by, str | Player) else list(played_by)
        if len(several) != batch.players:
            raise ValueError(f"{batch.world.name} has {batch.players} players, and {len(several)} are named")
        self.batch, self.store, self.count = batch, store, 0
        self.played_by = tuple(Player.of(each) for each in several)
        self.tasks, self.source, self.extra = tasks, source, dict(extra or {})
        self._latency, self._keep, self._unfinished, self._every = latency, keep, unfinished, every
        self._size = size or batch.size
        self._films = not batch.world.rules.savable
        self._rows: list[_Row | None] = [None] * batch.n
        self._live = np.zeros(batch.n, bool)
        self._at = np.zeros(batch.n, np.int64)
        self._steps = np.zeros((batch.n, CHUNK), _step_dtype(batch.players))
        self._templates: dict[int, Start | None] = {}
        self._table: Any = None
        self._pending: list[Episode] = []
        self._waiting, self._failed = 0, False
        self._flushed = time.monotonic()
        batch.listeners.append(self)

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def began(self, batch: Batch, mask: np.ndarray) -> None:
        """Begin to record the rows of the mask; what they played before is stored as it is."""
        rows = np.flatnonzero(mask)
        for row in rows.tolist():
            self._finish(row)
        now, began = time.monotonic(), datetime.now(UTC)
        found = checksums(batch, rows)
        tokens = batch._device.get(batch.instruction)
        starts = self._starts(batch, rows)
        for row, start, first in zip(rows.tolist(), starts, found.tolist(), strict=True):
            self._at[row], self._live[row], self._rows[row] = 0, start is not None, None
            if start is not None:
                texts = [decode(each) for each in tokens[row]]
                self._rows[row] = _Row(start, texts, first, now, began)
                self._look(row)
        self._perhaps_flush()

    def tell(self, row: int, name: str, text: str) -> None:
        """Store a text with the episode that a row plays, in its `extra`."""
        played = self._rows[row]
        if played is not None:
            played.extra[name] = text

    def _starts(self, batch: Batch, rows: np.ndarray) -> list[Start | None]:
        """The starts of these rows; None for a row whose task cannot be stored, which is warned about once."""
        if self._table is not batch.task_table:
            self._table, self._templates = batch.task_table, {}
        states = batch._device.get(batch.states)
        played, seeds = states["task"][rows].tolist(), states["seed"][rows].tolist()
        starts: list[Start | None] = []
        for row, at, seed in zip(rows.tolist(), played, seeds, strict=True):
            if at not in self._templates:
                self._templates[at] = self._template(batch, row, at)
            known = self._templates[at]
            starts.append(None if known is None else replace(known, seed=seed))
        return starts

    def _template(self, batch: Batch, row: int, at: int) -> Start | None:
        fitting = self.tasks is not None and len(self.tasks) == len(batch.task_table)
        try:
            return start_of(batch, row, self.tasks[at] if fitting and self.tasks is not None else None)
        except ValueError as error:
            if None not in self._templates.values():
                warnings.warn(f"not recorded: {error}", stacklevel=2)
            return None

    def stepped(self, batch: Batch) -> None:
        """Note the step of every row that plays."""
        rows = np.flatnonzero(self._live)
        if not len(rows):
            return
        get, now = batch._device.get, time.monotonic()
        actions, outcomes, over = get(batch.actions)[rows], get(batch.outcomes)[rows], get(batch.over)[rows]
        at = self._at[rows] % CHUNK
        noted = self._steps
        noted["keys"][rows, at] = np.packbits(actions["keys"], axis=-1)
        for name in ("buttons", "wheel", "mouse"):
            noted[name][rows, at] = actions[name]
        for name in ("reward", "terminated", "truncated", "success"):
            noted[name][rows, at] = outcomes[name]
        noted["checksum"][rows, at] = checksums(batch, rows)
        for row, player in zip(*np.nonzero(actions["say"].any(2)), strict=True):
            played = self._rows[rows[row]]
            assert played is not None
            played.said.append((int(self._at[rows[row]]), int(player), actions["say"][row, player].copy()))
        self._at[rows] += 1
        for row in rows.tolist():
            played = self._rows[row]
            assert played is not None
            noted["latency"][row, (self._at[row] - 1) % CHUNK] = now - played.at
            played.at = now
            if self._films:
                self._look(row)
        for row in rows[at == CHUNK - 1].tolist():
            played = self._rows[row]
            assert played is not None
            played.chunks.append(noted[row].copy())
        for row in rows[over != 0].tolist():
            self._live[row] = False
            self._finish(row)
        self._perhaps_flush()

    def _look(self, row: int) -> None:
        """Keep the pictures and the chat of a row that cannot be drawn again."""
        played, batch = self._rows[row], self.batch
        if self._films and played is not None:
            views = [batch.picture(row, player, self._size) for player in range(batch.players)]
            played.frames.append([zlib.compress(view.tobytes(), 1) for view in views])
            played.heard.append([decode(each) for each in batch.chat[row]])

    def loaded(self, batch: Batch, rows: np.ndarray) -> None:
        """A saved state was restored: if it is one of the row's own episode, the steps since then are undone; otherwise
        the row is recorded again from its next reset on."""
        for row, now in zip(rows.tolist(), checksums(batch, rows).tolist(), strict=True):
            played = self._rows[row]
            if played is None:
                continue
            steps = self._noted(row)
            states = np.concatenate([[played.first], steps["checksum"]])
            before = np.flatnonzero(states == now)
            if not len(before) or self._films:
                self._live[row], self._rows[row] = False, None
                continue
            back = int(before[-1])
            undone = int(played.extra.get("undone", "0")) + len(steps) - back
            played.extra["undone"] = str(undone)
            if played.stored is not None and back < played.stored:
                played.stored, played.extra["continues"] = None, played.before
            self._at[row] = back
            whole = back // CHUNK * CHUNK
            played.chunks = [steps[first : first + CHUNK].copy() for first in range(0, whole, CHUNK)]
            self._steps[row, : back - whole] = steps[whole:back]
            played.said = [each for each in played.said if each[0] < back]
            self._live[row] = not bool(batch.states["over"][row])

    def _noted(self, row: int) -> np.ndarray:
        """All steps of a row's episode."""
        played = self._rows[row]
        assert played is not None
        return np.concatenate([*played.chunks, self._steps[row, : self._at[row] - CHUNK * len(played.chunks)]])

    def _finish(self, row: int) -> None:
        """Let a row's episode wait to be stored, unless it is there already."""
        played, steps = self._rows[row], int(self._at[row])
        if played is None or not steps or played.stored == steps:
            return
        episode = self._episode(row, played)
        played.stored, played.before = steps, episode.id
        wanted = (self._unfinished or episode.result != "left") and (self._keep is None or self._keep(episode))
        if wanted and self.store is not None:
            self._pending.append(episode)
            self._waiting += episode.steps * episode.players

    def _episode(self, row: int, played: _Row) -> Episode:
        steps = self._noted(row)
        actions = np.zeros((len(steps), self.batch.players), ACTION)
        actions["keys"] = np.unpackbits(steps["keys"], axis=-1)
        for name in ("buttons", "wheel", "mouse"):
            actions[name] = steps[name]
        for step, player, tokens in played.said:
            actions["say"][step, player] = tokens
        chat = [text for texts in played.heard for text in texts]
        return Episode(
            start=played.start,
            actions=actions,
            rewards=steps["reward"].copy(),
            terminated=steps["terminated"].astype(bool),
            truncated=steps["truncated"].astype(bool),
            success=steps["success"].astype(bool),
            checksums=np.concatenate([np.array([played.first], np.uint32), steps["checksum"]]),
            instructions=played.instructions,
            played_by=self.played_by,
            latency=steps["latency"].copy() if self._latency else None,
            chat=chat if any(chat) else None,
            video=self._video(played) if self._films else None,
            began=played.began,
            software=__version__,
            source=self.source,
            extra=self.extra | played.extra,
            id=new_id(),
        )

    def _video(self, played: _Row) -> list[bytes]:
        shape, hz = (*self._size, 3), self.batch.world.controls.tick_hz / self.batch.repeat
        packed = [[views[player] for views in played.frames] for player in range(self.batch.players)]
        return [
            encode((np.frombuffer(zlib.decompress(each), np.uint8).reshape(shape) for each in frames), hz)
            for frames in packed
        ]

    def _perhaps_flush(self) -> None:
        due = time.monotonic() - self._flushed >= self._every
        if self._pending and (due or self._waiting >= GROUP_STEPS):
            self.flush()

    def flush(self) -> bool:
        """Write the episodes that have ended; True if nothing waits now: all of them are on the disk."""
        self._flushed = time.monotonic()
        if not self._pending or self.store is None:
            return True
        try:
            self.store.append(self._pending)
        except OSError as error:
            self._keep_waiting(self.store, error)
            return False
        self.count += len(self._pending)
        if self._failed:
            warnings.warn(
                f"{self.store.path} can be written again: {len(self._pending)} episodes are stored", stacklevel=2
            )
        self._pending, self._waiting, self._failed = [], 0, False
        return True

    def _keep_waiting(self, store: Store, error: OSError) -> None:
        """Say once that nothing can be stored now, and drop the oldest episodes if too many wait."""
        if not self._failed:
            reason = error.strerror or error
            warnings.warn(f"{store.path} cannot be written ({reason}): episodes wait in memory", stacklevel=3)
        self._failed, dropped = True, 0
        while self._waiting > WAITING and len(self._pending) > 1:
            gone = self._pending.pop(0)
            self._waiting -= gone.steps * gone.players
            dropped += 1
        if dropped:
            warnings.warn(f"{dropped} episodes could not be stored and were dropped", stacklevel=3)

    def close(self) -> None:
        """Store what is left, and listen no more. Warns of episodes that cannot be stored."""
        if self not in self.batch.listeners:
            return
        self.batch.listeners.remove(self)
        for row in range(self.batch.n):
            self._finish(row)
        if not self.flush() and self.store is not None:
            warnings.warn(f"{len(self._pending)} episodes could not be stored in {self.store.path}", stacklevel=2)
