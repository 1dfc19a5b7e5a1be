"""The expert of worlds in which one steers rather than plans: it is led by the hand, tick by tick."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...interface.action import ACTION
from ...worlds.engine.batch import Batch
from ...worlds.engine.cached import cached
from ...worlds.engine.things import THING, nothing
from ...worlds.engine.world import World


class Guide:
    """Plays every player of every row by the world's own `guide`, which sees the whole state and writes its hands.

    In a batch that holds its actions for several ticks, the motion of the mouse is shared out among them.
    """

    name = "expert"

    def __init__(self, world: World):
        if world.guide is None:
            raise ValueError(f"{world.name} has no guide, so no expert walks it")
        things = world.things
        self._guide, self._fill = cached(world.guide), cached(things.fill if things else nothing)
        self._things = np.zeros(max(things.most, 1) if things else 1, THING)
        self.ticks, self.seconds = 0, 0.0

    def start(self, batch: Batch) -> None:
        """Nothing is kept from tick to tick. Raises ValueError on CUDA, where states cannot be looked into."""
        if batch.device != "cpu":
            raise ValueError("the expert looks into states on the CPU: play it with the device cpu")

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """The hands of all players who still play; the others rest."""
        batch.actions[...] = np.zeros((), ACTION)
        self.lead(batch, np.flatnonzero(batch.states["over"] == 0))

    def lead(self, batch: Batch, rows: np.ndarray) -> None:
        """The hands of all players who still play in these rows, which rest until now."""
        started = time.perf_counter()
        for row in rows:
            state = batch.states[row]
            count = self._fill(state, self._things)
            for player in range(state["players"]):
                if not state["done"][player]:
                    self._guide(state, player, batch.actions[row, player], self._things, count)
                    self.ticks += 1
        if batch.repeat > 1:
            batch.actions["mouse"][rows] //= batch.repeat
        self.seconds += time.perf_counter() - started

    def state_dict(self) -> dict[str, Any]:
        """Nothing is kept from tick to tick."""
        return {}

    def load_state_dict(self, content: Mapping[str, Any]) -> None:
        """Nothing is kept from tick to tick."""

    def report(self) -> dict[str, float]:
        """Mean seconds that one player's hands of a tick took."""
        return {"guide_seconds_mean": self.seconds / max(self.ticks, 1)}
