"""Rooms in a grid, joined to a tree by doorways: the maps of worlds with doors.

Rooms are numbered in the order in which they are added, so that each is joined to its parent, a room of a smaller
number: the key of a door is never locked in behind it if it lies in a room of a smaller number than the door's.
"""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS, ROWS
from ..engine.render.raycast.textures import BRICK, PLANKS
from .generators import dig, fill_with_wall, lay_rectangle
from .grid_queries import taken

MOST = 60
"""The largest number of rooms: six rows of ten, 3x3 cells each."""
GRID_ROOM_FIELDS = [
    ("edge", np.int32),  # cells along each side of a room
    ("rooms", np.int32),  # number of rooms
    ("corner", np.int32, (MOST,)),  # first cell of each room, as a flat index
    ("parent", np.int32, (MOST,)),  # the room that each was joined to, -1 for the first
    ("depth", np.int32, (MOST,)),  # number of doorways between each room and the first
    ("doorway", np.int32, (MOST,)),  # cell between each room and its parent, as a flat index; -1 for the first
]
"""The fields of a state for rooms in a grid: STATE = state_dtype([*fields(…), *GRID_ROOM_FIELDS, …])."""

_SIDES = ((-1, 0), (0, -1), (0, 1), (1, 0))


def validate(rows, cols, edge, rooms):
    """The reason why `rooms` rooms of edge x edge cells do not fit into rows x cols places, or None if they do."""
    height, width = rows * (edge + 1) + 1, cols * (edge + 1) + 1
    if height > ROWS or width > COLS:
        return (
            f"{rows} rows and {cols} columns of rooms of {edge}x{edge} cells make a map of {height}x{width}; "
            f"the largest is {ROWS}x{COLS}: turn one of these knobs down"
        )
    if rooms > min(rows * cols, MOST):
        return f"{rows} rows and {cols} columns have place for {min(rows * cols, MOST)} rooms, and {rooms} are needed"
    return None


@njit
def grow(state, rows, cols, edge, rooms, texture=BRICK, floor=PLANKS):
    """Write a map of `rooms` rooms. Each new room is joined to the newest one that has an empty place beside it."""
    fill_with_wall(state, rows * (edge + 1) + 1, cols * (edge + 1) + 1, texture, floor)
    state.edge, state.rooms = edge, rooms
    for place in range(rows * cols):
        state.marks[place // cols, place % cols] = -1
    for room in range(MOST):
        state.corner[room], state.parent[room], state.depth[room], state.doorway[room] = 0, -1, 0, -1
    for room in range(rooms):
        place = draw(state, rows * cols)
        if room > 0:
            parent = room - 1
            while beside(state, rows, cols, place_of(state, parent), -1) == 0:
                parent -= 1
            old = place_of(state, parent)
            place = beside(state, rows, cols, old, draw(state, beside(state, rows, cols, old, -1)))
            state.parent[room], state.depth[room] = parent, state.depth[parent] + 1
        y, x = place // cols * (edge + 1) + 1, place % cols * (edge + 1) + 1
        dig(state, y, x, edge, edge)
        state.corner[room] = y * COLS + x
        state.marks[place // cols, place % cols] = room
        if room > 0:
            state.doorway[room] = between(state, state.parent[room], room)
            state.walls[state.doorway[room] // COLS, state.doorway[room] % COLS] = 0


@njit
def place_of(state, room):
    """The place of a room in the grid, row by row."""
    cols = (state.map_cols - 1) // (state.edge + 1)
    y, x = state.corner[room] // COLS, state.corner[room] % COLS
    return y // (state.edge + 1) * cols + x // (state.edge + 1)


@njit
def beside(state, rows, cols, place, nth):
    """The nth empty place beside a place; for nth = -1 their number."""
    count = np.int32(0)
    for dy, dx in _SIDES:
        y, x = place // cols + dy, place % cols + dx
        if 0 <= y < rows and 0 <= x < cols and state.marks[y, x] < 0:
            if count == nth:
                return np.int32(y * cols + x)
            count += 1
    return count


@njit
def between(state, one, other):
    """A random cell, as a flat index, of the wall between two neighbouring rooms."""
    y = max(state.corner[one] // COLS, state.corner[other] // COLS)
    x = max(state.corner[one] % COLS, state.corner[other] % COLS)
    along = draw(state, state.edge)
    if state.corner[one] // COLS == state.corner[other] // COLS:
        return (y + along) * COLS + x - 1
    return (y - 1) * COLS + x + along


@njit
def room_of(state, y, x):
    """The room that the cell (y, x) lies in; -1 for walls and doorways."""
    for room in range(state.rooms):
        down, right = y - state.corner[room] // COLS, x - state.corner[room] % COLS
        if 0 <= down < state.edge and 0 <= right < state.edge:
            return np.int32(room)
    return np.int32(-1)


@njit
def deepest(state):
    """The room with the most doorways between it and the first; of several, the newest."""
    best = np.int32(0)
    for room in range(state.rooms):
        if state.depth[room] >= state.depth[best]:
            best = np.int32(room)
    return best


@njit
def lay_floor(state, room, floor):
    """Give the floor of a room this texture."""
    lay_rectangle(state, state.corner[room] // COLS, state.corner[room] % COLS, state.edge, state.edge, floor)


@njit
def place_in(state, room):
    """A random cell, as a flat index, of a room without a thing in it; -1 if there is none."""
    count = vacant(state, room, -1)
    if count == 0:
        return np.int32(-1)
    return vacant(state, room, draw(state, count))


@njit
def vacant(state, room, nth):
    """The nth cell, as a flat index, of a room without a thing in it; for nth = -1 their number."""
    y, x = state.corner[room] // COLS, state.corner[room] % COLS
    count = np.int32(0)
    for row in range(y, y + state.edge):
        for col in range(x, x + state.edge):
            if state.walls[row, col] == 0 and not taken(state, row, col):
                if count == nth:
                    return np.int32(row * COLS + col)
                count += 1
    return count


@njit
def more_doorways(state, percent):
    """Open further doorways between neighbouring rooms, each with a chance of `percent`."""
    for one in range(state.rooms):
        for other in range(one + 1, state.rooms):
            dy = state.corner[one] // COLS - state.corner[other] // COLS
            dx = state.corner[one] % COLS - state.corner[other] % COLS
            if abs(dy) + abs(dx) == state.edge + 1 and state.parent[other] != one and draw(state, 100) < percent:
                at = between(state, one, other)
                state.walls[at // COLS, at % COLS] = 0
