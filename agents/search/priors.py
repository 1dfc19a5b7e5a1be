"""Priors: what a search is guided by, a probability of each move and a value of each state.

A prior with a memory is asked along the path of each search: the memory that it has at a node is kept with the node,
and goes into the question about the node's children. A state that is reached twice keeps the memory of the first way.
"""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np

from .futures import Futures

Memory = Any


class Guess(NamedTuple):
    """The answer about m states: logits float32 (m, moves) of the world's moves; values float64 (m,), the return that
    is expected from there on; the memory after it, a tree of tensors (m, …), or None."""

    logits: np.ndarray
    values: np.ndarray
    memory: Memory


class Asked(NamedTuple):
    """The way to the states that are asked about: the memory before them, a tree of tensors (m, …), or None; the moves
    that led to them, int64 (m,), and their rewards, float32 (m,); first, bool (m,), where an episode begins."""

    memory: Memory
    moves: np.ndarray
    rewards: np.ndarray
    first: np.ndarray


class Prior(Protocol):
    """A guide of searches.

    name: for reports. remembers: whether it has a memory. values: whether it has values. memory_bytes: of one state.
    pace: of how many states a core may ask it in a second, roughly.
    """

    name: str
    remembers: bool
    values: bool
    memory_bytes: int
    pace: int

    def start(self, futures: Futures, discount: float | None, seed: int) -> None:
        """Get ready to be asked about states of this simulator. discount: of the returns that its values are of, None
        if they are not asked for."""

    def ask(self, futures: Futures, asked: Asked) -> Guess:
        """Guess about the states that are loaded."""

    def memories(self, count: int) -> Memories:
        """Room for the memories of so many states."""


class Memories:
    """The memories of states of a prior that has none."""

    def take(self, index: np.ndarray) -> Memory:
        """Those of some states, integers (m,): a tree of tensors (m, …), or None."""
        return None

    def put(self, index: np.ndarray, memory: Memory) -> None:
        """Keep those of some states."""


class Uniform:
    """No guide: all moves are alike, and nothing is known of values."""

    name, remembers, values, memory_bytes, pace = "random", False, False, 0, 1 << 19

    def start(self, futures: Futures, discount: float | None, seed: int) -> None:
        """Nothing is to be done."""

    def ask(self, futures: Futures, asked: Asked) -> Guess:
        """Zeros."""
        m = len(asked.moves)
        return Guess(np.zeros((m, futures.moves), np.float32), np.zeros(m), None)

    def memories(self, count: int) -> Memories:
        """None."""
        return Memories()
