"""The skills of the room's expert, tick by tick: to look, walk, grasp, carry and put. On the CPU only.

Nothing is kept between ticks: the next action follows from the state alone. All positions are in metres.
"""

import math

import numpy as np
from numba import njit

from ...interface.action import MOUSE_ONE
from ..first_person.bindings import A, D, S, W
from ..first_person.state import TURN
from .furniture import CLEAR, SURFACES, SURFACES_MOST, quarter
from .grasping import LEFT, NEAREST, F, R
from .paths import BODY, FINE, closed, feet, girth, route, toy_at, visible
from .pose import bounds
from .quaternions import rotate as rotated
from .raycast import ahead, eye, pose
from .state import NOBODY, REACH, TOYS_AT

QUICKEST, CAREFUL = MOUSE_ONE // 4, MOUSE_ONE // 10
"""The most motion of the mouse in a tick: 22 degrees, and with a toy in hand 9."""
COAST = 0.12
"""Seconds for which a body goes on after its keys are released."""
STILL = 0.25
"""Metres a second below which a held toy has come to rest."""
CLOSE = 0.025
"""Metres by which the distance of a held toy may differ from the wanted one."""
OVER = 0.05
"""Metres by which a toy may be aside of its place when it is put down."""
STUCK = 0.1
"""Metres by which the hand is ahead of a toy that can go no farther."""
ABOVE = 0.22
"""Metres above its place at which a toy is brought there."""
SEEN, UNSEEN, NONE = np.bool_(True), np.bool_(False), np.int64(-1)
"""Whether a place is to be in sight; no toy. (Of NumPy's types, so that functions called with them compile once.)"""
_ROOMY = np.array([1.05, 0.75, 0.45, -9.0])  # shares of its girth by which a toy is put away from others
_BESIDE = 0.6
_IN_VIEW = 0.8  # radians to each side
_RADIANS = 2 * math.pi / TURN
_PER_RADIAN = MOUSE_ONE / (math.pi / 2)
_BANDS = np.array([[0.45, 0.85], [0.75, 1.1], [0.35, 0.6]])  # distances from a thing to grasp it from, in metres
_SECOND = 30


@njit
def aside(state, player, yaw):
    """Radians by which a player looks past a yaw: positive if that is to the right, half a turn at most."""
    off = yaw - state.yaw[player] * _RADIANS
    return off - 2 * math.pi * math.floor(off / (2 * math.pi) + 0.5)


@njit
def turn_to(state, player, yaw, pitch, action):
    """Move the mouse so that a player comes to look along a yaw and a pitch, in radians."""
    off = aside(state, player, yaw)
    rise = pitch - state.pitch[player] * _RADIANS
    if abs(off) > _IN_VIEW:  # a point out of view is looked for to the right, as by a policy that does not see it
        off = math.pi
    most = QUICKEST if state.grip[player] == NOBODY else CAREFUL
    action.mouse[0] = min(max(round(off * _PER_RADIAN), -most), most)
    action.mouse[1] = min(max(round(-rise * _PER_RADIAN), -most), most)


@njit
def gaze(state, player, x, y, z, action):
    """Move the mouse so that a player comes to look at a point."""
    own_x, own_y, own_z = eye(state, player)
    flat = max(math.hypot(x - own_x, y - own_y), 1e-6)
    turn_to(state, player, math.atan2(y - own_y, x - own_x), math.atan2(z - own_z, flat), action)


@njit
def step_to(state, player, x, y, action):
    """Hold the keys that move a player to a point, whichever way it looks, and release them in time: of the eight
    directions of keys, the one nearest to straight."""
    own_x, own_y = feet(state, player)
    dx = x - own_x - COAST * state.qvel[3 * player]
    dy = y - own_y - COAST * state.qvel[3 * player + 1]
    yaw = state.yaw[player] * _RADIANS
    along, across = dx * math.cos(yaw) + dy * math.sin(yaw), dy * math.cos(yaw) - dx * math.sin(yaw)
    least = max(0.03, math.sin(math.pi / 8) * math.hypot(along, across))
    if abs(along) > least:
        action.keys[W if along > 0 else S] = 1
    if abs(across) > least:
        action.keys[D if across > 0 else A] = 1


@njit
def walk(state, player, x, y, action):
    """Walk straight to a point: turn there first if it is far, and look level."""
    own_x, own_y = feet(state, player)
    if math.hypot(x - own_x, y - own_y) < 0.35:
        step_to(state, player, x, y, action)
        return
    yaw = math.atan2(y - own_y, x - own_x)
    turn_to(state, player, yaw, 0.0, action)
    if abs(aside(state, player, yaw)) < 0.5:
        action.keys[W] = 1


@njit
def walk_watching(state, player, to_x, to_y, x, y, z, action):
    """Walk straight to a place while looking at a point that nothing hides: turn there first if it is out of view."""
    gaze(state, player, x, y, z, action)
    own_x, own_y = feet(state, player)
    if abs(aside(state, player, math.atan2(y - own_y, x - own_x))) < _IN_VIEW:
        step_to(state, player, to_x, to_y, action)


@njit
def go(state, player, x, y, z, low, high, see, spared, action):
    """Walk to a place from `low` to `high` metres away from a point, from which, if `see`, it is seen. Returns 1 there,
    0 on the way, -1 if there is none."""
    for careful in (SEEN, UNSEEN):
        blocked = closed(state, player, spared, careful, BODY)
        found, to_x, to_y, arrived = route(state, player, blocked, x, y, z, low, high, see)
        if found:
            own_x, own_y, own_z = eye(state, player)
            if not arrived and state.grip[player] == NOBODY and visible(state, own_x, own_y, own_z, x, y, z):
                walk_watching(state, player, to_x, to_y, x, y, z, action)
            elif not arrived:
                walk(state, player, to_x, to_y, action)
            return 1 if arrived else 0
    return -1


@njit
def hold(action):
    """Keep the hand shut."""
    action.buttons[LEFT] = 1


@njit
def grasp(state, player, toy, action):
    """Go to a toy, look at it and take it. Returns 1 with it in hand, 0 on the way, -1 if no path leads to it."""
    if state.grip[player] == toy:
        hold(action)
        return 1
    if state.grip[player] != NOBODY:
        return 0  # the toy in hand is released
    x, y, z = toy_at(state, toy)
    low, high = _BANDS[(state.tick // (3 * _SECOND)) % len(_BANDS)]
    near = go(state, player, x, y, z, low, high, SEEN, toy, action)
    if near < 0:
        near = go(state, player, x, y, z, 0.3, 1.3, UNSEEN, toy, action)
    if near != 1:
        return near
    x, y, z = _in_sight(state, toy, x, y, z)
    gaze(state, player, x, y, z, action)
    aimed = state.aim[player] == toy and state.aim_distance[player] < REACH - 0.05
    if aimed and state.gripping[player] == 0:  # a button that was pressed in vain is released first
        hold(action)
    return 0


@njit
def _in_sight(state, toy, x, y, z):
    """A point of a toy to look at: by turns its middle and points off that, in case the middle cannot be aimed at."""
    turn = (state.tick // 10) % 6
    x0, _, _, x1, y1, z1 = bounds(state, toy)
    if turn == 2:
        return x, y, z + 0.6 * (z1 - z)
    if turn == 3:
        return x + 0.5 * (x1 - x), y, z
    if turn == 4:
        return x + 0.5 * (x0 - x), y, z
    if turn == 5:
        return x, y + 0.5 * (y1 - y), z
    return x, y, z


@njit
def grasped(state, player):
    """The position of the point by which a player holds its toy."""
    (x, y, z), turned = pose(state, state.grip[player])
    own = state.held_at[player]
    off_x, off_y, off_z = rotated(turned, (own[0], own[1], own[2]))
    return x + off_x, y + off_y, z + off_z


@njit
def speed(state, toy):
    """The speed of a toy, in metres a second."""
    at = TOYS_AT + 6 * toy
    return math.sqrt(state.qvel[at] ** 2 + state.qvel[at + 1] ** 2 + state.qvel[at + 2] ** 2)


@njit
def bring(state, player, x, y, z, action):
    """Move the held toy so that its middle comes to a point, standing still: look there, and push or pull. Returns the
    metres by which the hand is ahead of the point by which it holds the toy."""
    hold(action)
    toy = np.int64(state.grip[player])
    at_x, at_y, at_z = toy_at(state, toy)
    grip_x, grip_y, grip_z = grasped(state, player)
    x, y, z = x + grip_x - at_x, y + grip_y - at_y, z + grip_z - at_z - state.lift[player]
    gaze(state, player, x, y, z, action)
    own_x, own_y, own_z = eye(state, player)
    ray_x, ray_y, ray_z = ahead(state, player)
    far, lift = state.distance[player], state.lift[player]
    gap_x, gap_y = own_x + far * ray_x - grip_x, own_y + far * ray_y - grip_y
    gap_z = own_z + far * ray_z + lift - grip_z
    reach = math.sqrt((x - own_x) ** 2 + (y - own_y) ** 2 + (z - own_z) ** 2)
    reach = min(max(reach, NEAREST), REACH) - state.distance[player]
    if reach > CLOSE:
        action.keys[R] = 1
    elif reach < -CLOSE:
        action.keys[F] = 1
    return math.sqrt(gap_x * gap_x + gap_y * gap_y + gap_z * gap_z)


@njit
def carry(state, player, action):
    """Hold the toy in hand before the chest and high, out of the way of furniture, while walking."""
    hold(action)
    if state.distance[player] > 0.62:
        action.keys[F] = 1
    elif state.distance[player] < 0.52:
        action.keys[R] = 1


@njit
def put(state, player, x, y, z, action):
    """Carry the held toy until its middle comes to a point, and release it there. Returns 0 on the way, 1 when the hand
    opens, -1 if there is no path."""
    toy = np.int64(state.grip[player])
    near = go(state, player, x, y, z, 0.45, 0.85, SEEN, toy, action)
    if near < 0:
        near = go(state, player, x, y, z, 0.35, 1.25, UNSEEN, toy, action)
    if near < 1:
        carry(state, player, action)
        return near
    at_x, at_y, at_z = toy_at(state, toy)
    off = math.hypot(x - at_x, y - at_y)
    if off > OVER:
        low = at_z < z + 0.6 * ABOVE and off > 0.12
        bring(state, player, at_x if low else x, at_y if low else y, z + ABOVE, action)
        return 0
    gap = bring(state, player, x, y, z, action)
    if (at_z < z + 0.045 and speed(state, toy) < STILL) or (gap > STUCK and speed(state, toy) < 0.08):
        action.buttons[LEFT] = 0
        return 1
    return 0


# Places for toys.


@njit
def half_height(state, toy):
    """From the underside of a toy, as it lies, to its middle."""
    return toy_at(state, toy)[2] - bounds(state, toy)[2]


@njit
def free_spot(state, toy, x, y, z, share):
    """Whether there is room for a toy whose middle comes to a point: at that height no other toy is nearer than a share
    of its girth."""
    half, wide = half_height(state, toy), share * girth(state, toy)
    for other in range(state.things):
        if other == toy:
            continue
        x0, y0, z0, x1, y1, z1 = bounds(state, other)
        if z0 < z + half and z1 > z - half + 0.02 and x0 - wide < x < x1 + wide and y0 - wide < y < y1 + wide:
            return False
    return True


@njit
def spot_on(state, player, toy, piece):
    """A free place on or in a piece of furniture for a toy, the one nearest to the player; a crowded one, if there is
    no other. Returns (found, x, y, z)."""
    kind, turn = state.piece[piece] - 1, state.piece_turn[piece]
    own_x, own_y = feet(state, player)
    half, wide = half_height(state, toy), girth(state, toy)
    best, least = (False, 0.0, 0.0, 0.0), 1e9
    for crowd in range(len(_ROOMY)):
        for surface in range(SURFACES_MOST):
            if SURFACES[kind, surface, 3] == 0 or CLEAR[kind, surface] < 2 * half + ABOVE + 0.1:
                continue
            reach_x = max(SURFACES[kind, surface, 3] - 0.7 * wide, 0.0)
            reach_y = max(SURFACES[kind, surface, 4] - 0.7 * wide, 0.0)
            for place in range(49):
                across = SURFACES[kind, surface, 0] + reach_x * (place % 7 - 3) / 3
                along = SURFACES[kind, surface, 1] + reach_y * (place // 7 - 3) / 3
                across, along = quarter(across, along, turn)
                x, y = state.piece_x[piece] + across, state.piece_y[piece] + along
                z, way = SURFACES[kind, surface, 2] + half + 0.01, math.hypot(x - own_x, y - own_y)
                if way < least and free_spot(state, toy, x, y, z, _ROOMY[crowd]):
                    best, least = (True, x, y, z), way
        if best[0]:
            break
    return best


@njit
def cramped(state, player, toy):
    """The points of the grid where walls and furniture leave no room for a toy, bool (rows, cols)."""
    return closed(state, player, toy, UNSEEN, 0.6 * girth(state, toy) + 0.02)


@njit
def spot_around(state, player, toy, x, y, piece, low, high):
    """A free place for a toy from `low` to `high` metres from a point, the one nearest to the player: on the floor, or
    on a piece of furniture if that is not NONE. Returns (found, x, y, z)."""
    blocked = cramped(state, player, toy)
    own_x, own_y = feet(state, player)
    half = half_height(state, toy)
    best, least = (False, 0.0, 0.0, 0.0), 1e9
    for ring in range(4):
        apart = low + (high - low) * ring / 3
        for way in range(24):
            at_x = x + apart * math.cos(way * math.pi / 12)
            at_y = y + apart * math.sin(way * math.pi / 12)
            good, z = ground(state, blocked, piece, at_x, at_y)
            length = math.hypot(at_x - own_x, at_y - own_y)
            if good and 0.4 < length < least and free_spot(state, toy, at_x, at_y, z + half + 0.01, _BESIDE):
                best, least = (True, at_x, at_y, z + half + 0.01), length
    return best


@njit
def ground(state, blocked, piece, x, y):
    """(whether something can stand at a place, the height it stands at): on a piece of furniture, or if that is NONE,
    on the floor."""
    if piece < 0:
        row, col = math.floor(y * FINE), math.floor(x * FINE)
        inside = 0 <= row < blocked.shape[0] and 0 <= col < blocked.shape[1]
        return inside and not blocked[row, col], 0.0
    kind, turn = state.piece[piece] - 1, state.piece_turn[piece]
    across, along = quarter(x - state.piece_x[piece], y - state.piece_y[piece], 4 - turn)
    for surface in range(SURFACES_MOST):
        place = SURFACES[kind, surface]
        if place[3] > 0 and CLEAR[kind, surface] > 1:
            inside = abs(across - place[0]) < place[3] - 0.03 and abs(along - place[1]) < place[4] - 0.03
            return inside, place[2]
    return False, 0.0
