"""What moves a world besides its rules: a physics engine, or a world that others wrote.

A tick of such a world is: the engine's own part before the rules, `step` of its Simulator for all rows that are not
over, then the world's rules, the judge and the time limit, as everywhere. It runs on CPU only.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np


class Simulator(Protocol):
    """Made by `Rules.simulator(world, n, threads)`, once for each batch of n rows and for each clone of one.

    Of a savable world the states are the truth: whatever is kept elsewhere is made anew when a row's record is not what
    it was left as (another was loaded, copied or reset into it).
    """

    def reset(self, states: np.ndarray, mask: np.ndarray) -> None:
        """Rows of the mask, uint8 (n,), have just begun a new episode: make their worlds ready to play."""

    def step(self, states: np.ndarray, actions: np.ndarray, outcomes: np.ndarray, live: np.ndarray) -> None:
        """One tick of the rows that are live, uint8 (n,). outcomes (n, players) may be added to."""

    def close(self) -> None:
        """Give back what it holds; called when its batch is gone."""


@runtime_checkable
class RenderingSimulator(Simulator, Protocol):
    """The Simulator of a world whose view is Frames: it renders as well."""

    def draw(self, row: int, states: np.ndarray, player: int, pixels: np.ndarray) -> None:
        """Draw what a player of a row sees into uint8 (height, width, 3); states: the record of that row, (1,)."""
