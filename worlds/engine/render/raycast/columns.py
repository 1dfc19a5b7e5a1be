"""Drawing one pixel column of a scene's map, by rays from cell to cell: walls, floor, and the ceiling or the sky.

The work is done in passes down the column that a compiler can do for several pixels at once: the index of each pixel's
texel, then the texels, then the shading.
"""

import math

import numpy as np

from ..primitives import FAR, HALF, ONE, ZERO, F, compiled, inlined
from .camera import FULL, LOW, brightness, texture_level
from .frame import ACROSS, EIGHT, MASK, REACH, SHADE, SQUARE, START, V
from .scene import UNSEEN
from .solids import NEAR, strips
from .textures import EDGE, OFFSETS, TEXELS

STEPS = 128
"""Most cells that a ray crosses."""
SKY_HIGH, SKY_SLOPE, SKY_TOP = F(0.95), F(0.6), F(0.999)
"""Where on its texture the sky is at the horizon, how fast that falls with the slope of the ray, and where it ends."""
_EDGE = F(EDGE)
_CELL = F(65536)
_AROUND = F(4 / (2 * math.pi))
_I, _W = np.int32, np.uint32
_U = np.uint64  # for counting rows: an index that could be negative is compared with 0 at each use
_RED_BLUE, _GREEN, _8 = np.uint32(0xFF00FF), np.uint32(0xFF00), np.uint32(8)


@compiled
def shaded(texel, shade):
    """A texel with its three colours times shade / 256, for shades up to 256; all uint32."""
    red_blue, green = _W(_W(texel & _RED_BLUE) * shade), _W(_W(texel & _GREEN) * shade)
    return _W(_W(_W(red_blue >> _8) & _RED_BLUE) | _W(_W(green >> _8) & _GREEN))


@compiled
def nearest_wall(scene, dx, dy):
    """The first wall that a ray along the floor meets: (depth, texture, u, side), side 0 to 3 for the face towards -x,
    +x, -y, +y. Depth FAR: none."""
    if scene.rows == 0:
        return FAR, 0, ZERO, 0
    ex, ey = scene.eye[0], scene.eye[1]
    col, row = np.int32(math.floor(ex)), np.int32(math.floor(ey))
    step_x, step_y = (1 if dx > ZERO else -1), (1 if dy > ZERO else -1)
    gap_x, gap_y = (ONE / abs(dx) if dx != ZERO else FAR), (ONE / abs(dy) if dy != ZERO else FAR)
    next_x = ((F(col + 1) - ex) if dx > ZERO else (ex - F(col))) * gap_x if dx != ZERO else FAR
    next_y = ((F(row + 1) - ey) if dy > ZERO else (ey - F(row))) * gap_y if dy != ZERO else FAR
    for _ in range(STEPS):
        along_x = next_x < next_y  # chosen without branches, which a processor could not predict
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


@compiled
def _strips(height):
    """How many strips a column has."""
    return (height + EIGHT - 1) // EIGHT


@compiled
def crosshair(view, u, line):
    """Draw the pixels of the dot in the middle of the picture into a column: over everything else."""
    scene, rows = view.scene, view.rows
    left = scene.dot_radius * scene.dot_radius - u * u
    if scene.dot != 0 and left >= ZERO:
        colour = _I((scene.dot >> 16 & 255) | (scene.dot & 0xFF00) | (scene.dot & 255) << 16)
        for row in range(view.height):
            if rows[V, row] * rows[V, row] <= left:
                line[row] = colour


@inlined
def draw_column(view, u, line, texel_index):
    """Draw the map along a column of slope u into line (height,), red | green << 8 | blue << 16.

    texel_index (height,): scratch memory. Both are as long as whole strips. Returns the depth of the wall, FAR if there
    is none, and its rows [first, last): above is the ceiling or the sky, below the floor.
    """
    scene, height, row_textures, texels = view.scene, view.height, view.row_textures, view.texels
    dx, dy = scene.ahead[0] + u * scene.right[0], scene.ahead[1] + u * scene.right[1]
    depth, wall, across, side = nearest_wall(scene, dx, dy)
    scale = HALF * F(height) / scene.zoom
    top = bottom = HALF * F(height) + scene.ahead[2] * scale - HALF  # the horizon
    if depth < FAR:
        top -= (scene.tall - scene.eye[2]) / depth * scale
        bottom += scene.eye[2] / depth * scale
    first = _I(min(max(F(math.ceil(top)), ZERO), F(height)))
    last = max(_I(min(max(F(math.floor(bottom)) + ONE, ZERO), F(height))), first)
    _index(view, depth, wall, across, (first, last, top), (dx, dy), texel_index)
    if scene.sky:
        _index_sky(view, first, dx, dy, texel_index)
    if view.floor < 0:
        _add_floors(view, last, height, dx, dy, texel_index)
    for row in strips(0, _strips(height)):
        line[row] = texels[np.uint32(texel_index[row])]
    light = scene.light[side // 2] if side % 2 else -scene.light[side // 2]
    shade = _I(FULL * brightness(scene, light) / (ONE + scene.fog * depth))
    sky = first if scene.sky else _I(0)
    for row in strips(0, _strips(height)):
        kept = row_textures[SHADE, row]
        kept = shade if first <= _I(row) < last else kept
        kept = _I(256) if _I(row) < sky else kept
        line[row] = shaded(_W(line[row]), _W(kept))
    return depth, first, last


@inlined
def _index(view, depth, wall, across, wall_rows, direction, texel_index):
    """Write the texels of a column: of one wall at rows (first, last, …), whose upper edge is at row `top`, and of the
    ceiling above and the floor below it, each of one texture. All rows are worked out as both, without branches.

    A place on a texture in 1/65536, of which a level with `edge` pixels knows the highest bits, MASK, is so many of its
    pixels: times edge / 65536; and times edge again for the pixels of the rows before it.
    """
    scene, height, rows, row_textures = view.scene, view.height, view.rows, view.row_textures
    (first, last, top), (dx, dy) = wall_rows, direction
    ex, ey = scene.eye[0], scene.eye[1]
    level = texture_level(scene, depth, height)
    edge = EDGE >> level
    start = _I(wall * TEXELS + OFFSETS[level] + min(max(_I(across * F(edge)), 0), edge - 1))
    fall = depth * F(2) * scene.zoom / F(height)  # of a row, in textures
    mask, square = _I(65536 - (1 << (10 + level))), _I(edge * edge)
    above, below = _I(scene.ceiling * TEXELS), _I(max(view.floor, 0) * TEXELS)
    for row in strips(0, _strips(height)):
        reach = rows[REACH, row]
        x, y = _I((ex + reach * dx) * _CELL), _I((ey + reach * dy) * _CELL)
        x, y = _I(x & row_textures[MASK, row]), _I(y & row_textures[MASK, row])
        flat = _I(_I(_I(y * row_textures[SQUARE, row]) + _I(x * row_textures[ACROSS, row])) >> 16)
        flat = _I(_I(flat + row_textures[START, row]) + (above if _I(row) < first else below))
        at = _I((F(_I(row)) - top) * fall * _CELL)
        up = _I(start + _I(_I(_I(at & mask) * square) >> 16))
        texel_index[row] = up if first <= _I(row) < last else flat


@inlined
def _add_floors(view, first, last, dx, dy, texel_index):
    """Add the textures of rows [first, last) of a floor of several to the texels of number 0."""
    scene, rows = view.scene, view.rows
    ex, ey = scene.eye[0], scene.eye[1]
    for row in range(_U(first), _U(last)):
        reach = rows[REACH, row]
        y, x = _I((ey + reach * dy) * _CELL) >> 16, _I((ex + reach * dx) * _CELL) >> 16
        number = scene.beyond
        if 0 <= y < scene.rows and 0 <= x < scene.cols:
            number = _I(scene.floors[np.uint32(y), np.uint32(x)])
        texel_index[row] += _I(number * TEXELS)


@inlined
def _index_sky(view, last, dx, dy, texel_index):
    """Write the texels of rows [0, last) of the sky."""
    scene, rows = view.scene, view.rows
    around = F(math.atan2(dy, dx)) * _AROUND
    start = scene.ceiling * TEXELS + (_I((around - F(math.floor(around))) * _EDGE) & (EDGE - 1))
    flat = ONE / (F(math.sqrt(dx * dx + dy * dy)) + LOW)
    for row in range(_U(last)):
        rise = (scene.ahead[2] + rows[V, row] * scene.up[2]) * flat
        down = min(max(SKY_HIGH - SKY_SLOPE * rise, ZERO), SKY_TOP)
        texel_index[row] = _I(start) + _I(_I(down * _EDGE) * EDGE)
