"""A player against another: it has one seat of every row, and the other one all seats beside it.

Where players compete, two of a kind tell nothing: one of them always wins. Seats take turns, row by row, so that roles
that are those of seats, such as to hide and to seek, come up alike often.
"""

from __future__ import annotations

import numpy as np

from ...worlds.engine.run.batch import Batch
from ..contracts import Policy
from ..episodes import Episodes


class Against:
    """Plays seat r % players of each row r with one policy, and the others with another.

    Raises ValueError where frames of both are not of the same size. Batches are on the CPU.
    """

    def __init__(self, policy: Policy, other: Policy):
        self.policy, self.other, self.name = policy, other, policy.name
        rows = [each.rows for each in (policy, other) if hasattr(each, "rows")]
        if rows:
            self.rows = min(rows)

    def start(self, batch: Batch) -> None:
        """Get both ready. Raises ValueError for a world of one player."""
        if batch.players < 2:
            raise ValueError(f"{batch.world.name} is for one player: --against is for worlds for several")
        self.policy.start(batch)
        size = batch.size
        self.other.start(batch)
        if batch.size != size:
            raise ValueError(
                f"{self.policy.name} sees frames of {size[0]}x{size[1]} pixels and {self.other.name} others: --against "
                "takes random, expert, or an agent that sees frames of the same size"
            )
        self._rows = np.arange(batch.n)
        self._seats = self._rows % batch.players

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """Let both choose for all, and keep of each what it chooses for its seats."""
        self.policy.act(batch, is_first)
        own = batch.actions[self._rows, self._seats].copy()
        self.other.act(batch, is_first)
        batch.actions[self._rows, self._seats] = own

    def report(self) -> dict[str, float]:
        """Measurements of the first policy itself."""
        return self.policy.report()

    @staticmethod
    def own(played: Episodes, rows: int) -> Episodes:
        """The results of the first policy's seats alone, of episodes that were played in so many rows: won,
        player_returns (episodes, 1)."""
        episodes, players = played.won.shape
        seats = (np.arange(episodes) % rows % players)[:, None]
        won, returns = (np.take_along_axis(part, seats, 1) for part in (played.won, played.player_returns))
        return played._replace(won=won, player_returns=returns)
