"""Drawing the solids of a scene over its map, into columns of pixels: first their shadows, then they, by depth.

What a solid shows is drawn in all columns at once, in strips of EIGHT rows: where its rays meet it, then its colours.
Columns go from low to high, rows or strips from top to bottom; arrays over pixels are (columns, rows), so that the rows
of a column lie side by side.
"""

import math

import numpy as np

from .camera import DEPTH, FULL, V, level_of, lit
from .columns import shaded
from .scene import BOX, CYLINDER, ELLIPSOID, SPRITE, F
from .solids import EIGHT, HALF, ONE, ZERO, box, capsule, cylinder, ellipsoid, inside, pixels, place, plus, strips
from .textures import EDGE, OFFSETS, TEXELS

SPRITE_LIGHT = F(0.7)
"""Part of the direct light that falls on flat pictures."""
_I = np.int32
_U = np.uint64


@inside
def solids(
    scene, rows, aims, seen, count, deep, texels, start, low, high, height, slopes, walls, edges, lines, depths, marks,
    hits, cosines,
):  # fmt: skip
    """Draw solids into columns [low, high) of lines, depths and marks, whose first is column `start` of the picture.

    rows: see aim.py; aims: an AIM for each solid; seen: the numbers of the `count` solids that may be seen; deep:
    whether depths and marks are wanted even where there is no solid; slopes, walls, edges (2,): of each column, its u,
    the depth of its wall, and the wall's rows [first, last); hits, cosines: room to work in, like depths.
    """
    left, right, top, bottom = high, low, height, 0
    for number in range(count):
        k = seen[number]
        one = aims[k]
        first, last = max(one.dark_left - start, low), min(one.dark_right - start, high)
        if first < last:
            _darken(scene, k, one, rows, first, last, slopes, edges, lines)
        first, last = _unhidden(scene, one, start, low, high, walls)
        if first < last:
            left, right = min(left, first), max(right, last)
            top, bottom = min(top, one.top), max(bottom, one.bottom)
    if deep:
        left, right, top, bottom = low, high, 0, height
    if left >= right:
        return
    _begin(rows, left, right, top, bottom, deep, walls, edges, depths, marks)
    for number in range(count):
        k = seen[number]
        first, last = _unhidden(scene, aims[k], start, low, high, walls)
        if first < last:
            if scene.form[k] == SPRITE:
                _draw_sprite(scene, k, aims[k], rows, texels, height, first, last, slopes, lines, depths, marks)
            else:
                _draw_solid(
                    scene, k, aims[k], rows, deep, texels, height, first, last, slopes, lines, depths, marks, hits,
                    cosines,
                )  # fmt: skip


@pixels
def _unhidden(scene, aim, start, low, high, walls):
    """The columns [low, high) that a solid can touch, without those at both ends where it is behind the walls."""
    low, high = max(aim.left - start, low), min(aim.right - start, high)
    if not scene.sky:  # below a sky one sees above walls
        while low < high and aim.near >= walls[low]:
            low += 1
        while low < high and aim.near >= walls[high - 1]:
            high -= 1
    return low, high


@pixels
def _darken(scene, k, aim, rows, low, high, slopes, edges, lines):
    """Darken the floor where a solid's shadow falls."""
    x, y, dark, part = scene.eye[0] - scene.at[k, 0], scene.eye[1] - scene.at[k, 1], aim.dark, ONE / aim.reach
    ax, ay, rx, ry = scene.ahead[0], scene.ahead[1], scene.right[0], scene.right[1]
    top, bottom = aim.dark_top // EIGHT, (aim.dark_bottom + EIGHT - 1) // EIGHT
    for col in range(_U(low), _U(high)):
        dx, dy, floor = ax + slopes[col] * rx, ay + slopes[col] * ry, edges[1, col]
        for row in strips(top, bottom):
            t = rows[DEPTH, row]
            px, py = x + t * dx, y + t * dy
            rest = max(ONE - F(math.sqrt(px * px + py * py)) * part, ZERO)
            kept = _I(FULL * (ONE - dark * rest * rest)) if _I(row) >= floor else _I(256)
            lines[col, row] = shaded(np.uint32(lines[col, row]), np.uint32(kept))


@pixels
def _begin(rows, low, high, top, bottom, deep, walls, edges, depths, marks):
    """The depths of the map, in these columns and rows, and no marks."""
    top, bottom = top // EIGHT, (bottom + EIGHT - 1) // EIGHT
    for col in range(_U(low), _U(high)):
        wall, first, last = walls[col], edges[0, col], edges[1, col]
        for row in strips(top, bottom):
            depths[col, row] = wall if first <= _I(row) < last else rows[DEPTH, row]
        if deep:
            for row in strips(top, bottom):
                marks[col, row] = 0


@inside
def _draw_solid(
    scene, k, aim, rows, deep, texels, height, low, high, slopes, lines, depths, marks, hits, cosines
):  # fmt: skip
    """Draw what a solid shows."""
    form, half, top, bottom = scene.form[k], scene.half[k], aim.top // EIGHT, (aim.bottom + EIGHT - 1) // EIGHT
    if form == ELLIPSOID:
        ellipsoid(half, aim.eye, aim.rays, aim.light, slopes, rows[V], low, high, top, bottom, hits, cosines)
    elif form == BOX:
        box(half, aim.eye, aim.rays, aim.light, slopes, rows[V], low, high, top, bottom, hits, cosines)
    elif form == CYLINDER:
        cylinder(half, aim.eye, aim.rays, aim.light, slopes, rows[V], low, high, top, bottom, hits, cosines)
    else:
        capsule(half, aim.eye, aim.rays, aim.light, slopes, rows[V], low, high, top, bottom, hits, cosines)
    if scene.texture[k]:
        _wrap(
            scene, k, aim, rows, texels, height, low, high, top, bottom, slopes, lines, depths, marks, hits, cosines
        )  # fmt: skip
        return
    if deep:
        for col in range(_U(low), _U(high)):
            for row in strips(top, bottom):
                marks[col, row] = scene.marks[k] if hits[col, row] < depths[col, row] else marks[col, row]
    _blend(scene.ambient, scene.fog, scene.paint[k], low, high, top, bottom, lines, depths, hits, cosines)


@pixels
def _blend(ambient, fog, paint, low, high, top, bottom, lines, depths, hits, cosines):
    """Paint in one colour, wherever the hits are nearer than what is there."""
    colour, direct = np.uint32((paint >> 16 & 255) | (paint & 0xFF00) | (paint & 255) << 16), FULL * (ONE - ambient)
    ambient = FULL * ambient
    for col in range(_U(low), _U(high)):
        for row in strips(top, bottom):
            t, before, old = hits[col, row], depths[col, row], np.uint32(lines[col, row])
            shade = (ambient + direct * max(cosines[col, row], ZERO)) / (ONE + fog * t)
            new = shaded(colour, np.uint32(_I(shade)))
            lines[col, row] = new if t < before else old
            depths[col, row] = t if t < before else before


@pixels
def _wrap(
    scene, k, aim, rows, texels, height, low, high, top, bottom, slopes, lines, depths, marks, hits, cosines
):  # fmt: skip
    """Draw what a solid with a texture shows, where its hits and cosines are known."""
    is_box, tall, paint, o = scene.form[k] == BOX, scene.half[k, 2], scene.paint[k], aim.eye
    if not is_box and scene.form[k] != CYLINDER and scene.form[k] != ELLIPSOID:
        tall += scene.half[k, 0]
    for col in range(_U(low), _U(high)):
        b = plus(aim.rays[0], slopes[col], aim.rays[1])
        for row in strips(top, bottom):
            t = hits[col, row]
            if t < depths[col, row]:
                x, y, z = plus(o, t, plus(b, rows[V, row], aim.rays[2]))
                across, down = place(is_box, scene.half[k], tall, x, y, z)
                texel = _texel(scene, texels, k, across, down, t, height)
                shade = FULL * lit(scene, cosines[col, row]) / (ONE + scene.fog * t)
                lines[col, row] = shaded(np.uint32(_painted(texel, paint)), np.uint32(shade))
                depths[col, row], marks[col, row] = t, scene.marks[k]


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
def _draw_sprite(scene, k, aim, rows, texels, height, low, high, slopes, lines, depths, marks):
    """Draw what a flat picture shows."""
    t = aim.rays[0, 0]
    light = scene.ambient + SPRITE_LIGHT * (ONE - scene.ambient)
    shade = np.uint32(FULL * light / (ONE + scene.fog * t))
    for col in range(_U(low), _U(high)):
        across = ((slopes[col] - aim.rays[0, 1]) * t / scene.half[k, 0] + ONE) * HALF
        if not ZERO <= across < ONE:
            continue
        for row in range(_U(aim.top), _U(aim.bottom)):
            down = (ONE - (rows[V, row] - aim.rays[0, 2]) * t / scene.half[k, 2]) * HALF
            if t >= depths[col, row] or not ZERO <= down < ONE:
                continue
            texel = _texel(scene, texels, k, across, down, t, height)
            if texel >> 24 & 255 >= 128:
                lines[col, row] = shaded(np.uint32(_painted(texel, scene.paint[k])), shade)
                depths[col, row], marks[col, row] = t, scene.marks[k]
