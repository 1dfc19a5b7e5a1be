"""The simulator of a dm_control guest: a TaskInstance for each row, made when its first episode begins."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..state import mark_of
from .frames import FrameRenderer
from .instances import FAULTS, TaskInstance


class Simulation:
    """The simulator of n rows. make(): a new TaskInstance. Rows are stepped on `threads` threads: MuJoCo releases the
    GIL, and rows are independent, so results are the same with any number of threads."""

    def __init__(self, name: str, make: Callable[[], TaskInstance], n: int, threads: int):
        self._name, self._make, self._threads = name, make, min(threads, n)
        self.instances: list[TaskInstance | None] = [None] * n
        self._renderer = FrameRenderer()
        self._pool: tuple[int, ThreadPoolExecutor] | None = None

    def reset(self, states: np.ndarray, mask: np.ndarray) -> None:
        """Begin the episodes of the rows' seeds."""
        for row in np.flatnonzero(mask):
            instance = self.instances[row] or self._make()
            self.instances[row] = instance
            instance.begin(int(states["start"][row]))
            states["mark"][row] = mark_of(instance.data.qpos, instance.data.qvel)

    def step(self, states: np.ndarray, actions: np.ndarray, outcomes: np.ndarray, live: np.ndarray) -> None:
        """One tick of the live rows."""
        rows = [int(row) for row in np.flatnonzero(live)]

        def one(row: int) -> None:
            self._step(row, states[row : row + 1], actions[row, 0], outcomes[row : row + 1, 0])

        if self._threads > 1 and len(rows) > 1:
            list(self._threaded().map(one, rows))
        else:
            for row in rows:
                one(row)

    def _step(self, row: int, state: np.ndarray, action: np.void, outcome: np.ndarray) -> None:
        instance = self.instances[row]
        if instance is None:  # a row that was never reset
            return
        try:
            reward, ended, discount = instance.step(action)
        except FAULTS as fault:
            self._restore(row, instance, state, outcome, fault)
            return
        outcome["reward"] += np.float32(reward)
        if ended:
            outcome["terminated" if discount == 0 else "truncated"] = 1
        state["mark"] = mark_of(instance.data.qpos, instance.data.qvel)

    def _restore(
        self, row: int, instance: TaskInstance, state: np.ndarray, outcome: np.ndarray, fault: Exception
    ) -> None:
        """End the episode of a row whose simulation has diverged, and restore its start."""
        tick, seed = int(state["tick"][0]), int(state["start"][0])
        warnings.warn(
            f"{self._name}: the simulation of row {row} (seed {seed}) went astray at tick {tick} and was put back to "
            f"its start; the episode ends there: {str(fault).strip().splitlines()[0]}",
            RuntimeWarning,
            stacklevel=2,
        )
        instance.begin(seed)
        state["faults"] += 1
        state["mark"] = mark_of(instance.data.qpos, instance.data.qvel)
        outcome["truncated"] = 1

    def draw(self, row: int, states: np.ndarray, player: int, pixels: np.ndarray) -> None:
        """Draw a row by its task's camera; grey before its first episode."""
        instance = self.instances[row]
        if instance is None:
            pixels[:] = 128
        else:
            self._renderer.draw(row, instance, pixels)

    def close(self) -> None:
        """Release the instances and the threads."""
        self.instances = [None] * len(self.instances)
        if self._pool is not None and self._pool[0] == os.getpid():
            self._pool[1].shutdown(wait=False)
        self._pool = None

    def _threaded(self) -> ThreadPoolExecutor:
        """The threads of this process: a forked child does not inherit its parent's."""
        if self._pool is None or self._pool[0] != os.getpid():
            self._pool = os.getpid(), ThreadPoolExecutor(self._threads, thread_name_prefix="rumpus-guest")
        return self._pool[1]
