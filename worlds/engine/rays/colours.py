"""What colour a pixel has that sees a thing: its paint or texture, in the light of a model's lamps.

The light is that of MuJoCo's own pictures, worked out at every pixel: what lamps shine on, what is bright all around, and
what glosses. Reflections in floors are not drawn.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from .forms import (
    BOX, CAPSULE, CYLINDER, FIELD, HALF, LEAST, MESH, ONE, PLANE, ZERO, F, into_axes, out_of_axes, pixels,
)  # fmt: skip
from .meshes import corner_weights

LAMP = np.dtype(
    [
        ("far", np.int32),  # 1: its light comes from one direction, like the sun's
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
_255, _DIM = F(255), F(0.004)
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
    """The texel (red | green << 8 | blue << 16) at (across, down), in textures; size: how much of one a pixel covers."""
    level, covered = 0, size * F(max(image.width, image.height))
    while covered > F(1.5) and level + 1 < image.levels:
        level, covered = level + 1, covered * HALF
    width, height = max(image.width >> level, 1), max(image.height >> level, 1)
    x, y = across - F(math.floor(across)), down - F(math.floor(down))
    col, row = min(_I(x * F(width)), width - 1), min(_I(y * F(height)), height - 1)
    return texels[np.uint32(image.starts[level] + (face * height + row) * width + col)]


@pixels
def cube(image, texels, x, y, z, size):
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
def _textured(thing, image, texels, mesh_places, face, wi, wj, wk, nx, ny, x, y, z, footprint):
    """The texel at a point of a thing, of which a pixel covers `footprint` metres."""
    size = max(thing.high[0] - thing.low[0], max(thing.high[1] - thing.low[1], LEAST))
    if image.cube:
        if thing.form != MESH and thing.form != FIELD and not thing.uniform:
            hz = thing.high[2]
            x, y, z = x / thing.half[0], y / thing.half[1], (z / hz if hz > ZERO else z)
        return cube(image, texels, x, y, z, footprint / size)
    if thing.mesh >= 0:
        places = mesh_places[face]
        across = wi * places[0, 0] + wj * places[1, 0] + wk * places[2, 0]
        down = wi * places[0, 1] + wj * places[1, 1] + wk * places[2, 1]
        sx, sy = thing.repeat[0], thing.repeat[1]
        return _texel(image, texels, 0, across * sx, down * sy, footprint / size)
    across, down = _place(thing, nx, ny, x, y, z)
    if thing.form == PLANE and not (thing.half[0] > ZERO and thing.half[1] > ZERO):
        rate = HALF * max(thing.repeat[0], thing.repeat[1])
    else:
        rate = max(thing.repeat[0], thing.repeat[1]) * (HALF if thing.uniform else ONE / size)
    return _texel(image, texels, 0, across, down, footprint * rate)


@pixels
def colour(
    thing, camera, u, v, t, face, lamps, texels, pictures, vertices, faces, normals, places, shine,
):  # fmt: skip
    """Red, green and blue, 0 to 1, of what is seen at depth t of a thing by the ray (u, v) of the camera.

    face: of its mesh, if it has one; shine (lamps,): how much of each lamp's light gets there.
    """
    dx = thing.ahead[0] + u * thing.right[0] + v * thing.up[0]
    dy = thing.ahead[1] + u * thing.right[1] + v * thing.up[1]
    dz = thing.ahead[2] + u * thing.right[2] + v * thing.up[2]
    x, y, z = thing.eye[0] + t * dx, thing.eye[1] + t * dy, thing.eye[2] + t * dz
    wi, wj, wk = ONE, ZERO, ZERO
    if thing.mesh >= 0:
        wi, wj, wk = corner_weights(vertices, faces, face, x, y, z)
        n = normals[face]
        nx = wi * n[0, 0] + wj * n[1, 0] + wk * n[2, 0]
        ny = wi * n[0, 1] + wj * n[1, 1] + wk * n[2, 1]
        nz = wi * n[0, 2] + wj * n[1, 2] + wk * n[2, 2]
    else:
        nx, ny, nz = _normal(thing, x, y, z)
    length = ONE / max(F(math.sqrt(nx * nx + ny * ny + nz * nz)), F(1e-20))
    nx, ny, nz = nx * length, ny * length, nz * length
    away = ONE / F(math.sqrt(dx * dx + dy * dy + dz * dz))
    red, green, blue = _lit(thing, camera, lamps, shine, nx, ny, nz, x, y, z, -dx * away, -dy * away, -dz * away)
    if thing.texture >= 0:
        facing = max(abs(nx * dx + ny * dy + nz * dz) * away, F(0.02))
        texel = _textured(
            thing, pictures[thing.texture], texels, places, face, wi, wj, wk, nx, ny, x, y, z, t * camera.high / facing
        )
        red *= F(texel & 255) / _255
        green *= F(texel >> 8 & 255) / _255
        blue *= F(texel >> 16 & 255) / _255
    return min(red, ONE), min(green, ONE), min(blue, ONE)


@pixels
def _lit(thing, camera, lamps, shine, nx, ny, nz, x, y, z, ex, ey, ez):
    """A thing's paint in the light, where it looks along n at a point p, seen from along e: all in its axes."""
    red = green = blue = thing.emission
    gloss_red = gloss_green = gloss_blue = ZERO
    for number in range(len(lamps)):
        lamp = lamps[number]
        lx, ly, lz = into_axes(thing.axes, -lamp.along[0], -lamp.along[1], -lamp.along[2])
        bright = ONE
        if not lamp.far:
            ax, ay, az = lx, ly, lz
            lx, ly, lz = into_axes(
                thing.axes, lamp.at[0] - thing.at[0], lamp.at[1] - thing.at[1], lamp.at[2] - thing.at[2]
            )
            lx, ly, lz = lx - x, ly - y, lz - z
            reach = max(F(math.sqrt(lx * lx + ly * ly + lz * lz)), LEAST)
            lx, ly, lz = lx / reach, ly / reach, lz / reach
            middle = lx * ax + ly * ay + lz * az
            bright = ONE / max(lamp.fading[0] + reach * (lamp.fading[1] + reach * lamp.fading[2]), LEAST)
            if middle < lamp.edge:
                continue
            if lamp.focus > ZERO:
                bright *= F(max(middle, LEAST) ** lamp.focus)
        red += bright * lamp.ambient[0]
        green += bright * lamp.ambient[1]
        blue += bright * lamp.ambient[2]
        bright *= shine[number]
        cosine = nx * lx + ny * ly + nz * lz
        if cosine <= ZERO or bright <= ZERO:
            continue
        red += bright * cosine * lamp.diffuse[0]
        green += bright * cosine * lamp.diffuse[1]
        blue += bright * cosine * lamp.diffuse[2]
        if thing.specular > ZERO and lamp.specular[0] + lamp.specular[1] + lamp.specular[2] > ZERO:
            hx, hy, hz = lx + ex, ly + ey, lz + ez
            half = max(F(math.sqrt(hx * hx + hy * hy + hz * hz)), LEAST)
            middle = (nx * hx + ny * hy + nz * hz) / half
            # Below this it is darker than can be seen; the power is the slow part.
            if thing.shininess * F(128) * (ONE - middle) < F(6):
                gloss = bright * thing.specular * F(max(middle, LEAST) ** (thing.shininess * F(128)))
                gloss_red += gloss * lamp.specular[0]
                gloss_green += gloss * lamp.specular[1]
                gloss_blue += gloss * lamp.specular[2]
    return (
        min(red * thing.rgba[0] + gloss_red, ONE),
        min(green * thing.rgba[1] + gloss_green, ONE),
        min(blue * thing.rgba[2] + gloss_blue, ONE),
    )


@pixels
def sky(camera, image, texels, u, v):
    """The texel of the sky that the ray (u, v) of the camera sees."""
    x = camera.ahead[0] + u * camera.right[0] + v * camera.up[0]
    y = camera.ahead[1] + u * camera.right[1] + v * camera.up[1]
    z = camera.ahead[2] + u * camera.right[2] + v * camera.up[2]
    return cube(image, texels, x, z, -y, camera.high)
