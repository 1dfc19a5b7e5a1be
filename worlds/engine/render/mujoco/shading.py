"""The colour of a pixel that sees a geom: its paint or texture, in the light of a model's lights.

The light is that of MuJoCo's own pictures, worked out at every pixel: ambient, diffuse and specular. A row of pixels is
coloured in passes: the surface that each sees, one after another, then light, for several at once. Reflections in
floors are not drawn.
"""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import cv2
import numpy as np

from ..primitives import (
    BOX,
    CAPSULE,
    CYLINDER,
    ELLIPSOID,
    FAR,
    HALF,
    LEAST,
    ONE,
    PLANE,
    TINY,
    ZERO,
    F,
    compiled,
    inlined,
    three,
)
from .geoms import out_of_axes, row_ray, slope
from .meshes import barycentric

LIGHT = np.dtype(
    [
        ("far", np.int32),  # 1: it is directional, like the sun: placed very far away
        ("at", np.float32, (3,)),
        ("along", np.float32, (3,)),  # its direction, of length 1
        ("ambient", np.float32, (3,)),
        ("diffuse", np.float32, (3,)),
        ("specular", np.float32, (3,)),
        ("attenuation", np.float32, (3,)),  # a, b, c of 1 / (a + b distance + c distance²)
        ("cutoff", np.float32),  # cosine of the angle beyond which it gives no light
        ("exponent", np.float32),  # how much brighter it is in the middle
        ("shadow_map", np.int32),  # number of its shadow map, and of the camera that sees it; -1: it casts no shadows
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
        ("starts", np.int32, (MIPS,)),  # of each level in the texels, in which its faces lie one after the other
    ],
    align=True,
)
# Of each pixel of a row: its surface's normal, colour and material, its texture coordinates, and its light.
NX, NY, NZ, RED, GREEN, BLUE, EMISSION, SPECULAR, POWER, LIT, ACROSS, DOWN, INTO, SIZE = range(14)
LIGHT_RED, LIGHT_GREEN, LIGHT_BLUE, PASSES = 14, 15, 16, 17
_16, _128 = F(16), F(128)
_I = np.int32


class Textures(NamedTuple):
    """All textures of a model: IMAGE records (n,), and their texels int32, red | green << 8 | blue << 16."""

    images: Any
    texels: Any


class RowBuffer(NamedTuple):
    """The pixels of a row between the passes. values: float32 (PASSES, cols) by NX to LIGHT_BLUE; texels: int32
    (cols,); unshadowed: float32 (lights, cols), the part of each light that gets there, 0 to 1."""

    values: Any
    texels: Any
    unshadowed: Any


def textures(pictures: list[tuple[bool, np.ndarray]]) -> Textures:
    """Textures for kernels, each given as (is a cube, uint8 (faces, height, width, 3))."""
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
    return Textures(records, np.concatenate(texels).astype(np.int32))


@compiled
def see_geom(geom, camera, row, first, last, layer, textures, meshes, buffer):
    """Write the surface that the pixels [first, last) of a row see, all of one geom, into the row's buffer.

    layer: of this row: depths and triangle_ids (cols,).
    """
    line, texels = buffer.values, buffer.texels
    for col in range(np.uint64(first), np.uint64(last)):
        line[RED, col], line[GREEN, col], line[BLUE, col] = geom.rgba[0], geom.rgba[1], geom.rgba[2]
        line[EMISSION, col], line[SPECULAR, col] = geom.emission, geom.specular
        line[POWER, col], line[LIT, col], texels[col] = geom.shininess * _128, ONE, 0xFFFFFF
    if geom.mesh >= 0:
        _see_mesh(geom, camera, row, first, last, layer, meshes, line)
    elif geom.form == PLANE:
        _see_plane(geom, camera, row, first, last, layer.depths, line)
    else:
        _see_solid(geom, camera, row, first, last, layer.depths, line)
    if geom.texture >= 0:
        image = textures.images[geom.texture]
        if image.cube:
            _cube_uv(first, last, line)
        _sample(image, textures.texels, first, last, line, texels)


@compiled
def see_sky(camera, row, first, last, textures, skybox, buffer):
    """Write into the buffer of a row, as `see_geom` does, that its pixels [first, last) see the sky."""
    line = buffer.values
    _, bx, by, bz = row_ray(camera, row, camera)
    rx, ry, rz, left, wide = camera.right[0], camera.right[1], camera.right[2], camera.left, camera.wide
    for col in range(np.uint64(first), np.uint64(last)):
        u = slope(left, wide, col)
        line[EMISSION, col], line[LIT, col], line[SPECULAR, col] = ONE, ZERO, ZERO
        line[RED, col], line[GREEN, col], line[BLUE, col] = ONE, ONE, ONE
        line[ACROSS, col], line[DOWN, col], line[INTO, col] = bx + u * rx, bz + u * rz, -(by + u * ry)
        line[SIZE, col] = wide * HALF
    _cube_uv(first, last, line)
    _sample(textures.images[skybox], textures.texels, first, last, line, buffer.texels)


@inlined
def _see_plane(geom, camera, row, first, last, depths, line):
    """Write the normals and the texture coordinates of a plane."""
    hx, hy, sx, sy = geom.half[0], geom.half[1], geom.repeat[0], geom.repeat[1]
    if hx > ZERO and hy > ZERO:
        sx, sy = (sx, sy) if geom.uniform else (sx / hx, sy / hy)
        from_x, from_y = hx * sx * HALF, hy * sy * HALF
    else:
        from_x, from_y = -HALF, -HALF
    sx, sy = sx * HALF, -sy * HALF
    ox, oy = geom.eye[0], geom.eye[1]
    _, bx, by, bz = row_ray(camera, row, geom)
    rx, ry, rz, left, wide = geom.right[0], geom.right[1], geom.right[2], camera.left, camera.wide
    nx, ny, nz, rate = geom.axes[2, 0], geom.axes[2, 1], geom.axes[2, 2], max(sx, -sy) * camera.high
    for col in range(np.uint64(first), np.uint64(last)):
        u, t = slope(left, wide, col), depths[col]
        dx, dy, dz = bx + u * rx, by + u * ry, bz + u * rz
        line[ACROSS, col], line[DOWN, col] = from_x + sx * (ox + t * dx), from_y + sy * (oy + t * dy)
        line[INTO, col] = dz
        length = dx * dx + dy * dy + dz * dz
        line[SIZE, col] = t * rate * F(math.sqrt(length)) / max(abs(dz), F(0.02))
        line[NX, col], line[NY, col], line[NZ, col] = nx, ny, nz


@inlined
def _see_mesh(geom, camera, row, first, last, layer, meshes, line):
    """Write the normals and the texture coordinates of a mesh."""
    axes, normals, uvs = geom.axes, meshes.normals, meshes.uvs
    _, bx, by, bz = row_ray(camera, row, geom)
    size = max(geom.high[0] - geom.low[0], max(geom.high[1] - geom.low[1], LEAST))
    for col in range(first, last):
        u, t, face = slope(camera.left, camera.wide, col), layer.depths[col], np.uint32(layer.triangle_ids[col])
        x = geom.eye[0] + t * (bx + u * geom.right[0])
        y = geom.eye[1] + t * (by + u * geom.right[1])
        z = geom.eye[2] + t * (bz + u * geom.right[2])
        wi, wj, wk = barycentric(meshes.vertices, meshes.faces, face, x, y, z)
        nx = wi * normals[face, 0, 0] + wj * normals[face, 1, 0] + wk * normals[face, 2, 0]
        ny = wi * normals[face, 0, 1] + wj * normals[face, 1, 1] + wk * normals[face, 2, 1]
        nz = wi * normals[face, 0, 2] + wj * normals[face, 1, 2] + wk * normals[face, 2, 2]
        length = ONE / max(F(math.sqrt(nx * nx + ny * ny + nz * nz)), TINY)
        nx, ny, nz = nx * length, ny * length, nz * length
        line[NX, col], line[NY, col], line[NZ, col] = out_of_axes(axes, nx, ny, nz)
        line[ACROSS, col], line[DOWN, col], line[INTO, col] = x, y, z
        line[SIZE, col] = t * camera.high / size
        if geom.texture >= 0 and uvs[face, 0, 0] > -FAR:
            across = wi * uvs[face, 0, 0] + wj * uvs[face, 1, 0] + wk * uvs[face, 2, 0]
            down = wi * uvs[face, 0, 1] + wj * uvs[face, 1, 1] + wk * uvs[face, 2, 1]
            line[ACROSS, col], line[DOWN, col] = across * geom.repeat[0], down * geom.repeat[1]


@inlined
def _see_solid(geom, camera, row, first, last, depths, line):
    """Write the normals and the texture coordinates of a solid of another shape."""
    axes, form = geom.axes, geom.form
    hx, hy, hz = geom.half[0], geom.half[1], geom.half[2]
    ix, iy, iz = ONE / hx, ONE / hy, ONE / hz
    sx, sy = geom.repeat[0], geom.repeat[1]
    if geom.uniform:
        sx, sy = sx * hx, sy * hy
    _, bx, by, bz = row_ray(camera, row, geom)
    for col in range(first, last):
        u, t = slope(camera.left, camera.wide, col), depths[col]
        x = geom.eye[0] + t * (bx + u * geom.right[0])
        y = geom.eye[1] + t * (by + u * geom.right[1])
        z = geom.eye[2] + t * (bz + u * geom.right[2])
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
        if geom.texture >= 0:
            line[ACROSS, col], line[DOWN, col], line[INTO, col] = x * ix, y * iy, z * iz
            line[SIZE, col] = t * camera.high * max(ix, iy) * HALF
            if not geom.cube:
                across, down = x * ix, -z * iz
                if form != BOX:
                    across = F(math.atan2(y, x)) * F(1 / math.pi)
                elif nx != ZERO:
                    across = y * iy
                elif nz != ZERO:
                    down = -y * iy
                line[ACROSS, col], line[DOWN, col] = sx * (across + ONE) * HALF, sy * (down + ONE) * HALF
                line[SIZE, col] *= max(sx, sy)


@inlined
def _cube_uv(first, last, line):
    """Turn directions (across, down, into) into texture coordinates (across, down) and the face of a cube (into)."""
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


@inlined
def _sample(image, texels, first, last, line, sampled):
    """The texels of an image at (across, down), in images; `size` is the part of the image that a pixel covers."""
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
        # Within the image even if a broken simulation gives NaN.
        row = min(max(at_y, 0), height - 1) + (_I(line[INTO, col]) * height if is_cube else 0)
        sampled[col] = texels[np.uint32(starts[level] + row * width + min(max(at_x, 0), width - 1))]


@compiled
def cast_shadows(camera, light_camera, row, first, last, layer, shadow_map, unshadowed):
    """Write into unshadowed (cols,) the part of a light, 0 to 1, that gets to the pixels [first, last) of a row.

    shadow_map: float32 (rows, cols), the depths that the light's camera sees. layer: of this row.
    """
    view, depths = light_camera, layer.depths
    rows, cols = shadow_map.shape
    _, bx, by, bz = row_ray(camera, row, camera)
    ox, oy, oz = (camera.eye[0] - view.eye[0]), (camera.eye[1] - view.eye[1]), (camera.eye[2] - view.eye[2])
    for col in range(first, last):
        unshadowed[col] = ONE
        if layer.geom_ids[col] < 0:
            continue
        u, t = slope(camera.left, camera.wide, col), depths[col]
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
        depth -= F(3) * depth * view.wide  # no surface shades itself
        one = ONE - px if shadow_map[at_y, at_x] < depth else ZERO
        one += px if shadow_map[at_y, at_x + 1] < depth else ZERO
        two = ONE - px if shadow_map[at_y + 1, at_x] < depth else ZERO
        two += px if shadow_map[at_y + 1, at_x + 1] < depth else ZERO
        unshadowed[col] = ONE - (one + py * (two - one))


@compiled
def illuminate(camera, lights, row, first, last, depths, buffer):
    """Write the light of the pixels [first, last) of a row into its buffer, by their surfaces and depths (cols,)."""
    line, unshadowed = buffer.values, buffer.unshadowed
    for col in range(np.uint64(first), np.uint64(last)):
        for channel in range(3):
            line[LIGHT_RED + channel, col] = line[EMISSION, col] * line[RED + channel, col]
    _, bx, by, bz = row_ray(camera, row, camera)
    rx, ry, rz = camera.right[0], camera.right[1], camera.right[2]
    ox, oy, oz, left, wide = camera.eye[0], camera.eye[1], camera.eye[2], camera.left, camera.wide
    for number in range(len(lights)):
        light = lights[number]
        (ax, ay, az), (light_x, light_y, light_z) = three(light.along), three(light.at)
        (fade, fade_by, fade_more), cutoff, exponent = three(light.attenuation), light.cutoff, light.exponent / _16
        ambient_red, ambient_green, ambient_blue = three(light.ambient)
        diffuse_red, diffuse_green, diffuse_blue = three(light.diffuse)
        gloss_red, gloss_green, gloss_blue = three(light.specular)
        for col in range(np.uint64(first), np.uint64(last)):
            u, t = slope(left, wide, col), depths[col]
            dx, dy, dz = bx + u * rx, by + u * ry, bz + u * rz
            lx, ly, lz = light_x - (ox + t * dx), light_y - (oy + t * dy), light_z - (oz + t * dz)
            reach = F(math.sqrt(lx * lx + ly * ly + lz * lz))
            part = ONE / reach
            lx, ly, lz = lx * part, ly * part, lz * part
            middle = -(lx * ax + ly * ay + lz * az)
            # (1 - p e / 16) to the 16th is near (1 - e) to the p, and quicker.
            beam = max(ONE - exponent * (ONE - middle), ZERO)
            beam *= beam
            beam *= beam
            beam *= beam
            beam *= beam
            beam /= fade + reach * (fade_by + reach * fade_more)
            beam = line[LIT, col] * (beam if middle >= cutoff else ZERO)
            nx, ny, nz = line[NX, col], line[NY, col], line[NZ, col]
            cosine = nx * lx + ny * ly + nz * lz
            direct = beam * unshadowed[number, col] * (ONE if cosine > ZERO else ZERO)
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
            # Each light by itself is no brighter than white, as MuJoCo draws it.
            line[LIGHT_RED, col] += min(
                line[RED, col] * (beam * ambient_red + cosine * diffuse_red) + gloss * gloss_red, ONE
            )
            line[LIGHT_GREEN, col] += min(
                line[GREEN, col] * (beam * ambient_green + cosine * diffuse_green) + gloss * gloss_green, ONE
            )
            line[LIGHT_BLUE, col] += min(
                line[BLUE, col] * (beam * ambient_blue + cosine * diffuse_blue) + gloss * gloss_blue, ONE
            )
