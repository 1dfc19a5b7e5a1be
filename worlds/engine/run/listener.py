"""Listeners of a batch: what is told of its resets, steps and loads, whatever loop drives it.

A recorder of episodes is one: it sees the same episodes in a person's window, in the faces of Gymnasium and PettingZoo,
in training and in measurement, since all of them step a Batch.
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np


class Listener(Protocol):
    """Called by a Batch (`batch.listeners`) when the batch is in its new state, before anything else is done to it."""

    def began(self, batch: Any, mask: np.ndarray) -> None:
        """A new episode has begun in the rows of the mask, bool (n,)."""

    def stepped(self, batch: Any) -> None:
        """A step is over: `actions` and `outcomes` are those of it."""

    def loaded(self, batch: Any, rows: np.ndarray) -> None:
        """Saved states were restored in these rows, integers (k,)."""
