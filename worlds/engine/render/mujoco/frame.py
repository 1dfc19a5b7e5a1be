"""Drawing one frame of things: where they are, which of them each pixel sees, and then each pixel's colour, once."""

import math

import numpy as np

from .meshes import draw_mesh, level_for
from .primitives import (
    BOX,
    CAPSULE,
    CYLINDER,
    FIELD,
    HALF,
    LEAST,
    MESH,
    ONE,
    PLANE,
    SPHERE,
    ZERO,
    F,
    aim,
    bound,
    pixels,
    see,
)
from .shading import EMISSION, LIGHT_BLUE, LIGHT_GREEN, LIGHT_RED, LIT, SPECULAR, light, look_at, look_up, shadows

_I = np.int32
_SUN = F(1e4)
"""Metres to lamps whose light comes from one direction."""
_FAR = F(0.5)
"""And to their cameras, of how far one sees."""
_CLEAR, _BACK = F(0.995), F(0.3)
"""Opacity below which one sees through a thing, and that of a plane's underside."""


@pixels
def place(things, first, numbers, at, axes, sizes, paints, materials, material_paints):
    """Put geoms, or sites, of these numbers where MuJoCo has them, in things from `first` on."""
    for index in range(len(numbers)):
        thing, number = things[first + index], numbers[index]
        for axis in range(3):
            thing.at[axis] = F(at[number, axis])
            for other in range(3):
                thing.axes[other, axis] = F(axes[number, 3 * axis + other])
        paint(thing, paints[number], materials[number], material_paints)
        if thing.form == MESH or thing.form == FIELD:
            continue
        a, b, c = F(sizes[number, 0]), F(sizes[number, 1]), F(sizes[number, 2])
        if thing.form == SPHERE:
            b, c = a, a
        elif thing.form == CAPSULE or thing.form == CYLINDER:
            b, c = a, b
        thing.half[0], thing.half[1], thing.half[2] = a, b, c
        bound(thing)


@pixels
def paint(thing, rgba, material, material_paints):
    """Paint a thing by its own colour, or by its material's if it has none of its own."""
    own = rgba[0] != HALF or rgba[1] != HALF or rgba[2] != HALF or rgba[3] != ONE or material < 0
    for channel in range(4):
        thing.rgba[channel] = rgba[channel] if own else material_paints[material, channel]


@pixels
def squared_distance_to(x, y, z):
    """Two directions that are square to one of length 1 and to each other: x, y, z of each."""
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


@pixels
def span(thing, ax, ay, az, bx, by, bz, radius):
    """Make a thing the capsule between two points."""
    x, y, z = bx - ax, by - ay, bz - az
    length = max(F(math.sqrt(x * x + y * y + z * z)), LEAST)
    x, y, z = x / length, y / length, z / length
    thing.form = CAPSULE
    thing.half[0], thing.half[1], thing.half[2] = radius, radius, length * HALF
    thing.at[0], thing.at[1], thing.at[2] = (ax + bx) * HALF, (ay + by) * HALF, (az + bz) * HALF
    px, py, pz, qx, qy, qz = squared_distance_to(x, y, z)
    thing.axes[0, 0], thing.axes[0, 1], thing.axes[0, 2] = px, py, pz
    thing.axes[1, 0], thing.axes[1, 1], thing.axes[1, 2] = qx, qy, qz
    thing.axes[2, 0], thing.axes[2, 1], thing.axes[2, 2] = x, y, z
    bound(thing)


@pixels
def string(things, first, tendons, starts, counts, points, wraps, widths, paints, materials, material_paints):
    """Put the straight pieces of these tendons as things from `first` on. Returns how many things there are then."""
    for index in range(len(tendons)):
        number = tendons[index]
        for at in range(starts[number], starts[number] + counts[number] - 1):
            if wraps[at] == -2 or wraps[at + 1] == -2 or first >= len(things):  # between pulleys there is no string
                continue
            width = F(widths[number]) * (HALF if wraps[at] >= 0 and wraps[at + 1] >= 0 else ONE)
            thing = things[first]
            span(
                thing, F(points[at, 0]), F(points[at, 1]), F(points[at, 2]),
                F(points[at + 1, 0]), F(points[at + 1, 1]), F(points[at + 1, 2]), width,
            )  # fmt: skip
            paint(thing, paints[number], materials[number], material_paints)
            first += 1
    return first


@pixels
def aim_lamps(lamps, numbers, at, along, cameras):
    """Put lamps where MuJoCo has its lights, and their cameras; the number -1 is the lamp on the camera, the last."""
    camera = cameras[len(cameras) - 1]
    for index in range(len(lamps)):
        lamp, number = lamps[index], numbers[index]
        for axis in range(3):
            lamp.along[axis] = camera.ahead[axis] if number < 0 else F(along[number, axis])
            lamp.at[axis] = camera.eye[axis] if number < 0 else F(at[number, axis])
        view = cameras[max(lamp.dark, 0)]
        if lamp.dark >= 0:
            for axis in range(3):
                view.eye[axis] = lamp.at[axis] - (_FAR * view.far * lamp.along[axis] if lamp.far else ZERO)
            face_along(view, lamp.along[0], lamp.along[1], lamp.along[2])
        if lamp.far:
            for axis in range(3):
                lamp.at[axis] = camera.eye[axis] - _SUN * lamp.along[axis]


@pixels
def face_along(camera, x, y, z):
    """Turn a camera to look along a direction of length 1."""
    px, py, pz, qx, qy, qz = squared_distance_to(x, y, z)
    camera.ahead[0], camera.ahead[1], camera.ahead[2] = x, y, z
    camera.up[0], camera.up[1], camera.up[2] = px, py, pz
    camera.right[0], camera.right[1], camera.right[2] = -qx, -qy, -qz


@pixels
def draw(
    things, count, cameras, lamps, texels, pictures, heaven, haze, levels, vertices, faces, normals, places, points,
    depths, names, seen, more_depths, more_names, dark, dark_names, dark_seen, order, line, found, open_,
    frame, depth, marks,
):  # fmt: skip
    """Draw `count` things into frame uint8 (rows, cols, 3), depth float32 and marks int32 (rows, cols; or of no rows).

    cameras: those of lamps that cast shadows, then the one whose picture it is. heaven: number of the sky's picture,
    -1: none. haze: (its red, green, blue, how far it reaches, how far away the sky is). levels to places: of the
    meshes, see meshes.py. points to open_: room.
    """
    floor = _first_floor(things, count) if heaven >= 0 else -1
    for view in range(len(cameras)):
        camera, pictured = cameras[view], view == len(cameras) - 1
        ahead, who, face = (depths, names, seen) if pictured else (dark[view], dark_names, dark_seen)
        rows, cols = who.shape
        for row in range(rows):
            for col in range(cols):
                ahead[row, col], who[row, col] = camera.far, -1
        opaque, clear = _sort_out(things, count, camera, rows, cols, pictured, order)
        # First all that is opaque, then what one sees through, one by one from the back.
        for layer in range(clear + 1 if pictured else 1):
            first, last = (0, opaque) if layer == 0 else (len(order) - layer, len(order) - layer + 1)
            thing = things[order[first]]
            top, bottom, left, right, part = 0, rows, 0, cols, ONE
            if layer > 0:
                top, bottom, left, right = thing.first_row, thing.last_row, thing.first_col, thing.last_col
                for row in range(top, bottom):
                    for col in range(left, right):
                        more_depths[row, col], more_names[row, col] = depths[row, col], -1
                ahead, who = more_depths, more_names
                part = thing.rgba[3] * (_BACK if thing.form == PLANE and thing.eye[2] < ZERO else ONE)
                part = ONE - (ONE - part) * (ONE - part)  # MuJoCo draws each such thing twice
            for index in range(first, last):
                _see(things[order[index]], order[index], camera, levels, vertices, faces, points, ahead, who, face)
            if not pictured:
                continue
            for row in range(top, bottom):
                _colour(
                    things, left, right, cameras, lamps, texels, pictures, heaven if layer == 0 else -1, vertices,
                    faces, normals, places, ahead[row], who[row], seen[row], row, dark, line, found, open_, part,
                    layer == 0, frame[row],
                )  # fmt: skip
                if layer == 0 and floor >= 0:
                    _haze(things[floor], floor, camera, haze, row, depths[row], names[row], frame[row])
                for col in range(left if len(depth) > 0 or len(marks) > 0 else right, right):
                    k, t = who[row, col], ahead[row, col]
                    if layer > 0 and (k < 0 or (len(depth) > 0 and t >= depth[row, col])):
                        continue
                    if len(depth) > 0:
                        depth[row, col] = t
                    if len(marks) > 0:
                        marks[row, col] = things[k].number if k >= 0 else -1


@pixels
def _sort_out(things, count, camera, rows, cols, pictured, order):
    """Write into `order` the numbers of the things that a camera may see: those that are opaque at its beginning, those
    that one sees through at its end, the farthest last. Returns how many there are of either.

    A lamp's camera (pictured: False) sees no planes and no height fields.
    """
    opaque = clear = 0
    for k in range(count):
        thing = things[k]
        if thing.rgba[3] <= ZERO or not (pictured or (thing.form != PLANE and thing.form != FIELD)):
            continue
        if not aim(thing, camera, rows, cols):
            continue
        if thing.rgba[3] >= _CLEAR and (thing.form != PLANE or thing.eye[2] >= ZERO):
            order[opaque] = k
            opaque += 1
        else:
            at = len(order) - 1 - clear
            while at < len(order) - 1 and things[order[at + 1]].distance < thing.distance:
                order[at] = order[at + 1]
                at += 1
            order[at] = k
            clear += 1
    return opaque, clear


@pixels
def _colour(
    things, first, last, cameras, lamps, texels, pictures, heaven, vertices, faces, normals, places,
    depths, names, seen, row, dark, line, found, open_, part, whole, frame,
):  # fmt: skip
    """Colour the pixels [first, last) of a row that see something, mixing `part` of it into what is there; if
    `whole`, what sees nothing becomes black."""
    camera = cameras[len(cameras) - 1]
    v = camera.top - (F(row) + HALF) * camera.high
    start, touched = first, False
    while start < last:
        k, end = names[start], start + 1
        while end < last and names[end] == k:
            end += 1
        if k >= 0:
            look_at(
                things[k], camera, v, start, end, depths, seen, texels, pictures, vertices, faces, normals, places,
                line, found,
            )  # fmt: skip
        elif heaven >= 0:
            look_up(camera, v, start, end, texels, pictures[heaven], line, found)
        else:
            for col in range(start, end):
                line[LIT, col] = line[EMISSION, col] = line[SPECULAR, col] = ZERO
        touched |= k >= 0 or heaven >= 0
        start = end
    if touched:
        for index in range(len(lamps)):
            view = lamps[index].dark
            if view >= 0:
                shadows(camera, cameras[view], v, first, last, depths, names, dark[view], open_[index])
        light(camera, lamps, v, first, last, depths, open_, line)
    part /= F(255)
    for col in range(first, last):
        if names[col] >= 0 or heaven >= 0:
            texel = found[col]
            _mix(frame, col, 0, line[LIGHT_RED, col] * F(texel & 255), part)
            _mix(frame, col, 1, line[LIGHT_GREEN, col] * F(texel >> 8 & 255), part)
            _mix(frame, col, 2, line[LIGHT_BLUE, col] * F(texel >> 16 & 255), part)
        elif whole:
            frame[col, 0], frame[col, 1], frame[col, 2] = 0, 0, 0


@pixels
def _mix(frame, col, channel, value, part):
    """Mix part / 255 of a brightness, 0 to 255, into a channel of a pixel."""
    was = F(_I(frame[col, channel]))
    frame[col, channel] = np.uint8(_I(was + part * F(255) * (min(value, F(255)) - was) + HALF))


@pixels
def _see(thing, name, camera, levels, vertices, faces, points, depths, names, seen):
    """Find the pixels that see a thing of any form."""
    if thing.mesh >= 0:
        level = thing.level if thing.level >= 0 else level_for(thing, camera, levels[thing.mesh])
        draw_mesh(thing, camera, levels[thing.mesh, level], vertices, faces, name, depths, names, seen, points)
    elif SPHERE <= thing.form <= BOX or thing.form == PLANE:
        see(thing, camera, name, depths, names)


@pixels
def _first_floor(things, count):
    """The number of the first plane without end, -1: there is none."""
    for k in range(count):
        if things[k].form == PLANE and things[k].half[0] <= ZERO and things[k].half[1] <= ZERO:
            return k
    return -1


@pixels
def _haze(floor, name, camera, haze, row, depths, names, frame):
    """Draw the haze before the far pixels of a floor without end in a row, and the floor's end.

    Haze is painted on a ring around the eye that narrows from its own height down to the floor.
    """
    v, wide = camera.top - (F(row) + HALF) * camera.high, haze[3]
    alpha = F(math.atan2(ONE, wide))
    middle = F(math.sqrt(HALF)) * wide * F(math.sin(alpha)) / F(math.sin(F(0.75 * math.pi) - alpha))
    for col in range(len(names)):
        if names[col] != name:
            continue
        u, t = camera.left + (F(col) + HALF) * camera.wide, depths[col]
        x = t * (floor.ahead[0] + u * floor.right[0] + v * floor.up[0])
        y = t * (floor.ahead[1] + u * floor.right[1] + v * floor.up[1])
        reach = F(math.sqrt(x * x + y * y)) / haze[4]
        if reach < ONE - wide:
            continue
        high = ONE - ONE / (wide + reach)  # where the ring is met, of its height
        part = high / middle if high < middle else (ONE - high) / (ONE - middle)
        part = min(max(part, ZERO), ONE)
        for channel in range(3):
            _mix(frame, col, channel, F(255) * haze[channel], part)
