"""The settings of a search, and what it may cost."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

METHODS = ("mcts", "puct", "gumbel", "levin")
LEAVES = ("auto", "value", "rollout")
SIMULATIONS = 50
"""Simulations a move where no budget is given, and of `gumbel` where none of them is: MuZero's in Atari
(Schrittwieser et al. 2020)."""


@dataclass(frozen=True)
class SearchSettings:
    """How a search is made; see SearchPolicy for the methods and the budgets.

    method: mcts (UCT), puct, gumbel or levin. simulations: a move; of levin states that are expanded, an episode.
    seconds: of an episode; move_seconds: of each move; both are those of one core (processor time of the process), of
    which rows that are searched together have equal shares. leaf: how mcts, puct and gumbel value a new state, by the
    prior's "value", by a "rollout" of random moves, or "auto": by value if the prior has any.
    """

    method: str = "puct"
    simulations: int | None = None
    seconds: float | None = None
    move_seconds: float | None = None
    leaf: str = "auto"
    rollout: int = 50  # random moves of a rollout at most; no source
    discount: float = 0.97  # of returns: that of the algorithms here
    uct: float = 2**0.5  # weight of exploration: UCB1, Auer et al. 2002, for returns scaled to 0 … 1
    puct: float = 1.25  # the same of PUCT, and the base of its logarithm: Schrittwieser et al. 2020
    puct_base: float = 19652.0
    gumbel_visits: float = 50.0  # c_visit and c_scale of Danihelka et al. 2022, as mctx, its code, has them
    gumbel_scale: float = 0.1
    considered: int = 16  # moves that Gumbel tries at the root, at most: Danihelka et al. 2022
    uniform: float = 0.01  # share of the uniform policy that levin mixes into the prior's; Orseau et al. 2018
    temperature: float = 1.0  # of levin's prior: above 1 the search doubts the guide's policy more
    width: int = 128  # states that levin expands at once, in all rows together; no source
    memory: int = 3 << 28  # bytes that states and trees may take at most

    def __post_init__(self) -> None:
        """Raise ValueError for values that cannot be."""
        for name, known in (("method", METHODS), ("leaf", LEAVES)):
            if getattr(self, name) not in known:
                raise ValueError(f"{name} is one of {', '.join(known)}; got {getattr(self, name)!r}")
        for name in ("simulations", "rollout", "considered", "width"):
            value = getattr(self, name)
            if value is not None and (int(value) != value or value < 1):
                raise ValueError(f"{name} is a whole number of at least 1, got {value}")
        for name in ("seconds", "move_seconds", "puct_base", "temperature", "memory"):
            value = getattr(self, name)
            if value is not None and not value > 0:
                raise ValueError(f"{name} is greater than 0, got {value}")
        if self.seconds is not None and self.move_seconds is not None:
            raise ValueError("seconds are of an episode and move_seconds of a move: give one of them")
        if not (0 < self.discount <= 1 and 0 <= self.uniform <= 1):
            raise ValueError(f"discount lies above 0, uniform from 0 on, up to 1; got {self.discount}, {self.uniform}")

    @property
    def timed(self) -> bool:
        """Whether seconds are counted."""
        return self.seconds is not None or self.move_seconds is not None

    @property
    def each(self) -> int | None:
        """Simulations a move, None for as many as the time allows."""
        if self.simulations is None and self.timed and self.method != "gumbel":
            return None
        return self.simulations or SIMULATIONS

    def __str__(self) -> str:
        """ "puct, 50 simulations a move"."""
        what, of = ("expansions", "an episode") if self.method == "levin" else ("simulations", "a move")
        parts = [self.method] + ([f"{self.each:,} {what} {of}"] if self.each else [])
        parts += [f"{self.seconds:g} s an episode"] if self.seconds else []
        return ", ".join(parts + ([f"{self.move_seconds:g} s a move"] if self.move_seconds else []))


class Meter:
    """The seconds and the simulated states of each row's search: `left` and `spent`, float64 (n,), and `states`."""

    def __init__(self, settings: SearchSettings, rows: int):
        self._settings = settings
        self.left, self.spent, self.states = np.full(rows, np.inf), np.zeros(rows), np.zeros(rows, np.int64)
        self._since = 0.0

    def begin(self, rows: np.ndarray) -> None:
        """An episode begins in these rows, (k,) integers."""
        self.spent[rows], self.states[rows] = 0.0, 0
        if self._settings.seconds is not None:
            self.left[rows] = self._settings.seconds

    def move(self, rows: np.ndarray) -> None:
        """A move is to be chosen in these rows."""
        if self._settings.move_seconds is not None:
            self.left[rows] = self._settings.move_seconds
        self._since = time.process_time()

    def charge(self, rows: np.ndarray) -> np.ndarray:
        """Share the time since the last call out among these rows, (k,). Returns those that have time left."""
        now = time.process_time()
        share = (now - self._since) / max(len(rows), 1)
        self._since = now
        self.left[rows] -= share
        self.spent[rows] += share
        return rows[self.left[rows] > 0]
