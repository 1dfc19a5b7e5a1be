"""Episodes as data: world, version, knobs, limit, split, seed and actions, with checksums that tell a wrong replay.

Pixels are not kept: a replay makes them again, at any size. A level set of your own is not kept either: give the same
one.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ...interface.action import ACTION, as_action, write_actions
from ...interface.keys import BUTTONS, KEYS, button_index, key_index
from .batch import Batch
from .kernels import write_atomically
from .world import World

FORMAT = 1


class ReplayError(ValueError):
    """A replay that cannot be read, or that did not go as it was recorded."""


@dataclass
class Episode:
    """One episode. actions: a list of ACTION arrays (players,), one a tick; checksums: of the state at the start and
    after each tick, 32 bits each."""

    world: str
    version: int
    knobs: dict[str, int]
    limit: int
    split: str
    seed: int
    actions: list[np.ndarray] = field(default_factory=list)
    checksums: list[int] = field(default_factory=list)

    @classmethod
    def start(cls, batch: Batch, row: int = 0) -> Episode:
        """A recording of the episode that has just begun in this row: call `note` after each step."""
        world, seed = batch.world, int(batch.states["seed"][row])
        limit = int(batch.states["limit"][row])
        return cls(world.name, world.version, dict(batch.knobs), limit, batch.split, seed, [], [checksum(batch, row)])

    def note(self, batch: Batch, row: int = 0) -> None:
        """Record the step that this row has just made."""
        self.actions.append(batch.actions[row].copy())
        self.checksums.append(checksum(batch, row))

    def save(self, path: str | Path) -> None:
        """Write the episode as JSON, whole or not at all."""
        head = {name: getattr(self, name) for name in ("world", "version", "knobs", "limit", "split", "seed")}
        ticks = [[_plain(action) for action in tick] for tick in self.actions]
        lines = [f'"{name}": {json.dumps(value)}' for name, value in {"rumpus_replay": FORMAT, **head}.items()]
        lines.append('"checksums": ' + json.dumps(self.checksums))
        lines.append('"actions": [\n' + ",\n".join(json.dumps(tick) for tick in ticks) + "\n]")
        write_atomically(Path(path), ("{\n" + ",\n".join(lines) + "\n}\n").encode())

    @classmethod
    def load(cls, path: str | Path) -> Episode:
        """Read an episode. Raises ReplayError, naming the file and the reason, for anything that is not one."""
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

    def frames(
        self, load: Callable[[str], World], size: tuple[int, int], player: int = 0, levels: Any = None
    ) -> Iterator[np.ndarray]:
        """Play the episode again and yield its frames, uint8 (height, width, 3). `load` finds a world by name.

        Raises ReplayError at the first tick whose state is not the recorded one.
        """
        batch = self.batch(load(self.world), size, levels)
        yield batch.picture(player=player)
        for tick in range(len(self.actions)):
            self.play(batch, tick)
            yield batch.picture(player=player)

    def batch(self, world: World, size: tuple[int, int] = (64, 64), levels: Any = None) -> Batch:
        """A batch of one row at the start of this episode. Raises ReplayError if that is not where it began."""
        if world.version != self.version:
            raise ReplayError(f"this replay is of {self.world} version {self.version}; this is version {world.version}")
        options: dict[str, Any] = {"knobs": self.knobs, "limit": self.limit, "split": self.split, "levels": levels}
        batch = Batch(world, 1, size=size, threads=1, **options)
        batch.reset(seed=self.seed)
        self._check(batch, 0)
        return batch

    def play(self, batch: Batch, tick: int) -> Any:
        """Do this tick's actions in a batch that stands before it. Returns the outcomes (players,)."""
        batch.actions[0] = self.actions[tick]
        outcomes = batch.step()[0]
        self._check(batch, tick + 1)
        return outcomes

    def _check(self, batch: Batch, ticks: int) -> None:
        if checksum(batch, 0) != self.checksums[ticks]:
            where = "at its start: was it recorded with other levels?" if ticks == 0 else f"after tick {ticks}"
            raise ReplayError(f"this replay of {self.world} departs from its recording {where}")


def checksum(batch: Batch, row: int) -> int:
    """A 32-bit checksum of a row's state."""
    return zlib.crc32(batch.save(row))


def _plain(action: np.void) -> dict[str, Any]:
    """An ACTION record as short JSON: only what is not at rest."""
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
    """The ACTION record of such JSON; what it does not name is at rest."""
    record = np.zeros(1, ACTION)[0]
    keys, buttons = np.zeros(len(KEYS), np.int8), np.zeros(len(BUTTONS), np.int8)
    keys[[key_index(name) for name in short.get("keys", [])]] = 1
    buttons[[button_index(name) for name in short.get("buttons", [])]] = 1
    mouse = np.asarray(short.get("mouse", [0.0, 0.0]), np.float64)
    wheel, say = short.get("wheel", 0), short.get("say", "")
    write_actions(record, {"keys": keys, "buttons": buttons, "wheel": wheel, "mouse": mouse, "say": say})
    return record
