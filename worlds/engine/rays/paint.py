"""Drawing one pixel column of a scene: the map by rays from cell to cell, then shadows, then solids by depth.

The work is done in passes down the column that a compiler can do for several pixels at once: where in the textures each
pixel looks, then looking there, then shading.
"""

import math

import numpy as np
from numba import njit

from .aim import BITS, DEPTH, FULL, LOW, MASK, REACH, SHADE, SHIFT, START, V, level_of, lit
from .scene import BOX, CYLINDER, ELLIPSOID, SPRITE, UNSEEN, F
from .solids import FAR, HALF, NEAR, ONE, ZERO, box, capsule, cylinder, ellipsoid, pixels, place
from .textures import EDGE, OFFSETS, TEXELS

STEPS = 128
"""Most cells that a ray crosses."""
EIGHT = 8
"""Pixels that a processor works on at once."""
SPRITE_LIGHT = F(0.7)
"""Part of the direct light that falls on flat pictures."""
SKY_HIGH, SKY_SLOPE, SKY_TOP = F(0.95), F(0.6), F(0.999)
"""Where on its texture the sky is at the horizon, how fast that falls with the slope of the ray, and where it ends."""
_EDGE = F(EDGE)
_CELL = F(65536)
_AROUND = F(4 / (2 * math.pi))
_I = np.int32
_U = np.uint64  # rows are counted so: a number that could be negative would be asked each time whether it is
_RED_BLUE, _GREEN, _8 = np.uint32(0xFF00FF), np.uint32(0xFF00), np.uint32(8)

inside = njit(error_model="numpy", inline="always")
"""Like `pixels`, for parts of one loop: handing all these arrays on would cost more than the work."""


@pixels
def _shaded(texel, shade):
    """A texel with its three colours times shade / 256, for shades up to 256; all uint32."""
    return ((texel & _RED_BLUE) * shade >> _8 & _RED_BLUE) | ((texel & _GREEN) * shade >> _8 & _GREEN)


@pixels
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
        along_x = next_x < next_y  # chosen between without branches, since nothing can foretell them
        depth = next_x if along_x else next_y
        col += step_x if along_x else 0
        row += 0 if along_x else step_y
        next_x += gap_x if along_x else ZERO
        next_y += ZERO if along_x else gap_y
        if 0 <= row < scene.rows and 0 <= col < scene.cols:
            wall = np.int32(scene.walls[row, col])
            if 0 < wall < UNSEEN and depth >= NEAR:
                if along_x:
                    u = ey + depth * dy - F(row)
                    return (depth, wall, u, 0) if dx > ZERO else (depth, wall, ONE - u, 1)
                u = ex + depth * dx - F(col)
                return (depth, wall, ONE - u, 2) if dy > ZERO else (depth, wall, u, 3)
    return FAR, 0, ZERO, 0


@inside
def column(
    scene, rows, looks, floor, aims, seen, count, deep, texels, index, height, width, line, depths, marks, places, hits,
    cosines,
):  # fmt: skip
    """Draw a pixel column into line (height,), red | green << 8 | blue << 16, with its depths and marks (height,).

    rows, looks: see aim.py; floor: see one_floor; aims: an AIM for each solid; seen: the numbers of the `count` solids
    that may be seen; deep: whether depths and marks are wanted even where there is no solid; texels: all pyramids,
    flat; places, hits, cosines (height,): room to work in.
    """
    u = scene.zoom * (F(2) * (F(index) + HALF) / F(width) - ONE) * F(width) / F(height)
    dx, dy = scene.ahead[0] + u * scene.right[0], scene.ahead[1] + u * scene.right[1]
    depth, wall, across, side = wall_of(scene, dx, dy)
    scale = HALF * F(height) / scene.zoom
    top = bottom = HALF * F(height) + scene.ahead[2] * scale - HALF  # the horizon
    if depth < FAR:
        top -= (scene.tall - scene.eye[2]) / depth * scale
        bottom += scene.eye[2] / depth * scale
    first = _I(min(max(F(math.ceil(top)), ZERO), F(height)))
    last = max(_I(min(max(F(math.floor(bottom)) + ONE, ZERO), F(height))), first)
    if scene.sky:
        _find_sky(scene, rows, first, dx, dy, places)
    else:
        _find_flat(scene, rows, looks, scene.ceiling, 0, first, dx, dy, places)
    if first < last:
        _find_wall(scene, height, depth, wall, across, first, last, top, places)
    if floor >= 0:
        _find_flat(scene, rows, looks, floor, last, height, dx, dy, places)
    else:
        _find_floors(scene, rows, looks, last, height, dx, dy, places)
    for row in range(_U(height)):
        line[row] = texels[np.uint32(places[row])]
    light = scene.light[side // 2] if side % 2 else -scene.light[side // 2]
    shade = np.uint32(FULL * lit(scene, light) / (ONE + scene.fog * depth))
    for row in range(_U(first if scene.sky else 0), _U(first)):
        line[row] = _shaded(np.uint32(line[row]), np.uint32(looks[SHADE, row]))
    for row in range(_U(first), _U(last)):
        line[row] = _shaded(np.uint32(line[row]), shade)
    for row in range(_U(last), _U(height)):
        line[row] = _shaded(np.uint32(line[row]), np.uint32(looks[SHADE, row]))
    touched, hidden = deep, FAR if scene.sky else depth  # below a sky one sees above walls
    for number in range(count):
        k = seen[number]
        if aims[k].dark_left <= index < aims[k].dark_right:
            _darken(scene, k, aims[k], rows, last, dx, dy, line)
        touched |= aims[k].left <= index < aims[k].right and aims[k].near < hidden
    if not touched:
        return
    for row in range(_U(height)):
        depths[row] = rows[DEPTH, row]
    if deep:
        for row in range(_U(height)):
            marks[row] = 0
    for row in range(_U(first), _U(last)):
        depths[row] = depth
    for number in range(count):
        k = seen[number]
        if aims[k].left <= index < aims[k].right and aims[k].near < hidden:
            if scene.form[k] == SPRITE:
                _draw_sprite(scene, k, aims[k], rows, texels, u, height, line, depths, marks)
            else:
                _draw_solid(scene, k, aims[k], rows, texels, u, height, deep, line, depths, marks, hits, cosines)


@inside
def _find_wall(scene, height, depth, wall, across, first, last, top, places):
    """Where in the textures rows [first, last) of a wall look, whose upper edge is at row `top`."""
    level = level_of(scene, depth, height)
    edge = EDGE >> level
    start = wall * TEXELS + OFFSETS[level] + min(max(_I(across * F(edge)), 0), edge - 1)
    fall = depth * F(2) * scene.zoom / F(height)  # of a row, in textures
    start, shift, mask, bits = _I(start), _I(10 + level), _I(edge - 1), _I(6 - level)
    for row in range(_U(first), _U(last)):
        at = _I((F(_I(row)) - top) * fall * _CELL)
        places[row] = start + _I((at >> shift & mask) << bits)


@inside
def _find_flat(scene, rows, looks, number, first, last, dx, dy, places):
    """Where in the textures rows [first, last) of the floor or the ceiling look, all of one texture."""
    ex, ey, start = scene.eye[0], scene.eye[1], _I(number * TEXELS)
    for row in range(_U(first), _U(last)):
        reach = rows[REACH, row]
        x, y = _I((ex + reach * dx) * _CELL), _I((ey + reach * dy) * _CELL)
        shift, mask = looks[SHIFT, row], looks[MASK, row]
        places[row] = start + looks[START, row] + _I((y >> shift & mask) << looks[BITS, row]) + _I(x >> shift & mask)


@inside
def _find_floors(scene, rows, looks, first, last, dx, dy, places):
    """Where in the textures rows [first, last) of a floor look that is not the same everywhere."""
    _find_flat(scene, rows, looks, 0, first, last, dx, dy, places)
    ex, ey = scene.eye[0], scene.eye[1]
    for row in range(_U(first), _U(last)):
        reach = rows[REACH, row]
        y, x = _I((ey + reach * dy) * _CELL) >> 16, _I((ex + reach * dx) * _CELL) >> 16
        number = scene.beyond
        if 0 <= y < scene.rows and 0 <= x < scene.cols:
            number = _I(scene.floors[np.uint32(y), np.uint32(x)])
        places[row] += _I(number * TEXELS)


@inside
def _find_sky(scene, rows, last, dx, dy, places):
    """Where in the textures rows [0, last) of the sky look."""
    around = F(math.atan2(dy, dx)) * _AROUND
    start = scene.ceiling * TEXELS + (_I((around - F(math.floor(around))) * _EDGE) & (EDGE - 1))
    flat = ONE / (F(math.sqrt(dx * dx + dy * dy)) + LOW)
    for row in range(_U(last)):
        rise = (scene.ahead[2] + rows[V, row] * scene.up[2]) * flat
        down = min(max(SKY_HIGH - SKY_SLOPE * rise, ZERO), SKY_TOP)
        places[row] = _I(start) + _I(_I(down * _EDGE) * EDGE)


@inside
def _darken(scene, k, aim, rows, floor, dx, dy, line):
    """Darken the floor of a column where a solid's shadow falls."""
    x, y, dark, reach = scene.eye[0] - scene.at[k, 0], scene.eye[1] - scene.at[k, 1], aim.dark, aim.reach
    for row in range(_U(max(aim.dark_top, floor)), _U(aim.dark_bottom)):
        t = rows[DEPTH, row]
        px, py = x + t * dx, y + t * dy
        rest = max(ONE - F(math.sqrt(px * px + py * py)) / reach, ZERO)
        line[row] = _shaded(np.uint32(line[row]), np.uint32(FULL * (ONE - dark * rest * rest)))


@inside
def _draw_solid(scene, k, aim, rows, texels, u, height, deep, line, depths, marks, hits, cosines):
    """Draw what a solid shows in a column."""
    form, half, o, rays = scene.form[k], scene.half[k], aim.eye, aim.rays
    first, last = (
        aim.top & -EIGHT,
        min((aim.bottom + EIGHT - 1) & -EIGHT, height),
    )  # whole vectors are quicker than less
    b = rays[0, 0] + u * rays[1, 0], rays[0, 1] + u * rays[1, 1], rays[0, 2] + u * rays[1, 2]
    light = aim.light[0], aim.light[1], aim.light[2]
    if form == ELLIPSOID:
        ellipsoid(half, o, b, rays[2], light, rows[V], first, last, hits, cosines)
    elif form == BOX:
        box(half, o, b, rays[2], light, rows[V], first, last, hits, cosines)
    elif form == CYLINDER:
        cylinder(half, o, b, rays[2], light, rows[V], first, last, hits, cosines)
    else:
        capsule(half, o, b, rays[2], light, rows[V], first, last, hits, cosines)
    if scene.texture[k]:
        _wrap(scene, k, o, b, rays[2], rows, texels, height, first, last, line, depths, marks, hits, cosines)
        return
    if deep:
        for row in range(_U(first), _U(last)):
            marks[row] = scene.marks[k] if hits[row] < depths[row] else marks[row]
    _blend(scene.ambient, scene.fog, scene.paint[k], hits, cosines, first, last, line, depths)


@pixels
def _blend(ambient, fog, paint, hits, cosines, first, last, line, depths):
    """Paint rows [first, last) of a column in one colour, wherever the hits are nearer than what is there."""
    colour, direct = np.uint32((paint >> 16 & 255) | (paint & 0xFF00) | (paint & 255) << 16), FULL * (ONE - ambient)
    ambient = FULL * ambient
    for row in range(_U(first), _U(last)):
        t, before, old = hits[row], depths[row], np.uint32(line[row])
        shade = (ambient + direct * max(cosines[row], ZERO)) / (ONE + fog * t)
        new = _shaded(colour, np.uint32(_I(shade)))
        line[row] = new if t < before else old
        depths[row] = t if t < before else before


@pixels
def _wrap(scene, k, o, b, u, rows, texels, height, first, last, line, depths, marks, hits, cosines):
    """Draw what a solid with a texture shows in a column, where its hits and cosines are known."""
    is_box, tall, paint = scene.form[k] == BOX, scene.half[k, 2], scene.paint[k]
    if not is_box and scene.form[k] != CYLINDER and scene.form[k] != ELLIPSOID:
        tall += scene.half[k, 0]
    for row in range(_U(first), _U(last)):
        t, v = hits[row], rows[V, row]
        if t < depths[row]:
            x, y, z = o[0] + t * (b[0] + v * u[0]), o[1] + t * (b[1] + v * u[1]), o[2] + t * (b[2] + v * u[2])
            across, down = place(is_box, scene.half[k], tall, x, y, z)
            texel = _texel(scene, texels, k, across, down, t, height)
            colour = _painted(texel, paint)
            shade = FULL * lit(scene, cosines[row]) / (ONE + scene.fog * t)
            line[row] = _shaded(np.uint32(colour), np.uint32(shade))
            depths[row], marks[row] = t, scene.marks[k]


@pixels
def _painted(texel, paint):
    """A texel in the colour of a paint, 0xRRGGBB: white becomes the paint."""
    return (
        (texel & 255) * (paint >> 16 & 255) // 255
        | ((texel >> 8 & 255) * (paint >> 8 & 255) // 255) << 8
        | ((texel >> 16 & 255) * (paint & 255) // 255) << 16
    )


@pixels
def _texel(scene, texels, k, across, down, t, height):
    """The texel of a solid's texture at (across, down), 0 to 1, as sharp as its depth allows."""
    level = level_of(scene, t, height)
    edge = EDGE >> level
    x = min(max(_I(across * F(edge)), 0), edge - 1)
    y = min(max(_I(down * F(edge)), 0), edge - 1)
    return np.int64(texels[np.uint32(scene.texture[k] * TEXELS + OFFSETS[level] + y * edge + x)])


@pixels
def _draw_sprite(scene, k, aim, rows, texels, u, height, line, depths, marks):
    """Draw what a flat picture shows in a column."""
    t = aim.rays[0, 0]
    across = ((u - aim.rays[0, 1]) * t / scene.half[k, 0] + ONE) * HALF
    if not ZERO <= across < ONE:
        return
    light = scene.ambient + SPRITE_LIGHT * (ONE - scene.ambient)
    shade = np.uint32(FULL * light / (ONE + scene.fog * t))
    for row in range(_U(aim.top), _U(aim.bottom)):
        down = (ONE - (rows[V, row] - aim.rays[0, 2]) * t / scene.half[k, 2]) * HALF
        if t >= depths[row] or not ZERO <= down < ONE:
            continue
        texel = _texel(scene, texels, k, across, down, t, height)
        if texel >> 24 & 255 >= 128:
            line[row] = _shaded(np.uint32(_painted(texel, scene.paint[k])), shade)
            depths[row], marks[row] = t, scene.marks[k]
