"""The expert of worlds with a controller in place of a planner: an action for each tick, from the whole state."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...interface.action import ACTION
from ...worlds.engine.compile.cached import cached
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.run.device import check_things, things_table
from ...worlds.engine.world import Controller, World


class ControllerExpert:
    """The policy of a world's own Controller, for every player of every row.

    In a batch with action repeat, the motion of the mouse is divided among the ticks of a step.
    """

    name = "expert"

    def __init__(self, world: World):
        if not isinstance(world.expert, Controller):
            raise ValueError(f"{world.name} has no Controller for an expert, so no expert acts in it")
        self._act, self._fill = cached(world.expert.act), cached(world.rules.fill)
        self._things = things_table(1, world.rules.most_things)[0]
        self.ticks, self.seconds = 0, 0.0

    def start(self, batch: Batch) -> None:
        """No state is kept from tick to tick. Raises ValueError on CUDA, where states cannot be read."""
        self.lost = np.zeros(batch.n, bool)  # rows that it could not lead: none
        if batch.device != "cpu":
            raise ValueError("the expert looks into states on the CPU: play it with the device cpu")

    def act(self, batch: Batch, is_first: np.ndarray) -> None:
        """The actions of all active players; the others hold nothing."""
        batch.actions[...] = np.zeros((), ACTION)
        self.lead(batch, np.flatnonzero(batch.states["over"] == 0))

    def lead(self, batch: Batch, rows: np.ndarray) -> None:
        """Write the actions of all active players in these rows, which are empty before."""
        started = time.perf_counter()
        for row in rows:
            state = batch.states[row]
            count = self._fill(state, self._things)
            check_things(batch.world, count)
            for player in range(state["players"]):
                if not state["done"][player]:
                    self._act(state, player, batch.actions[row, player], self._things, count)
                    self.ticks += 1
        if batch.repeat > 1:
            batch.actions["mouse"][rows] //= batch.repeat
        self.seconds += time.perf_counter() - started

    def state_dict(self) -> dict[str, Any]:
        """No state is kept from tick to tick."""
        return {}

    def load_state_dict(self, content: Mapping[str, Any]) -> None:
        """No state is kept from tick to tick."""

    def report(self) -> dict[str, float]:
        """Mean seconds for one player's action of a tick."""
        return {"expert_seconds_mean": self.seconds / max(self.ticks, 1)}
