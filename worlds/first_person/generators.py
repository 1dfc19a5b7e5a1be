"""Generators of maps: mazes, rooms with corridors, and open rooms. They run in kernels, on CPU and CUDA.

    depth_first(state, rows, cols)                 a maze with long corridors and few dead ends kruskal(state, rows,
    cols)                     a maze with many short dead ends rooms_and_corridors(state, rows, cols, rooms)  square
    rooms, doorways, corridors; needs CORRIDOR_ROOM_FIELDS in the state open_room(state, rows, cols)
    four walls fill_with_wall(state, rows, cols), dig(…)      for a map of a world's own braid(state, percent) opens
    dead ends, so that the maze has loops pillars(state, number)                         adds single cells of wall that
    leave the floor connected

The generators take the textures of walls and floor as their last arguments, and write a whole map: its size, walls and
floors; the floor is connected and closed by walls, and cells beyond the map are wall. Mazes are measured in maze cells:
a maze of r x c is a map of 2r + 1 rows and 2c + 1 columns, whose cells with odd coordinates are the maze's, as DeepMind
Lab's are (its 5x10 cells are a map of 11x21). `marks` and `queue` are their memory; its contents depend on the seed
only.
"""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS, ROWS
from ..engine.render.raycast.textures import BRICK, PLANKS

MOST_ROWS, MOST_COLS = (ROWS - 1) // 2, (COLS - 1) // 2
"""The largest maze, in maze cells: 13x20."""

ROOMS = 12
"""The largest number of rooms of rooms_and_corridors."""
CORRIDOR_ROOM_FIELDS = [
    ("rooms", np.int32),  # number of rooms
    ("room_y", np.int32, (ROOMS,)),  # (room_y, room_x): the cell in the middle of a room
    ("room_x", np.int32, (ROOMS,)),
    ("room_half", np.int32, (ROOMS,)),  # a room is 2 room_half + 1 cells wide and high
]
"""The fields of a state for rooms of a maze: STATE = state_dtype([*fields(…), *CORRIDOR_ROOM_FIELDS, …])."""

_SIDES = ((-1, 0), (0, -1), (0, 1), (1, 0))
_EXTRA = 10
"""Percent of the walls of rooms that get an additional doorway, so that there are loops."""


@njit
def fill_with_wall(state, rows, cols, texture=BRICK, floor=PLANKS):
    """Write a map of rows x cols cells that is wall everywhere, with the texture `floor` below."""
    state.map_rows, state.map_cols = rows, cols
    for y in range(ROWS):
        for x in range(COLS):
            state.walls[y, x] = texture
            state.floors[y, x] = floor
            state.marks[y, x] = 0
    for index in range(ROWS * COLS):
        state.queue[index] = 0


@njit
def dig(state, y, x, rows, cols):
    """Remove the walls of rows x cols cells, of which (y, x) is the first."""
    for row in range(y, y + rows):
        for col in range(x, x + cols):
            state.walls[row, col] = 0


@njit
def lay_rectangle(state, y, x, rows, cols, floor):
    """Give this texture to the floor of rows x cols cells, of which (y, x) is the first."""
    for row in range(y, y + rows):
        for col in range(x, x + cols):
            state.floors[row, col] = floor


@njit
def open_room(state, rows, cols, texture=BRICK, floor=PLANKS):
    """An empty room that is a map of rows x cols cells, its walls included: 3x3 at least."""
    fill_with_wall(state, rows, cols, texture, floor)
    dig(state, 1, 1, rows - 2, cols - 2)


@njit
def depth_first(state, rows, cols, texture=BRICK, floor=PLANKS):
    """A perfect maze by random depth-first search: few dead ends, long corridors."""
    fill_with_wall(state, 2 * rows + 1, 2 * cols + 1, texture, floor)
    y = 2 * draw(state, rows) + 1
    x = 2 * draw(state, cols) + 1
    state.walls[y, x] = 0
    state.queue[0] = y * COLS + x
    length = 1
    while length > 0:
        at = np.int32(state.queue[length - 1])
        there = break_through(state, at // COLS, at % COLS, False)
        if there < 0:
            length -= 1
        else:
            state.walls[there // COLS, there % COLS] = 0
            state.queue[length] = there
            length += 1


@njit
def kruskal(state, rows, cols, texture=BRICK, floor=PLANKS):
    """A perfect maze by Kruskal's algorithm: walls are opened in random order if their sides are not connected yet."""
    fill_with_wall(state, 2 * rows + 1, 2 * cols + 1, texture, floor)
    open_cells(state)
    join(state, False, 0)


@njit
def rooms_and_corridors(state, rows, cols, rooms, texture=BRICK, floor=PLANKS):
    """Up to `rooms` rooms of 3x3 or 5x5 cells with corridors between them; fewer if no more fit, see state.rooms.

    Rooms lie at random maze cells; a maze fills the rest. Each part of the maze is joined to the rooms beside it by one
    doorway, sometimes by a second. Then dead ends are filled, unless there are fewer than two rooms.
    """
    fill_with_wall(state, 2 * rows + 1, 2 * cols + 1, texture, floor)
    no_rooms(state)
    for _ in range(min(rooms, ROOMS)):
        half = 1 + draw(state, 2)
        spots = find_spot(state, half, -1)
        if spots == 0 and half == 2:
            half = np.int32(1)
            spots = find_spot(state, half, -1)
        if spots == 0:
            break
        add_room(state, half, find_spot(state, half, draw(state, spots)))
    open_cells(state)
    join(state, False, 0)
    join(state, True, _EXTRA)
    if state.rooms > 1:
        fill_dead_ends(state)


@njit
def no_rooms(state):
    """Clear the fields of rooms: for worlds with CORRIDOR_ROOM_FIELDS, before they make a map of another kind."""
    state.rooms = 0
    for room in range(ROOMS):
        state.room_y[room], state.room_x[room], state.room_half[room] = 0, 0, 0


@njit
def lay_floor(state, room, floor):
    """Give the floor of a room this texture."""
    half = state.room_half[room]
    edge = 2 * half + 1
    lay_rectangle(state, state.room_y[room] - half, state.room_x[room] - half, edge, edge, floor)


@njit
def place_in_room(state, room):
    """A random cell of a room as y * COLS + x."""
    half = state.room_half[room]
    y = state.room_y[room] - half + draw(state, 2 * half + 1)
    x = state.room_x[room] - half + draw(state, 2 * half + 1)
    return y * COLS + x


@njit
def braid(state, percent):
    """Open dead ends of a maze into a neighbouring corridor, each with a chance of `percent`.

    A dead end that opens into another removes both, so 50 leaves half of them or fewer. The dead ends of a maze with a
    single row or column stay, since they have no neighbours.
    """
    if percent <= 0:
        return
    for y in range(1, state.map_rows, 2):
        for x in range(1, state.map_cols, 2):
            if state.walls[y, x] == 0 and ways(state, y, x) == 1 and draw(state, 100) < percent:
                break_through(state, y, x, True)


@njit
def pillars(state, number, texture=BRICK):
    """Turn up to `number` cells into wall, each amid eight free ones, so that the floor stays connected.

    Returns the number of pillars that fitted. Call it before things are placed on the map.
    """
    for made in range(number):
        spots = find_pillar(state, -1)
        if spots == 0:
            return made
        at = find_pillar(state, draw(state, spots))
        state.walls[at // COLS, at % COLS] = texture
    return number


# Helpers of the generators.


@njit
def inside(state, y, x):
    """Whether a cell lies on the map."""
    return 0 <= y < state.map_rows and 0 <= x < state.map_cols


@njit
def ways(state, y, x):
    """The number of free neighbours, 0 to 4, of a cell."""
    count = 0
    for dy, dx in _SIDES:
        if state.walls[y + dy, x + dx] == 0:
            count += 1
    return count


@njit
def breakable(state, y, x, dy, dx, free):
    """Whether wall is on the side (dy, dx) of a maze cell, and behind it a maze cell that is free (free: True) or
    wall (free: False)."""
    if not inside(state, y + 2 * dy, x + 2 * dx) or state.walls[y + dy, x + dx] == 0:
        return False
    return (state.walls[y + 2 * dy, x + 2 * dx] == 0) == free


@njit
def break_through(state, y, x, free):
    """Open a random breakable side of a maze cell. Returns the maze cell behind it as a flat index, -1 if there is
    none."""
    count = 0
    for dy, dx in _SIDES:
        if breakable(state, y, x, dy, dx, free):
            count += 1
    if count == 0:
        return -1
    left = draw(state, count)
    for dy, dx in _SIDES:
        if breakable(state, y, x, dy, dx, free):
            if left == 0:
                state.walls[y + dy, x + dx] = 0
                return (y + 2 * dy) * COLS + x + 2 * dx
            left -= 1
    return -1


@njit
def open_cells(state):
    """Open all maze cells, and mark each that was closed as a component of its own, for `join`."""
    for y in range(1, state.map_rows, 2):
        for x in range(1, state.map_cols, 2):
            if state.walls[y, x] != 0:
                state.walls[y, x] = 0
                state.marks[y, x] = y * COLS + x


@njit
def join(state, of_rooms, extra):
    """Open the walls between maze cells, in random order, whose sides are not connected yet.

    of_rooms: only the walls of rooms, else only the others; extra: percent of the walls with connected sides that are
    opened too. The marks of maze cells are a disjoint-set forest: the mark of a cell is its parent, of a root itself.
    """
    count = 0
    for y in range(1, state.map_rows - 1):
        for x in range(1 + y % 2, state.map_cols - 1, 2):
            if state.walls[y, x] != 0 and beside_room(state, y, x) == of_rooms:
                state.queue[count] = y * COLS + x
                count += 1
    while count > 0:
        chosen = draw(state, count)
        wall = np.int32(state.queue[chosen])
        count -= 1
        state.queue[chosen] = state.queue[count]
        beyond = 1 if wall // COLS % 2 == 1 else COLS
        one, other = root(state, wall - beyond), root(state, wall + beyond)
        if one != other or (extra > 0 and draw(state, 100) < extra):
            state.walls[wall // COLS, wall % COLS] = 0
            state.marks[one // COLS, one % COLS] = other


@njit
def root(state, at):
    """The root of a maze cell in the disjoint-set forest, int32; it halves the path to the root."""
    above = np.int32(state.marks[at // COLS, at % COLS])
    while above != at:
        higher = np.int32(state.marks[above // COLS, above % COLS])
        state.marks[at // COLS, at % COLS] = higher
        at, above = above, higher
    return np.int32(at)


@njit
def beside_room(state, y, x):
    """Whether a wall between two maze cells is the wall of a room."""
    if y % 2 == 1:
        return in_room(state, y, x - 1) or in_room(state, y, x + 1)
    return in_room(state, y - 1, x) or in_room(state, y + 1, x)


@njit
def in_room(state, y, x):
    """Whether a maze cell is in a room: one of the four cells at its corners is free."""
    return (
        state.walls[y - 1, x - 1] == 0
        or state.walls[y - 1, x + 1] == 0
        or state.walls[y + 1, x - 1] == 0
        or state.walls[y + 1, x + 1] == 0
    )


@njit
def find_spot(state, half, nth):
    """The first cell, as a flat index, of the nth place where a room fits amid wall; for nth = -1 their number."""
    count = 0
    for y in range(1, state.map_rows - 1 - 2 * half, 2):
        for x in range(1, state.map_cols - 1 - 2 * half, 2):
            fits = True
            for row in range(y, y + 2 * half + 1, 2):
                for col in range(x, x + 2 * half + 1, 2):
                    if state.walls[row, col] == 0:
                        fits = False
            if fits:
                if count == nth:
                    return y * COLS + x
                count += 1
    return count


@njit
def add_room(state, half, first):
    """Dig a room whose first cell is `first`, add it to the state, and mark it as one component for `join`."""
    y, x = first // COLS, first % COLS
    dig(state, y, x, 2 * half + 1, 2 * half + 1)
    for row in range(y, y + 2 * half + 1, 2):
        for col in range(x, x + 2 * half + 1, 2):
            state.marks[row, col] = first
    room = state.rooms
    state.room_y[room], state.room_x[room], state.room_half[room] = y + half, x + half, half
    state.rooms = room + 1


@njit
def fill_dead_ends(state):
    """Fill corridors from their dead ends back to the next junction."""
    for first_y in range(1, state.map_rows, 2):
        for first_x in range(1, state.map_cols, 2):
            y, x = first_y, first_x
            while state.walls[y, x] == 0 and ways(state, y, x) == 1:
                wall = state.walls[0, 0]
                state.walls[y, x] = wall
                next_y, next_x = y, x
                for dy, dx in _SIDES:
                    if state.walls[y + dy, x + dx] == 0:
                        state.walls[y + dy, x + dx] = wall
                        next_y, next_x = y + 2 * dy, x + 2 * dx
                y, x = next_y, next_x


@njit
def find_pillar(state, nth):
    """The nth free cell, as a flat index, whose eight neighbours are free too; for nth = -1 their number."""
    count = 0
    for y in range(1, state.map_rows - 1):
        for x in range(1, state.map_cols - 1):
            free = True
            for row in range(y - 1, y + 2):
                for col in range(x - 1, x + 2):
                    if state.walls[row, col] != 0:
                        free = False
            if free:
                if count == nth:
                    return y * COLS + x
                count += 1
    return count
