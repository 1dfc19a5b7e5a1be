"""Simulators: physics engines and third-party environments that move a world besides its rules.

A tick of such a world is: the engine's own part before the rules, `step` of its Simulator for all rows that are not
over, then the world's rules, the judge and the time limit, as in every world. It runs on CPU only.
"""

from __future__ import annotations

from typing import Protocol, runtime_checkable

import numpy as np


class Simulator(Protocol):
    """Moves the n rows of a batch. `Rules.simulator(world, n, threads)` makes one for each batch and for each clone.

    In a savable world the state records are authoritative: the simulator rebuilds its own data of a row whose record
    has changed since the last step (a state was loaded, copied or reset into it).
    """

    def reset(self, states: np.ndarray, mask: np.ndarray) -> None:
        """Prepare the rows of the mask, uint8 (n,), which have just begun a new episode."""

    def step(self, states: np.ndarray, actions: np.ndarray, outcomes: np.ndarray, live: np.ndarray) -> None:
        """One tick of the rows that are live, uint8 (n,). outcomes (n, players) may be added to."""

    def close(self) -> None:
        """Free its resources; called when its batch is deleted."""


@runtime_checkable
class RenderingSimulator(Simulator, Protocol):
    """The Simulator of a world whose view is Frames: it renders as well."""

    def draw(self, row: int, states: np.ndarray, player: int, pixels: np.ndarray) -> None:
        """Render the view of a player of a row into pixels, uint8 (height, width, 3). states: the record of that row,
        (1,)."""
