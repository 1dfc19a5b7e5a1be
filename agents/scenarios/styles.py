"""Co-players: a policy whose actions are changed by the knobs of a CoPlayer."""

from __future__ import annotations

from collections import deque
from pathlib import Path

import numpy as np

from ...interface.action import ACTION, move_table
from ...interface.keys import key_index
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..contracts import Policy
from ..plain_policies import NAMES, plain
from .records import STILL, CoPlayer


class StillPolicy:
    """Holds nothing, and says nothing."""

    name = STILL

    def start(self, batch: Batch) -> None:
        """Nothing is to be prepared."""

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """No action for every player."""
        batch.actions[...] = np.zeros((), ACTION)

    def report(self) -> dict[str, float]:
        """No measurements."""
        return {}


class Styled:
    """Plays as another policy does, with the knobs of a CoPlayer; the random numbers are those of the seed."""

    def __init__(self, policy: Policy, style: CoPlayer, seed: int = 0):
        self._policy, self._style, self._seed, self.name = policy, style, seed, style.name

    def start(self, batch: Batch) -> None:
        """Get the policy ready, and begin the random numbers anew."""
        self._policy.start(batch)
        self._moves = move_table(batch.world.controls.moves)
        self._keys = [key_index(name) for name in self._style.without]
        self._rng = np.random.default_rng(self._seed)
        lanes = batch.n, batch.players
        self._steps = np.zeros(batch.n, np.int64)  # of each row's episode
        self._drawn = np.zeros(lanes)  # in [0, 1), what each lane does in this stretch
        self._late: deque[np.ndarray] = deque(maxlen=self._style.delay + 1)

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """Let the policy choose for all players, and change what it has chosen."""
        style, first, actions = self._style, is_first.astype(bool), batch.actions
        self._policy.act(batch, is_first)
        self._steps = np.where(first, 0, self._steps + 1)
        if style.delay:
            for old in self._late:
                old[first] = np.zeros((), ACTION)
            self._late.append(actions.copy())
            actions[...] = self._late[0] if len(self._late) > style.delay else np.zeros((), ACTION)
        if style.noise or style.rest:
            anew = self._steps % style.stretch == 0
            self._drawn = np.where(anew[:, None], self._rng.random(self._drawn.shape), self._drawn)
            random = self._moves[self._rng.integers(len(self._moves), size=self._drawn.shape)]
            if batch.repeat > 1:
                random["mouse"] //= batch.repeat
            noisy = self._drawn < style.noise
            actions[noisy] = random[noisy]
            actions[(self._drawn >= style.noise) & (self._drawn < style.noise + style.rest)] = np.zeros((), ACTION)
        if self._keys:
            actions["keys"][..., self._keys] = 0

    def report(self) -> dict[str, float]:
        """Measurements of the policy."""
        return self._policy.report()


def co_player(style: CoPlayer, world: World, *, repeat: int, seed: int = 0, folder: Path | None = None) -> Policy:
    """The policy of a co-player. repeat: ticks of a step; folder: that paths of agents are seen from.

    Raises ValueError for an agent that is not there, or that was trained with steps of other lengths in this world.
    """
    if style.player == STILL:
        return Styled(StillPolicy(), style, seed)
    name = style.player
    if name not in NAMES and folder is not None and (folder / name).exists():
        name = str(folder / name)
    policy, trained = plain(name, world, seed=seed)
    if trained.get("repeat", repeat) != repeat:
        raise ValueError(
            f"the co-player {style.name} was trained with steps of {trained['repeat']} ticks, and here are steps of "
            f"{repeat}: choose another co-player"
        )
    return Styled(policy, style, seed)
