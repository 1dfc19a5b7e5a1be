"""What colour a pixel has that sees a thing: its paint or texture, in the light of a model's lamps.

The light is that of MuJoCo's own pictures, worked out at every pixel: what is bright all around, what lamps shine on,
and what glosses. A row of pixels is coloured in passes: what each sees, one after another, then light, for several at
once. Reflections in floors are not drawn.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from .meshes import corner_weights
from .primitives import (
    BOX,
    CAPSULE,
    CYLINDER,
    ELLIPSOID,
    HALF,
    LEAST,
    MOST,
    ONE,
    PLANE,
    TINY,
    ZERO,
    F,
    inside,
    out_of_axes,
    pixels,
)

LAMP = np.dtype(
    [
        ("far", np.int32),  # 1: its light comes from one direction, like the sun's: from where it is put, very far away
        ("at", np.float32, (3,)),
        ("along", np.float32, (3,)),  # the way it shines, of length 1
        ("ambient", np.float32, (3,)),
        ("diffuse", np.float32, (3,)),
        ("specular", np.float32, (3,)),
        ("fading", np.float32, (3,)),  # how its light fades: 1 / (a + b distance + c distance²)
        ("edge", np.float32),  # cosine of the angle beyond which it shines not at all
        ("focus", np.float32),  # how much brighter it is in the middle
        ("dark", np.int32),  # number of the camera that sees what it shines on; -1: it casts no shadows
    ],
    align=True,
)

MIPS = 12
"""Most halvings of a texture."""
IMAGE = np.dtype(
    [
        ("cube", np.int32),  # 1: six faces
        ("width", np.int32),
        ("height", np.int32),  # of one face
        ("levels", np.int32),
        ("starts", np.int32, (MIPS,)),  # where in the texels each level starts: its faces lie one after the other
    ],
    align=True,
)
# What is kept of each pixel of a row between the passes.
NX, NY, NZ, RED, GREEN, BLUE, EMISSION, SPECULAR, POWER, LIT, ACROSS, DOWN, INTO, SIZE = range(14)
LIGHT_RED, LIGHT_GREEN, LIGHT_BLUE, PASSES = 14, 15, 16, 17
_16, _128 = F(16), F(128)
_I = np.int32


def images(pictures: list[tuple[bool, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    """Textures for kernels, (IMAGE records, texels int32): each (is a cube, uint8 (faces, height, width, 3))."""
    records, texels, count = np.zeros(len(pictures), IMAGE), [np.zeros(1, np.int32)], 1
    for record, (cube, faces) in zip(records, pictures, strict=True):
        record["cube"], record["height"], record["width"] = cube, faces.shape[1], faces.shape[2]
        level = 0
        while level < MIPS:
            record["starts"][level] = count
            texels.append(faces.reshape(-1, 3).astype(np.int32) @ np.array([1, 1 << 8, 1 << 16], np.int32))
            count, level = count + len(texels[-1]), level + 1
            height, width = faces.shape[1:3]
            if max(height, width) == 1:
                break
            small = (max(width >> 1, 1), max(height >> 1, 1))
            faces = np.stack([cv2.resize(face, small, interpolation=cv2.INTER_AREA) for face in faces])
        record["levels"] = level
    return records, np.concatenate(texels).astype(np.int32)


@pixels
def look_at(
    thing, camera, v, first, last, depths, seen, texels, pictures, vertices, faces, normals, places, line, found
):
    """Write what the pixels [first, last) of a row see, all of one thing, into `line`, float32 (PASSES, cols), and the
    texels there, red | green << 8 | blue << 16, into `found` (cols,).

    depths, seen (cols,): how far away it is, and which triangle of its mesh, if it has one.
    """
    for col in range(np.uint64(first), np.uint64(last)):
        line[RED, col], line[GREEN, col], line[BLUE, col] = thing.rgba[0], thing.rgba[1], thing.rgba[2]
        line[EMISSION, col], line[SPECULAR, col] = thing.emission, thing.specular
        line[POWER, col], line[LIT, col], found[col] = thing.shininess * _128, ONE, 0xFFFFFF
    if thing.mesh >= 0:
        _look_at_mesh(thing, camera, v, first, last, depths, seen, vertices, faces, normals, places, line)
    elif thing.form == PLANE:
        _look_at_plane(thing, camera, v, first, last, depths, line)
    else:
        _look_at_solid(thing, camera, v, first, last, depths, line)
    if thing.texture >= 0:
        image = pictures[thing.texture]
        if image.cube:
            _around(first, last, line)
        _sample(image, texels, first, last, line, found)


@pixels
def look_up(camera, v, first, last, texels, image, line, found):
    """Write into `line` and `found`, as `look_at` does, that the pixels [first, last) of a row see the sky."""
    bx = camera.ahead[0] + v * camera.up[0]
    by = camera.ahead[1] + v * camera.up[1]
    bz = camera.ahead[2] + v * camera.up[2]
    rx, ry, rz, left, wide = camera.right[0], camera.right[1], camera.right[2], camera.left, camera.wide
    for col in range(np.uint64(first), np.uint64(last)):
        u = left + (F(np.int32(col)) + HALF) * wide
        line[EMISSION, col], line[LIT, col], line[SPECULAR, col] = ONE, ZERO, ZERO
        line[RED, col], line[GREEN, col], line[BLUE, col] = ONE, ONE, ONE
        line[ACROSS, col], line[DOWN, col], line[INTO, col] = bx + u * rx, bz + u * rz, -(by + u * ry)
        line[SIZE, col] = wide * HALF
    _around(first, last, line)
    _sample(image, texels, first, last, line, found)


@inside
def _look_at_plane(thing, camera, v, first, last, depths, line):
    """How a plane looks, and where on its texture."""
    hx, hy, sx, sy = thing.half[0], thing.half[1], thing.repeat[0], thing.repeat[1]
    if hx > ZERO and hy > ZERO:
        sx, sy = (sx, sy) if thing.uniform else (sx / hx, sy / hy)
        from_x, from_y = hx * sx * HALF, hy * sy * HALF
    else:
        from_x, from_y = -HALF, -HALF
    sx, sy = sx * HALF, -sy * HALF
    ox, oy = thing.eye[0], thing.eye[1]
    bx = thing.ahead[0] + v * thing.up[0]
    by = thing.ahead[1] + v * thing.up[1]
    bz = thing.ahead[2] + v * thing.up[2]
    rx, ry, rz, left, wide = thing.right[0], thing.right[1], thing.right[2], camera.left, camera.wide
    nx, ny, nz, rate = thing.axes[2, 0], thing.axes[2, 1], thing.axes[2, 2], max(sx, -sy) * camera.high
    for col in range(np.uint64(first), np.uint64(last)):
        u, t = left + (F(np.int32(col)) + HALF) * wide, depths[col]
        dx, dy, dz = bx + u * rx, by + u * ry, bz + u * rz
        line[ACROSS, col], line[DOWN, col] = from_x + sx * (ox + t * dx), from_y + sy * (oy + t * dy)
        line[INTO, col] = dz
        length = dx * dx + dy * dy + dz * dz
        line[SIZE, col] = t * rate * F(math.sqrt(length)) / max(abs(dz), F(0.02))
        line[NX, col], line[NY, col], line[NZ, col] = nx, ny, nz


@inside
def _look_at_mesh(thing, camera, v, first, last, depths, seen, vertices, faces, normals, places, line):
    """How a mesh looks, and where on its texture."""
    axes = thing.axes
    bx = thing.ahead[0] + v * thing.up[0]
    by = thing.ahead[1] + v * thing.up[1]
    bz = thing.ahead[2] + v * thing.up[2]
    size = max(thing.high[0] - thing.low[0], max(thing.high[1] - thing.low[1], LEAST))
    for col in range(first, last):
        u, t, face = camera.left + (F(col) + HALF) * camera.wide, depths[col], np.uint32(seen[col])
        x = thing.eye[0] + t * (bx + u * thing.right[0])
        y = thing.eye[1] + t * (by + u * thing.right[1])
        z = thing.eye[2] + t * (bz + u * thing.right[2])
        wi, wj, wk = corner_weights(vertices, faces, face, x, y, z)
        nx = wi * normals[face, 0, 0] + wj * normals[face, 1, 0] + wk * normals[face, 2, 0]
        ny = wi * normals[face, 0, 1] + wj * normals[face, 1, 1] + wk * normals[face, 2, 1]
        nz = wi * normals[face, 0, 2] + wj * normals[face, 1, 2] + wk * normals[face, 2, 2]
        length = ONE / max(F(math.sqrt(nx * nx + ny * ny + nz * nz)), TINY)
        nx, ny, nz = nx * length, ny * length, nz * length
        line[NX, col], line[NY, col], line[NZ, col] = out_of_axes(axes, nx, ny, nz)
        line[ACROSS, col], line[DOWN, col], line[INTO, col] = x, y, z
        line[SIZE, col] = t * camera.high / size
        if thing.texture >= 0 and places[face, 0, 0] > -MOST:
            across = wi * places[face, 0, 0] + wj * places[face, 1, 0] + wk * places[face, 2, 0]
            down = wi * places[face, 0, 1] + wj * places[face, 1, 1] + wk * places[face, 2, 1]
            line[ACROSS, col], line[DOWN, col] = across * thing.repeat[0], down * thing.repeat[1]


@inside
def _look_at_solid(thing, camera, v, first, last, depths, line):
    """How a solid of another form looks, and where on its texture."""
    axes, form = thing.axes, thing.form
    hx, hy, hz = thing.half[0], thing.half[1], thing.half[2]
    ix, iy, iz = ONE / hx, ONE / hy, ONE / hz
    sx, sy = thing.repeat[0], thing.repeat[1]
    if thing.uniform:
        sx, sy = sx * hx, sy * hy
    bx = thing.ahead[0] + v * thing.up[0]
    by = thing.ahead[1] + v * thing.up[1]
    bz = thing.ahead[2] + v * thing.up[2]
    for col in range(first, last):
        u, t = camera.left + (F(col) + HALF) * camera.wide, depths[col]
        x = thing.eye[0] + t * (bx + u * thing.right[0])
        y = thing.eye[1] + t * (by + u * thing.right[1])
        z = thing.eye[2] + t * (bz + u * thing.right[2])
        nx, ny, nz = x, y, z
        if form == BOX:
            wide, deep, high = abs(x) * ix, abs(y) * iy, abs(z) * iz
            if wide >= deep and wide >= high:
                ny = nz = ZERO
            elif deep >= high:
                nx = nz = ZERO
            else:
                nx = ny = ZERO
        elif form == CYLINDER:
            if abs(z) * iz * hx > F(math.sqrt(x * x + y * y)):
                nx = ny = ZERO
            else:
                nz = ZERO
        elif form == CAPSULE:
            nz -= min(max(z, -hz), hz)
        elif form == ELLIPSOID:
            nx, ny, nz = x * ix * ix, y * iy * iy, z * iz * iz
        length = ONE / max(F(math.sqrt(nx * nx + ny * ny + nz * nz)), TINY)
        nx, ny, nz = nx * length, ny * length, nz * length
        line[NX, col], line[NY, col], line[NZ, col] = out_of_axes(axes, nx, ny, nz)
        if thing.texture >= 0:
            line[ACROSS, col], line[DOWN, col], line[INTO, col] = x * ix, y * iy, z * iz
            line[SIZE, col] = t * camera.high * max(ix, iy) * HALF
            if not thing.cube:
                across, down = x * ix, -z * iz
                if form != BOX:
                    across = F(math.atan2(y, x)) * F(1 / math.pi)
                elif nx != ZERO:
                    across = y * iy
                elif nz != ZERO:
                    down = -y * iy
                line[ACROSS, col], line[DOWN, col] = sx * (across + ONE) * HALF, sy * (down + ONE) * HALF
                line[SIZE, col] *= max(sx, sy)


@inside
def _around(first, last, line):
    """From directions (across, down, into) to the face of a cube that they meet, and where on it."""
    for col in range(np.uint64(first), np.uint64(last)):
        x, y, z = line[ACROSS, col], line[DOWN, col], line[INTO, col]
        wide, high, deep = abs(x), abs(y), abs(z)
        by_x = (wide >= high) & (wide >= deep)
        by_y = (not by_x) & (high >= deep)
        most = max(wide, max(high, deep))
        scale = HALF * F(0.9999) / max(most, LEAST)
        across = (-z if x > ZERO else z) if by_x else x if by_y else (x if z > ZERO else -x)
        down = (z if y > ZERO else -z) if by_y else -y
        line[ACROSS, col], line[DOWN, col] = HALF + across * scale, HALF + down * scale
        line[INTO, col] = (
            (ZERO if x > ZERO else ONE)
            if by_x
            else (F(2) if y > ZERO else F(3))
            if by_y
            else (F(4) if z > ZERO else F(5))
        )


@inside
def _sample(image, texels, first, last, line, found):
    """The texels of an image at (across, down), in images, of which a pixel covers the part `size`."""
    wide, high, levels, is_cube = image.width, image.height, image.levels, image.cube
    longest = F(max(wide, high)) * F(1.4)
    starts = image.starts
    level, covers = 0, ONE
    for col in range(first, last):
        size = line[SIZE, col] * longest
        while size >= covers * F(2) and level + 1 < levels:  # it changes little from pixel to pixel
            level, covers = level + 1, covers * F(2)
        while size < covers and level > 0:
            level, covers = level - 1, covers * HALF
        width, height = max(wide >> level, 1), max(high >> level, 1)
        x, y = line[ACROSS, col], line[DOWN, col]
        x, y = x - F(_I(x)), y - F(_I(y))
        at_x, at_y = _I((x + ONE if x < ZERO else x) * F(width)), _I((y + ONE if y < ZERO else y) * F(height))
        # Within the image even if a broken simulation has no numbers to give.
        row = min(max(at_y, 0), height - 1) + (_I(line[INTO, col]) * height if is_cube else 0)
        found[col] = texels[np.uint32(starts[level] + row * width + min(max(at_x, 0), width - 1))]


@pixels
def shadows(camera, view, v, first, last, depths, names, dark, open_):
    """Write into open_ (cols,) how much of a lamp's light, 0 to 1, gets to the pixels [first, last) of a row.

    view: the lamp's camera, which sees no farther than dark float32 (rows, cols).
    """
    rows, cols = dark.shape
    bx = camera.ahead[0] + v * camera.up[0]
    by = camera.ahead[1] + v * camera.up[1]
    bz = camera.ahead[2] + v * camera.up[2]
    ox, oy, oz = (camera.eye[0] - view.eye[0]), (camera.eye[1] - view.eye[1]), (camera.eye[2] - view.eye[2])
    for col in range(first, last):
        open_[col] = ONE
        if names[col] < 0:
            continue
        u, t = camera.left + (F(col) + HALF) * camera.wide, depths[col]
        x = ox + t * (bx + u * camera.right[0])
        y = oy + t * (by + u * camera.right[1])
        z = oz + t * (bz + u * camera.right[2])
        depth = x * view.ahead[0] + y * view.ahead[1] + z * view.ahead[2]
        if depth <= view.near:
            continue
        part = ONE / depth
        across = ((x * view.right[0] + y * view.right[1] + z * view.right[2]) * part - view.left) / view.wide - HALF
        down = (view.top - (x * view.up[0] + y * view.up[1] + z * view.up[2]) * part) / view.high - HALF
        if not (ZERO <= across < F(cols - 1) and ZERO <= down < F(rows - 1)):
            continue
        at_x, at_y = _I(across), _I(down)
        px, py = across - F(at_x), down - F(at_y)
        depth -= F(3) * depth * view.wide  # nothing shades itself
        one = ONE - px if dark[at_y, at_x] < depth else ZERO
        one += px if dark[at_y, at_x + 1] < depth else ZERO
        two = ONE - px if dark[at_y + 1, at_x] < depth else ZERO
        two += px if dark[at_y + 1, at_x + 1] < depth else ZERO
        open_[col] = ONE - (one + py * (two - one))


@pixels
def light(camera, lamps, v, first, last, depths, open_, line):
    """Write into a row's `line`, [first, last), how bright its pixels are, by what `look` found.

    depths (cols,); open_ (lamps, cols): how much of each lamp's light gets there.
    """
    for col in range(np.uint64(first), np.uint64(last)):
        for channel in range(3):
            line[LIGHT_RED + channel, col] = line[EMISSION, col] * line[RED + channel, col]
    bx = camera.ahead[0] + v * camera.up[0]
    by = camera.ahead[1] + v * camera.up[1]
    bz = camera.ahead[2] + v * camera.up[2]
    rx, ry, rz = camera.right[0], camera.right[1], camera.right[2]
    ox, oy, oz, left, wide = camera.eye[0], camera.eye[1], camera.eye[2], camera.left, camera.wide
    for number in range(len(lamps)):
        lamp = lamps[number]
        ax, ay, az, lamp_x, lamp_y, lamp_z = (
            lamp.along[0], lamp.along[1], lamp.along[2], lamp.at[0], lamp.at[1], lamp.at[2]
        )  # fmt: skip
        fade, fade_by, fade_more, edge, focus = (
            lamp.fading[0],
            lamp.fading[1],
            lamp.fading[2],
            lamp.edge,
            lamp.focus / _16,
        )
        lamp_red, lamp_green, lamp_blue = lamp.ambient[0], lamp.ambient[1], lamp.ambient[2]
        diffuse_red, diffuse_green, diffuse_blue = lamp.diffuse[0], lamp.diffuse[1], lamp.diffuse[2]
        gloss_red, gloss_green, gloss_blue = lamp.specular[0], lamp.specular[1], lamp.specular[2]
        for col in range(np.uint64(first), np.uint64(last)):
            u, t = left + (F(np.int32(col)) + HALF) * wide, depths[col]
            dx, dy, dz = bx + u * rx, by + u * ry, bz + u * rz
            lx, ly, lz = lamp_x - (ox + t * dx), lamp_y - (oy + t * dy), lamp_z - (oz + t * dz)
            reach = F(math.sqrt(lx * lx + ly * ly + lz * lz))
            part = ONE / reach
            lx, ly, lz = lx * part, ly * part, lz * part
            middle = -(lx * ax + ly * ay + lz * az)
            # (1 - p e / 16) to the 16th is near (1 - e) to the p, and quicker.
            beam = max(ONE - focus * (ONE - middle), ZERO)
            beam *= beam
            beam *= beam
            beam *= beam
            beam *= beam
            beam /= fade + reach * (fade_by + reach * fade_more)
            beam = line[LIT, col] * (beam if middle >= edge else ZERO)
            nx, ny, nz = line[NX, col], line[NY, col], line[NZ, col]
            cosine = nx * lx + ny * ly + nz * lz
            direct = beam * open_[number, col] * (ONE if cosine > ZERO else ZERO)
            away = ONE / F(math.sqrt(dx * dx + dy * dy + dz * dz))
            hx, hy, hz = lx - dx * away, ly - dy * away, lz - dz * away
            half = (nx * hx + ny * hy + nz * hz) / F(math.sqrt(max(hx * hx + hy * hy + hz * hz, TINY)))
            gloss = max(ONE - line[POWER, col] / _16 * (ONE - half), ZERO)
            gloss *= gloss
            gloss *= gloss
            gloss *= gloss
            gloss *= gloss
            gloss *= line[SPECULAR, col] * direct
            cosine *= direct
            # Each lamp's light by itself is no brighter than white, as MuJoCo draws it.
            line[LIGHT_RED, col] += min(
                line[RED, col] * (beam * lamp_red + cosine * diffuse_red) + gloss * gloss_red, ONE
            )
            line[LIGHT_GREEN, col] += min(
                line[GREEN, col] * (beam * lamp_green + cosine * diffuse_green) + gloss * gloss_green, ONE
            )
            line[LIGHT_BLUE, col] += min(
                line[BLUE, col] * (beam * lamp_blue + cosine * diffuse_blue) + gloss * gloss_blue, ONE
            )
