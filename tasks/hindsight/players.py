"""Players called by their colours, where there are so many that "your partner" is nobody in particular."""

from __future__ import annotations

import numpy as np

from ...worlds.engine.records import judge as j
from ...worlds.engine.world import World


def player_looks(world: World) -> list[tuple[int, int]]:
    """The kind and the colour of each player as numbers of clauses, in the order of the seats, in worlds for three and
    more; empty elsewhere, and in a world whose players have no colours, or fewer than there are seats."""
    things = world.rules.things
    if world.players < 3 or things is None or len(things.kinds.get("player", ())) < world.players:
        return []
    kind = 1 + list(things.kinds).index("player")
    return [(kind, 1 + things.colours.index(colour)) for colour in things.kinds["player"][: world.players]]


class Calling:
    """Calls the players of clauses by their colours, in worlds of three and more; elsewhere clauses stay as they are.

    yours: whether "you" is any player, too, and not the one that acts.
    """

    def __init__(self, world: World, *, yours: bool):
        self._looks, self._yours = player_looks(world), yours

    def called(self, clauses: np.ndarray, acting: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The clauses, int32 (n, clauses, FIELDS), of the rollouts in which these players act, int64 (n,)."""
        if not self._looks:
            return clauses
        found, looks = clauses.copy(), np.array(self._looks, np.int32)
        shape, players = found.shape[:2], len(looks)
        one = rng.integers(players, size=shape) if self._yours else np.broadcast_to(acting[:, None], shape)
        other = (one + rng.integers(1, players, size=shape)) % players
        for side in (j.A, j.B):
            for who, seats in ((j.YOU, one), (j.OTHER, other)):
                which = found[..., side + 3] == who
                if who == j.OTHER or self._yours:
                    found[which, side : side + 2] = looks[seats[which]]
                    found[which, side + 2 : side + 4] = 0, j.ANYBODY
        return found
