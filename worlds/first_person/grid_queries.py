"""Queries on the cells of a map: free cells, distances, random cells, lines of sight."""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.records.things import GONE
from ..engine.render.raycast.scene import COLS, ROWS
from .state import CELL, HURDLE

SIDES = ((-1, 0), (0, 1), (1, 0), (0, -1))


@njit
def cell_of(position):
    """The row or column that a position in units lies in."""
    return position // CELL


@njit
def middle(cell):
    """The position, in units, of the middle of a row or column."""
    return cell * CELL + CELL // 2


@njit
def free(state, y, x):
    """Whether a cell can be walked in; cells beyond the map cannot."""
    return 0 <= y < state.map_rows and 0 <= x < state.map_cols and state.walls[y, x] == 0


@njit
def flood(state, y, x):
    """Write the number of steps from (y, x) to each cell into state.marks, -1 for unreachable cells, and the reachable
    cells into state.queue in the order of a breadth-first search. The first cell need not be free. Returns the number
    of reachable cells."""
    for at in range(ROWS * COLS):
        state.marks[at // COLS, at % COLS] = -1
    state.marks[y, x] = 0
    state.queue[0] = y * COLS + x
    reached, done = 1, 0
    while done < reached:
        here = np.int32(state.queue[done])
        row, col = here // COLS, here % COLS
        done += 1
        for dy, dx in SIDES:
            if free(state, row + dy, col + dx) and state.marks[row + dy, col + dx] < 0:
                state.marks[row + dy, col + dx] = np.int32(state.marks[row, col]) + 1
                state.queue[reached] = (row + dy) * COLS + col + dx
                reached += 1
    return reached


@njit
def taken(state, y, x):
    """Whether a thing that is not gone, and that no player holds, lies in a cell."""
    for index in range(state.things):
        here = cell_of(state.thing_y[index]) == y and cell_of(state.thing_x[index]) == x
        if here and state.status[index] != GONE and state.holder[index] == 0:
            return True
    return False


@njit
def random_free(state):
    """A random free cell without a thing, as y * COLS + x; -1 if there is none. Players may be in it."""
    return _one_of(state, np.int32(-32768))


@njit
def random_free_far(state, least):
    """The same among the cells whose mark, as `flood` has written it, is above `least`."""
    return _one_of(state, np.int32(least))


@njit
def _one_of(state, least):
    """A random cell that is free, not taken, and has a mark above `least`; -1 if there is none."""
    count = np.int32(0)
    for at in range(ROWS * COLS):
        count += np.int32(_fits(state, at, least))
    if count == 0:
        return np.int32(-1)
    left = draw(state, count)
    for at in range(ROWS * COLS):
        if _fits(state, at, least):
            if left == 0:
                return np.int32(at)
            left -= 1
    return np.int32(-1)


@njit
def _fits(state, at, least):
    y, x = at // COLS, at % COLS
    return free(state, y, x) and state.marks[y, x] > least and not taken(state, y, x)


@njit
def opaque(state, y, x):
    """Whether a cell blocks the view: walls, closed doors and blocks do, hurdles do not."""
    return not (0 <= y < state.map_rows and 0 <= x < state.map_cols) or state.walls[y, x] not in (0, HURDLE)


@njit
def line_of_sight(state, y0, x0, y1, x1):
    """Whether no opaque cell lies between two positions in units. The cells of the two positions do not count."""
    y, x, last_y, last_x = cell_of(y0), cell_of(x0), cell_of(y1), cell_of(x1)
    down, right = 1 if y1 > y0 else -1, 1 if x1 > x0 else -1
    dy, dx = abs(np.int64(y1) - y0), abs(np.int64(x1) - x0)
    while y != last_y or x != last_x:
        to_y = abs((y + (down + 1) // 2) * CELL - y0)  # how far the line goes until it leaves this row, and this column
        to_x = abs((x + (right + 1) // 2) * CELL - x0)
        order = to_y * dx - to_x * dy  # which it leaves first; both at once through a corner
        if x == last_x or (y != last_y and order <= 0):
            y += down
            if order == 0 and x != last_x:
                x += right
        else:
            x += right
        if (y != last_y or x != last_x) and opaque(state, y, x):
            return False
    return True
