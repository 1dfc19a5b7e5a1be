"""Rays against solids: exact intersections for the pixels of one column, in the solid's own axes.

A ray is o + t d, with d = b + v u: b is the column's, v the row's. Each function goes down rows [first, last) and
writes, for each, the depth t at which the ray enters the solid (FAR: it does not) and the cosine of the angle between
the light and the solid's surface there. The loops are free of branches, so that compilers can work on several pixels
at once; what cannot be is found by comparisons that infinities lose.
"""

import math

import numpy as np
from numba import njit

from .scene import F

pixels = njit(error_model="numpy")
"""How functions about pixels are compiled: division by zero gives infinity, as everywhere but in Python."""

NEAR = F(0.02)
"""Cells ahead of the eye, before which nothing is seen."""
FAR = F(1e9)
"""Depth of the sky, and of a ray that meets nothing."""
ZERO, HALF, ONE = F(0), F(0.5), F(1)
_U = np.uint64
_TINY = F(1e-20)
_LEAST = F(1e-9)
_TURN = F(1 / (2 * math.pi))


@pixels
def _off(d):
    """A number that is not zero, so that a ray along a face is on one side of it."""
    return d if abs(d) > _LEAST else _LEAST


@pixels
def ellipsoid(half, o, b, u, light, rows, first, last, depths, cosines):
    """The ellipsoid with these radii."""
    hx, hy, hz = ONE / half[0], ONE / half[1], ONE / half[2]
    ox, oy, oz = o[0] * hx, o[1] * hy, o[2] * hz
    bx, by, bz, ux, uy, uz = b[0] * hx, b[1] * hy, b[2] * hz, u[0] * hx, u[1] * hy, u[2] * hz
    lx, ly, lz = light
    for row in range(_U(first), _U(last)):
        v = rows[row]
        dx, dy, dz = bx + v * ux, by + v * uy, bz + v * uz
        a = dx * dx + dy * dy + dz * dz
        back = (ox * dx + oy * dy + oz * dz) / a
        # How far the ray passes from the middle, by its nearest point: exact also for what is far away.
        px, py, pz = ox - back * dx, oy - back * dy, oz - back * dz
        rest = ONE - (px * px + py * py + pz * pz)
        t = -back - F(math.sqrt(max(rest, ZERO) / a))
        gx, gy, gz = (ox + t * dx) * hx, (oy + t * dy) * hy, (oz + t * dz) * hz
        cosines[row] = (gx * lx + gy * ly + gz * lz) / F(math.sqrt(gx * gx + gy * gy + gz * gz))
        depths[row] = t if rest >= ZERO and t >= NEAR else FAR


@pixels
def box(half, o, b, u, light, rows, first, last, depths, cosines):
    """The box with these half edges."""
    hx, hy, hz = half[0], half[1], half[2]
    ox, oy, oz = o[0], o[1], o[2]
    bx, by, bz, ux, uy, uz = b[0], b[1], b[2], u[0], u[1], u[2]
    lx, ly, lz = light
    for row in range(_U(first), _U(last)):
        v = rows[row]
        dx, dy, dz = ONE / _off(bx + v * ux), ONE / _off(by + v * uy), ONE / _off(bz + v * uz)
        wide, deep, high = abs(dx) * hx, abs(dy) * hy, abs(dz) * hz
        mx, my, mz = -ox * dx, -oy * dy, -oz * dz
        tx, ty, tz = mx - wide, my - deep, mz - high
        t = max(tx, max(ty, tz))
        leave = min(mx + wide, min(my + deep, mz + high))
        cx, cy, cz = (-lx if dx > ZERO else lx), (-ly if dy > ZERO else ly), (-lz if dz > ZERO else lz)
        cosines[row] = cx if t == tx else cy if t == ty else cz
        depths[row] = t if t < leave and t >= NEAR else FAR


@pixels
def cylinder(half, o, b, u, light, rows, first, last, depths, cosines):
    """The upright cylinder with flat ends."""
    radius, high = half[0], half[2]
    ox, oy, oz = o[0], o[1], o[2]
    bx, by, bz, ux, uy, uz = b[0], b[1], b[2], u[0], u[1], u[2]
    lx, ly, lz = light
    for row in range(_U(first), _U(last)):
        v = rows[row]
        dx, dy, dz = bx + v * ux, by + v * uy, _off(bz + v * uz)
        a = max(dx * dx + dy * dy, _TINY)
        back = (ox * dx + oy * dy) / a
        px, py = ox - back * dx, oy - back * dy
        rest = radius * radius - px * px - py * py
        root, up = F(math.sqrt(max(rest, ZERO) / a)), ONE / dz
        side, end, middle = -back - root, abs(up) * high, -oz * up
        t = max(side, middle - end)
        leave = min(root - back, middle + end)
        round_ = ((ox + t * dx) * lx + (oy + t * dy) * ly) / radius
        cosines[row] = round_ if t == side else (-lz if dz > ZERO else lz)
        depths[row] = t if rest >= ZERO and t < leave and t >= NEAR else FAR


@pixels
def capsule(half, o, b, u, light, rows, first, last, depths, cosines):
    """The upright capsule: a cylinder with round ends."""
    radius, high = half[0], half[2]
    ox, oy, oz = o[0], o[1], o[2]
    bx, by, bz, ux, uy, uz = b[0], b[1], b[2], u[0], u[1], u[2]
    lx, ly, lz = light
    for row in range(_U(first), _U(last)):
        v = rows[row]
        dx, dy, dz = bx + v * ux, by + v * uy, bz + v * uz
        a = max(dx * dx + dy * dy, _TINY)
        back = (ox * dx + oy * dy) / a
        px, py = ox - back * dx, oy - back * dy
        rest = radius * radius - px * px - py * py
        side = -back - F(math.sqrt(max(rest, ZERO) / a))
        z = oz + side * dz
        # Where the side of an endless cylinder is met beyond an end, it is the round end that may be.
        sz = oz - (high if z > ZERO else -high)
        c = a + dz * dz
        behind = (ox * dx + oy * dy + sz * dz) / c
        qx, qy, qz = ox - behind * dx, oy - behind * dy, sz - behind * dz
        left = radius * radius - qx * qx - qy * qy - qz * qz
        cap = -behind - F(math.sqrt(max(left, ZERO) / c))
        straight = abs(z) <= high
        t = side if straight else cap
        nz = ZERO if straight else sz + t * dz
        cosines[row] = ((ox + t * dx) * lx + (oy + t * dy) * ly + nz * lz) / radius
        depths[row] = t if rest >= ZERO and (straight or left >= ZERO) and t >= NEAR else FAR


@pixels
def place(is_box, half, tall, x, y, z):
    """Where on its texture, (across, down) from 0 to 1, a point of a solid's surface lies. A box shows it whole on
    every face; around other forms it is wrapped."""
    if is_box:
        fx, fy, fz = x / half[0], y / half[1], z / half[2]
        if abs(fz) > max(abs(fx), abs(fy)):
            return (fx + ONE) * HALF, (fy + ONE) * HALF
        return ((fy if abs(fx) > abs(fy) else fx) + ONE) * HALF, (ONE - fz) * HALF
    turn = F(math.atan2(y, x)) * _TURN
    return turn - F(math.floor(turn)), (ONE - z / tall) * HALF
