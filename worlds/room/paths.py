"""Path planning in a room for experts, on the CPU only: over a fine grid, around walls, furniture, toys and players.

The path is replanned in every tick by breadth-first search from the player's position to the nearest point from which
the target can be reached and seen; the player then walks to the farthest point of the path that it can reach in a
straight line.
"""

import math

import numpy as np
from numba import njit

from .furniture import FOOT, MOST_BOXES, boxes, quarter
from .raycast import pose
from .state import EYE
from .toys import EXTENT, FIRST, SCALE

FINE = 8
"""Points of the grid along a metre."""
BODY = 0.23
"""Metres around the middle of a player that must be free."""


@njit
def feet(state, player):
    """(x, y) of a player, in metres."""
    return state.qpos[3 * player], state.qpos[3 * player + 1]


@njit
def toy_at(state, toy):
    """(x, y, z) of the middle of a toy, in metres."""
    return pose(state, toy)[0]


@njit
def girth(state, toy):
    """Largest horizontal distance, in metres, of a toy's parts from its middle, for an upright toy."""
    extent = EXTENT[state.kind[toy] - FIRST]
    return SCALE[state.size[toy]] * math.hypot(extent[0], extent[1])


@njit
def _fill(blocked, x0, x1, y0, y1):
    """Mark the points of the grid in a rectangle, in metres, as blocked."""
    rows, cols = blocked.shape
    for row in range(max(math.ceil(y0 * FINE - 0.5), 0), min(math.floor(y1 * FINE - 0.5) + 1, rows)):
        for col in range(max(math.ceil(x0 * FINE - 0.5), 0), min(math.floor(x1 * FINE - 0.5) + 1, cols)):
            blocked[row, col] = True


@njit
def closed(state, player, spared, careful, margin):
    """The blocked points of the grid, bool (rows, cols): within `margin` metres of walls and furniture, and with
    `careful` of toys on the floor and other players. spared: a toy that does not block."""
    blocked = np.zeros((state.map_rows * FINE, state.map_cols * FINE), np.bool_)
    for row in range(state.map_rows):
        for col in range(state.map_cols):
            if state.walls[row, col] != 0:
                _fill(blocked, col - margin, col + 1 + margin, row - margin, row + 1 + margin)
    for piece in range(state.pieces):
        foot = FOOT[state.piece[piece] - 1]
        half_x, half_y = quarter(foot[0], foot[1], state.piece_turn[piece])
        half_x, half_y = abs(half_x) + margin, abs(half_y) + margin
        x, y = state.piece_x[piece], state.piece_y[piece]
        _fill(blocked, x - half_x, x + half_x, y - half_y, y + half_y)
    if careful:
        for toy in range(state.things):
            x, y, z = toy_at(state, toy)
            if toy != spared and state.grip[player] != toy and z < 0.4:
                wide = girth(state, toy) + margin - 0.05
                _fill(blocked, x - wide, x + wide, y - wide, y + wide)
        for other in range(state.players):
            if other != player:
                x, y = feet(state, other)
                _fill(blocked, x - 2 * BODY, x + 2 * BODY, y - 2 * BODY, y + 2 * BODY)
    return blocked


@njit
def clear(blocked, x0, y0, x1, y1):
    """Whether no point of the grid along a line, in metres, is blocked."""
    steps = int(math.hypot(x1 - x0, y1 - y0) * 2 * FINE) + 1
    for step in range(steps + 1):
        x, y = x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps
        row, col = int(y * FINE), int(x * FINE)
        if not (0 <= row < blocked.shape[0] and 0 <= col < blocked.shape[1]) or blocked[row, col]:
            return False
    return True


@njit
def _meets(box, x0, y0, z0, x1, y1, z1):
    """Whether a line meets a box (6,): its middle and its half extents."""
    near, far = 0.0, 1.0
    for axis in range(3):
        start, along = (x0, x1 - x0) if axis == 0 else (y0, y1 - y0) if axis == 1 else (z0, z1 - z0)
        low, high = box[axis] - box[axis + 3], box[axis] + box[axis + 3]
        if abs(along) < 1e-9:
            if not low < start < high:
                return False
            continue
        one, two = (low - start) / along, (high - start) / along
        near, far = max(near, min(one, two)), min(far, max(one, two))
    return near < far


@njit
def visible(state, x0, y0, z0, x1, y1, z1):
    """Whether no wall and no furniture is between two points, except for the last centimetres before the second."""
    steps = int(math.hypot(x1 - x0, y1 - y0) * 4) + 1
    for step in range(steps):
        x, y = x0 + (x1 - x0) * step / steps, y0 + (y1 - y0) * step / steps
        if state.walls[int(y), int(x)] != 0:
            return False
    length = math.sqrt((x1 - x0) ** 2 + (y1 - y0) ** 2 + (z1 - z0) ** 2)
    part = max(length - 0.06, 0.0) / max(length, 1e-6)
    x1, y1, z1 = x0 + (x1 - x0) * part, y0 + (y1 - y0) * part, z0 + (z1 - z0) * part
    room = np.empty((MOST_BOXES, 6))
    for piece in range(state.pieces):
        for box in range(boxes(state, piece, room)):
            if _meets(room[box], x0, y0, z0, x1, y1, z1):
                return False
    return True


@njit
def route(state, player, blocked, x, y, z, low, high, see):
    """The path to the nearest place at a distance from `low` to `high` metres of the point (x, y), from which, if
    `see`, the point (x, y, z) is visible. Returns (found, x, y, arrived): the next point to walk to in a straight line,
    in metres, and whether the player is at such a place already."""
    own_x, own_y = feet(state, player)
    rows, cols = blocked.shape
    row, col = min(max(int(own_y * FINE), 0), rows - 1), min(max(int(own_x * FINE), 0), cols - 1)
    before = np.full(rows * cols, -2, np.int32)
    queue = np.empty(rows * cols, np.int32)
    first, last = 0, 1
    queue[0], before[row * cols + col] = row * cols + col, -1
    stuck = blocked[row, col]  # in a closed place: any open one will do first
    goal = -1
    while first < last and goal < 0:
        here = queue[first]
        first += 1
        row, col = here // cols, here % cols
        at_x, at_y = (col + 0.5) / FINE, (row + 0.5) / FINE
        if not blocked[row, col]:
            if stuck:
                return True, at_x, at_y, False
            apart = math.hypot(at_x - x, at_y - y)
            if low <= apart <= high and (not see or visible(state, at_x, at_y, EYE, x, y, z)):
                goal = here
                break
        for way in range(4):
            next_row, next_col = row + (way == 0) - (way == 1), col + (way == 2) - (way == 3)
            if not (0 <= next_row < rows and 0 <= next_col < cols):
                continue
            there = next_row * cols + next_col
            if before[there] == -2 and (not blocked[next_row, next_col] or stuck):
                before[there] = here
                queue[last] = there
                last += 1
    if goal < 0:
        return False, own_x, own_y, False
    if before[goal] == -1:
        return True, own_x, own_y, True
    here = goal
    while before[here] != -1:
        at_x, at_y = (here % cols + 0.5) / FINE, (here // cols + 0.5) / FINE
        if before[before[here]] == -1 or clear(blocked, own_x, own_y, at_x, at_y):
            return True, at_x, at_y, False
        here = before[here]
    return True, own_x, own_y, True
