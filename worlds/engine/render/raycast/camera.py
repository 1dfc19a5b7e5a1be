"""The camera of a scene: the quantities that the pixels of a row share, and the pixels in which a solid can show.

A ray through a pixel is ahead + u right + v up; its parameter t is the depth. A column of pixels has one slope u, a row
one slope v, and with it the depth of the floor or the ceiling, its shade, and the level of its texture.
"""

import math

import numpy as np

from ..primitives import BOX, CAPSULE, CYLINDER, FAR, HALF, ONE, SPRITE, ZERO, F, bounding_half, compiled, dot, extent
from .frame import ACROSS, DEPTH, MASK, REACH, SHADE, SQUARE, START, V
from .solids import NEAR
from .textures import EDGE, OFFSETS

HORIZON = F(500)
"""Cells away, from where on the floor is one flat colour."""
SHADOW, SPREAD = F(0.55), F(1.3)
"""Darkest a shadow gets, and its radius as a multiple of the solid's."""
AROUND, SLACK = SPREAD * F(1.02), F(0.001)
"""Radius of the ball around a solid and its shadow: a multiple of that of the ball around the solid, and some cells."""
CEILING_LIGHT = F(0.25)
"""Part of the direct light that falls on ceilings."""
FULL = F(256)
LOW = F(1e-12)
_LEVELS = len(OFFSETS)
_EDGE = F(EDGE)


@compiled
def texture_level(scene, depth, height):
    """The level of a texture's pyramid on which, at this depth, a texel is about a pixel."""
    size, level = _EDGE * depth * F(2) * scene.zoom / F(height), 0
    while size >= F(2) and level < _LEVELS - 1:
        size *= HALF
        level += 1
    return level


@compiled
def brightness(scene, cosine):
    """The brightness, 0 to 1, of a surface on which the light falls at an angle of this cosine."""
    return scene.ambient + (ONE - scene.ambient) * max(cosine, ZERO)


@compiled
def column_slope(scene, col, height, width):
    """The slope u of a column of the picture."""
    return scene.zoom * (F(2) * (F(col) + HALF) / F(width) - ONE) * F(width) / F(height)


@compiled
def prepare_row(scene, rows, row_textures, row, height):
    """Write the quantities that all pixels of a row share into rows and row_textures, see View."""
    v = scene.zoom * (ONE - F(2) * (F(row) + HALF) / F(height))
    rise, depth, reach, light, level = scene.ahead[2] + v * scene.up[2], FAR, ZERO, ZERO, _LEVELS - 1
    if rise < ZERO:
        depth, light = scene.eye[2] / -rise, brightness(scene, scene.light[2])
    elif rise > ZERO and not scene.sky:
        depth = (scene.tall - scene.eye[2]) / rise
        light = scene.ambient + CEILING_LIGHT * (ONE - scene.ambient)
    if depth < FAR:
        reach = min(depth, HORIZON)
        level = texture_level(scene, depth, height)
    rows[V, row], rows[DEPTH, row], rows[REACH, row] = v, max(depth, NEAR), reach
    row_textures[SHADE, row] = np.int32(FULL * light / (ONE + scene.fog * depth))
    edge = EDGE >> level
    row_textures[START, row], row_textures[MASK, row] = OFFSETS[level], 65536 - 65536 // edge
    row_textures[ACROSS, row], row_textures[SQUARE, row] = edge, edge * edge


PREPARED = 9
"""Numbers of a scene that `prepare_row` reads."""


@compiled
def rows_differ(scene, prepared):
    """Whether the rows of a scene differ from those made from the numbers in `prepared`, which become this scene's.
    Most cameras move along the floor, and look neither up nor down."""
    now = (
        scene.ahead[2], scene.up[2], scene.eye[2], scene.zoom, scene.tall, scene.light[2], scene.ambient, scene.fog,
        F(scene.sky),
    )  # fmt: skip
    differ = False
    for number in range(PREPARED):
        differ |= prepared[number] != now[number]
        prepared[number] = now[number]
    return differ


@compiled
def uniform_floor(scene):
    """The texture of the floor if the whole map has the same, else -1."""
    if scene.rows == 0:
        return np.int32(scene.beyond)
    first, other, floors = scene.floors[0, 0], np.uint8(0), scene.floors
    for row in range(np.uint32(scene.rows)):
        for col in range(np.uint32(scene.cols)):
            other |= floors[row, col] ^ first
    return np.int32(first) if other == 0 else np.int32(-1)


@compiled
def _pixels_between(low, high, zoom, length):
    """The pixels [first, last) of a side of the picture whose slopes lie from low to high, cut to the picture."""
    scale = HALF * F(length) / zoom
    first, last = low * scale + HALF * F(length) - HALF, high * scale + HALF * F(length) - HALF
    if not (first < F(length)) or not (last > -ONE):
        return 0, 0
    return max(np.int32(max(first, ZERO)), 0), min(np.int32(min(last, F(length))) + 1, length)


@compiled
def _slopes_between(middle, half, near, far):
    """(least, most) of a/t for a within `half` of the middle and t from near to far."""
    low, high = middle - half, middle + half
    return low / (near if low < ZERO else far), high / (near if high > ZERO else far)


@compiled
def _cross(a, b):
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@compiled
def _reach(scene, k, direction):
    """How far a solid reaches from its middle along a direction, times the direction's length; a cylinder at most."""
    x, y, z = direction
    own, shape = scene.axes[k], scene.form[k]
    return extent(
        BOX if shape == CYLINDER else shape,
        scene.half[k],
        dot(own[0], x, y, z),
        dot(own[1], x, y, z),
        dot(own[2], x, y, z),
        F(math.sqrt(x * x + y * y + z * z)),
    )


@compiled
def lens(scene, height, width):
    """The quantities of a camera that all solids share: the axes across which depth, u and v are measured, the volume
    of its three axes, half the picture's width one cell ahead, and of the planes at the left and the right edge of the
    picture and at the eye how far a ball of radius 1 reaches across them; 0: solids must not be left out by these."""
    ahead, right, up = scene.ahead, scene.right, scene.up
    depths, sides, rises = _cross(right, up), _cross(up, ahead), _cross(ahead, right)
    size, zoom_x = dot(depths, ahead[0], ahead[1], ahead[2]), scene.zoom * F(width) / F(height)
    across = abs(size)
    if not (across > LOW) or depths[2] != ZERO or sides[2] != ZERO:
        return depths, sides, rises, size, zoom_x, ZERO, ZERO
    by_depth, by_side = _length(depths) / across, _length(sides) / across
    return depths, sides, rises, size, zoom_x, by_depth, by_side + zoom_x * by_depth


@compiled
def _length(a):
    return F(math.sqrt(a[0] * a[0] + a[1] * a[1] + a[2] * a[2]))


@compiled
def _beside(scene, k, t, a, zoom_x, by_depth, by_edge):
    """Whether a solid and its shadow are certain to be behind the eye, or beside the picture: by the ball around both,
    whose middle is at depth t and a to the right, in cells. AROUND and SLACK leave room for rounding."""
    x, y, z = scene.half[k, 0], scene.half[k, 1], scene.half[k, 2]
    if scene.form[k] == CAPSULE:
        z += x
    radius = AROUND * F(math.sqrt(x * x + y * y + z * z)) + SLACK
    return t + radius * by_depth < ZERO or abs(a) - zoom_x * t > radius * by_edge


@compiled
def project(scene, k, camera, seen, height, width):
    """Write the PROJECTION of a solid; camera: what `lens` returns."""
    seen.left, seen.right, seen.shadow_left, seen.shadow_right = width, 0, width, 0
    depths, sides, rises, size, zoom_x, by_depth, by_edge = camera
    if not (abs(size) > LOW):
        return
    ahead, right, up, at, zoom = scene.ahead, scene.right, scene.up, scene.at[k], scene.zoom
    x, y, z = at[0] - scene.eye[0], at[1] - scene.eye[1], at[2] - scene.eye[2]
    t, a, b = dot(depths, x, y, z) / size, dot(sides, x, y, z) / size, dot(rises, x, y, z) / size
    if by_edge > ZERO and _beside(scene, k, t, a, zoom_x, by_depth, by_edge):
        return
    if scene.shadow[k] and scene.form[k] != SPRITE:
        _project_shadow(scene, k, seen, height, width)
    if scene.form[k] == SPRITE:
        if t < NEAR or not (scene.half[k, 0] > ZERO and scene.half[k, 2] > ZERO):
            return
        seen.near, seen.rays[0, 0] = t, t
        wide, high = scene.half[k, 0] / t, scene.half[k, 2] / t
        # An upright line stays upright in the picture, so a flat picture is a rectangle in it.
        seen.rays[0, 1], seen.rays[0, 2] = a / t, (z / t) - ahead[2]
        seen.left, seen.right = _pixels_between(a / t - wide, a / t + wide, zoom_x, width)
        seen.top, seen.bottom = _pixels_between(-(seen.rays[0, 2] + high), -(seen.rays[0, 2] - high), zoom, height)
        return
    deep = _reach(scene, k, depths) / abs(size)
    if t + deep < NEAR:
        return
    seen.near = max(t - deep, NEAR)
    low, high = _slopes_between(a, _reach(scene, k, sides) / abs(size), seen.near, t + deep)
    seen.left, seen.right = _pixels_between(low, high, zoom_x, width)
    low, high = _slopes_between(b, _reach(scene, k, rises) / abs(size), seen.near, t + deep)
    seen.top, seen.bottom = _pixels_between(-high, -low, zoom, height)
    if seen.top >= seen.bottom:
        seen.right = 0
    for axis in range(3):
        own = scene.axes[k, axis]
        seen.eye[axis] = -dot(own, x, y, z)
        seen.rays[0, axis] = dot(own, ahead[0], ahead[1], ahead[2])
        seen.rays[1, axis] = dot(own, right[0], right[1], right[2])
        seen.rays[2, axis] = dot(own, up[0], up[1], up[2])
        seen.light[axis] = dot(own, scene.light[0], scene.light[1], scene.light[2])


@compiled
def _project_shadow(scene, k, seen, height, width):
    """Write where a solid's shadow can lie: a soft round spot on the floor below it, as wide as its own box."""
    own, half = scene.axes[k], bounding_half(scene.form[k], scene.half[k])
    across = extent(BOX, half, own[0, 0], own[1, 0], own[2, 0], ONE)
    along = extent(BOX, half, own[0, 1], own[1, 1], own[2, 1], ONE)
    below = extent(BOX, half, own[0, 2], own[1, 2], own[2, 2], ONE)
    radius = SPREAD * F(math.sqrt(across * across + along * along)) * F(0.70710678)
    x, y = scene.at[k, 0] - scene.eye[0], scene.at[k, 1] - scene.eye[1]
    t = x * scene.ahead[0] + y * scene.ahead[1]
    seen.shadow = SHADOW * (ONE - max(scene.at[k, 2] - below, ZERO))
    seen.shadow_radius = radius
    if not (seen.shadow > ZERO) or not (radius > ZERO) or t + radius < NEAR or not (scene.eye[2] > ZERO):
        return
    a, near = x * scene.right[0] + y * scene.right[1], max(t - radius, NEAR)
    low, high = _slopes_between(a, radius, near, t + radius)
    seen.shadow_left, seen.shadow_right = _pixels_between(low, high, scene.zoom * F(width) / F(height), width)
    low, high = -scene.eye[2] / near - scene.ahead[2], -scene.eye[2] / (t + radius) - scene.ahead[2]
    seen.shadow_top, seen.shadow_bottom = _pixels_between(-high, -low, scene.zoom, height)
