"""Shortest walks over a grid of cells, for planners."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ..compile.cached import cached
from .breadth_first import breadth_first


def shortest_walk(closed: np.ndarray, width: int, start: int, goal: int) -> list[int] | None:
    """A shortest walk between two cells, as indices into the moves up, down, left, right; None if there is none.

    closed (cells,): bool, the rows of `width` cells one after the other, whose border is closed; the goal counts as
    open. Of several shortest walks it is the one that a breadth-first search finds first.
    """
    steps = (-width, width, -1, 1)
    closed = closed.copy()
    closed[goal] = False
    far, queue = np.full(len(closed), -1), np.zeros(len(closed), np.int64)
    found = queue[: cached(breadth_first)(closed, start, steps, far, 0, queue)].tolist()
    if far[goal] < 0:
        return None
    order = {cell: index for index, cell in enumerate(found)}
    walk = []
    while goal != start:
        before = [move for move, step in enumerate(steps) if far[goal - step] == far[goal] - 1]
        walk.append(min(before, key=lambda move: order[goal - steps[move]]))
        goal -= steps[walk[-1]]
    return walk[::-1]


def walk_by(closed: np.ndarray, width: int, start: int, stops: Iterable[int]) -> list[int] | None:
    """The shortest walks to these cells in their order, each of which is open from then on; None if one is out of
    reach. The parameters are those of `shortest_walk`."""
    closed, plan = closed.copy(), []
    for stop in stops:
        walk = shortest_walk(closed, width, start, stop)
        if walk is None:
            return None
        plan += walk
        closed[stop] = False
        start = stop
    return plan
