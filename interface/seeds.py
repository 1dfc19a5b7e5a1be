"""Seeds: the numbers that determine episodes, of one environment and of many."""

from __future__ import annotations

from typing import Any

import numpy as np

_BITS = (1 << 64) - 1


def check_seed(seed: Any) -> int:
    """A seed as an int of 64 bits: any whole number of at least 0 is a seed, and of a longer one the lowest 64 bits
    count.

    Raises ValueError for anything else: negative numbers, floats, bools, text.
    """
    if isinstance(seed, bool | np.bool_) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"a seed is a whole number of at least 0, got {seed!r}")
    return int(seed) & _BITS


def row_seeds(seed: Any, n: int) -> tuple[np.ndarray, np.ndarray]:
    """The seeds of n rows, uint64 (n,), and the rows that were given one, bool (n,).

    seed: a number, so that row i has seed + i (modulo 2**64), or n of them, each a seed or None for a row without one.
    Raises ValueError for another number of seeds, and for a value that is no seed.
    """
    if np.ndim(seed) == 0:
        return np.arange(n, dtype=np.uint64) + np.uint64(check_seed(seed)), np.ones(n, bool)
    if len(seed) != n:
        raise ValueError(f"seeds are one number or {n} of them, each a whole number or None; got {len(seed)}")
    given = np.array([each is not None for each in seed], bool)
    return np.array([0 if each is None else check_seed(each) for each in seed], np.uint64), given
