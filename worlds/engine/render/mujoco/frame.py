"""Drawing one frame of geoms: first their poses, then the geom that each pixel sees, then each pixel's colour, once."""

import math
from typing import Any, NamedTuple

import numpy as np

from ..primitives import BOX, CAPSULE, CYLINDER, FIELD, HALF, LEAST, MESH, ONE, PLANE, SPHERE, ZERO, F, compiled
from .geoms import bound, draw_solid, project, row_ray, slope
from .meshes import Layer, MeshArrays, draw_mesh, level_for
from .shading import (
    EMISSION,
    LIGHT_BLUE,
    LIGHT_GREEN,
    LIGHT_RED,
    LIT,
    SPECULAR,
    RowBuffer,
    Textures,
    cast_shadows,
    illuminate,
    see_geom,
    see_sky,
)

_I = np.int32
_SUN = F(1e4)
"""Metres to directional lights."""
_FAR = F(0.5)
"""And to their cameras, as a part of the depth to which one sees."""
_CLEAR, _BACK = F(0.995), F(0.3)
"""Opacity below which a geom is transparent, and that of a plane's underside."""


class Scene(NamedTuple):
    """All that is drawn. geoms: GEOM (n,), of which `count` are there; cameras: CAMERA of each shadow map, then the one
    whose picture it is; lights: LIGHT; skybox: number of the sky's texture, -1: none; haze: (its red, green, blue, its
    width, the distance of the sky)."""

    geoms: Any
    count: Any
    cameras: Any
    lights: Any
    textures: Textures
    skybox: Any
    haze: Any
    meshes: MeshArrays


class Buffers(NamedTuple):
    """The memory in which a frame is drawn. opaque: the opaque geoms that each pixel sees; clear: one transparent geom;
    shadows: the view of lights, with depths (maps, rows, cols); order int32 (geoms,); points (vertices, 3)."""

    opaque: Layer
    clear: Layer
    shadows: Layer
    row: RowBuffer
    order: Any
    points: Any


class Frame(NamedTuple):
    """A picture: pixels uint8 (rows, cols, 3), depths float32 and segmentation int32 (rows, cols), either without rows
    if it is not wanted."""

    pixels: Any
    depths: Any
    segmentation: Any


class Paints(NamedTuple):
    """The colours of all geoms, sites, tendons or skins of a model: rgba (n, 4) of each, its material (n,), -1: none,
    and material_rgba (materials, 4)."""

    rgba: Any
    materials: Any
    material_rgba: Any


class Tendons(NamedTuple):
    """The paths of a model's tendons as MjData has them, and their widths."""

    starts: Any
    counts: Any
    points: Any
    wraps: Any
    widths: Any


@compiled
def place(geoms, first, numbers, at, axes, sizes, paints):
    """Write the positions, axes, sizes and colours of the model's geoms, or sites, of these numbers into geoms from
    `first` on."""
    for index in range(len(numbers)):
        geom, number = geoms[first + index], numbers[index]
        for axis in range(3):
            geom.at[axis] = F(at[number, axis])
            for other in range(3):
                geom.axes[other, axis] = F(axes[number, 3 * axis + other])
        paint(geom, paints, number)
        if geom.form == MESH or geom.form == FIELD:
            continue
        a, b, c = F(sizes[number, 0]), F(sizes[number, 1]), F(sizes[number, 2])
        if geom.form == SPHERE:
            b, c = a, a
        elif geom.form == CAPSULE or geom.form == CYLINDER:
            b, c = a, b
        geom.half[0], geom.half[1], geom.half[2] = a, b, c
        bound(geom)


@compiled
def paint(geom, paints, number):
    """Write a geom's own colour, or its material's if it has none of its own."""
    rgba, material = paints.rgba[number], paints.materials[number]
    own = rgba[0] != HALF or rgba[1] != HALF or rgba[2] != HALF or rgba[3] != ONE or material < 0
    for channel in range(4):
        geom.rgba[channel] = rgba[channel] if own else paints.material_rgba[material, channel]


@compiled
def orthogonal_to(x, y, z):
    """Two directions orthogonal to one of length 1 and to each other: x, y, z of each."""
    # The world's axis that it is least along, without its part along it.
    px, py, pz = ZERO, ZERO, ZERO
    if abs(x) <= abs(y) and abs(x) <= abs(z):
        px = ONE
    elif abs(y) <= abs(z):
        py = ONE
    else:
        pz = ONE
    part = px * x + py * y + pz * z
    px, py, pz = px - part * x, py - part * y, pz - part * z
    part = ONE / F(math.sqrt(px * px + py * py + pz * pz))
    px, py, pz = px * part, py * part, pz * part
    return px, py, pz, y * pz - z * py, z * px - x * pz, x * py - y * px


@compiled
def span(geom, a, b, radius):
    """Make a geom the capsule between two points."""
    (ax, ay, az), (bx, by, bz) = a, b
    x, y, z = bx - ax, by - ay, bz - az
    length = max(F(math.sqrt(x * x + y * y + z * z)), LEAST)
    x, y, z = x / length, y / length, z / length
    geom.form = CAPSULE
    geom.half[0], geom.half[1], geom.half[2] = radius, radius, length * HALF
    geom.at[0], geom.at[1], geom.at[2] = (ax + bx) * HALF, (ay + by) * HALF, (az + bz) * HALF
    px, py, pz, qx, qy, qz = orthogonal_to(x, y, z)
    geom.axes[0, 0], geom.axes[0, 1], geom.axes[0, 2] = px, py, pz
    geom.axes[1, 0], geom.axes[1, 1], geom.axes[1, 2] = qx, qy, qz
    geom.axes[2, 0], geom.axes[2, 1], geom.axes[2, 2] = x, y, z
    bound(geom)


@compiled
def string(geoms, first, numbers, tendons, paints):
    """Write the straight pieces of the tendons of these numbers as geoms from `first` on. Returns how many geoms there
    are then."""
    points, wraps = tendons.points, tendons.wraps
    for index in range(len(numbers)):
        number = numbers[index]
        for at in range(tendons.starts[number], tendons.starts[number] + tendons.counts[number] - 1):
            if wraps[at] == -2 or wraps[at + 1] == -2 or first >= len(geoms):  # between pulleys there is no string
                continue
            width = F(tendons.widths[number]) * (HALF if wraps[at] >= 0 and wraps[at + 1] >= 0 else ONE)
            a = F(points[at, 0]), F(points[at, 1]), F(points[at, 2])
            b = F(points[at + 1, 0]), F(points[at + 1, 1]), F(points[at + 1, 2])
            span(geoms[first], a, b, width)
            paint(geoms[first], paints, number)
            first += 1
    return first


@compiled
def place_lights(lights, numbers, at, along, cameras):
    """Write the positions of the model's lights of these numbers, and of their cameras; -1 is the headlight, on the
    last camera."""
    camera = cameras[len(cameras) - 1]
    for index in range(len(lights)):
        light, number = lights[index], numbers[index]
        for axis in range(3):
            light.along[axis] = camera.ahead[axis] if number < 0 else F(along[number, axis])
            light.at[axis] = camera.eye[axis] if number < 0 else F(at[number, axis])
        view = cameras[max(light.shadow_map, 0)]
        if light.shadow_map >= 0:
            for axis in range(3):
                view.eye[axis] = light.at[axis] - (_FAR * view.far * light.along[axis] if light.far else ZERO)
            face_along(view, light.along[0], light.along[1], light.along[2])
        if light.far:
            for axis in range(3):
                light.at[axis] = camera.eye[axis] - _SUN * light.along[axis]


@compiled
def face_along(camera, x, y, z):
    """Turn a camera to look along a direction of length 1."""
    px, py, pz, qx, qy, qz = orthogonal_to(x, y, z)
    camera.ahead[0], camera.ahead[1], camera.ahead[2] = x, y, z
    camera.up[0], camera.up[1], camera.up[2] = px, py, pz
    camera.right[0], camera.right[1], camera.right[2] = -qx, -qy, -qz


@compiled
def row_of(layer, row):
    """One row of a layer, (cols,)."""
    return Layer(layer.depths[row], layer.geom_ids[row], layer.triangle_ids[row])


@compiled
def draw(scene, buffers, frame):
    """Draw the shadow maps of a scene, then its picture."""
    camera = scene.cameras[len(scene.cameras) - 1]
    rows, cols = buffers.opaque.depths.shape
    for number in range(len(scene.cameras) - 1):
        maps = buffers.shadows
        _draw_opaque(
            scene, scene.cameras[number], False, buffers, Layer(maps.depths[number], maps.geom_ids, maps.triangle_ids)
        )
    clear = _draw_opaque(scene, camera, True, buffers, buffers.opaque)
    floor = _endless_floor(scene.geoms, scene.count) if scene.skybox >= 0 else -1
    for row in range(rows):
        seen = row_of(buffers.opaque, row)
        _colour(scene, row, 0, cols, seen, buffers, ONE, True, frame.pixels[row])
        if floor >= 0:
            _haze(scene, floor, row, seen, frame.pixels[row])
        _write(scene.geoms, row, 0, cols, seen, frame, True)
    # Then the transparent geoms, one by one from the back.
    order, opaque, layer = buffers.order, buffers.opaque, buffers.clear
    for number in range(clear):
        index = order[len(order) - 1 - number]
        geom = scene.geoms[index]
        left, right = geom.first_col, geom.last_col
        for row in range(geom.first_row, geom.last_row):
            for col in range(left, right):
                layer.depths[row, col], layer.geom_ids[row, col] = opaque.depths[row, col], -1
        part = geom.rgba[3] * (_BACK if geom.form == PLANE and geom.eye[2] < ZERO else ONE)
        part = ONE - (ONE - part) * (ONE - part)  # MuJoCo draws each such geom twice
        _draw_geom(scene, index, camera, layer, buffers.points)
        for row in range(geom.first_row, geom.last_row):
            seen = row_of(layer, row)
            _colour(scene, row, left, right, seen, buffers, part, False, frame.pixels[row])
            _write(scene.geoms, row, left, right, seen, frame, False)


@compiled
def _draw_opaque(scene, camera, pictured, buffers, layer):
    """Write what a camera sees of opaque geoms into a layer. Returns how many transparent geoms it sees, see `_sort`.

    pictured: False for the camera of a shadow map.
    """
    rows, cols = layer.geom_ids.shape
    for row in range(rows):
        for col in range(cols):
            layer.depths[row, col], layer.geom_ids[row, col] = camera.far, -1
    opaque, clear = _sort(scene.geoms, scene.count, camera, rows, cols, pictured, buffers.order)
    for number in range(opaque):
        _draw_geom(scene, buffers.order[number], camera, layer, buffers.points)
    return clear


@compiled
def _sort(geoms, count, camera, rows, cols, pictured, order):
    """Write into `order` the numbers of the geoms that a camera may see: the opaque ones at its beginning, the
    transparent ones at its end, the farthest last. Returns how many there are of either.

    The camera of a shadow map (pictured: False) sees no planes and no height fields.
    """
    opaque = clear = 0
    for k in range(count):
        geom = geoms[k]
        if geom.rgba[3] <= ZERO or not (pictured or (geom.form != PLANE and geom.form != FIELD)):
            continue
        if not project(geom, camera, rows, cols):
            continue
        if geom.rgba[3] >= _CLEAR and (geom.form != PLANE or geom.eye[2] >= ZERO):
            order[opaque] = k
            opaque += 1
        else:
            at = len(order) - 1 - clear
            while at < len(order) - 1 and geoms[order[at + 1]].distance < geom.distance:
                order[at] = order[at + 1]
                at += 1
            order[at] = k
            clear += 1
    return opaque, clear


@compiled
def _draw_geom(scene, index, camera, layer, points):
    """Find the pixels that see a geom of any shape."""
    geom, meshes = scene.geoms[index], scene.meshes
    if geom.mesh >= 0:
        level = geom.level if geom.level >= 0 else level_for(geom, camera, meshes.levels[geom.mesh])
        draw_mesh(geom, camera, meshes.levels[geom.mesh, level], meshes, index, layer, points)
    elif SPHERE <= geom.form <= BOX or geom.form == PLANE:
        draw_solid(geom, camera, index, layer.depths, layer.geom_ids)


@compiled
def _write(geoms, row, first, last, seen, frame, opaque):
    """Write the depths and the segmentation of a row, if they are wanted; those of a transparent geom where it is
    nearer than the depths so far."""
    depths, segmentation = frame.depths, frame.segmentation
    for col in range(first if len(depths) > 0 or len(segmentation) > 0 else last, last):
        k, t = seen.geom_ids[col], seen.depths[col]
        if not opaque and (k < 0 or (len(depths) > 0 and t >= depths[row, col])):
            continue
        if len(depths) > 0:
            depths[row, col] = t
        if len(segmentation) > 0:
            segmentation[row, col] = geoms[k].object_id if k >= 0 else -1


@compiled
def _colour(scene, row, first, last, seen, buffers, part, opaque, pixels):
    """Colour the pixels [first, last) of a row that see something, mixing `part` of it into the picture so far; if
    `opaque`, the others show the sky, or become black."""
    camera, lights, buffer = scene.cameras[len(scene.cameras) - 1], scene.lights, buffers.row
    line, skybox = buffer.values, scene.skybox if opaque else -1
    start, touched = first, False
    while start < last:
        k, end = seen.geom_ids[start], start + 1
        while end < last and seen.geom_ids[end] == k:
            end += 1
        if k >= 0:
            see_geom(scene.geoms[k], camera, row, start, end, seen, scene.textures, scene.meshes, buffer)
        elif skybox >= 0:
            see_sky(camera, row, start, end, scene.textures, skybox, buffer)
        else:
            for col in range(start, end):
                line[LIT, col] = line[EMISSION, col] = line[SPECULAR, col] = ZERO
        touched |= k >= 0 or skybox >= 0
        start = end
    if touched:
        for index in range(len(lights)):
            number = lights[index].shadow_map
            if number >= 0:
                view, shadow_map = scene.cameras[number], buffers.shadows.depths[number]
                cast_shadows(camera, view, row, first, last, seen, shadow_map, buffer.unshadowed[index])
        illuminate(camera, lights, row, first, last, seen.depths, buffer)
    part /= F(255)
    for col in range(first, last):
        if seen.geom_ids[col] >= 0 or skybox >= 0:
            texel = buffer.texels[col]
            _mix(pixels, col, 0, line[LIGHT_RED, col] * F(texel & 255), part)
            _mix(pixels, col, 1, line[LIGHT_GREEN, col] * F(texel >> 8 & 255), part)
            _mix(pixels, col, 2, line[LIGHT_BLUE, col] * F(texel >> 16 & 255), part)
        elif opaque:
            pixels[col, 0], pixels[col, 1], pixels[col, 2] = 0, 0, 0


@compiled
def _mix(pixels, col, channel, value, part):
    """Mix part / 255 of a brightness, 0 to 255, into a channel of a pixel."""
    was = F(_I(pixels[col, channel]))
    pixels[col, channel] = np.uint8(_I(was + part * F(255) * (min(value, F(255)) - was) + HALF))


@compiled
def _endless_floor(geoms, count):
    """The number of the first plane without an end, -1: there is none."""
    for k in range(count):
        if geoms[k].form == PLANE and geoms[k].half[0] <= ZERO and geoms[k].half[1] <= ZERO:
            return k
    return -1


@compiled
def _haze(scene, floor, row, seen, pixels):
    """Draw the haze before the far pixels of a floor without an end in a row, and the floor's end.

    Haze is painted on a ring around the eye that narrows from its own height down to the floor.
    """
    geom, camera, haze, wide = scene.geoms[floor], scene.cameras[len(scene.cameras) - 1], scene.haze, scene.haze[3]
    alpha = F(math.atan2(ONE, wide))
    middle = F(math.sqrt(HALF)) * wide * F(math.sin(alpha)) / F(math.sin(F(0.75 * math.pi) - alpha))
    v, _, _, _ = row_ray(camera, row, geom)
    for col in range(len(seen.geom_ids)):
        if seen.geom_ids[col] != floor:
            continue
        u, t = slope(camera.left, camera.wide, col), seen.depths[col]
        x = t * (geom.ahead[0] + u * geom.right[0] + v * geom.up[0])
        y = t * (geom.ahead[1] + u * geom.right[1] + v * geom.up[1])
        reach = F(math.sqrt(x * x + y * y)) / haze[4]
        if reach < ONE - wide:
            continue
        high = ONE - ONE / (wide + reach)  # where the ring is met, of its height
        part = high / middle if high < middle else (ONE - high) / (ONE - middle)
        part = min(max(part, ZERO), ONE)
        for channel in range(3):
            _mix(pixels, col, channel, F(255) * haze[channel], part)
