"""The house around the toys: walls and floors, one room or two, the door between them, a window, and furniture.

Pieces of furniture stand at a wall, or GAP from it, from chests and from one another. GAP is wider than a player, and
no piece is as long as a room, so the floor stays in one piece. The way through the door is kept free.
"""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.textures import (
    CARPET,
    COLOURS,
    FIRST_FLOOR,
    FIRST_WALL,
    GRASS,
    PLANKS,
    PLASTER,
    POSTER_1,
    SAND,
    TILES,
    WOOD,
)
from ..first_person.generators import dig, fill_with_wall
from ..first_person.state import CELL, TURN
from .furniture import FOOT, KINDS, TO_WALL, quarter
from .pose import spread
from .state import PIECES, PLAYERS, POSE, TOYS_AT

GAP = 0.6
"""Metres between pieces, and from a piece to a wall that it does not stand at: a player is 0.4 wide."""
AT_WALL = 0.01
"""Metres from a wall to what stands at it."""
SMALLEST = 3
"""Metres that each of two rooms is wide and long at least."""
DOORWAY = 1.0
"""Metres on both sides of the door where no furniture and no toy is put: its leaf swings there."""
TRIES = 40
"""Places that are tried for one thing."""
BODY = 0.35
"""Half the edge of the square that is kept free at a player's start."""
MILLI = 1000
"""Places are drawn in whole millimetres."""

_YELLOW, _CYAN, _PINK, _WHITE = (COLOURS.index(name) for name in ("yellow", "cyan", "pink", "white"))
WALLS = np.array(
    [PLASTER, PLASTER, PLASTER, WOOD, *(FIRST_WALL + colour for colour in (_YELLOW, _CYAN, _PINK, _WHITE, _WHITE))],
    np.int32,
)
FLOORS = np.array(
    [PLANKS, PLANKS, PLANKS, SAND, TILES, *(FIRST_FLOOR + colour for colour in (_CYAN, _PINK, _WHITE))], np.int32
)
RUGS = np.array([CARPET, CARPET, GRASS, *(FIRST_FLOOR + colour for colour in range(len(COLOURS) - 1))], np.int32)
_POSTERS = 8
_PAINTED = len(COLOURS)


@njit
def between(state, low, high):
    """A random length from low to high, in metres."""
    return low + draw(state, max(int((high - low) * MILLI), 0) + 1) / MILLI


@njit
def build(state, task):
    """Draw walls and floors: a room of the task's size, or a metre less, with its door, rugs, posters and window."""
    height, width = np.int32(task.height), np.int32(task.width)
    least = 2 * SMALLEST + 1 if task.rooms == 2 else 4
    height -= draw(state, 2) if height > (least if height > width else 4) else 0
    width -= draw(state, 2) if width > (least if width >= height else 4) else 0
    fill_with_wall(state, height + 2, width + 2, WALLS[draw(state, len(WALLS))], FLOORS[draw(state, len(FLOORS))])
    dig(state, 1, 1, height, width)
    state.door, state.door_row, state.door_col, state.door_turn = 0, 0, 0, 0
    if task.rooms == 2:
        divide(state, height, width)
    for room in range(state.door + 1):
        lay_rug(state, room)
        hang_posters(state, room)
    cut_window(state)


@njit
def divide(state, height, width):
    """Add a wall across the longer side of a room, with a door in it; the second room has its own walls and floor."""
    state.door = 1
    state.door_turn = 1 if height > width else 0
    length, breadth = max(height, width), min(height, width)
    across = 1 + SMALLEST + draw(state, length - 2 * SMALLEST)
    along = 1 + draw(state, breadth)
    wall, floor = WALLS[draw(state, len(WALLS))], FLOORS[draw(state, len(FLOORS))]
    state.door_row, state.door_col = (across, along) if state.door_turn else (along, across)
    for row in range(state.map_rows):
        for col in range(state.map_cols):
            here = row if state.door_turn else col
            inside = 0 < row < state.map_rows - 1 and 0 < col < state.map_cols - 1
            if here > across:
                state.floors[row, col] = floor
                if not inside:
                    state.walls[row, col] = wall
            elif here == across and inside:
                state.walls[row, col] = wall
    state.walls[state.door_row, state.door_col] = 0


@njit
def room_of(state, room):
    """The floor of a room: its low x and y, its high x and y, in metres."""
    x0, y0, x1, y1 = 1.0, 1.0, state.map_cols - 1.0, state.map_rows - 1.0
    if state.door != 0:
        if state.door_turn == 0:
            x0, x1 = (x0, float(state.door_col)) if room == 0 else (state.door_col + 1.0, x1)
        else:
            y0, y1 = (y0, float(state.door_row)) if room == 0 else (state.door_row + 1.0, y1)
    return x0, y0, x1, y1


@njit
def lay_rug(state, room):
    """Lay a rug of some cells, in two rooms of three."""
    if draw(state, 3) == 0:
        return
    x0, y0, x1, y1 = room_of(state, room)
    rows, cols = 1 + draw(state, 2), 2 + draw(state, 2)
    row = int(y0) + draw(state, int(y1 - y0) - rows + 1)
    col = int(x0) + draw(state, int(x1 - x0) - cols + 1)
    rug = RUGS[draw(state, len(RUGS))]
    for y in range(row, row + rows):
        for x in range(col, col + cols):
            state.floors[y, x] = rug


@njit
def hang_posters(state, room):
    """Hang up to three posters on plastered walls."""
    x0, y0, x1, y1 = room_of(state, room)
    for _ in range(draw(state, 4)):
        row, col = int(y0) + draw(state, int(y1 - y0)), int(x0) + draw(state, int(x1 - x0))
        side = draw(state, 4)
        row = (row, int(y0) - 1, row, int(y1))[side]
        col = (int(x0) - 1, col, int(x1), col)[side]
        if state.walls[row, col] == PLASTER:
            state.walls[row, col] = POSTER_1 + draw(state, _POSTERS)


@njit
def cut_window(state):
    """Choose an outer wall's cell for the window, not next to the wall between two rooms, where it would be cut."""
    state.window, state.window_turn = 1, draw(state, 4)
    for _ in range(TRIES):
        row, col = 1 + draw(state, state.map_rows - 2), 1 + draw(state, state.map_cols - 2)
        turn = state.window_turn
        state.window_row = (row, 0, row, state.map_rows - 1)[turn]
        state.window_col = (0, col, state.map_cols - 1, col)[turn]
        step_x, step_y = quarter(1, 0, turn)
        if state.walls[state.window_row + step_y, state.window_col + step_x] == 0:
            return
    state.window = 0


# Players.


@njit
def place_player(state, player):
    """Place a player on the floor with a random yaw. It comes before the furniture, so there is always a place."""
    x, y = 0.0, 0.0
    for _ in range(8 * TRIES):
        x0, y0, x1, y1 = room_of(state, draw(state, state.door + 1))
        x, y = between(state, x0 + BODY, x1 - BODY), between(state, y0 + BODY, y1 - BODY)
        if free_of_players(state, player, x, y, BODY, BODY) and not in_doorway(state, x, y, BODY, BODY):
            break
    state.qpos[3 * player], state.qpos[3 * player + 1] = x, y
    state.x[player], state.y[player], state.z[player] = int(x * CELL), int(y * CELL), 0
    state.vx[player], state.vy[player], state.vz[player] = 0, 0, 0
    state.yaw[player], state.pitch[player], state.using[player] = draw(state, TURN), 0, 0


@njit
def free_of_players(state, players, x, y, half_x, half_y):
    """Whether none of the first `players` players is on this rectangle, in metres."""
    for player in range(players):
        if (
            abs(state.qpos[3 * player] - x) < half_x + BODY
            and abs(state.qpos[3 * player + 1] - y) < half_y + BODY
        ):  # fmt: skip
            return False
    return True


# Furniture.


@njit
def place_furniture(state, pieces):
    """Place up to `pieces` pieces of furniture; fewer if they do not fit."""
    state.pieces = 0
    for index in range(PIECES):
        state.piece[index], state.piece_colour[index], state.piece_turn[index] = 0, 0, 0
        state.piece_x[index], state.piece_y[index] = 0.0, 0.0
    first = draw(state, len(KINDS))
    for index in range(pieces):
        kind = (first + index) % len(KINDS) if index < 4 else draw(state, len(KINDS))
        for _ in range(TRIES):
            if place_piece(state, kind):
                break


@njit
def place_piece(state, kind):
    """Place a piece at random; False if the place is not free."""
    x0, y0, x1, y1 = room_of(state, draw(state, state.door + 1))
    turn = draw(state, 4)
    half_x, half_y = quarter(FOOT[kind, 0], FOOT[kind, 1], turn)
    half_x, half_y = abs(half_x), abs(half_y)
    at_x = along(state, x0 + half_x, x1 - half_x, turn == 0 and TO_WALL[kind], turn == 2 and TO_WALL[kind])
    at_y = along(state, y0 + half_y, y1 - half_y, turn == 1 and TO_WALL[kind], turn == 3 and TO_WALL[kind])
    if not free_of_pieces(state, at_x, at_y, half_x + GAP, half_y + GAP):
        return False
    if not free_of_players(state, PLAYERS, at_x, at_y, half_x, half_y) or in_doorway(state, at_x, at_y, half_x, half_y):
        return False
    if not free_of_chests(state, at_x, at_y, half_x + GAP, half_y + GAP):
        return False
    index = state.pieces
    state.piece[index], state.piece_turn[index] = 1 + kind, turn
    state.piece_colour[index] = 1 + draw(state, _PAINTED)
    state.piece_x[index], state.piece_y[index] = at_x, at_y
    state.pieces = index + 1
    return True


@njit
def along(state, low, high, at_low, at_high):
    """A random position between walls at low and high: at one of them, or at least GAP from both."""
    if at_low:
        return low + AT_WALL
    if at_high:
        return high - AT_WALL
    at = between(state, low, high)
    if at - low < GAP:
        return low + AT_WALL if at - low < GAP / 2 or high - low < 2 * GAP else low + GAP
    if high - at < GAP:
        return high - AT_WALL if high - at < GAP / 2 or high - low < 2 * GAP else high - GAP
    return at


@njit
def free_of_pieces(state, x, y, half_x, half_y):
    """Whether no piece of furniture stands on this rectangle."""
    for index in range(state.pieces):
        kind = state.piece[index] - 1
        foot_x, foot_y = quarter(FOOT[kind, 0], FOOT[kind, 1], state.piece_turn[index])
        if (
            abs(state.piece_x[index] - x) < half_x + abs(foot_x)
            and abs(state.piece_y[index] - y) < half_y + abs(foot_y)
        ):  # fmt: skip
            return False
    return True


@njit
def free_of_chests(state, x, y, half_x, half_y):
    """Whether none of the chests, which are placed before the furniture, is on this rectangle, in metres."""
    for index in range(state.things):
        wide_x, wide_y, _ = spread(state, index)
        at = TOYS_AT + POSE * index
        if abs(state.qpos[at] - x) < half_x + wide_x and abs(state.qpos[at + 1] - y) < half_y + wide_y:
            return False
    return True


@njit
def in_doorway(state, x, y, half_x, half_y):
    """Whether a rectangle overlaps the space of the door's leaf and of players passing the door."""
    if state.door == 0:
        return False
    zone_x, zone_y = (0.5 + DOORWAY, 0.5) if state.door_turn == 0 else (0.5, 0.5 + DOORWAY)
    return (
        abs(state.door_col + 0.5 - x) < half_x + zone_x + AT_WALL
        and abs(state.door_row + 0.5 - y) < half_y + zone_y + AT_WALL
    )  # fmt: skip
