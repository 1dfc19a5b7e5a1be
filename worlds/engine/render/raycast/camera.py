"""What is worked out once a frame, before its columns are drawn: what the pixels of a row share, and where solids show.

A ray through a pixel is ahead + u right + v up; its parameter t is the depth. A column of pixels has one u, a row one
v, and with it the depth of the floor or the ceiling, its shade, and how sharp its texture is. What a solid needs lies
in an AIM record: camera and light as seen in the solid's own axes, and the rectangle of pixels that it can touch.
"""

import math

import numpy as np

from .scene import CAPSULE, ELLIPSOID, SPRITE, F
from .solids import FAR, HALF, NEAR, ONE, ZERO, pixels
from .textures import EDGE, OFFSETS

V, DEPTH, REACH = range(3)
"""Of a row: its v; the depth of the floor or ceiling there, and that as far as textures are drawn."""
SHADE, START, SHIFT, MASK, BITS = range(5)
"""Of a row: its shade, 0 to 256; where this level's picture begins in a texture's pyramid; by how much 1/65536 of a
cell are shifted to its texels; its width less one, and its width as a power of two."""
AIM = np.dtype(
    [
        ("left", np.int32),  # columns [left, right) and rows [top, bottom) that it can touch; none: it is not seen
        ("right", np.int32),
        ("top", np.int32),
        ("bottom", np.int32),
        ("near", np.float32),  # the least depth that it can have
        ("dark", np.float32),  # its shadow: how dark, how wide, and the pixels that it can touch
        ("reach", np.float32),
        ("dark_left", np.int32),
        ("dark_right", np.int32),
        ("dark_top", np.int32),
        ("dark_bottom", np.int32),
        ("eye", np.float32, (3,)),  # of the camera, in the solid's axes
        ("rays", np.float32, (3, 3)),  # ahead, right and up of the camera in the solid's axes
        ("light", np.float32, (3,)),
    ],
    align=True,
)

HORIZON = F(500)
"""Cells away, from where on the floor is one flat colour."""
SHADOW, SPREAD = F(0.55), F(1.3)
"""Darkest a shadow gets, and its radius as a multiple of the solid's."""
CEILING_LIGHT = F(0.25)
"""Part of the direct light that falls on ceilings."""
FULL = F(256)
LOW = F(1e-12)
_LEVELS = len(OFFSETS)
_EDGE = F(EDGE)


@pixels
def level_of(scene, depth, height):
    """The level of a texture's pyramid on which, at this depth, a texel is about a pixel."""
    size, level = _EDGE * depth * F(2) * scene.zoom / F(height), 0
    while size >= F(2) and level < _LEVELS - 1:
        size *= HALF
        level += 1
    return level


@pixels
def lit(scene, cosine):
    """How bright it is where the light falls in at an angle of this cosine, 0 to 1."""
    return scene.ambient + (ONE - scene.ambient) * max(cosine, ZERO)


@pixels
def row_of(scene, rows, looks, row, height):
    """Work out what all pixels of a row share, into rows (3, height) of float32 and looks (5, height) of int32."""
    v = scene.zoom * (ONE - F(2) * (F(row) + HALF) / F(height))
    rise, depth, reach, light, level = scene.ahead[2] + v * scene.up[2], FAR, ZERO, ZERO, _LEVELS - 1
    if rise < ZERO:
        depth, light = scene.eye[2] / -rise, lit(scene, scene.light[2])
    elif rise > ZERO and not scene.sky:
        depth = (scene.tall - scene.eye[2]) / rise
        light = scene.ambient + CEILING_LIGHT * (ONE - scene.ambient)
    if depth < FAR:
        reach = min(depth, HORIZON)
        level = level_of(scene, depth, height)
    rows[V, row], rows[DEPTH, row], rows[REACH, row] = v, max(depth, NEAR), reach
    looks[SHADE, row] = np.int32(FULL * light / (ONE + scene.fog * depth))
    looks[START, row], looks[SHIFT, row] = OFFSETS[level], 10 + level
    looks[MASK, row], looks[BITS, row] = (EDGE >> level) - 1, _LEVELS - 1 - level


@pixels
def one_floor(scene):
    """The texture of the floor if the whole map has the same, else -1."""
    if scene.rows == 0:
        return np.int32(scene.beyond)
    first = np.int32(scene.floors[0, 0])
    for row in range(scene.rows):
        for col in range(scene.cols):
            if np.int32(scene.floors[row, col]) != first:
                return np.int32(-1)
    return first


@pixels
def _cut(low, high, zoom, length):
    """The pixels [first, last) of a side of the picture whose rays lie from low to high, cut to the picture."""
    scale = HALF * F(length) / zoom
    first, last = low * scale + HALF * F(length) - HALF, high * scale + HALF * F(length) - HALF
    if not (first < F(length)) or not (last > -ONE):
        return 0, 0
    return max(np.int32(max(first, ZERO)), 0), min(np.int32(min(last, F(length))) + 1, length)


@pixels
def _span(middle, half, near, far):
    """(least, most) of a/t for a within `half` of the middle and t from near to far."""
    low, high = middle - half, middle + half
    return low / (near if low < ZERO else far), high / (near if high > ZERO else far)


@pixels
def _extent(scene, k, direction):
    """How far a solid reaches to each side of its middle along a direction, times the direction's length."""
    form, total = scene.form[k], ZERO
    for axis in range(3):
        along = ZERO
        for world in range(3):
            along += scene.axes[k, axis, world] * direction[world]
        part = abs(along) * scene.half[k, axis]
        if form == ELLIPSOID:
            total += part * part
        elif form == CAPSULE:
            total += part if axis == 2 else ZERO
        else:
            total += part
    if form == ELLIPSOID:
        return F(math.sqrt(total))
    if form == CAPSULE:
        square = direction[0] * direction[0] + direction[1] * direction[1] + direction[2] * direction[2]
        total += scene.half[k, 0] * F(math.sqrt(square))
    return total


@pixels
def _cross(a, b):
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@pixels
def _along(direction, x, y, z):
    return direction[0] * x + direction[1] * y + direction[2] * z


@pixels
def aim(scene, k, aim, height, width):
    """Work out what all pixels of a solid share."""
    aim.left, aim.right, aim.dark_left, aim.dark_right = width, 0, width, 0
    ahead, right, up, at = scene.ahead, scene.right, scene.up, scene.at[k]
    x, y, z = at[0] - scene.eye[0], at[1] - scene.eye[1], at[2] - scene.eye[2]
    depths, sides, rises = _cross(right, up), _cross(up, ahead), _cross(ahead, right)
    size = _along(depths, ahead[0], ahead[1], ahead[2])
    if not (abs(size) > LOW):
        return
    zoom, zoom_x = scene.zoom, scene.zoom * F(width) / F(height)
    t, a, b = _along(depths, x, y, z) / size, _along(sides, x, y, z) / size, _along(rises, x, y, z) / size
    if scene.shadow[k] and scene.form[k] != SPRITE:
        _aim_shadow(scene, k, aim, height, width)
    if scene.form[k] == SPRITE:
        if t < NEAR or not (scene.half[k, 0] > ZERO and scene.half[k, 2] > ZERO):
            return
        aim.near, aim.rays[0, 0] = t, t
        wide, high = scene.half[k, 0] / t, scene.half[k, 2] / t
        # What is upright stays upright in the picture, so a flat picture is a rectangle in it.
        aim.rays[0, 1], aim.rays[0, 2] = a / t, (z / t) - ahead[2]
        aim.left, aim.right = _cut(a / t - wide, a / t + wide, zoom_x, width)
        aim.top, aim.bottom = _cut(-(aim.rays[0, 2] + high), -(aim.rays[0, 2] - high), zoom, height)
        return
    deep = _extent(scene, k, depths) / abs(size)
    if t + deep < NEAR:
        return
    aim.near = max(t - deep, NEAR)
    low, high = _span(a, _extent(scene, k, sides) / abs(size), aim.near, t + deep)
    aim.left, aim.right = _cut(low, high, zoom_x, width)
    low, high = _span(b, _extent(scene, k, rises) / abs(size), aim.near, t + deep)
    aim.top, aim.bottom = _cut(-high, -low, zoom, height)
    if aim.top >= aim.bottom:
        aim.right = 0
    for axis in range(3):
        own = scene.axes[k, axis]
        aim.eye[axis] = -_along(own, x, y, z)
        aim.rays[0, axis] = _along(own, ahead[0], ahead[1], ahead[2])
        aim.rays[1, axis] = _along(own, right[0], right[1], right[2])
        aim.rays[2, axis] = _along(own, up[0], up[1], up[2])
        aim.light[axis] = _along(own, scene.light[0], scene.light[1], scene.light[2])


@pixels
def _reach(scene, k, world):
    """How far a solid's own box reaches from its middle along an axis of the world."""
    total = ZERO
    for axis in range(3):
        half = scene.half[k, axis]
        if axis == 2 and scene.form[k] == CAPSULE:
            half += scene.half[k, 0]
        total += abs(scene.axes[k, axis, world]) * half
    return total


@pixels
def _aim_shadow(scene, k, aim, height, width):
    """Work out where a solid's shadow can lie: a soft round spot on the floor below it."""
    across, along, below = _reach(scene, k, 0), _reach(scene, k, 1), _reach(scene, k, 2)
    radius = SPREAD * F(math.sqrt(across * across + along * along)) * F(0.70710678)
    x, y = scene.at[k, 0] - scene.eye[0], scene.at[k, 1] - scene.eye[1]
    t = x * scene.ahead[0] + y * scene.ahead[1]
    aim.dark = SHADOW * (ONE - max(scene.at[k, 2] - below, ZERO))
    aim.reach = radius
    if not (aim.dark > ZERO) or not (radius > ZERO) or t + radius < NEAR or not (scene.eye[2] > ZERO):
        return
    a, near = x * scene.right[0] + y * scene.right[1], max(t - radius, NEAR)
    low, high = _span(a, radius, near, t + radius)
    aim.dark_left, aim.dark_right = _cut(low, high, scene.zoom * F(width) / F(height), width)
    low, high = -scene.eye[2] / near - scene.ahead[2], -scene.eye[2] / (t + radius) - scene.ahead[2]
    aim.dark_top, aim.dark_bottom = _cut(-high, -low, scene.zoom, height)
