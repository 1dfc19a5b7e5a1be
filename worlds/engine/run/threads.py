"""The engine's own threads: a range of rows is cut into parts, and each part runs a kernel that releases the GIL.

Numba's own parallel loops are not used: the layer they pick (OpenMP) kills a forked child, and data loaders and other
people's vector environments fork.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

from ....interface.machine import cores

_LEAST = 32  # the fewest rows for which another thread pays

_pool: ThreadPoolExecutor | None = None


def _forget() -> None:
    global _pool
    _pool = None  # a forked child has none of its parent's threads


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)


def over_rows(kernel: Callable[..., Any], rows: int, threads: int, *arguments: Any, least: int = _LEAST) -> None:
    """Call kernel(*arguments, low, high) so that the ranges cover `rows`, on up to `threads` threads, and wait.

    least: the fewest rows for which another thread pays.
    """
    global _pool
    parts = min(threads, rows // least)
    if parts <= 1:
        kernel(*arguments, 0, rows)
        return
    if _pool is None:
        _pool = ThreadPoolExecutor(max(cores() - 1, 1), thread_name_prefix="rumpus")
    edges = [rows * part // parts for part in range(parts + 1)]
    waiting = [_pool.submit(kernel, *arguments, low, high) for low, high in pairwise(edges[1:])]
    kernel(*arguments, edges[0], edges[1])
    for future in waiting:
        future.result()


@contextlib.contextmanager
def one_core() -> Iterator[int | None]:
    """Pin this thread, and the threads that it starts, to one of its allowed cores; yields the core's number, or None
    on systems without thread affinity."""
    if not hasattr(os, "sched_setaffinity"):
        yield None
        return
    allowed = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core := max(allowed)})
    try:
        yield core
    finally:
        os.sched_setaffinity(0, allowed)
