"""Recorded episodes: world, version, knobs, limit, split, seed and actions, with checksums that detect a wrong replay.

Pixels are not stored: a replay draws them again, at any size. Levels from files are not stored either: give the same
ones. The task of an episode is stored as its JSON; to replay it, give the table of one row that rumpus.tasks.compile
makes of it.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

import numpy as np

from ....interface.action import ACTION, as_action, write_actions
from ....interface.files import write_atomically
from ....interface.keys import BUTTONS, KEYS, button_index, key_index
from ....interface.realtime import ticks_of
from ..world import World
from .batch import Batch
from .table import Table, level_table

FORMAT = 1
_HEAD = ("world", "version", "knobs", "limit", "split", "seed")
_JUDGED = ("stage", "lasted", "reward", "reward_weights", "stages", "clauses", "hold", "goal", "earned")
"""Fields of a state that are written in judged episodes only."""


class ReplayError(ValueError):
    """Raised for a replay that cannot be read, or that departs from its recording."""


@dataclass
class Episode:
    """One episode. actions: a list of ACTION arrays (players,), one a tick; checksums: of the state at the start and
    after each tick, 32 bits each; task: its JSON, if it is not the world's own; grid: (rows, columns) of the picture,
    those of the largest task in the table that it was recorded with; level: the index of its level in the file, if the
    task fixed the level, else None; arrivals: of an episode in real time, {"hold", "repeat", "at": [[tick, seconds],
    …]}: when its actions were taken, and how long each took; see interface/realtime.py."""

    world: str
    version: int
    knobs: dict[str, int]
    limit: int
    split: str
    seed: int
    actions: list[np.ndarray] = field(default_factory=list)
    checksums: list[int] = field(default_factory=list)
    task: dict[str, Any] | None = None
    grid: tuple[int, int] | None = None
    level: int | None = None
    arrivals: dict[str, Any] | None = None

    @classmethod
    def start(cls, batch: Batch, row: int = 0, task: Mapping[str, Any] | None = None) -> Episode:
        """A recording of the episode that has just begun in this row: call `note` after each step.

        task: the JSON of the row's task, in a batch with a table of tasks; ValueError without it.
        """
        world, state = batch.world, batch.states[row]
        own = batch.task_table[int(state["task"])]
        if task is None and (own["seeded"] or own["judged"]):
            raise ValueError("this batch plays a table of tasks: give the JSON of the row's task, so that it is kept")
        head = (
            world.name,
            world.version,
            {name: int(own[name]) for name in world.knobs.declared},
            int(state["limit"]),
        )
        start = cls(*head, batch.split, int(state["seed"]), [], [checksum(batch, row)])
        if task is None and own["level"] >= 0:
            start.level = int(own["level"])
        elif task is not None:
            start.task, start.grid = dict(task), (int(own["rows"]), int(own["cols"]))
        return start

    def note(self, batch: Batch, row: int = 0) -> None:
        """Record the step that this row has just made."""
        self.actions.append(batch.actions[row].copy())
        self.checksums.append(checksum(batch, row))

    def save(self, path: str | Path) -> None:
        """Write the episode as JSON, atomically."""
        head = {name: getattr(self, name) for name in _HEAD}
        if self.task is not None:
            head |= {"task": self.task, "grid": self.grid}
        if self.level is not None:
            head["level"] = self.level
        if self.arrivals is not None:
            head["arrivals"] = self.arrivals
        ticks = [[_plain(action) for action in tick] for tick in self.actions]
        lines = [f'"{name}": {json.dumps(value)}' for name, value in {"rumpus_replay": FORMAT, **head}.items()]
        lines.append('"checksums": ' + json.dumps(self.checksums))
        lines.append('"actions": [\n' + ",\n".join(json.dumps(tick) for tick in ticks) + "\n]")
        write_atomically(Path(path), ("{\n" + ",\n".join(lines) + "\n}\n").encode())

    @classmethod
    def load(cls, path: str | Path) -> Episode:
        """Read an episode. Raises ReplayError, with the file and the reason, for a file that holds none."""
        try:
            data = json.loads(Path(path).read_text(encoding="utf-8"))
            if data.pop("rumpus_replay") != FORMAT:
                raise ValueError(f"it is not of format {FORMAT}")
            actions = [np.array([_record(action) for action in tick], ACTION) for tick in data.pop("actions")]
            episode = cls(**data, actions=actions)
            if len(episode.checksums) != len(actions) + 1:
                raise ValueError("it needs one checksum more than actions")
            return episode
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ReplayError(f"{path}: not a replay of Rumpus: {error!r}") from None

    def by_arrivals(self) -> Episode:
        """The same episode made of its arrivals alone: the actions that arrived, and in the ticks between them what was
        held. Raises ReplayError for an episode that was not played in real time."""
        try:
            kept = dict(self.arrivals or {})
            pairs = [(int(tick), self.actions[int(tick)]) for tick, _ in kept["at"]]
            actions = ticks_of(pairs, len(self.actions), bool(kept["hold"]), int(kept["repeat"]))
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise ReplayError(f"this replay of {self.world} has no arrivals in real time: {error!r}") from None
        return replace(self, actions=actions)

    def frames(
        self,
        load: Callable[[str], World],
        size: tuple[int, int],
        player: int = 0,
        levels: Any = None,
        tasks: Table | None = None,
    ) -> Iterator[np.ndarray]:
        """Replay the episode and yield its frames, uint8 (height, width, 3). load: the function from a name to a World
        (worlds.named imports no foreign module); tasks: the table of the episode's task, if it has one.

        Raises ReplayError at the first tick whose state is not the recorded one.
        """
        batch = self.batch(load(self.world), size, levels, tasks)
        yield batch.picture(player=player)
        for tick in range(len(self.actions)):
            self.play(batch, tick)
            yield batch.picture(player=player)

    def batch(
        self, world: World, size: tuple[int, int] = (64, 64), levels: Any = None, tasks: Table | None = None
    ) -> Batch:
        """A batch of one row at the start of this episode; tasks: the table of its task, if it has one.
        Raises ReplayError if the start differs from the recorded one."""
        if world.version != self.version:
            raise ReplayError(f"this replay is of {self.world} version {self.version}; this is version {world.version}")
        options: dict[str, Any] = {"knobs": self.knobs, "limit": self.limit, "levels": levels}
        if self.task is not None:
            options = {"tasks": self._as_drawn(tasks)}
        elif self.level is not None:
            options = {"tasks": self._of_level(world, levels)}
        batch = Batch(world, 1, size=size, threads=1, split=self.split, **options)
        batch.reset(seed=self.seed)
        self._check(batch, 0)
        return batch

    def _of_level(self, world: World, levels: Any) -> Table:
        """The table of one row with this episode's level."""
        every = None if levels is None else level_table(world, levels, knobs=self.knobs, limit=self.limit)
        if every is None or not 0 <= cast(int, self.level) < len(every):
            raise ReplayError(f"this replay is of level {self.level} of a file: give its `levels`")
        return replace(every, records=every.records[self.level : cast(int, self.level) + 1])

    def _as_drawn(self, tasks: Table | None) -> Table:
        """The table of this episode's task, with the recorded size of the picture."""
        if tasks is None or len(tasks) != 1:
            raise ReplayError("this replay is of a task: give `tasks`, a table of one row made of its JSON (`task`)")
        records = tasks.records.copy()
        records["rows"], records["cols"] = self.grid or (records["rows"], records["cols"])
        return replace(tasks, records=records)

    def play(self, batch: Batch, tick: int) -> Any:
        """Step a batch that is at this tick with the recorded actions. Returns the outcomes (players,)."""
        batch.actions[0] = self.actions[tick]
        outcomes = batch.step()[0]
        self._check(batch, tick + 1)
        return outcomes

    def _check(self, batch: Batch, ticks: int) -> None:
        if checksum(batch, 0) != self.checksums[ticks]:
            where = "at its start: was it recorded with other levels?" if ticks == 0 else f"after tick {ticks}"
            raise ReplayError(f"this replay of {self.world} departs from its recording {where}")


def checksum(batch: Batch, row: int) -> int:
    """A 32-bit checksum of a row's state, independent of the batch and of earlier episodes.

    It excludes the row of the table, the stream of later seeds, and the fields of the judge in unjudged episodes.
    """
    batch.record(row)  # raises ValueError for a world whose state is not all there is
    return int(checksums(batch, np.array([row]))[0])


def checksums(batch: Batch, rows: np.ndarray, signatures: Sequence[bytes] | None = None) -> np.ndarray:
    """The checksums of several rows, uint32 (k,), as `checksum` has it; of guests, of the engine's part of the state,
    which holds a hash of their own. rows: integers (k,). signatures: of each row, in place of `batch.mark`."""
    states = batch._device.get(batch.states)
    raw = states.view(np.uint8).reshape(batch.n, -1)[rows]  # bytes, since NumPy leaves padding undefined
    data = raw.view(states.dtype)[:, 0]
    for name in ("task", "stream"):
        data[name] = 0
    unjudged = data["judged"] == 0
    if unjudged.all():
        for name in _JUDGED:
            data[name] = 0
    else:
        for name in _JUDGED:
            data[name][unjudged] = 0
        clauses = np.arange(data["goal"].shape[2])
        data["goal"][clauses >= data["clauses"][..., None]] = 0
    starts = [zlib.crc32(batch.mark)] * len(data) if signatures is None else list(map(zlib.crc32, signatures))
    return np.array(list(map(zlib.crc32, raw, starts)), np.uint32)


def _plain(action: np.void) -> dict[str, Any]:
    """An ACTION record as short JSON: only the parts that are not at rest."""
    full = as_action(action)
    short = {
        "keys": [name for name, held in zip(KEYS, action["keys"], strict=True) if held],
        "buttons": [name for name, held in zip(BUTTONS, action["buttons"], strict=True) if held],
        "wheel": int(action["wheel"]),
        "mouse": full["mouse"].tolist() if action["mouse"].any() else [],
        "say": full["say"],
    }
    return {name: value for name, value in short.items() if value}


def _record(short: Mapping[str, Any]) -> np.void:
    """The ACTION record of such JSON; parts that it does not name are at rest."""
    record = np.zeros(1, ACTION)[0]
    keys, buttons = np.zeros(len(KEYS), np.int8), np.zeros(len(BUTTONS), np.int8)
    keys[[key_index(name) for name in short.get("keys", [])]] = 1
    buttons[[button_index(name) for name in short.get("buttons", [])]] = 1
    mouse = np.asarray(short.get("mouse", [0.0, 0.0]), np.float64)
    wheel, say = short.get("wheel", 0), short.get("say", "")
    write_actions(record, {"keys": keys, "buttons": buttons, "wheel": wheel, "mouse": mouse, "say": say})
    return record
