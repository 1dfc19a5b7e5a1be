"""Rays against solids: exact intersections for a rectangle of pixels, in the solid's own axes.

A ray is o + t d, with d = b + v u, where b is ahead + (the column's u) right, v the row's, and u up. Each function goes
through columns [low, high) and EIGHT-row strips [top, bottom), and writes for each pixel the depth t at which the ray
enters the solid (FAR: it does not) and the cosine of the angle between the light and the solid's surface there. The
inner loops are free of branches, and of whole strips, so that compilers can work on several pixels at once; what cannot
be is found by comparisons that infinities lose.
"""

import math

import numpy as np
from numba import njit

from .scene import F

pixels = njit(error_model="numpy")
"""How functions about pixels are compiled: division by zero gives infinity, as everywhere but in Python."""

inside = njit(error_model="numpy", inline="always")
"""Like `pixels`, for parts of one loop: handing all its arrays on would cost more than the work."""

EIGHT = 8
"""Rows of a strip: pixels that a processor works on at once. Arrays over rows are as long as a multiple of it."""
NEAR = F(0.02)
"""Cells ahead of the eye, before which nothing is seen."""
FAR = F(1e9)
"""Depth of the sky, and of a ray that meets nothing."""
ZERO, HALF, ONE = F(0), F(0.5), F(1)
_U = np.uint64
_TINY = F(1e-20)
_LEAST = F(1e-9)
_TURN = F(1 / (2 * math.pi))


@inside
def strips(top, bottom):
    """The rows of these strips."""
    return range(_U(top) * _U(EIGHT), _U(bottom) * _U(EIGHT))


@inside
def three(array):
    """Three numbers of an array, read once: a compiler cannot know that what it writes elsewhere is not among them."""
    return array[0], array[1], array[2]


@inside
def plus(a, u, b):
    """a + u b, each of three numbers."""
    return a[0] + u * b[0], a[1] + u * b[1], a[2] + u * b[2]


@pixels
def _off(d):
    """A number that is not zero, so that a ray along a face is on one side of it."""
    return d if abs(d) > _LEAST else _LEAST


@pixels
def ellipsoid(half, o, rays, light, slopes, rows, low, high, top, bottom, depths, cosines):
    """The ellipsoid with these radii."""
    hx, hy, hz = ONE / half[0], ONE / half[1], ONE / half[2]
    ox, oy, oz = o[0] * hx, o[1] * hy, o[2] * hz
    lx, ly, lz = three(light)
    ahead, right, up = three(rays[0]), three(rays[1]), three(rays[2])
    ux, uy, uz = up[0] * hx, up[1] * hy, up[2] * hz
    for x in range(_U(low), _U(high)):
        b = plus(ahead, slopes[x], right)
        bx, by, bz = b[0] * hx, b[1] * hy, b[2] * hz
        for row in strips(top, bottom):
            v = rows[row]
            dx, dy, dz = bx + v * ux, by + v * uy, bz + v * uz
            part = ONE / (dx * dx + dy * dy + dz * dz)
            back = (ox * dx + oy * dy + oz * dz) * part
            # How far the ray passes from the middle, by its nearest point: exact also for what is far away.
            px, py, pz = ox - back * dx, oy - back * dy, oz - back * dz
            rest = ONE - (px * px + py * py + pz * pz)
            t = -back - F(math.sqrt(max(rest, ZERO) * part))
            gx, gy, gz = (ox + t * dx) * hx, (oy + t * dy) * hy, (oz + t * dz) * hz
            cosines[x, row] = (gx * lx + gy * ly + gz * lz) / F(math.sqrt(gx * gx + gy * gy + gz * gz))
            depths[x, row] = t if rest >= ZERO and t >= NEAR else FAR


@pixels
def box(half, o, rays, light, slopes, rows, low, high, top, bottom, depths, cosines):
    """The box with these half edges."""
    hx, hy, hz = half[0], half[1], half[2]
    (ox, oy, oz), (lx, ly, lz) = three(o), three(light)
    ahead, right, (ux, uy, uz) = three(rays[0]), three(rays[1]), three(rays[2])
    for x in range(_U(low), _U(high)):
        bx, by, bz = plus(ahead, slopes[x], right)
        for row in strips(top, bottom):
            v = rows[row]
            dx, dy, dz = ONE / _off(bx + v * ux), ONE / _off(by + v * uy), ONE / _off(bz + v * uz)
            wide, deep, tall = abs(dx) * hx, abs(dy) * hy, abs(dz) * hz
            mx, my, mz = -ox * dx, -oy * dy, -oz * dz
            tx, ty, tz = mx - wide, my - deep, mz - tall
            t = max(tx, max(ty, tz))
            leave = min(mx + wide, min(my + deep, mz + tall))
            cx, cy, cz = (-lx if dx > ZERO else lx), (-ly if dy > ZERO else ly), (-lz if dz > ZERO else lz)
            cosines[x, row] = cx if t == tx else cy if t == ty else cz
            depths[x, row] = t if t < leave and t >= NEAR else FAR


@pixels
def cylinder(half, o, rays, light, slopes, rows, low, high, top, bottom, depths, cosines):
    """The upright cylinder with flat ends."""
    radius, tall, bend = half[0], half[2], ONE / half[0]
    (ox, oy, oz), (lx, ly, lz) = three(o), three(light)
    ahead, right, (ux, uy, uz) = three(rays[0]), three(rays[1]), three(rays[2])
    for x in range(_U(low), _U(high)):
        bx, by, bz = plus(ahead, slopes[x], right)
        for row in strips(top, bottom):
            v = rows[row]
            dx, dy, dz = bx + v * ux, by + v * uy, _off(bz + v * uz)
            part = ONE / max(dx * dx + dy * dy, _TINY)
            back = (ox * dx + oy * dy) * part
            px, py = ox - back * dx, oy - back * dy
            rest = radius * radius - px * px - py * py
            root, up = F(math.sqrt(max(rest, ZERO) * part)), ONE / dz
            side, end, middle = -back - root, abs(up) * tall, -oz * up
            t = max(side, middle - end)
            leave = min(root - back, middle + end)
            round_ = ((ox + t * dx) * lx + (oy + t * dy) * ly) * bend
            cosines[x, row] = round_ if t == side else (-lz if dz > ZERO else lz)
            depths[x, row] = t if rest >= ZERO and t < leave and t >= NEAR else FAR


@pixels
def capsule(half, o, rays, light, slopes, rows, low, high, top, bottom, depths, cosines):
    """The upright capsule: a cylinder with round ends."""
    radius, tall, bend = half[0], half[2], ONE / half[0]
    (ox, oy, oz), (lx, ly, lz) = three(o), three(light)
    ahead, right, (ux, uy, uz) = three(rays[0]), three(rays[1]), three(rays[2])
    for x in range(_U(low), _U(high)):
        bx, by, bz = plus(ahead, slopes[x], right)
        for row in strips(top, bottom):
            v = rows[row]
            dx, dy, dz = bx + v * ux, by + v * uy, bz + v * uz
            a = max(dx * dx + dy * dy, _TINY)
            part = ONE / a
            back = (ox * dx + oy * dy) * part
            px, py = ox - back * dx, oy - back * dy
            rest = radius * radius - px * px - py * py
            side = -back - F(math.sqrt(max(rest, ZERO) * part))
            z = oz + side * dz
            # Where the side of an endless cylinder is met beyond an end, it is the round end that may be.
            sz = oz - (tall if z > ZERO else -tall)
            share = ONE / (a + dz * dz)
            behind = (ox * dx + oy * dy + sz * dz) * share
            qx, qy, qz = ox - behind * dx, oy - behind * dy, sz - behind * dz
            left = radius * radius - qx * qx - qy * qy - qz * qz
            cap = -behind - F(math.sqrt(max(left, ZERO) * share))
            straight = abs(z) <= tall
            t = side if straight else cap
            nz = ZERO if straight else sz + t * dz
            cosines[x, row] = ((ox + t * dx) * lx + (oy + t * dy) * ly + nz * lz) * bend
            depths[x, row] = t if rest >= ZERO and (straight or left >= ZERO) and t >= NEAR else FAR


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
