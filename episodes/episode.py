"""An episode in memory: what was done, what came of it, and who played."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from .start import Start

KINDS = ("person", "expert", "random", "policy", "model", "other")
"""Kinds of players: a person at a window or page, a world's expert, the random policy, a learned policy, a language
model, and anything else."""
RESULTS = ("success", "failed", "time up", "left")
"""How episodes end: a player succeeded; terminated without success; truncated by the limit; not played to its end."""


class Player(NamedTuple):
    """Who played: one of KINDS, and a name, such as the path of a run; "" for none."""

    kind: str
    name: str = ""

    @classmethod
    def of(cls, text: str | Player) -> Player:
        """ "person" or "policy:runs/ppo-0" as a Player. Raises ValueError for another kind."""
        if isinstance(text, Player):
            return text
        kind, _, name = text.partition(":")
        if kind not in KINDS:
            raise ValueError(f"a player is one of {', '.join(KINDS)}, perhaps with :NAME behind it; got {text!r}")
        return cls(kind, name)

    def __str__(self) -> str:
        return f"{self.kind}:{self.name}" if self.name else self.kind


def new_id() -> str:
    """A new id of an episode: 16 hex digits at random."""
    return secrets.token_hex(8)


@dataclass(eq=False)
class Episode:
    """One episode of T steps and P players.

    start: how it began; actions: ACTION (T, P); rewards: float32 (T, P); terminated, truncated, success: bool (T, P),
    of each player in each step, as the outcomes of a Batch; checksums: uint32 (T + 1,), of the state at the start and
    after each step (see worlds.engine.run.replay); instructions: of each player at the start; played_by: of each
    player.

    latency: float32 (T,), the seconds from the step before (or the reset) to this one, None if not measured; chat: what
    each player heard before each step and at the end, (T + 1) * P texts step by step, None where a replay gives it;
    video: an MP4 of T + 1 frames for each player, None where a replay gives the pixels; began: when it began, in UTC;
    software: the version of Rumpus; source: the program that recorded it; extra: texts of your own.
    """

    start: Start
    actions: np.ndarray
    rewards: np.ndarray
    terminated: np.ndarray
    truncated: np.ndarray
    success: np.ndarray
    checksums: np.ndarray
    instructions: Sequence[str] = ()
    played_by: Sequence[Player] = ()
    latency: np.ndarray | None = None
    chat: Sequence[str] | None = None
    video: Sequence[bytes] | None = None
    began: datetime = field(default_factory=lambda: datetime.now(UTC))
    software: str = ""
    source: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    id: str = field(default_factory=new_id)

    @property
    def steps(self) -> int:
        """T, the number of steps."""
        return len(self.actions)

    @property
    def players(self) -> int:
        """P, the number of players."""
        return int(self.actions.shape[1])

    @property
    def returns(self) -> tuple[float, ...]:
        """The sum of each player's rewards."""
        return tuple(self.rewards.sum(0, dtype=np.float64).tolist())

    @property
    def filmed(self) -> bool:
        """Whether its pixels are stored as video."""
        return self.video is not None

    @property
    def result(self) -> str:
        """One of RESULTS."""
        if not (self.terminated | self.truncated).any(0).all():
            return "left"
        if self.success.any():
            return "success"
        return "failed" if self.terminated.any() else "time up"


class Summary(NamedTuple):
    """The head of a stored episode, without its steps: what `Store.index` gives, and filters are asked about.

    file: the name of its file in the store; steps, returns, result, instructions, played_by: as Episode has them;
    success: whether each player succeeded;
    filmed: whether its pixels are stored as video.
    """

    id: str
    file: str
    start: Start
    players: int
    steps: int
    returns: tuple[float, ...]
    success: tuple[bool, ...]
    result: str
    instructions: tuple[str, ...]
    played_by: tuple[Player, ...]
    began: datetime
    software: str
    source: str
    filmed: bool
    extra: Mapping[str, str]

    @property
    def world(self) -> str:
        """The name of its world."""
        return self.start.world

    @property
    def task(self) -> str:
        """The id of its task; "" for the world's own."""
        return str((self.start.task or {}).get("id", ""))
