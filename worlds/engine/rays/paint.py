"""Drawing a scene, one pixel column at a time: the map by rays from cell to cell, then shadows, then solids by depth.

A ray through a pixel is ahead + u right + v up; its parameter t is the depth. A column of pixels has one u, a row one
v. So in a column the wall's depth and texture are worked out once, and for a row of the floor or the ceiling the depth,
the shade and the sharpness of the texture are: they lie in a ROW record. What a solid needs is worked out once a frame
and lies in an AIM record: its place, axes and the light as the camera sees them, and the rectangle of pixels that it
can touch.
"""

import math

import numpy as np
from numba import njit

from .scene import CAPSULE, ELLIPSOID, SPRITE, UNSEEN, F
from .solids import FAR, HALF, NEAR, ONE, ZERO, entry, place, slope_of
from .textures import EDGE, OFFSETS

ROW = np.dtype([("v", np.float32), ("depth", np.float32), ("shade", np.int32), ("level", np.int32)], align=True)
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

STEPS = 128
"""Most cells that a ray crosses."""
HORIZON = F(500)
"""Cells away, from where on the floor is one flat colour."""
SHADOW, SPREAD = F(0.55), F(1.3)
"""Darkest a shadow gets, and its radius as a multiple of the solid's."""
CEILING_LIGHT, SPRITE_LIGHT = F(0.25), F(0.7)
"""Part of the direct light that falls on ceilings, and on flat pictures."""
SKY_HIGH, SKY_SLOPE, SKY_TOP = F(0.95), F(0.6), F(0.999)
_LEVELS = len(OFFSETS)
_EDGE = F(EDGE)
_FULL = F(256)
_CELL = F(65536)
_AROUND = F(4 / (2 * math.pi))
_LOW = 1.0e-12


@njit
def _level(size):
    """The level of a texture's pyramid on which about `size` texels of the sharpest one become one."""
    level = 0
    while size >= F(2) and level < _LEVELS - 1:
        size *= HALF
        level += 1
    return level


@njit
def _shaded(texel, shade):
    """A texel with its three colours times shade / 256, for shades up to 256."""
    return ((texel & 0xFF00FF) * shade >> 8 & 0xFF00FF) | ((texel & 0xFF00) * shade >> 8 & 0xFF00)


@njit
def _lit(scene, cosine):
    return scene.ambient + (ONE - scene.ambient) * max(cosine, ZERO)


@njit
def row_of(scene, row, index, height):
    """Work out what all pixels of a row share."""
    v = scene.zoom * (ONE - F(2) * (F(index) + HALF) / F(height))
    row.v, row.depth, row.shade, row.level = v, FAR, 0, 0
    rise = scene.ahead[2] + v * scene.up[2]
    light = ZERO
    if rise < ZERO:
        row.depth, light = scene.eye[2] / -rise, _lit(scene, scene.light[2])
    elif rise > ZERO and not scene.sky:
        row.depth = (scene.tall - scene.eye[2]) / rise
        light = scene.ambient + CEILING_LIGHT * (ONE - scene.ambient)
    if row.depth < FAR:
        row.shade = np.int32(_FULL * light / (ONE + scene.fog * row.depth))
        row.level = _level(_EDGE * row.depth * F(2) * scene.zoom / F(height))


@njit
def _pixels(low, high, zoom, length):
    """The pixels [first, last) of a side of the picture whose rays lie from low to high, cut to the picture."""
    scale = HALF * F(length) / zoom
    first, last = low * scale + HALF * F(length) - HALF, high * scale + HALF * F(length) - HALF
    if not (first < F(length)) or not (last > -ONE):
        return 0, 0
    return max(np.int32(max(first, ZERO)), 0), min(np.int32(min(last, F(length))) + 1, length)


@njit
def _span(middle, half, near, far):
    """(least, most) of a/t for a within `half` of the middle and t from near to far."""
    low, high = middle - half, middle + half
    return low / (near if low < ZERO else far), high / (near if high > ZERO else far)


@njit
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


@njit
def _cross(a, b):
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@njit
def _along(direction, x, y, z):
    return direction[0] * x + direction[1] * y + direction[2] * z


@njit
def aim(scene, k, aim, height, width):
    """Work out what all pixels of a solid share."""
    aim.right, aim.dark_right = 0, 0
    ahead, right, up, at = scene.ahead, scene.right, scene.up, scene.at[k]
    x, y, z = at[0] - scene.eye[0], at[1] - scene.eye[1], at[2] - scene.eye[2]
    depths, sides, rises = _cross(right, up), _cross(up, ahead), _cross(ahead, right)
    size = _along(depths, ahead[0], ahead[1], ahead[2])
    if not (abs(size) > F(_LOW)):
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
        aim.left, aim.right = _pixels(a / t - wide, a / t + wide, zoom_x, width)
        aim.top, aim.bottom = _pixels(-(aim.rays[0, 2] + high), -(aim.rays[0, 2] - high), zoom, height)
        return
    deep = _extent(scene, k, depths) / abs(size)
    if t + deep < NEAR:
        return
    aim.near = max(t - deep, NEAR)
    if t - deep <= NEAR:
        aim.left, aim.right, aim.top, aim.bottom = 0, width, 0, height
    else:
        low, high = _span(a, _extent(scene, k, sides) / abs(size), t - deep, t + deep)
        aim.left, aim.right = _pixels(low, high, zoom_x, width)
        low, high = _span(b, _extent(scene, k, rises) / abs(size), t - deep, t + deep)
        aim.top, aim.bottom = _pixels(-high, -low, zoom, height)
    for axis in range(3):
        own = scene.axes[k, axis]
        aim.eye[axis] = -_along(own, x, y, z)
        aim.rays[0, axis] = _along(own, ahead[0], ahead[1], ahead[2])
        aim.rays[1, axis] = _along(own, right[0], right[1], right[2])
        aim.rays[2, axis] = _along(own, up[0], up[1], up[2])
        aim.light[axis] = _along(own, scene.light[0], scene.light[1], scene.light[2])


@njit
def _reach(scene, k, world):
    """How far a solid's own box reaches from its middle along an axis of the world."""
    total = ZERO
    for axis in range(3):
        half = scene.half[k, axis]
        if axis == 2 and scene.form[k] == CAPSULE:
            half += scene.half[k, 0]
        total += abs(scene.axes[k, axis, world]) * half
    return total


@njit
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
    if t - radius <= NEAR:
        aim.dark_left, aim.dark_right, aim.dark_top, aim.dark_bottom = 0, width, 0, height
        return
    a = x * scene.right[0] + y * scene.right[1]
    low, high = _span(a, radius, t - radius, t + radius)
    aim.dark_left, aim.dark_right = _pixels(low, high, scene.zoom * F(width) / F(height), width)
    low, high = -scene.eye[2] / (t - radius) - scene.ahead[2], -scene.eye[2] / (t + radius) - scene.ahead[2]
    aim.dark_top, aim.dark_bottom = _pixels(-high, -low, scene.zoom, height)


@njit
def wall_of(scene, dx, dy):
    """The first wall that a ray along the floor meets: (depth, texture, u, side), side 0 to 3 for the way a face looks:
    -x, +x, -y, +y. Depth FAR: none."""
    if scene.rows == 0:
        return FAR, 0, ZERO, 0
    ex, ey = scene.eye[0], scene.eye[1]
    col, row = np.int32(math.floor(ex)), np.int32(math.floor(ey))
    step_x, step_y = (1 if dx > ZERO else -1), (1 if dy > ZERO else -1)
    gap_x, gap_y = (ONE / abs(dx) if dx != ZERO else FAR), (ONE / abs(dy) if dy != ZERO else FAR)
    next_x = ((F(col + 1) - ex) if dx > ZERO else (ex - F(col))) * gap_x if dx != ZERO else FAR
    next_y = ((F(row + 1) - ey) if dy > ZERO else (ey - F(row))) * gap_y if dy != ZERO else FAR
    for _ in range(STEPS):
        if next_x < next_y:
            depth, col, along_x = next_x, col + step_x, True
            next_x += gap_x
        else:
            depth, row, along_x = next_y, row + step_y, False
            next_y += gap_y
        if 0 <= row < scene.rows and 0 <= col < scene.cols:
            wall = np.int32(scene.walls[row, col])
            if 0 < wall < UNSEEN and depth >= NEAR:
                if along_x:
                    u = ey + depth * dy - F(row)
                    return (depth, wall, u, 0) if dx > ZERO else (depth, wall, ONE - u, 1)
                u = ex + depth * dx - F(col)
                return (depth, wall, ONE - u, 2) if dy > ZERO else (depth, wall, u, 3)
    return FAR, 0, ZERO, 0


@njit
def column(scene, rows, aims, textures, index, height, width, line, depths, marks):
    """Draw a pixel column into line (height,) as red | green << 8 | blue << 16, with its depths and marks (height,)."""
    u = scene.zoom * (F(2) * (F(index) + HALF) / F(width) - ONE) * F(width) / F(height)
    dx, dy = scene.ahead[0] + u * scene.right[0], scene.ahead[1] + u * scene.right[1]
    depth, wall, across, side = wall_of(scene, dx, dy)
    floor = _background(scene, rows, textures, height, dx, dy, depth, wall, across, side, line, depths)
    for row in range(height):
        marks[row] = 0
    for k in range(scene.solids):
        if aims[k].dark_left <= index < aims[k].dark_right:
            _darken(scene, k, aims[k], rows, floor, dx, dy, line)
    for k in range(scene.solids):
        if aims[k].left <= index < aims[k].right and aims[k].near < depth:
            if scene.form[k] == SPRITE:
                _draw_sprite(scene, k, aims[k], rows, textures, u, height, line, depths, marks)
            else:
                _draw_solid(scene, k, aims[k], rows, textures, u, height, line, depths, marks)


@njit
def _background(scene, rows, textures, height, dx, dy, depth, wall, across, side, line, depths):
    """Draw ceiling or sky, wall and floor of a column. Returns the first row of the floor."""
    scale = HALF * F(height) / scene.zoom
    top = bottom = HALF * F(height) + scene.ahead[2] * scale - HALF  # the horizon
    if depth < FAR:
        top -= (scene.tall - scene.eye[2]) / depth * scale
        bottom += scene.eye[2] / depth * scale
    first = np.int32(min(max(F(math.ceil(top)), ZERO), F(height)))
    last = np.int32(min(max(F(math.floor(bottom)) + ONE, ZERO), F(height)))
    last = max(first, last)
    if scene.sky:
        _draw_sky(scene, rows, textures, first, dx, dy, line, depths)
    else:
        _draw_flat(scene, rows, textures, 0, first, dx, dy, False, line, depths)
    if first < last:
        light = scene.light[side // 2] if side % 2 else -scene.light[side // 2]
        shade = np.int64(_FULL * _lit(scene, light) / (ONE + scene.fog * depth))
        level = _level(_EDGE * depth * F(2) * scene.zoom / F(height))
        edge = EDGE >> level
        start = OFFSETS[level] + min(max(np.int32(across * F(edge)), 0), edge - 1)
        # Down the wall, in 1/65536 of a texture.
        fall = depth * F(2) * scene.zoom / F(height)
        v = (F(first) - top) * fall
        step, at = np.int64(fall * _CELL), np.int64(v * _CELL)
        shift = 16 - 6 + level
        for row in range(first, last):
            texel = np.int64(textures[wall, start + ((at >> shift) & (edge - 1)) * edge])
            line[row] = _shaded(texel, shade)
            depths[row] = depth
            at += step
    _draw_flat(scene, rows, textures, last, height, dx, dy, True, line, depths)
    return last


@njit
def _draw_flat(scene, rows, textures, first, last, dx, dy, floor, line, depths):
    """Draw rows [first, last) of the floor or the ceiling."""
    ex, ey = scene.eye[0], scene.eye[1]
    for row in range(first, last):
        depth = rows[row].depth
        depths[row] = depth
        near = depth < HORIZON
        t = depth if near else ZERO
        x, y = np.int64((ex + t * dx) * _CELL), np.int64((ey + t * dy) * _CELL)
        number = np.int32(scene.beyond) if floor else np.int32(scene.ceiling)
        if floor and near:
            cell_y, cell_x = y >> 16, x >> 16
            if 0 <= cell_y < scene.rows and 0 <= cell_x < scene.cols:
                number = np.int32(scene.floors[cell_y, cell_x])
        level = rows[row].level
        edge, shift = EDGE >> level, 10 + level
        place = OFFSETS[level] + ((y >> shift) & (edge - 1)) * edge + ((x >> shift) & (edge - 1))
        line[row] = _shaded(np.int64(textures[number, place]), np.int64(rows[row].shade))


@njit
def _draw_sky(scene, rows, textures, last, dx, dy, line, depths):
    """Draw rows [0, last) of the sky."""
    around = F(math.atan2(dy, dx)) * _AROUND
    col = np.int32((around - F(math.floor(around))) * _EDGE) & (EDGE - 1)
    flat = F(math.sqrt(dx * dx + dy * dy)) + F(_LOW)
    for row in range(last):
        rise = (scene.ahead[2] + rows[row].v * scene.up[2]) / flat
        v = min(max(SKY_HIGH - SKY_SLOPE * rise, ZERO), SKY_TOP)
        line[row] = np.int64(textures[scene.ceiling, np.int32(v * _EDGE) * EDGE + col]) & 0xFFFFFF
        depths[row] = FAR


@njit
def _darken(scene, k, aim, rows, floor, dx, dy, line):
    """Darken the floor of a column where a solid's shadow falls."""
    x, y = scene.eye[0] - scene.at[k, 0], scene.eye[1] - scene.at[k, 1]
    for row in range(max(aim.dark_top, floor), aim.dark_bottom):
        t = rows[row].depth
        px, py = x + t * dx, y + t * dy
        square = px * px + py * py
        if square < aim.reach * aim.reach:
            rest = ONE - F(math.sqrt(square)) / aim.reach
            line[row] = _shaded(np.int64(line[row]), np.int64(_FULL * (ONE - aim.dark * rest * rest)))


@njit
def _draw_solid(scene, k, aim, rows, textures, u, height, line, depths, marks):
    """Draw what a solid shows in a column."""
    form, half, eye, rays, light = scene.form[k], scene.half[k], aim.eye, aim.rays, aim.light
    bx, by, bz = rays[0, 0] + u * rays[1, 0], rays[0, 1] + u * rays[1, 1], rays[0, 2] + u * rays[1, 2]
    for row in range(aim.top, aim.bottom):
        v = rows[row].v
        dx, dy, dz = bx + v * rays[2, 0], by + v * rays[2, 1], bz + v * rays[2, 2]
        t, face = entry(form, half, eye, dx, dy, dz)
        if t >= depths[row]:
            continue
        x, y, z = eye[0] + t * dx, eye[1] + t * dy, eye[2] + t * dz
        nx, ny, nz = slope_of(form, half, face, x, y, z)
        length = F(math.sqrt(nx * nx + ny * ny + nz * nz)) + F(_LOW)
        shade = _lit(scene, (nx * light[0] + ny * light[1] + nz * light[2]) / length) / (ONE + scene.fog * t)
        paint = scene.paint[k]
        colour = (paint >> 16 & 255) | (paint & 0xFF00) | (paint & 255) << 16
        if scene.texture[k]:
            across, down = place(form, half, face, x, y, z)
            texel = _texel(scene, textures, k, across, down, t, height)
            colour = (
                (texel & 255) * (colour & 255) // 255
                | (texel >> 8 & 255) * (colour >> 8 & 255) // 255 << 8
                | (texel >> 16 & 255) * (colour >> 16 & 255) // 255 << 16
            )
        line[row] = _shaded(np.int64(colour), np.int64(_FULL * shade))
        depths[row] = t
        marks[row] = scene.marks[k]


@njit
def _texel(scene, textures, k, across, down, t, height):
    """The texel of a solid's texture at (across, down), 0 to 1, as sharp as its depth allows."""
    level = _level(_EDGE * t * F(2) * scene.zoom / F(height))
    edge = EDGE >> level
    x = min(max(np.int32(across * F(edge)), 0), edge - 1)
    y = min(max(np.int32(down * F(edge)), 0), edge - 1)
    return np.int64(textures[scene.texture[k], OFFSETS[level] + y * edge + x])


@njit
def _draw_sprite(scene, k, aim, rows, textures, u, height, line, depths, marks):
    """Draw what a flat picture shows in a column."""
    t = aim.rays[0, 0]
    across = ((u - aim.rays[0, 1]) * t / scene.half[k, 0] + ONE) * HALF
    if not ZERO <= across < ONE:
        return
    light = scene.ambient + SPRITE_LIGHT * (ONE - scene.ambient)
    shade = np.int64(_FULL * light / (ONE + scene.fog * t))
    for row in range(aim.top, aim.bottom):
        down = (ONE - (rows[row].v - aim.rays[0, 2]) * t / scene.half[k, 2]) * HALF
        if t >= depths[row] or not ZERO <= down < ONE:
            continue
        texel = _texel(scene, textures, k, across, down, t, height)
        if texel >> 24 & 255 >= 128:
            line[row] = _shaded(texel, shade)
            depths[row] = t
            marks[row] = scene.marks[k]
