"""The cast of a batch: which player has which seat of which row.

Company    the co-players of a batch; of an agent that learns beside them, see Lanes.join
Cast       an agent and its company as one policy, to be measured
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...worlds.engine.run.batch import Batch
from ..contracts import Policy


class Member:
    """One co-player: the rows in which it has a seat, and a batch of these rows alone, in which it looks and acts.

    So its frames may be of another size than those of others, and what it remembers is its own.
    """

    def __init__(self, policy: Policy, batch: Batch, seats: np.ndarray):
        """seats: bool (n, players), those that it has."""
        self._policy, self._rows = policy, np.flatnonzero(seats.any(1))
        self._lanes = np.nonzero(seats[self._rows])
        chosen: dict[str, Any] = batch.chosen
        self._own = Batch(batch.world, len(self._rows), repeat=batch.repeat, threads=1, **chosen)
        self._look(batch)
        policy.start(self._own)

    def _look(self, batch: Batch) -> None:
        self._own.states[...] = batch.states[self._rows]
        self._own.outcomes[...] = batch.outcomes[self._rows]

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """Write the actions of its seats into the batch."""
        self._look(batch)
        self._policy.act(self._own, is_first[self._rows])
        rows, seats = self._lanes
        batch.actions[self._rows[rows], seats] = self._own.actions[rows, seats]


def seats_of(focal: Sequence[int], turns: int, rows: np.ndarray, players: int) -> np.ndarray:
    """The focal seats of each row, bool (rows, players): `focal`, moved on by `turns` seats from row to row."""
    seats = (np.asarray(focal)[None] + turns * np.asarray(rows)[:, None]) % players
    return (seats[:, :, None] == np.arange(players)).any(1)


def drawn(focal: np.ndarray, members: int, seed: int) -> np.ndarray:
    """The co-player of each seat, int64 (rows, players), -1 in focal seats: all of them equally often, to one, in an
    order that is drawn by the seed."""
    found = np.full(focal.shape, -1)
    wanted = int((~focal).sum())
    rng = np.random.default_rng([seed, members])
    found[~focal] = np.concatenate([rng.permutation(members) for _ in range(-(-wanted // members))])[:wanted]
    return found


class Company:
    """The co-players of a batch, who have all seats but the focal ones. Batches are on the CPU.

    focal, turns: see `seats_of`; members: of whom each row has its own for as long as the batch lasts, drawn by the
    seed. `cast`, once it has started: int64 (n, players), -1 in focal seats, else the number of a member.
    """

    def __init__(self, members: Sequence[Policy], focal: Sequence[int], *, turns: int = 1, seed: int = 0):
        self._members, self._focal, self._turns, self._seed = list(members), tuple(focal), turns, seed

    def start(self, batch: Batch) -> None:
        """Draw the cast, and get the co-players ready. Raises ValueError for a world with too few seats."""
        if batch.players <= max(self._focal) or batch.players <= len(self._focal):
            raise ValueError(
                f"{batch.world.name} has {batch.players} seats, none of them for co-players: leave one free"
            )
        focal = seats_of(self._focal, self._turns, np.arange(batch.n), batch.players)
        self.cast = drawn(focal, len(self._members), self._seed)
        there = [(index, self.cast == index) for index in range(len(self._members))]
        self._playing = [Member(self._members[index], batch, seats) for index, seats in there if seats.any()]

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """Write the actions of all co-players. is_first: bool (n,)."""
        for each in self._playing:
            each.act(batch, is_first)


class Cast:
    """Plays the focal seats of every row with one policy, and the others with co-players, see Company."""

    def __init__(
        self, policy: Policy, members: Sequence[Policy], focal: Sequence[int], *, turns: int = 1, seed: int = 0
    ):
        self._policy, self._company = policy, Company(members, focal, turns=turns, seed=seed)
        self.name = policy.name
        rows = [each.rows for each in (policy, *members) if hasattr(each, "rows")]
        if rows:
            self.rows: Any = min(rows)

    @property
    def cast(self) -> np.ndarray:
        """Of the Company: -1 in focal seats."""
        return self._company.cast

    def start(self, batch: Batch) -> None:
        """Get all players ready. Raises ValueError for a world with too few seats."""
        self._policy.start(batch)
        self._company.start(batch)

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """Let the focal policy choose for all, and then the co-players for their seats."""
        self._policy.act(batch, is_first)
        self._company.act(batch, is_first)

    def report(self) -> dict[str, float]:
        """Measurements of the focal policy."""
        return self._policy.report()
