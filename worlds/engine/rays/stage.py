"""Drawing one frame of things: where they are, which of them each pixel sees, and then each pixel's colour, once."""

import math

import numpy as np

from .colours import EMISSION, LIGHT_BLUE, LIGHT_GREEN, LIGHT_RED, LIT, SPECULAR, light, look, look_up
from .forms import (
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
from .meshes import draw_mesh, level_for

_I = np.int32
_SUN = F(1e4)
"""Metres to lamps whose light comes from one direction."""
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
def span(thing, ax, ay, az, bx, by, bz, radius):
    """Make a thing the capsule between two points."""
    x, y, z = bx - ax, by - ay, bz - az
    length = max(F(math.sqrt(x * x + y * y + z * z)), LEAST)
    x, y, z = x / length, y / length, z / length
    thing.form = CAPSULE
    thing.half[0], thing.half[1], thing.half[2] = radius, radius, length * HALF
    thing.at[0], thing.at[1], thing.at[2] = (ax + bx) * HALF, (ay + by) * HALF, (az + bz) * HALF
    # Any direction square to it: the world's axis that it is least along, without its part along the capsule.
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
    thing.axes[0, 0], thing.axes[0, 1], thing.axes[0, 2] = px, py, pz
    thing.axes[1, 0], thing.axes[1, 1], thing.axes[1, 2] = y * pz - z * py, z * px - x * pz, x * py - y * px
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
def shine_from(lamps, numbers, at, along, cameras):
    """Put lamps where MuJoCo has its lights; the number -1 is the lamp on the camera."""
    camera = cameras[0]
    for index in range(len(lamps)):
        lamp, number = lamps[index], numbers[index]
        for axis in range(3):
            lamp.along[axis] = camera.ahead[axis] if number < 0 else F(along[number, axis])
            if lamp.far:
                lamp.at[axis] = camera.eye[axis] - _SUN * lamp.along[axis]
            else:
                lamp.at[axis] = F(at[number, axis])


@pixels
def draw(
    things, count, cameras, lamps, texels, pictures, heaven, haze, levels, vertices, faces, normals, places,
    points, depths, names, seen, more_depths, more_names, order, line, look_texels, open_, frame, depth, marks,
):  # fmt: skip
    """Draw `count` things into frame uint8 (rows, cols, 3), depth float32 and marks int32 (rows, cols; or of no rows).

    cameras (1,). heaven: number of the sky's picture, -1: none. haze: (its red, green, blue, how far it reaches, how
    far away the sky is). levels to places: of the meshes, see meshes.py. points to open_: room.
    """
    camera = cameras[0]
    rows, cols = names.shape
    for row in range(rows):
        for col in range(cols):
            depths[row, col], names[row, col] = camera.far, -1
    later = 0
    for k in range(count):
        thing = things[k]
        if thing.rgba[3] > ZERO and aim(thing, camera, rows, cols):
            if thing.rgba[3] < _CLEAR or (thing.form == PLANE and thing.eye[2] < ZERO):
                order[later] = k
                later += 1
            else:
                _see(thing, k, camera, levels, vertices, faces, points, depths, names, seen)
    floor = _first_floor(things, count) if heaven >= 0 else -1
    for row in range(rows):
        _colour(
            things, 0, cols, camera, lamps, texels, pictures, heaven, vertices, faces, normals, places,
            depths[row], names[row], seen[row], row, line, look_texels, open_, ONE, frame[row],
        )  # fmt: skip
        if floor >= 0:
            _haze(things[floor], floor, camera, haze, row, depths[row], names[row], frame[row])
    for row in range(len(depth)):
        for col in range(cols):
            depth[row, col] = depths[row, col]
    for row in range(len(marks)):
        for col in range(cols):
            marks[row, col] = things[names[row, col]].number if names[row, col] >= 0 else -1
    _sort(things, order, later)
    for index in range(later):
        k = order[index]
        thing = things[k]
        first, last = thing.first_col, thing.last_col
        for row in range(thing.first_row, thing.last_row):
            for col in range(first, last):
                more_depths[row, col], more_names[row, col] = depths[row, col], -1
        _see(thing, k, camera, levels, vertices, faces, points, more_depths, more_names, seen)
        part = thing.rgba[3] * (_BACK if thing.form == PLANE and thing.eye[2] < ZERO else ONE)
        part = ONE - (ONE - part) * (ONE - part)  # MuJoCo draws each such thing twice
        for row in range(thing.first_row, thing.last_row):
            _colour(
                things, first, last, camera, lamps, texels, pictures, -1, vertices, faces, normals, places,
                more_depths[row], more_names[row], seen[row], row, line, look_texels, open_, part, frame[row],
            )  # fmt: skip
        for row in range(thing.first_row if len(marks) > 0 else thing.last_row, thing.last_row):
            for col in range(first, last):
                if more_names[row, col] >= 0:
                    marks[row, col] = thing.number


@pixels
def _colour(
    things, first, last, camera, lamps, texels, pictures, heaven, vertices, faces, normals, places,
    depths, names, seen, row, line, look_texels, open_, part, frame,
):  # fmt: skip
    """Colour the pixels [first, last) of a row that see something, mixing `part` of it into what is there."""
    v = camera.top - (F(row) + HALF) * camera.high
    touched = False
    for col in range(first, last):
        u = camera.left + (F(col) + HALF) * camera.wide
        k = names[col]
        if k >= 0:
            touched = True
            look_texels[col] = look(
                things[k], camera, u, v, depths[col], seen[col], texels, pictures, vertices, faces, normals, places,
                line, col,
            )  # fmt: skip
        elif heaven >= 0:
            touched = True
            look_texels[col] = look_up(camera, pictures[heaven], texels, u, v, line, col)
        else:
            line[LIT, col] = line[EMISSION, col] = line[SPECULAR, col] = ZERO
            look_texels[col] = 0
    if touched:
        light(camera, lamps, v, first, last, depths, open_, line)
    part /= F(255)
    for col in range(first, last):
        if names[col] >= 0 or heaven >= 0:
            texel = look_texels[col]
            _mix(frame, col, 0, line[LIGHT_RED, col] * F(texel & 255), part)
            _mix(frame, col, 1, line[LIGHT_GREEN, col] * F(texel >> 8 & 255), part)
            _mix(frame, col, 2, line[LIGHT_BLUE, col] * F(texel >> 16 & 255), part)
        elif part == F(1 / 255):
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
        level = level_for(thing, camera, levels[thing.mesh])
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


@pixels
def _sort(things, order, count):
    """Bring the farthest of these things to the front of `order`."""
    for index in range(1, count):
        k, at = order[index], index
        while at > 0 and things[order[at - 1]].distance < things[k].distance:
            order[at] = order[at - 1]
            at -= 1
        order[at] = k
