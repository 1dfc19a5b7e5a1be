"""Rays against solids: exact intersections, one pixel at a time, in the solid's own axes."""

import math

import numpy as np
from numba import njit

from .scene import BOX, CAPSULE, CYLINDER, ELLIPSOID, F

NEAR = F(0.02)
"""Cells ahead of the eye, before which nothing is seen."""
FAR = F(1e9)
"""Depth of the sky, and of a ray that meets nothing."""
ZERO, HALF, ONE = F(0), F(0.5), F(1)
_TURN = F(1 / (2 * math.pi))


@njit
def entry(form, half, o, dx, dy, dz):
    """Depth at which the ray o + t (dx, dy, dz) enters a solid, and which face of a box or cylinder it is:
    (t, face), with t >= FAR for a miss. face: 1 to 3 for the axis that a flat face is square to, 0 for a round one."""
    if form == ELLIPSOID:
        return _round(o[0], o[1], o[2], dx, dy, dz, half[0], half[1], half[2]), 0
    if form == BOX:
        return _box(half, o, dx, dy, dz)
    if form == CYLINDER:
        return _cylinder(half, o, dx, dy, dz)
    if form == CAPSULE:
        t, face = _cylinder(half, o, dx, dy, dz)
        best = t if face == 0 else FAR
        for end in range(2):
            t = _round(o[0], o[1], o[2] - half[2] if end else o[2] + half[2], dx, dy, dz, half[0], half[0], half[0])
            best = min(best, t)
        return best, 0
    return FAR, 0


@njit
def _round(ox, oy, oz, dx, dy, dz, hx, hy, hz):
    """Depth of an ellipsoid about the origin."""
    if hx <= ZERO or hy <= ZERO or hz <= ZERO:
        return FAR
    ox, oy, oz, dx, dy, dz = ox / hx, oy / hy, oz / hz, dx / hx, dy / hy, dz / hz
    a, b = dx * dx + dy * dy + dz * dz, ox * dx + oy * dy + oz * dz
    # The distance of the ray from the middle by its nearest point: exact also for what is far away.
    back = b / a
    px, py, pz = ox - back * dx, oy - back * dy, oz - back * dz
    rest = ONE - (px * px + py * py + pz * pz)
    if rest < ZERO:
        return FAR
    t = -back - F(math.sqrt(rest / a))
    return t if t >= NEAR else FAR


@njit
def _box(half, o, dx, dy, dz):
    enter, leave, face = -FAR, FAR, 0
    for axis in range(3):
        d = dx if axis == 0 else dy if axis == 1 else dz
        if d == ZERO:
            if abs(o[axis]) > half[axis]:
                return FAR, 0
            continue
        inverse = ONE / d
        near, far = (-half[axis] - o[axis]) * inverse, (half[axis] - o[axis]) * inverse
        if near > far:
            near, far = far, near
        if near > enter:
            enter, face = near, axis + 1
        leave = min(leave, far)
    if enter >= leave or enter < NEAR:
        return FAR, 0
    return enter, face


@njit
def _cylinder(half, o, dx, dy, dz):
    """An upright cylinder with flat ends; face 3 is an end."""
    radius, best, face = half[0], FAR, 0
    if radius <= ZERO:
        return FAR, 0
    a = dx * dx + dy * dy
    if a > ZERO:
        back = (o[0] * dx + o[1] * dy) / a
        px, py = o[0] - back * dx, o[1] - back * dy
        rest = radius * radius - px * px - py * py
        if rest < ZERO:
            return FAR, 0
        t = -back - F(math.sqrt(rest / a))
        if t >= NEAR and abs(o[2] + t * dz) <= half[2]:
            best = t
    if dz != ZERO:
        t = ((-half[2] if dz > ZERO else half[2]) - o[2]) / dz
        x, y = o[0] + t * dx, o[1] + t * dy
        if NEAR <= t < best and x * x + y * y <= radius * radius:
            best, face = t, 3
    return best, face


@njit
def slope_of(form, half, face, x, y, z):
    """The outward normal of a solid at a point of its surface, in its own axes; of any length."""
    if face == 1:
        return (ONE if x > ZERO else -ONE), ZERO, ZERO
    if face == 2:
        return ZERO, (ONE if y > ZERO else -ONE), ZERO
    if face == 3:
        return ZERO, ZERO, (ONE if z > ZERO else -ONE)
    if form == ELLIPSOID:
        return x / (half[0] * half[0]), y / (half[1] * half[1]), z / (half[2] * half[2])
    if form == CAPSULE and z > half[2]:
        return x, y, z - half[2]
    if form == CAPSULE and z < -half[2]:
        return x, y, z + half[2]
    return x, y, ZERO


@njit
def place(form, half, face, x, y, z):
    """Where on a texture, (u, v) from 0 to 1, a point of the surface lies; a box shows it whole on every face."""
    if form == BOX:
        across = y / half[1] if face == 1 else x / half[0]
        down = y / half[1] if face == 3 else -z / half[2]
        return (across + ONE) * HALF, (down + ONE) * HALF
    turn = F(math.atan2(y, x)) * _TURN
    tall = half[2] + half[0] if form == CAPSULE else half[2]
    return turn - F(math.floor(turn)), (ONE - z / tall) * HALF
