"""Experts: players that plan with a world's own solver and act through the same hands as anyone else."""

from __future__ import annotations

import time

import numpy as np

from ...interface.action import ACTION, move_table
from ...worlds.engine.batch import Batch
from ...worlds.engine.world import World


class Expert:
    """Plans once an episode and follows the plan; plans anew in a row whose state is not what the plan foresaw.

    What it foresees is found by playing its own actions in a copy of the batch. A row without a plan is played with
    random moves, and planned for again when the next episode begins. With several players, plans of shape (steps,) move
    the first while the others stand still; plans of shape (steps, players) move all.
    """

    name = "expert"

    def __init__(self, world: World, seed: int = 0):
        if world.solve is None:
            raise ValueError(f"{world.name} has no solver, so there is no expert for it")
        self._solve, self._moves, self._seed = world.solve, move_table(world.moves), seed
        self.plans, self.unsolved, self.seconds, self.slowest = 0, 0, 0.0, 0.0

    def start(self, batch: Batch) -> None:
        """Forget all plans. Raises ValueError on CUDA, where states cannot be planned on."""
        if batch.device != "cpu":
            raise ValueError("the expert plans on the CPU: play it with the device cpu")
        self._foreseen = batch.clone()
        self._rng = np.random.default_rng(self._seed)
        self._plans: list[np.ndarray | None] = [None] * batch.n
        self._next = np.zeros(batch.n, np.int64)

    def act(self, batch: Batch, fresh: np.ndarray) -> None:
        """The next move of each row's plan; rows that are over hold still."""
        surprised = fresh | (batch.states != self._foreseen.states)
        batch.actions[...] = np.zeros((), ACTION)
        for row in np.flatnonzero(batch.states["over"] == 0):
            plan = self._plans[row]
            if fresh[row] or (surprised[row] and plan is not None):
                plan = self._plans[row] = self._plan(batch.states[row])
                self._next[row] = 0
            if plan is None:
                batch.actions[row] = self._moves[self._rng.integers(len(self._moves), size=batch.players)]
            elif self._next[row] < len(plan):
                step = np.atleast_1d(plan[self._next[row]])
                batch.actions[row, : len(step)] = self._moves[step]
                self._next[row] += 1
        self._foreseen.states[...] = batch.states
        self._foreseen.actions[...] = batch.actions
        self._foreseen.step()

    def _plan(self, state: np.void) -> np.ndarray | None:
        begun = time.perf_counter()
        plan = self._solve(state)
        seconds = time.perf_counter() - begun
        self.plans += 1
        self.unsolved += plan is None
        self.seconds += seconds
        self.slowest = max(self.slowest, seconds)
        return None if plan is None else np.asarray(plan, np.int64)

    def report(self) -> dict[str, float]:
        """plans made, how many of them failed, and mean and longest seconds of one."""
        return {
            "plans": self.plans,
            "plans_failed": self.unsolved,
            "plan_seconds_mean": self.seconds / max(self.plans, 1),
            "plan_seconds_max": self.slowest,
        }


def expert(world: World, seed: int = 0) -> Expert | None:
    """The expert of a world, or None for a world without a solver."""
    return Expert(world, seed) if world.solve else None
