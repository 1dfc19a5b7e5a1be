"""Bodies: walking, running, jumping, turning the camera, and collisions with walls.

A body is an upright square column, 2 RADIUS wide. One tick is `turn`, a change of velocity, then motion: along x, then
along y, in steps no longer than RADIUS, each as far as it is free. So a wall stops only the motion into it, and no body
passes through a wall at any speed. Players do not collide with one another.
"""

import numpy as np
from numba import njit

from ...interface.action import MOUSE_ONE
from ..engine.render.raycast.scene import COLS, ROWS
from .angles import ONE_UNIT, cosine, sine
from .bindings import SHIFT, SPACE, A, D, S, W
from .state import CELL, HURDLE, HZ, TURN

RADIUS = CELL // 4
WALK = 3 * CELL // HZ
"""Top walking speed in units a tick: 3 cells a second."""
FASTEST = 16 * CELL
"""Largest speed in units a tick; larger ones are clipped, so that the time of a tick is bounded."""
HURDLE_TALL = CELL * 5 // 16
"""Height of a hurdle in units: a body with its feet at this height can pass it or stand on it."""

_RUN = 8, 5  # running is 8/5 as fast
_EASE = 4  # each tick, 1/4 of the difference to the wanted speed is made up: 2/3 of it takes 0.12 seconds
_DIAGONAL = 46341  # 1 / sqrt(2), in 1/ONE_UNIT
_STEEPEST = TURN // 6  # of the pitch, up and down
_QUARTER = MOUSE_ONE // (TURN // 4)  # motion of the mouse that turns by 1
_LEAP, _GRAVITY = 6000, 650  # units a tick, and in each tick: 0.47 cells high, so that eyes stay below the ceiling


@njit
def stand(state, player, y, x, yaw):
    """Place a body at rest in the middle of the cell (y, x), with the camera along `yaw` (1/TURN turns)."""
    state.y[player], state.x[player], state.z[player] = y * CELL + CELL // 2, x * CELL + CELL // 2, 0
    state.vy[player], state.vx[player], state.vz[player] = 0, 0, 0
    state.yaw[player], state.pitch[player] = yaw & (TURN - 1), 0
    state.using[player] = 0


@njit
def solid(state, y, x, z):
    """Whether the cell (y, x) stops a body whose feet are at height z, in units. Cells beyond the map do."""
    if y < 0 or x < 0 or y >= state.map_rows or x >= state.map_cols:
        return True
    wall = state.walls[y, x]
    return wall != 0 and (wall != HURDLE or z < HURDLE_TALL)


@njit
def occupied(state, y, x):
    """Whether a body is in the cell (y, x), even in part, so that a door may not close there."""
    for player in range(state.players):
        below, beside = state.y[player] - y * CELL, state.x[player] - x * CELL
        if -RADIUS < below < CELL + RADIUS and -RADIUS < beside < CELL + RADIUS:
            return True
    return False


@njit
def turn(state, player, action):
    """Turn the camera by the mouse: a picture height is 90 degrees of yaw or pitch; pitch is clipped at 60 degrees."""
    state.yaw[player] = (state.yaw[player] + angle(action.mouse[0])) & (TURN - 1)
    state.pitch[player] = min(max(state.pitch[player] - angle(action.mouse[1]), -_STEEPEST), _STEEPEST)


@njit
def angle(motion):
    """The rotation, in 1/TURN turns, for a mouse motion in 1/MOUSE_ONE picture heights, clipped at one picture
    height."""
    return (min(max(int(motion), -MOUSE_ONE), MOUSE_ONE) + _QUARTER // 2) // _QUARTER


@njit
def walk(state, player, action):
    """One tick of turning the camera and of walking by W A S D, faster with shift."""
    walk_at(state, player, action, 100)


@njit
def walk_at(state, player, action, percent):
    """`walk` at `percent` of the usual speed."""
    speed = np.int64(WALK) * percent // 100
    if action.keys[SHIFT] != 0:
        speed = speed * _RUN[0] // _RUN[1]
    walk_by(state, player, action, speed)


@njit
def walk_by(state, player, action, speed):
    """`walk` at `speed`, in units a tick, regardless of shift."""
    turn(state, player, action)
    ahead = np.int32(action.keys[W]) - np.int32(action.keys[S])
    right = np.int32(action.keys[D]) - np.int32(action.keys[A])
    speed = np.int64(speed)
    if ahead != 0 and right != 0:
        speed = speed * _DIAGONAL // ONE_UNIT
    sin, cos = sine(state.yaw[player]), cosine(state.yaw[player])
    state.vy[player] = nearer(state.vy[player], ((ahead * sin + right * cos) * speed + ONE_UNIT // 2) // ONE_UNIT)
    state.vx[player] = nearer(state.vx[player], ((ahead * cos - right * sin) * speed + ONE_UNIT // 2) // ONE_UNIT)
    move(state, player)


@njit
def nearer(speed, wanted):
    """The speed after one tick of acceleration from `speed` to `wanted`, int32: it reaches the wanted one exactly."""
    speed = min(max(np.int64(speed), -FASTEST), FASTEST)
    change = (abs(wanted - speed) + _EASE - 1) // _EASE
    return np.int32(speed + change if wanted > speed else speed - change)


@njit
def move(state, player):
    """Move a body by its velocity until a wall stops it; the component of the velocity into a wall becomes 0."""
    steps = max(abs(state.vy[player]), abs(state.vx[player])) // RADIUS + 1
    for step in range(steps):
        move_x(state, player, state.vx[player] * (step + 1) // steps - state.vx[player] * step // steps)
        move_y(state, player, state.vy[player] * (step + 1) // steps - state.vy[player] * step // steps)


@njit
def move_x(state, player, by):
    """Move by at most RADIUS along x. Only a column that the body enters can stop it."""
    side = RADIUS - 1 if by > 0 else -RADIUS
    old, new = (state.x[player] + side) // CELL, (state.x[player] + side + by) // CELL
    top, bottom = (state.y[player] - RADIUS) // CELL, (state.y[player] + RADIUS - 1) // CELL
    z = state.z[player]
    if new != old and (solid(state, top, new, z) or solid(state, bottom, new, z)):
        state.x[player] = new * CELL - RADIUS if by > 0 else (new + 1) * CELL + RADIUS
        state.vx[player] = 0
    else:
        state.x[player] += by


@njit
def move_y(state, player, by):
    """Move by at most RADIUS along y. Only a row that the body enters can stop it."""
    side = RADIUS - 1 if by > 0 else -RADIUS
    old, new = (state.y[player] + side) // CELL, (state.y[player] + side + by) // CELL
    left, right = (state.x[player] - RADIUS) // CELL, (state.x[player] + RADIUS - 1) // CELL
    z = state.z[player]
    if new != old and (solid(state, new, left, z) or solid(state, new, right, z)):
        state.y[player] = new * CELL - RADIUS if by > 0 else (new + 1) * CELL + RADIUS
        state.vy[player] = 0
    else:
        state.y[player] += by


@njit
def ground(state, player):
    """Height, in units, of the floor or hurdle under a body's feet."""
    top, bottom = (state.y[player] - RADIUS) // CELL, (state.y[player] + RADIUS - 1) // CELL
    left, right = (state.x[player] - RADIUS) // CELL, (state.x[player] + RADIUS - 1) // CELL
    for y in range(top, bottom + 1):
        for x in range(left, right + 1):
            if 0 <= y < ROWS and 0 <= x < COLS and state.walls[y, x] == HURDLE:
                return np.int32(HURDLE_TALL)
    return np.int32(0)


@njit
def jump(state, player, action):
    """One tick of rising and falling; space jumps from the ground. Worlds with jumping call it every tick after
    `walk`."""
    below = ground(state, player)
    if state.z[player] == below:
        state.vz[player] = _LEAP if action.keys[SPACE] != 0 else 0
    if state.z[player] != below or state.vz[player] != 0:
        state.z[player] = max(state.z[player] + state.vz[player], below)
        state.vz[player] -= _GRAVITY
