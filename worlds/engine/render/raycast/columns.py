"""Drawing one pixel column of a scene's map, by rays from cell to cell: walls, floor, and the ceiling or the sky.

The work is done in passes down the column that a compiler can do for several pixels at once: where in the textures each
pixel looks, then looking there, then shading.
"""

import math

import numpy as np

from .camera import BITS, FULL, LOW, MASK, REACH, SHADE, SHIFT, START, V, level_of, lit
from .scene import UNSEEN, F
from .solids import FAR, HALF, NEAR, ONE, ZERO, inside, pixels
from .textures import EDGE, OFFSETS, TEXELS

STEPS = 128
"""Most cells that a ray crosses."""
SKY_HIGH, SKY_SLOPE, SKY_TOP = F(0.95), F(0.6), F(0.999)
"""Where on its texture the sky is at the horizon, how fast that falls with the slope of the ray, and where it ends."""
_EDGE = F(EDGE)
_CELL = F(65536)
_AROUND = F(4 / (2 * math.pi))
_I = np.int32
_U = np.uint64  # rows are counted so: a number that could be negative would be asked each time whether it is
_RED_BLUE, _GREEN, _8 = np.uint32(0xFF00FF), np.uint32(0xFF00), np.uint32(8)


@pixels
def shaded(texel, shade):
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


@pixels
def u_of(scene, index, height, width):
    """The u of a column of the picture."""
    return scene.zoom * (F(2) * (F(index) + HALF) / F(width) - ONE) * F(width) / F(height)


@pixels
def dot(scene, rows, u, height, line):
    """Draw what the dot in the middle of the picture covers of a column of pixels: over all that is seen."""
    left = scene.dot_radius * scene.dot_radius - u * u
    if scene.dot != 0 and left >= ZERO:
        colour = _I((scene.dot >> 16 & 255) | (scene.dot & 0xFF00) | (scene.dot & 255) << 16)
        for row in range(height):
            if rows[V, row] * rows[V, row] <= left:
                line[row] = colour


@inside
def column(scene, rows, looks, floor, texels, u, height, line, places):
    """Draw what is seen of the map along a column of pixels into line (height,), red | green << 8 | blue << 16.

    rows, looks: see aim.py; floor: see one_floor; texels: all pyramids, flat; places (height,): room to work in.
    Returns the depth of the wall, FAR if there is none, and its rows [first, last): above is the ceiling or the sky,
    below the floor.
    """
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
        line[row] = shaded(np.uint32(line[row]), np.uint32(looks[SHADE, row]))
    for row in range(_U(first), _U(last)):
        line[row] = shaded(np.uint32(line[row]), shade)
    for row in range(_U(last), _U(height)):
        line[row] = shaded(np.uint32(line[row]), np.uint32(looks[SHADE, row]))
    return depth, first, last


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
