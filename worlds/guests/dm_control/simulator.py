"""What moves the rows of a guest of dm_control: a Play for each, made when its first episode begins."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from ..state import mark_of
from .frames import Pictures
from .instances import FAULTS, Play


class Simulation:
    """The Simulator of n rows. make(): a new Play. Rows are stepped on `threads` threads: MuJoCo releases the GIL while
    it computes, and rows are independent, so that results are the same at any number of threads."""

    def __init__(self, name: str, make: Callable[[], Play], n: int, threads: int):
        self._name, self._make, self._threads = name, make, min(threads, n)
        self.plays: list[Play | None] = [None] * n
        self._pictures = Pictures()
        self._pool: tuple[int, ThreadPoolExecutor] | None = None

    def reset(self, states: np.ndarray, mask: np.ndarray) -> None:
        """Begin the episodes of the rows' seeds."""
        for row in np.flatnonzero(mask):
            play = self.plays[row] or self._make()
            self.plays[row] = play
            play.begin(int(states["start"][row]))
            states["mark"][row] = mark_of(play.data.qpos, play.data.qvel)

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
        play = self.plays[row]
        if play is None:  # a row that was never reset
            return
        try:
            reward, ended, discount = play.step(action)
        except FAULTS as fault:
            self._put_right(row, play, state, outcome, fault)
            return
        outcome["reward"] += np.float32(reward)
        if ended:
            outcome["terminated" if discount == 0 else "truncated"] = 1
        state["mark"] = mark_of(play.data.qpos, play.data.qvel)

    def _put_right(self, row: int, play: Play, state: np.ndarray, outcome: np.ndarray, fault: Exception) -> None:
        """The simulation of a row has diverged: its episode is over, and it stands where it began."""
        tick, seed = int(state["tick"][0]), int(state["start"][0])
        warnings.warn(
            f"{self._name}: the simulation of row {row} (seed {seed}) went astray at tick {tick} and was put back to "
            f"its start; the episode ends there: {str(fault).strip().splitlines()[0]}",
            RuntimeWarning,
            stacklevel=2,
        )
        play.begin(seed)
        state["faults"] += 1
        state["mark"] = mark_of(play.data.qpos, play.data.qvel)
        outcome["truncated"] = 1

    def draw(self, row: int, states: np.ndarray, player: int, pixels: np.ndarray) -> None:
        """Draw a row by its task's camera; grey before its first episode."""
        play = self.plays[row]
        if play is None:
            pixels[:] = 128
        else:
            self._pictures.draw(row, play, pixels)

    def close(self) -> None:
        """Let go of the simulations and of the threads."""
        self.plays = [None] * len(self.plays)
        if self._pool is not None and self._pool[0] == os.getpid():
            self._pool[1].shutdown(wait=False)
        self._pool = None

    def _threaded(self) -> ThreadPoolExecutor:
        """This process's threads: a forked child has none of its parent's."""
        if self._pool is None or self._pool[0] != os.getpid():
            self._pool = os.getpid(), ThreadPoolExecutor(self._threads, thread_name_prefix="rumpus-guest")
        return self._pool[1]
