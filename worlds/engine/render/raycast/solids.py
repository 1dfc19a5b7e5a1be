"""Rays against the solids of a scene: depths and shading for a rectangle of pixels, in the solid's own axes.

A ray is o + t d, with d = b + v u, where b is ahead + (the column's slope) right, v the row's slope, and u up. For
each pixel of an area a function writes the depth t at which the ray enters the solid (FAR: it does not) into
`columns.hits`, and into `columns.cosines` the cosine of the angle between the light and the solid's surface there. The
inner loops are free of branches, and of whole strips, so that a compiler can work on several pixels at once.
"""

import math

import numpy as np

from ..primitives import (
    FAR,
    HALF,
    ONE,
    ZERO,
    F,
    compiled,
    enter_box,
    enter_capsule,
    enter_cylinder,
    enter_ellipsoid,
    inlined,
    not_zero,
    plus,
    three,
)
from .frame import EIGHT, V

NEAR = F(0.02)
"""Cells ahead of the eye, before which nothing is seen."""
_U = np.uint64
_TURN = F(1 / (2 * math.pi))


@inlined
def strips(top, bottom):
    """The rows of these strips."""
    return range(_U(top) * _U(EIGHT), _U(bottom) * _U(EIGHT))


@compiled
def ellipsoid(half, seen, view, columns, area):
    """The ellipsoid with these radii; seen: its PROJECTION."""
    rows, slopes, hits, cosines = view.rows[V], columns.slopes, columns.hits, columns.cosines
    hx, hy, hz = ONE / half[0], ONE / half[1], ONE / half[2]
    ox, oy, oz = seen.eye[0] * hx, seen.eye[1] * hy, seen.eye[2] * hz
    lx, ly, lz = three(seen.light)
    ahead, right, up = three(seen.rays[0]), three(seen.rays[1]), three(seen.rays[2])
    ux, uy, uz = up[0] * hx, up[1] * hy, up[2] * hz
    for x in range(_U(area.low), _U(area.high)):
        b = plus(ahead, slopes[x], right)
        bx, by, bz = b[0] * hx, b[1] * hy, b[2] * hz
        for row in strips(area.top, area.bottom):
            v = rows[row]
            dx, dy, dz = bx + v * ux, by + v * uy, bz + v * uz
            t, met = enter_ellipsoid(ox, oy, oz, dx, dy, dz, False)
            gx, gy, gz = (ox + t * dx) * hx, (oy + t * dy) * hy, (oz + t * dz) * hz
            cosines[x, row] = (gx * lx + gy * ly + gz * lz) / F(math.sqrt(gx * gx + gy * gy + gz * gz))
            hits[x, row] = t if met and t >= NEAR else FAR


@compiled
def box(half, seen, view, columns, area):
    """The box with these half edges."""
    rows, slopes, hits, cosines = view.rows[V], columns.slopes, columns.hits, columns.cosines
    hx, hy, hz = half[0], half[1], half[2]
    (ox, oy, oz), (lx, ly, lz) = three(seen.eye), three(seen.light)
    ahead, right, (ux, uy, uz) = three(seen.rays[0]), three(seen.rays[1]), three(seen.rays[2])
    for x in range(_U(area.low), _U(area.high)):
        bx, by, bz = plus(ahead, slopes[x], right)
        for row in strips(area.top, area.bottom):
            v = rows[row]
            dx, dy, dz = ONE / not_zero(bx + v * ux), ONE / not_zero(by + v * uy), ONE / not_zero(bz + v * uz)
            t, met, tx, ty = enter_box(ox, oy, oz, dx, dy, dz, hx, hy, hz)
            cx, cy, cz = (-lx if dx > ZERO else lx), (-ly if dy > ZERO else ly), (-lz if dz > ZERO else lz)
            cosines[x, row] = cx if t == tx else cy if t == ty else cz
            hits[x, row] = t if met and t >= NEAR else FAR


@compiled
def cylinder(half, seen, view, columns, area):
    """The upright cylinder with flat ends."""
    rows, slopes, hits, cosines = view.rows[V], columns.slopes, columns.hits, columns.cosines
    radius, tall, bend = half[0], half[2], ONE / half[0]
    (ox, oy, oz), (lx, ly, lz) = three(seen.eye), three(seen.light)
    ahead, right, (ux, uy, uz) = three(seen.rays[0]), three(seen.rays[1]), three(seen.rays[2])
    for x in range(_U(area.low), _U(area.high)):
        bx, by, bz = plus(ahead, slopes[x], right)
        for row in strips(area.top, area.bottom):
            v = rows[row]
            dx, dy, dz = bx + v * ux, by + v * uy, not_zero(bz + v * uz)
            t, met, side = enter_cylinder(ox, oy, oz, dx, dy, dz, radius, tall, False)
            round_ = ((ox + t * dx) * lx + (oy + t * dy) * ly) * bend
            cosines[x, row] = round_ if t == side else (-lz if dz > ZERO else lz)
            hits[x, row] = t if met and t >= NEAR else FAR


@compiled
def capsule(half, seen, view, columns, area):
    """The upright capsule: a cylinder with round ends."""
    rows, slopes, hits, cosines = view.rows[V], columns.slopes, columns.hits, columns.cosines
    radius, tall, bend = half[0], half[2], ONE / half[0]
    (ox, oy, oz), (lx, ly, lz) = three(seen.eye), three(seen.light)
    ahead, right, (ux, uy, uz) = three(seen.rays[0]), three(seen.rays[1]), three(seen.rays[2])
    for x in range(_U(area.low), _U(area.high)):
        bx, by, bz = plus(ahead, slopes[x], right)
        for row in strips(area.top, area.bottom):
            v = rows[row]
            dx, dy, dz = bx + v * ux, by + v * uy, bz + v * uz
            t, met, straight, sz = enter_capsule(ox, oy, oz, dx, dy, dz, radius, tall, False)
            nz = ZERO if straight else sz + t * dz
            cosines[x, row] = ((ox + t * dx) * lx + (oy + t * dy) * ly + nz * lz) * bend
            hits[x, row] = t if met and t >= NEAR else FAR


@compiled
def uv(is_box, half, tall, x, y, z):
    """The texture coordinates (across, down), 0 to 1, of a point of a solid's surface. A box shows its texture whole on
    every face; around other shapes it is wrapped."""
    if is_box:
        fx, fy, fz = x / half[0], y / half[1], z / half[2]
        if abs(fz) > max(abs(fx), abs(fy)):
            return (fx + ONE) * HALF, (fy + ONE) * HALF
        return ((fy if abs(fx) > abs(fy) else fx) + ONE) * HALF, (ONE - fz) * HALF
    turn = F(math.atan2(y, x)) * _TURN
    return turn - F(math.floor(turn)), (ONE - z / tall) * HALF
