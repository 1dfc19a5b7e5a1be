"""What Sokoban's solver knows of a room before and while it searches: lower bounds of the pushes to come, and
deadlocks.

All work is on a flat grid of 22 x 22 cells: the largest room with a wall around it, so that nothing looks over the
edge.
"""

import numpy as np
from numba import njit

from .state import SIZE

EDGE = SIZE + 2
CELLS = EDGE * EDGE
STEPS = (-EDGE, EDGE, -1, 1)  # up, down, left, right: the order of the world's moves
FAR = np.int16(9999)  # pushes to a target that cannot be reached
SIDES = 4  # a box parts the room into at most four


@njit
def flood(blocked, start, seen, stamp, queue):
    """Mark all cells that can be walked to with `stamp`, write them into queue; returns (their number, the first)."""
    seen[start] = stamp
    queue[0] = start
    count, first = 1, start
    head = 0
    while head < count:
        here = queue[head]
        head += 1
        first = min(first, here)
        for step in STEPS:
            there = here + step
            if blocked[there] == 0 and seen[there] != stamp:
                seen[there] = stamp
                queue[count] = there
                count += 1
    return count, first


@njit
def reach(blocked, start, far, queue):
    """Write the steps of the shortest walk from start to every cell into far, -1 where there is none."""
    far[:] = -1
    far[start] = 0
    queue[0] = start
    head, count = 0, 1
    while head < count:
        here = queue[head]
        head += 1
        for step in STEPS:
            there = here + step
            if blocked[there] == 0 and far[there] < 0:
                far[there] = far[here] + 1
                queue[count] = there
                count += 1


@njit
def sides(walls):
    """For a box alone on each cell: into which part, 0 to 3, every other cell of the room falls; -1 for unreached
    cells."""
    part = np.full((CELLS, CELLS), -1, np.int8)
    blocked = walls.copy()
    seen = np.zeros(CELLS, np.int32)
    queue = np.zeros(CELLS, np.int32)
    for box in range(CELLS):
        if walls[box]:
            continue
        blocked[box] = 1
        number = 0
        for step in STEPS:
            if blocked[box + step] == 0 and part[box, box + step] < 0:
                count, _ = flood(blocked, box + step, seen, box * SIDES + number + 1, queue)
                for i in range(count):
                    part[box, queue[i]] = number
                number += 1
        blocked[box] = 0
    return part


@njit
def distances(walls, targets, part):
    """Pushes of a lone box from every (cell, part of the room the player is in) to each target: (targets, cells, 4)."""
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
    """Least total pushes of a matching of boxes with targets, by the Hungarian method; FAR or more if there is none."""
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
    """Whether the box moved last and others hold each other fast, and one of them is off its target.

    All boxes are taken to be fast, and those that could move along a line between two cells without wall or fast box
    are let go, until no more can. A line whose two ends are both dead is of no use.
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
