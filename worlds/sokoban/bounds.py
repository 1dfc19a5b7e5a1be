"""Lower bounds and deadlocks for Sokoban's solver.

All functions work on a flat grid of 22 x 22 cells: the largest room with a wall around it, so that neighbours are
always within the grid.
"""

import numpy as np
from numba import njit

from ..engine.library.breadth_first import breadth_first
from .state import SIZE

EDGE = SIZE + 2
CELLS = EDGE * EDGE
STEPS = (-EDGE, EDGE, -1, 1)  # up, down, left, right: the order of the world's moves
FAR = np.int16(9999)  # pushes to a target that cannot be reached
SIDES = 4  # a box divides the room into at most four parts


@njit
def first_reachable(blocked, start, seen, search, queue):
    """The smallest index of a cell that can be walked to from `start`: it names the player's part of the room.

    blocked (CELLS,): 0 where a cell is free; seen (CELLS,) int64 and queue (CELLS,): memory of the search; search: a
    number that is larger in every call.
    """
    first = start
    for index in range(breadth_first(blocked, start, STEPS, seen, search * CELLS, queue)):
        first = min(first, queue[index])
    return first


@njit
def reach(blocked, start, far, queue):
    """Write the steps of the shortest walk from start to every cell into far (CELLS,), -1 where there is none."""
    far[:] = -1
    breadth_first(blocked, start, STEPS, far, 0, queue)


@njit
def sides(walls):
    """part[box, cell], int8 (CELLS, CELLS): the part of the room, 0 to 3, in which a cell lies if a lone box is on the
    cell `box`; -1 for cells that are not connected to the box."""
    part = np.full((CELLS, CELLS), -1, np.int8)
    blocked = walls.copy()
    seen = np.full(CELLS, -1, np.int64)
    queue = np.zeros(CELLS, np.int32)
    for box in range(CELLS):
        if walls[box]:
            continue
        blocked[box] = 1
        number = 0
        for step in STEPS:
            if blocked[box + step] == 0 and part[box, box + step] < 0:
                count = breadth_first(blocked, box + step, STEPS, seen, (box * SIDES + number) * CELLS, queue)
                for i in range(count):
                    part[box, queue[i]] = number
                number += 1
        blocked[box] = 0
    return part


@njit
def distances(walls, targets, part):
    """Pushes of a lone box from every cell and part of the room with the player to each target: (targets, CELLS, 4)."""
    far = np.full((len(targets), CELLS, SIDES), FAR, np.int16)
    queue = np.zeros((CELLS * SIDES, 2), np.int32)
    for t in range(len(targets)):
        for side in range(SIDES):
            far[t, targets[t], side] = 0
            queue[side, 0], queue[side, 1] = targets[t], side
        head, count = 0, SIDES
        while head < count:
            box, side = queue[head, 0], queue[head, 1]
            head += 1
            for step in STEPS:
                before, behind = box - step, box - 2 * step  # a push from `before` leaves the player there
                if walls[before] or walls[behind] or part[box, before] != side:
                    continue
                came = part[before, behind]
                if far[t, before, came] == FAR:
                    far[t, before, came] = far[t, box, side] + 1
                    queue[count, 0], queue[count, 1] = before, came
                    count += 1
    return far


@njit
def bound(boxes, player, far, part, work):
    """The least total of pushes of a matching of boxes with targets, by the Hungarian method; at least FAR without
    one."""
    n, m = len(boxes), far.shape[0]
    rows, cols, match, least, back, used = work[0], work[1], work[2], work[3], work[4], work[5]
    rows[:] = 0
    cols[:] = 0
    match[:] = 0
    for i in range(1, n + 1):
        match[0] = i
        j = 0
        least[:] = 1 << 20
        used[:] = 0
        while True:
            used[j] = 1
            box = boxes[match[j] - 1]
            row, delta, best = match[j], 1 << 20, 0
            side = max(part[box, player], 0)
            for k in range(1, m + 1):
                if not used[k]:
                    cost = far[k - 1, box, side] - rows[row] - cols[k]
                    if cost < least[k]:
                        least[k] = cost
                        back[k] = j
                    if least[k] < delta:
                        delta = least[k]
                        best = k
            for k in range(m + 1):
                if used[k]:
                    rows[match[k]] += delta
                    cols[k] -= delta
                else:
                    least[k] -= delta
            j = best
            if match[j] == 0:
                break
        while j:
            match[j] = match[back[j]]
            j = back[j]
    return -cols[0]


@njit
def stuck(moved, boxes, blocked, dead, is_target, fast):
    """Whether the box moved last and others block one another for good, with one of them off its target.

    All boxes are taken as blocked; boxes that can move along a line between two cells without a wall or a blocked box
    are released, until none can. A line whose two ends are both dead cells does not count.
    """
    for step in (1, EDGE):
        one, two = moved - step, moved + step
        if blocked[one] == 0 and blocked[two] == 0 and not (dead[one] and dead[two]):
            return False
    for box in boxes:
        fast[box] = 1
    changed = True
    while changed:
        changed = False
        for box in boxes:
            if fast[box]:
                for step in (1, EDGE):
                    one, two = box - step, box + step
                    shut = fast[one] or fast[two] or blocked[one] == 2 or blocked[two] == 2
                    if not shut and not (dead[one] and dead[two]):
                        fast[box] = 0
                        changed = True
                        break
    result = False
    for box in boxes:
        if fast[box] and not is_target[box]:
            result = True
        fast[box] = 0
    return result
