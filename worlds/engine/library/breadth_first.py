"""Breadth-first search over a grid of cells, flattened row by row and closed by a border of closed cells."""

from numba import njit


@njit
def breadth_first(closed, start, steps, distances, base, queue):
    """Write the number of steps from `start` to each reachable cell, plus `base`, into `distances`.

    closed (cells,): 0 where a cell is open; the border of the grid must be closed, and `start` counts as open. steps:
    the offsets of the neighbours, in the order in which they are visited. distances (cells,): every value must be below
    `base` before the call, so one array serves several searches without being cleared if `base` grows by at least the
    number of cells. queue (cells,): receives the reachable cells in the order of their discovery. Returns their number.
    """
    distances[start] = base
    queue[0] = start
    head, count = 0, 1
    while head < count:
        here = queue[head]
        head += 1
        for step in steps:
            there = here + step
            if closed[there] == 0 and distances[there] < base:
                distances[there] = distances[here] + 1
                queue[count] = there
                count += 1
    return count
