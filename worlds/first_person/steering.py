"""Paths over the map, and the keys and mouse motion that follow them: for experts, on the CPU only.

A path is found anew in every tick, by steps between the middles of free cells (diagonal ones too, past no corner). The
player then walks straight to the farthest of these that the whole width of its body can reach on a straight line.
Nothing of the state is written, so that an expert's episode can be played again from its actions alone.
"""

import numpy as np
from numba import njit

from ...interface.action import MOUSE_ONE
from ..engine.render.raycast.scene import COLS, ROWS
from .angles import ONE_UNIT, cosine, difference, heading, sine
from .bindings import A, D, E, S, W
from .body import RADIUS
from .grid_queries import cell_of, free, middle
from .state import CELL, TURN

FAR = 1 << 30
"""The length of a path to a cell that no path leads to."""
THERE_AT = CELL // 16
"""Distance, in units along either axis, within which a player has arrived."""

_STRAIGHT, _SLANTED = 5, 7  # lengths of steps to the next cells
_QUICKEST = MOUSE_ONE // 10  # the most motion of the mouse in a tick
_PER_ANGLE = MOUSE_ONE // (TURN // 4)
_ALIGNED = TURN // 16
_NEAR = CELL * 3 // 4  # units: within these a player steps sideways and backwards, rather than turn
_COAST = 3  # ticks: a body whose keys are released goes on for its speed times these


@njit
def nowhere():
    """A mask of no cells, bool (ROWS, COLS): nothing is to be avoided."""
    return np.zeros((ROWS, COLS), np.bool_)


@njit
def lengths(state, y, x, avoid):
    """Lengths of the shortest paths from the cell (y, x) to all cells that enter no cell of the mask `avoid`, 5 for
    each straight step and 7 for a slanted one; FAR where none lead. int32 (ROWS, COLS)."""
    found = np.full((ROWS, COLS), FAR, np.int32)
    waiting, inside = np.empty(ROWS * COLS, np.int32), np.zeros(ROWS * COLS, np.bool_)
    if not (0 <= y < ROWS and 0 <= x < COLS):
        return found
    found[y, x], waiting[0], first, count = 0, y * COLS + x, 0, 1
    while count > 0:
        here = waiting[first]
        first, count = (first + 1) % len(waiting), count - 1
        inside[here] = False
        row, col = here // COLS, here % COLS
        for dy in range(-1, 2):
            for dx in range(-1, 2):
                length = found[row, col] + _step(state, row, col, dy, dx, avoid)
                if length < FAR and length < found[row + dy, col + dx]:
                    found[row + dy, col + dx] = length
                    there = (row + dy) * COLS + col + dx
                    if not inside[there]:
                        inside[there] = True
                        waiting[(first + count) % len(waiting)] = there
                        count += 1
    return found


def nearest_of(wanted):
    """The @njit function nearest_thing(state, player, avoid): index of the thing for which wanted(state, index) is true
    and to which the path is the shortest that enters no cell of the mask `avoid`; -1 if no path leads to any.

    wanted: an @njit function. As an argument of a compiled function it would keep that out of Numba's cache on disk.
    """

    @njit
    def nearest_thing(state, player, avoid):
        found = lengths(state, cell_of(state.y[player]), cell_of(state.x[player]), avoid)
        best, least = -1, FAR
        for index in range(state.things):
            if wanted(state, index):
                length = found[cell_of(state.thing_y[index]), cell_of(state.thing_x[index])]
                if length < least:
                    best, least = index, length
        return best

    return nearest_thing


@njit
def _open(state, y, x, avoid):
    return free(state, y, x) and not avoid[y, x]


@njit
def _step(state, row, col, dy, dx, avoid):
    """Length of a step from a cell to one of its eight neighbours, FAR if it cannot be made."""
    if not _open(state, row + dy, col + dx, avoid) or (dy == 0 and dx == 0):
        return FAR
    if dy == 0 or dx == 0:
        return _STRAIGHT
    corner = not _open(state, row, col, avoid)  # steps into and out of a closed cell are straight
    corner = corner or not _open(state, row + dy, col, avoid) or not _open(state, row, col + dx, avoid)
    return FAR if corner else _SLANTED


@njit
def clear(state, y0, x0, y1, x1, avoid):
    """Whether a body can go straight from one position to another, in units, without touching a cell that it may not
    enter: the line between them meets none of those cells, grown by RADIUS on all sides."""
    dy, dx = np.int64(y1) - y0, np.int64(x1) - x0
    for row in range(cell_of(min(y0, y1) - RADIUS), cell_of(max(y0, y1) + RADIUS - 1) + 1):
        for col in range(cell_of(min(x0, x1) - RADIUS), cell_of(max(x0, x1) + RADIUS - 1) + 1):
            if _open(state, row, col, avoid):
                continue
            top, bottom = row * CELL - RADIUS - y0, (row + 1) * CELL + RADIUS - y0
            left, right = col * CELL - RADIUS - x0, (col + 1) * CELL + RADIUS - x0
            if dy == 0 and dx == 0:
                return False
            one, two = dy * left - dx * top, dy * right - dx * top  # which side of the line its corners are on
            three, four = dy * left - dx * bottom, dy * right - dx * bottom
            if min(min(one, two), min(three, four)) < 0 < max(max(one, two), max(three, four)):
                return False
    return True


@njit
def onward(state, row, col, found, avoid):
    """The neighbour (row, col) that the shortest path leads through, of those whose `lengths` are `found`; the cell
    itself if there is none."""
    least, best_row, best_col = FAR, row, col
    for dy in range(-1, 2):
        for dx in range(-1, 2):
            step = _step(state, row, col, dy, dx, avoid)
            if step < FAR and found[row + dy, col + dx] < FAR and found[row + dy, col + dx] + step < least:
                least, best_row, best_col = found[row + dy, col + dx] + step, row + dy, col + dx
    return best_row, best_col


@njit
def waypoint(state, player, y, x, found, avoid):
    """(y, x, last): the position, in units, to go straight to on the path to (y, x), whose `lengths` are `found`; last:
    whether the path ends there."""
    own_y, own_x = state.y[player], state.x[player]
    if clear(state, own_y, own_x, y, x, avoid):
        return y, x, True
    row, col = cell_of(own_y), cell_of(own_x)
    if found[row, col] == _STRAIGHT and not _open(state, cell_of(y), cell_of(x), avoid):
        return y, x, True  # beside a cell that cannot be entered no position is nearer
    best_y, best_x = middle(row), middle(col)
    if not _open(state, row, col, avoid):
        row, col = onward(state, row, col, found, avoid)
        return middle(row), middle(col), False
    while found[row, col] > 0:
        length = found[row, col]
        row, col = onward(state, row, col, found, avoid)
        if found[row, col] >= length:  # the last cell cannot be entered
            break
        if not clear(state, own_y, own_x, middle(row), middle(col), avoid):
            break
        best_y, best_x = middle(row), middle(col)
    return best_y, best_x, False


@njit
def standable(state, y, x, avoid):
    """The position nearest to (y, x), in units, where a body has room in that cell."""
    if clear(state, y, x, y, x, avoid) or not _open(state, cell_of(y), cell_of(x), avoid):
        return y, x
    top, left = cell_of(y) * CELL, cell_of(x) * CELL
    y = min(max(y, top + RADIUS), top + CELL - RADIUS)
    return y, min(max(x, left + RADIUS), left + CELL - RADIUS)


@njit
def walk_to(state, player, y, x, action):
    """Write one tick's action of walking to the position (y, x), in units, around walls; to a thing in a wall, such as
    a door, until it stops the body. Returns whether there is a path; without one nothing is written."""
    return walk_around(state, player, y, x, nowhere(), action)


@njit
def walk_around(state, player, y, x, avoid, action):
    """`walk_to` that enters no cell of the mask `avoid`, bool (ROWS, COLS), if it is not in one."""
    y, x = standable(state, np.int32(y), np.int32(x), avoid)
    found = lengths(state, cell_of(y), cell_of(x), avoid)
    row, col = cell_of(state.y[player]), cell_of(state.x[player])
    next_row, next_col = onward(state, row, col, found, avoid)
    if found[row, col] == FAR and found[next_row, next_col] == FAR:
        return False
    to_y, to_x, last = waypoint(state, player, y, x, found, avoid)
    steer(state, player, to_y, to_x, last, action)
    return True


@njit
def arrived(state, player, y, x):
    """Whether a player is where `walk_to` ends for a position in units, if a body has room there."""
    return max(abs(state.y[player] - y), abs(state.x[player] - x)) <= THERE_AT


@njit
def steer(state, player, y, x, stop, action):
    """Write the action of going straight to a position in units; stop: to come to rest there."""
    dy, dx = y - state.y[player], x - state.x[player]
    distance = max(abs(dy), abs(dx))
    if distance > CELL // 4:
        turn(state, player, heading(dy, dx), action)
    if distance > _NEAR:
        if abs(difference(heading(dy, dx), state.yaw[player])) < _ALIGNED:
            action.keys[W] = 1
    else:
        nudge(state, player, y, x, stop, action)


@njit
def nudge(state, player, y, x, stop, action):
    """Write the keys that move a player to a position nearby, in units, whichever way it looks; stop: they are released
    in time for it to come to rest there."""
    coast = _COAST if stop else 0
    dy = np.int64(y) - state.y[player] - coast * state.vy[player]
    dx = np.int64(x) - state.x[player] - coast * state.vx[player]
    sin, cos = sine(state.yaw[player]), cosine(state.yaw[player])
    along, across = (dy * sin + dx * cos) // ONE_UNIT, (dy * cos - dx * sin) // ONE_UNIT
    if abs(along) > THERE_AT // 2:
        action.keys[W if along > 0 else S] = 1
    if abs(across) > THERE_AT // 2:
        action.keys[D if across > 0 else A] = 1


@njit
def turn(state, player, yaw, action):
    """Move the mouse so that a player comes to look along `yaw`, and level. Returns the angle that is left."""
    return turn_up(state, player, yaw, 0, action)


@njit
def turn_up(state, player, yaw, pitch, action):
    """The same, with the camera up by `pitch`, or down if that is negative."""
    off = difference(yaw, state.yaw[player])
    action.mouse[0] = min(max(off * _PER_ANGLE, -_QUICKEST), _QUICKEST)
    action.mouse[1] = min(max((state.pitch[player] - pitch) * _PER_ANGLE, -_QUICKEST), _QUICKEST)
    return abs(off)


@njit
def face(state, player, y, x, action):
    """Move the mouse so that a player turns to a position in units. Returns whether it looks there, to 3 degrees."""
    yaw = heading(y - state.y[player], x - state.x[player])
    return turn(state, player, yaw, action) < TURN // 128


@njit
def gaze(state, player, y, x, z, action):
    """Move the mouse so that a player comes to look at a point, in units."""
    dy, dx = np.int64(y) - state.y[player], np.int64(x) - state.x[player]
    rise = np.int64(z) - state.z[player] - CELL // 2
    flat = max(np.int64(np.sqrt(dy * dy + dx * dx)), 1)
    turn_up(state, player, heading(dy, dx), difference(heading(rise, flat), 0), action)


@njit
def press_use(action):
    """Hold the use key down in this tick."""
    action.keys[E] = 1


@njit
def tap_use(state, player, action):
    """Press the use key, or release it if it was down: every second tick of these is a press."""
    if state.using[player] == 0:
        action.keys[E] = 1
