"""Drawing the solids of a scene over its map, into columns of pixels: first their shadows, then they, by depth.

A solid is drawn in all columns at once, in strips of EIGHT rows: first where rays meet it, then its colours.
"""

import math

import numpy as np

from ..primitives import BOX, CAPSULE, CYLINDER, ELLIPSOID, HALF, ONE, SPRITE, ZERO, F, compiled, inlined, plus
from .camera import FULL, brightness, texture_level
from .columns import shaded
from .frame import DEPTH, EIGHT, Area, V
from .solids import box, capsule, cylinder, ellipsoid, strips, uv
from .textures import EDGE, OFFSETS, TEXELS

SPRITE_LIGHT = F(0.7)
"""Part of the direct light that falls on flat pictures."""
_I = np.int32
_U = np.uint64


@inlined
def draw_solids(view, columns, start, low, high, deep):
    """Draw the solids of a view into columns [low, high), whose first is column `start` of the picture.

    deep: whether depths and object ids are wanted even where there is no solid.
    """
    left, right, top, bottom = high, low, view.height, 0
    for number in range(view.count):
        k = view.visible[number]
        seen = view.projections[k]
        first, last = max(seen.shadow_left - start, low), min(seen.shadow_right - start, high)
        if first < last:
            _draw_shadow(view, k, seen, columns, first, last)
        first, last = _unhidden(view.scene, seen, start, low, high, columns)
        if first < last:
            left, right = min(left, first), max(right, last)
            top, bottom = min(top, seen.top), max(bottom, seen.bottom)
    if deep:
        left, right, top, bottom = low, high, 0, view.height
    if left >= right:
        return
    _begin(view.rows, columns, Area(left, right, top // EIGHT, (bottom + EIGHT - 1) // EIGHT), deep)
    for number in range(view.count):
        k = view.visible[number]
        seen = view.projections[k]
        first, last = _unhidden(view.scene, seen, start, low, high, columns)
        if first < last:
            if view.scene.form[k] == SPRITE:
                _draw_sprite(view, k, seen, columns, first, last)
            else:
                area = Area(first, last, seen.top // EIGHT, (seen.bottom + EIGHT - 1) // EIGHT)
                _draw_solid(view, k, seen, columns, area, deep)


@compiled
def _unhidden(scene, seen, start, low, high, columns):
    """The columns [low, high) that a solid can touch, without those at both ends where it is behind the walls."""
    low, high, walls, tops = max(seen.left - start, low), min(seen.right - start, high), columns.walls, columns.edges[0]
    over = scene.sky != 0  # below a sky one sees above walls
    while low < high and seen.near >= walls[low] and not (over and seen.top < tops[low]):
        low += 1
    while low < high and seen.near >= walls[high - 1] and not (over and seen.top < tops[high - 1]):
        high -= 1
    return low, high


@compiled
def _draw_shadow(view, k, seen, columns, low, high):
    """Darken the floor where a solid's shadow falls."""
    scene, rows, slopes, edges, colours = view.scene, view.rows, columns.slopes, columns.edges, columns.colours
    x, y, shadow = scene.eye[0] - scene.at[k, 0], scene.eye[1] - scene.at[k, 1], seen.shadow
    part = ONE / seen.shadow_radius
    ax, ay, rx, ry = scene.ahead[0], scene.ahead[1], scene.right[0], scene.right[1]
    top, bottom = seen.shadow_top // EIGHT, (seen.shadow_bottom + EIGHT - 1) // EIGHT
    for col in range(_U(low), _U(high)):
        dx, dy, floor = ax + slopes[col] * rx, ay + slopes[col] * ry, edges[1, col]
        for row in strips(top, bottom):
            t = rows[DEPTH, row]
            px, py = x + t * dx, y + t * dy
            rest = max(ONE - F(math.sqrt(px * px + py * py)) * part, ZERO)
            kept = _I(FULL * (ONE - shadow * rest * rest)) if _I(row) >= floor else _I(256)
            colours[col, row] = shaded(np.uint32(colours[col, row]), np.uint32(kept))


@compiled
def _begin(rows, columns, area, deep):
    """Write the depths of the map into an area, and object ids of 0."""
    walls, edges, depths, object_ids = columns.walls, columns.edges, columns.depths, columns.object_ids
    for col in range(_U(area.low), _U(area.high)):
        wall, first, last = walls[col], edges[0, col], edges[1, col]
        for row in strips(area.top, area.bottom):
            depths[col, row] = wall if first <= _I(row) < last else rows[DEPTH, row]
        if deep:
            for row in strips(area.top, area.bottom):
                object_ids[col, row] = 0


@inlined
def _draw_solid(view, k, seen, columns, area, deep):
    """Draw one solid that is no sprite."""
    scene = view.scene
    form, half = scene.form[k], scene.half[k]
    if form == ELLIPSOID:
        ellipsoid(half, seen, view, columns, area)
    elif form == BOX:
        box(half, seen, view, columns, area)
    elif form == CYLINDER:
        cylinder(half, seen, view, columns, area)
    else:
        capsule(half, seen, view, columns, area)
    if scene.texture[k]:
        _wrap(view, k, seen, columns, area)
        return
    if deep:
        hits, depths, object_ids = columns.hits, columns.depths, columns.object_ids
        for col in range(_U(area.low), _U(area.high)):
            for row in strips(area.top, area.bottom):
                object_ids[col, row] = (
                    scene.object_ids[k] if hits[col, row] < depths[col, row] else object_ids[col, row]
                )
    _blend(scene.ambient, scene.fog, scene.paint[k], columns, area)


@compiled
def _blend(ambient, fog, paint, columns, area):
    """Draw a solid of one colour, wherever its hits are nearer than the depths so far."""
    colours, depths, hits, cosines = columns.colours, columns.depths, columns.hits, columns.cosines
    colour, direct = np.uint32((paint >> 16 & 255) | (paint & 0xFF00) | (paint & 255) << 16), FULL * (ONE - ambient)
    ambient = FULL * ambient
    for col in range(_U(area.low), _U(area.high)):
        for row in strips(area.top, area.bottom):
            t, before, old = hits[col, row], depths[col, row], np.uint32(colours[col, row])
            shade = (ambient + direct * max(cosines[col, row], ZERO)) / (ONE + fog * t)
            new = shaded(colour, np.uint32(_I(shade)))
            colours[col, row] = new if t < before else old
            depths[col, row] = t if t < before else before


@compiled
def _wrap(view, k, seen, columns, area):
    """Draw a solid with a texture, wherever its hits are nearer than the depths so far."""
    scene, hits, depths = view.scene, columns.hits, columns.depths
    form, tall, paint = scene.form[k], scene.half[k, 2], scene.paint[k]
    if form == CAPSULE:
        tall += scene.half[k, 0]
    for col in range(_U(area.low), _U(area.high)):
        b = plus(seen.rays[0], columns.slopes[col], seen.rays[1])
        for row in strips(area.top, area.bottom):
            t = hits[col, row]
            if t < depths[col, row]:
                x, y, z = plus(seen.eye, t, plus(b, view.rows[V, row], seen.rays[2]))
                across, down = uv(form == BOX, scene.half[k], tall, x, y, z)
                texel = _texel(view, k, across, down, t)
                shade = FULL * brightness(scene, columns.cosines[col, row]) / (ONE + scene.fog * t)
                columns.colours[col, row] = shaded(np.uint32(_tinted(texel, paint)), np.uint32(shade))
                depths[col, row], columns.object_ids[col, row] = t, scene.object_ids[k]


@compiled
def _tinted(texel, paint):
    """A texel in the colour of a paint, 0xRRGGBB: white becomes the paint."""
    return (
        (texel & 255) * (paint >> 16 & 255) // 255
        | ((texel >> 8 & 255) * (paint >> 8 & 255) // 255) << 8
        | ((texel >> 16 & 255) * (paint & 255) // 255) << 16
    )


@compiled
def _texel(view, k, across, down, t):
    """The texel of a solid's texture at (across, down), 0 to 1, as sharp as its depth allows."""
    level = texture_level(view.scene, t, view.height)
    edge = EDGE >> level
    x = min(max(_I(across * F(edge)), 0), edge - 1)
    y = min(max(_I(down * F(edge)), 0), edge - 1)
    return np.int64(view.texels[np.uint32(view.scene.texture[k] * TEXELS + OFFSETS[level] + y * edge + x)])


@compiled
def _draw_sprite(view, k, seen, columns, low, high):
    """Draw a flat picture."""
    scene, depths = view.scene, columns.depths
    t = seen.rays[0, 0]
    light = scene.ambient + SPRITE_LIGHT * (ONE - scene.ambient)
    shade = np.uint32(FULL * light / (ONE + scene.fog * t))
    for col in range(_U(low), _U(high)):
        across = ((columns.slopes[col] - seen.rays[0, 1]) * t / scene.half[k, 0] + ONE) * HALF
        if not ZERO <= across < ONE:
            continue
        for row in range(_U(seen.top), _U(seen.bottom)):
            down = (ONE - (view.rows[V, row] - seen.rays[0, 2]) * t / scene.half[k, 2]) * HALF
            if t >= depths[col, row] or not ZERO <= down < ONE:
                continue
            texel = _texel(view, k, across, down, t)
            if texel >> 24 & 255 >= 128:
                columns.colours[col, row] = shaded(np.uint32(_tinted(texel, scene.paint[k])), shade)
                depths[col, row], columns.object_ids[col, row] = t, scene.object_ids[k]
