"""Ray queries of a room: the thing under the crosshair, and the ground under the feet. Lengths in metres.

A ray is a start and a direction of length 1. Toys are met at their hulls, as the physics has them.
"""

import math

import numpy as np
from numba import njit

from ..engine.render.primitives import BOX, CAPSULE, entry
from ..engine.render.raycast.scene import UNSEEN
from ..first_person.angles import ONE_UNIT, cosine, sine
from . import toys
from .furniture import BOXES, LEAF, LEAF_AT, hinge, quarter
from .quaternions import conjugate, from_axis_angle, rotate
from .state import DOOR_AT, EYE, HEIGHT, NOBODY, POSE, RADIUS, REACH, TALL, TOYS, TOYS_AT

FAR = 1e9
"""The distance of what is not met."""
_FEET = 0.6 * RADIUS  # around the middle of the feet, where there may be something to stand on
_STANDING = 0.06  # metres that it may be below them
_BOUND = np.sqrt((toys.EXTENT**2).sum(1))


@njit
def eye(state, player):
    """Where a player's eye is."""
    at = 3 * player
    return state.qpos[at], state.qpos[at + 1], state.qpos[at + 2] + EYE


@njit
def ahead(state, player):
    """The direction in which a player looks."""
    flat, rise = cosine(state.pitch[player]) / ONE_UNIT, sine(state.pitch[player]) / ONE_UNIT
    return flat * cosine(state.yaw[player]) / ONE_UNIT, flat * sine(state.yaw[player]) / ONE_UNIT, rise


@njit
def pose(state, toy):
    """(place, turn) of a toy: where its middle is, and its quaternion."""
    at = TOYS_AT + POSE * toy
    q = state.qpos
    return (q[at], q[at + 1], q[at + 2]), (q[at + 3], q[at + 4], q[at + 5], q[at + 6])


@njit
def look_at(state, player):
    """Note in the state what a player's crosshair is on, and how far that is."""
    what, distance = met(state, eye(state, player), ahead(state, player), player)
    state.aim[player], state.aim_distance[player] = what, distance


@njit
def reachable(state, player):
    """The toy that a player's hand would grasp now; NOBODY if there is none."""
    if 0 <= state.aim[player] < TOYS and state.aim_distance[player] <= REACH:
        return np.int32(state.aim[player])
    return np.int32(NOBODY)


@njit
def standing(state, player):
    """Whether there is something under a player's feet."""
    x, y, z = state.qpos[3 * player], state.qpos[3 * player + 1], state.qpos[3 * player + 2] + RADIUS
    for spot in range(5):
        dx = _FEET * ((spot == 1) - (spot == 2))
        dy = _FEET * ((spot == 3) - (spot == 4))
        if met(state, (x + dx, y + dy, z), (0.0, 0.0, -1.0), player)[1] < RADIUS + _STANDING:
            return True
    return False


@njit
def met(state, start, ray, player):
    """(what, distance) of the first thing that a ray meets, other than this player: the number of a toy, TOYS + that of
    a piece of furniture, or NOBODY for all else: walls, the door, another player."""
    what, least = NOBODY, bare(state, start, ray)
    for other in range(state.players):
        if other != player:
            least = min(least, player_entry(state, other, RADIUS, start, ray))
    if state.door != 0:
        least = min(least, leaf(state, start, ray))
    for piece in range(state.pieces):
        distance = piece_entry(state, piece, start, ray)
        if distance < least:
            what, least = TOYS + piece, distance
    for toy in range(state.things):
        distance = toy_entry(state, toy, start, ray, least)
        if distance < least:
            what, least = toy, distance
    return what, least


@njit
def player_entry(state, player, radius, start, ray):
    """The distance at which a ray meets a player of this radius."""
    at = 3 * player
    seen = (start[0] - state.qpos[at], start[1] - state.qpos[at + 1], start[2] - state.qpos[at + 2] - HEIGHT / 2)
    return entry(CAPSULE, (radius, radius, HEIGHT / 2 - radius), seen, ray)


@njit
def piece_entry(state, piece, start, ray):
    """The distance at which a ray meets a piece of furniture."""
    turned, nearest = -state.piece_turn[piece], FAR
    x, y = quarter(start[0] - state.piece_x[piece], start[1] - state.piece_y[piece], turned)
    ray_x, ray_y = quarter(ray[0], ray[1], turned)
    for b in BOXES[state.piece[piece] - 1]:
        if b[3] > 0:
            seen = (x - b[0], y - b[1], start[2] - b[2])
            nearest = min(nearest, entry(BOX, (b[3], b[4], b[5]), seen, (ray_x, ray_y, ray[2])))
    return nearest


@njit
def toy_entry(state, toy, start, ray, least):
    """The distance at which a ray meets a toy; FAR if it does not, or only beyond `least`."""
    place, turned = pose(state, toy)
    kind, scale = state.kind[toy] - toys.FIRST, toys.SCALE[state.size[toy]]
    seen = (start[0] - place[0], start[1] - place[1], start[2] - place[2])
    along = -(seen[0] * ray[0] + seen[1] * ray[1] + seen[2] * ray[2])
    square = seen[0] * seen[0] + seen[1] * seen[1] + seen[2] * seen[2]
    bound = _BOUND[kind] * scale
    if square - along * along > bound * bound or along < -bound or along > least + bound:
        return FAR
    nearest = FAR
    seen, ray = rotate(conjugate(turned), seen), rotate(conjugate(turned), ray)
    for part in range(toys.HARD):
        form, at = toys.HULL_FORM[kind, part], toys.HULL_AT[kind, part]
        if form != 0:
            q = toys.HULL_QUAT[kind, part]
            own = conjugate((q[0], q[1], q[2], q[3]))
            half = toys.HULL_HALF[kind, part]
            off = (seen[0] - at[0] * scale, seen[1] - at[1] * scale, seen[2] - at[2] * scale)
            big = (half[0] * scale, half[1] * scale, half[2] * scale)
            nearest = min(nearest, entry(form, big, rotate(own, off), rotate(own, ray)))
    return nearest


@njit
def leaf(state, start, ray):
    """The distance at which a ray meets the leaf of the door."""
    x, y, angle = hinge(state)
    shut = conjugate(from_axis_angle(2, angle + state.qpos[DOOR_AT]))
    seen = rotate(shut, (start[0] - x, start[1] - y, start[2]))
    return entry(BOX, LEAF, (seen[0] - LEAF_AT[0], seen[1] - LEAF_AT[1], seen[2] - LEAF_AT[2]), rotate(shut, ray))


@njit
def bare(state, start, ray):
    """The distance at which a ray meets the floor, the ceiling or a wall of a room without anything in it."""
    least = FAR
    if ray[2] < 0:
        least = start[2] / -ray[2]
    elif ray[2] > 0:
        least = (TALL - start[2]) / ray[2]
    x, y = math.floor(start[0]), math.floor(start[1])
    along_x, along_y = 1 if ray[0] > 0 else -1, 1 if ray[1] > 0 else -1
    distance = 0.0
    while distance < least:
        if x < 0 or y < 0 or x >= state.map_cols or y >= state.map_rows:
            return distance
        wall = np.int32(state.walls[y, x])
        if wall != 0 and wall < UNSEEN:
            return distance
        to_x = (x + (ray[0] > 0) - start[0]) / ray[0] if ray[0] != 0 else FAR
        to_y = (y + (ray[1] > 0) - start[1]) / ray[1] if ray[1] != 0 else FAR
        if to_x < to_y:
            x, distance = x + along_x, to_x
        else:
            y, distance = y + along_y, to_y
    return least
