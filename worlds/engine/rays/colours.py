"""What colour a pixel has that sees a thing: its paint or texture, in the light of a model's lamps.

The light is that of MuJoCo's own pictures, worked out at every pixel: what is bright all around, what lamps shine on and
where that glosses. A row of pixels is coloured in passes: what each sees, one after another, then light, for several at
once. Reflections in floors are not drawn.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from .forms import BOX, CAPSULE, CYLINDER, HALF, LEAST, ONE, PLANE, TINY, ZERO, F, out_of_axes, pixels
from .meshes import corner_weights

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
NX, NY, NZ, RED, GREEN, BLUE, EMISSION, SPECULAR, POWER, LIT, LIGHT_RED, LIGHT_GREEN, LIGHT_BLUE = range(13)
PASSES = 13
_255, _16, _128 = F(255), F(16), F(128)
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
def _texel(image, texels, face, across, down, size):
    """The texel, red | green << 8 | blue << 16, at (across, down) of a texture of which a pixel covers the part `size`."""
    level, covered = 0, size * F(max(image.width, image.height))
    while covered > F(1.5) and level + 1 < image.levels:
        level, covered = level + 1, covered * HALF
    width, height = max(image.width >> level, 1), max(image.height >> level, 1)
    x, y = across - F(math.floor(across)), down - F(math.floor(down))
    col, row = min(_I(x * F(width)), width - 1), min(_I(y * F(height)), height - 1)
    return texels[np.uint32(image.starts[level] + (face * height + row) * width + col)]


@pixels
def _cube(image, texels, x, y, z, size):
    """The texel of a texture around a cube that is looked at from its middle along (x, y, z)."""
    wide, high, deep = abs(x), abs(y), abs(z)
    if wide >= high and wide >= deep:
        face, across, down, most = (0, -z, -y, wide) if x > ZERO else (1, z, -y, wide)
    elif high >= deep:
        face, across, down, most = (2, x, z, high) if y > ZERO else (3, x, -z, high)
    else:
        face, across, down, most = (4, x, -y, deep) if z > ZERO else (5, -x, -y, deep)
    scale = HALF * F(0.9999) / max(most, LEAST)
    return _texel(image, texels, face, HALF + across * scale, HALF + down * scale, size)


@pixels
def _normal(thing, x, y, z):
    """Which way the surface of a thing's form looks at a point of it, all in its axes; of any length."""
    hx, hy, hz = thing.half[0], thing.half[1], thing.half[2]
    if thing.form == PLANE:
        return ZERO, ZERO, ONE
    if thing.form == BOX:
        ax, ay, az = abs(x) / hx, abs(y) / hy, abs(z) / hz
        if ax >= ay and ax >= az:
            return (ONE if x > ZERO else -ONE), ZERO, ZERO
        if ay >= az:
            return ZERO, (ONE if y > ZERO else -ONE), ZERO
        return ZERO, ZERO, (ONE if z > ZERO else -ONE)
    if thing.form == CYLINDER:
        if abs(z) / hz * hx > F(math.sqrt(x * x + y * y)):
            return ZERO, ZERO, (ONE if z > ZERO else -ONE)
        return x, y, ZERO
    if thing.form == CAPSULE:
        return x, y, z - min(max(z, -hz), hz)
    return x / (hx * hx), y / (hy * hy), z / (hz * hz)


@pixels
def _place(thing, nx, ny, x, y, z):
    """Where on its texture a point of a thing's form lies, in textures."""
    hx, hy = thing.half[0], thing.half[1]
    sx, sy = thing.repeat[0], thing.repeat[1]
    if thing.uniform:
        sx, sy = (sx * hx if hx > ZERO else sx), (sy * hy if hy > ZERO else sy)
    if thing.form == PLANE:
        if hx > ZERO and hy > ZERO:
            return sx * (x / hx + ONE) * HALF, sy * (ONE - (y / hy + ONE) * HALF)
        return sx * x * HALF - HALF, -sy * y * HALF - HALF
    if thing.form == BOX:
        fx, fy, fz = x / hx, y / hy, z / thing.half[2]
        if nx != ZERO:
            return sx * (fy + ONE) * HALF, sy * (ONE - (fz + ONE) * HALF)
        if ny != ZERO:
            return sx * (fx + ONE) * HALF, sy * (ONE - (fz + ONE) * HALF)
        return sx * (fx + ONE) * HALF, sy * (ONE - (fy + ONE) * HALF)
    turn = F(math.atan2(y, x)) * F(1 / (2 * math.pi))
    return sx * turn, sy * (ONE - z / thing.high[2]) * HALF


@pixels
def _textured(thing, image, texels, places, face, wi, wj, wk, nx, ny, x, y, z, footprint):
    """The texel at a point of a thing, of which a pixel covers `footprint` metres."""
    size = max(thing.high[0] - thing.low[0], max(thing.high[1] - thing.low[1], LEAST))
    if image.cube:
        if thing.mesh < 0 and not thing.uniform:
            hz = thing.high[2]
            x, y, z = x / thing.half[0], y / thing.half[1], (z / hz if hz > ZERO else z)
        return _cube(image, texels, x, y, z, footprint / size)
    if thing.mesh >= 0:
        across = wi * places[face, 0, 0] + wj * places[face, 1, 0] + wk * places[face, 2, 0]
        down = wi * places[face, 0, 1] + wj * places[face, 1, 1] + wk * places[face, 2, 1]
        return _texel(image, texels, 0, across * thing.repeat[0], down * thing.repeat[1], footprint / size)
    across, down = _place(thing, nx, ny, x, y, z)
    if thing.form == PLANE and not (thing.half[0] > ZERO and thing.half[1] > ZERO):
        rate = HALF * max(thing.repeat[0], thing.repeat[1])
    else:
        rate = max(thing.repeat[0], thing.repeat[1]) * (HALF if thing.uniform else ONE / size)
    return _texel(image, texels, 0, across, down, footprint * rate)


@pixels
def look(thing, camera, u, v, t, face, texels, pictures, vertices, faces, normals, places, line, col):
    """Write into column `col` of `line`, float32 (PASSES, cols), what is seen at depth t by the camera's ray (u, v).

    face: of its mesh, if it has one. Returns its texel.
    """
    dx = thing.ahead[0] + u * thing.right[0] + v * thing.up[0]
    dy = thing.ahead[1] + u * thing.right[1] + v * thing.up[1]
    dz = thing.ahead[2] + u * thing.right[2] + v * thing.up[2]
    x, y, z = thing.eye[0] + t * dx, thing.eye[1] + t * dy, thing.eye[2] + t * dz
    wi, wj, wk = ONE, ZERO, ZERO
    if thing.mesh >= 0:
        wi, wj, wk = corner_weights(vertices, faces, face, x, y, z)
        nx = wi * normals[face, 0, 0] + wj * normals[face, 1, 0] + wk * normals[face, 2, 0]
        ny = wi * normals[face, 0, 1] + wj * normals[face, 1, 1] + wk * normals[face, 2, 1]
        nz = wi * normals[face, 0, 2] + wj * normals[face, 1, 2] + wk * normals[face, 2, 2]
    else:
        nx, ny, nz = _normal(thing, x, y, z)
    length = ONE / max(F(math.sqrt(nx * nx + ny * ny + nz * nz)), TINY)
    nx, ny, nz = nx * length, ny * length, nz * length
    line[NX, col], line[NY, col], line[NZ, col] = out_of_axes(thing.axes, nx, ny, nz)
    line[RED, col], line[GREEN, col], line[BLUE, col] = thing.rgba[0], thing.rgba[1], thing.rgba[2]
    line[EMISSION, col], line[SPECULAR, col] = thing.emission, thing.specular
    line[POWER, col], line[LIT, col] = thing.shininess * _128, ONE
    if thing.texture < 0:
        return 0xFFFFFF
    facing = abs(nx * dx + ny * dy + nz * dz) / F(math.sqrt(dx * dx + dy * dy + dz * dz))
    size = t * camera.high / max(facing, F(0.02))
    return _textured(thing, pictures[thing.texture], texels, places, face, wi, wj, wk, nx, ny, x, y, z, size)


@pixels
def look_up(camera, image, texels, u, v, line, col):
    """Write into `line`, as `look` does, that the sky is seen. Returns its texel."""
    line[EMISSION, col], line[LIT, col], line[SPECULAR, col] = ONE, ZERO, ZERO
    line[RED, col], line[GREEN, col], line[BLUE, col] = ONE, ONE, ONE
    x = camera.ahead[0] + u * camera.right[0] + v * camera.up[0]
    y = camera.ahead[1] + u * camera.right[1] + v * camera.up[1]
    z = camera.ahead[2] + u * camera.right[2] + v * camera.up[2]
    return _cube(image, texels, x, z, -y, camera.high)


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
