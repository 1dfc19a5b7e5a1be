"""Geoms seen by a camera of any attitude: the geom that every pixel sees, and its depth.

The cameras of the engine's own worlds are upright and draw column by column (see raycast/columns.py); the ones here may
be tilted and rolled, so that every geom is drawn row by row within the rectangle of pixels that holds it. A pixel's ray
is o + t d in the geom's own axes, with d = ahead + u right + v up; t is the depth: metres along the camera's axis.
Nothing is coloured here: a pixel keeps its depth and the id of the geom that it sees, and is coloured afterwards, once.
"""

import math

import numpy as np

from ..primitives import (
    BOX,
    CAPSULE,
    CYLINDER,
    ELLIPSOID,
    FAR,
    HALF,
    ONE,
    PLANE,
    SPHERE,
    ZERO,
    F,
    bounding_half,
    compiled,
    dot,
    enter_box,
    enter_capsule,
    enter_cylinder,
    enter_ellipsoid,
    enter_plane,
    inlined,
    not_zero,
    three,
)

CAMERA = np.dtype(
    [
        ("eye", np.float32, (3,)),
        ("ahead", np.float32, (3,)),  # these three of length 1 and square to each other
        ("right", np.float32, (3,)),
        ("up", np.float32, (3,)),
        ("left", np.float32),  # u of the picture's left edge, one metre ahead
        ("top", np.float32),  # v of its upper edge
        ("wide", np.float32),  # of a pixel, one metre ahead
        ("high", np.float32),
        ("near", np.float32),  # depths between which something is seen
        ("far", np.float32),
    ],
    align=True,
)

GEOM = np.dtype(
    [
        ("form", np.int32),  # a shape of primitives.py
        ("object_id", np.int32),  # in the segmentation image
        ("at", np.float32, (3,)),  # the origin of its axes
        ("axes", np.float32, (3, 3)),  # its own x, y and z
        ("half", np.float32, (3,)),  # see primitives.py
        ("low", np.float32, (3,)),  # the box, along its own axes, that holds it
        ("high", np.float32, (3,)),
        ("rgba", np.float32, (4,)),
        ("emission", np.float32),
        ("specular", np.float32),
        ("shininess", np.float32),
        ("texture", np.int32),  # -1: none
        ("cube", np.int32),  # 1: its texture is one around a cube
        ("uniform", np.int32),  # 1: the texture repeats by metres, not by the geom's size
        ("repeat", np.float32, (2,)),
        ("mesh", np.int32),  # -1: none
        ("level", np.int32),  # level of detail of the mesh, as drawn
        # The rest is of one frame: the camera in the geom's axes, and the pixels that may see it.
        ("eye", np.float32, (3,)),
        ("ahead", np.float32, (3,)),
        ("right", np.float32, (3,)),
        ("up", np.float32, (3,)),
        ("first_col", np.int32),
        ("last_col", np.int32),
        ("first_row", np.int32),
        ("last_row", np.int32),
        ("distance", np.float32),  # of its middle from the eye
    ],
    align=True,
)


@compiled
def into_axes(axes, x, y, z):
    """A direction of the world, in a geom's axes."""
    return dot(axes[0], x, y, z), dot(axes[1], x, y, z), dot(axes[2], x, y, z)


@compiled
def out_of_axes(axes, x, y, z):
    """A direction in a geom's axes, in those of the world."""
    return (
        axes[0, 0] * x + axes[1, 0] * y + axes[2, 0] * z,
        axes[0, 1] * x + axes[1, 1] * y + axes[2, 1] * z,
        axes[0, 2] * x + axes[1, 2] * y + axes[2, 2] * z,
    )


@compiled
def row_ray(camera, row, seen):
    """(v, x, y, z): the slope of a row of the picture, and its ray where u is 0, in the axes of `seen`: of a geom, or
    of the camera itself."""
    v = camera.top - (F(row) + HALF) * camera.high
    return v, seen.ahead[0] + v * seen.up[0], seen.ahead[1] + v * seen.up[1], seen.ahead[2] + v * seen.up[2]


@compiled
def bound(geom):
    """Write the box that holds a geom of a shape with sizes."""
    x, y, z = bounding_half(geom.form, geom.half)
    geom.high[0], geom.high[1], geom.high[2] = x, y, z
    for axis in range(3):
        geom.low[axis] = -geom.high[axis]


@compiled
def project(geom, camera, rows, cols):
    """Write the camera in a geom's axes, and the pixels [first, last) that may see the geom. False: none does."""
    axes = geom.axes
    ex, ey, ez = into_axes(axes, camera.eye[0] - geom.at[0], camera.eye[1] - geom.at[1], camera.eye[2] - geom.at[2])
    ax, ay, az = into_axes(axes, camera.ahead[0], camera.ahead[1], camera.ahead[2])
    rx, ry, rz = into_axes(axes, camera.right[0], camera.right[1], camera.right[2])
    ux, uy, uz = into_axes(axes, camera.up[0], camera.up[1], camera.up[2])
    geom.eye[0], geom.eye[1], geom.eye[2] = ex, ey, ez
    geom.ahead[0], geom.ahead[1], geom.ahead[2] = ax, ay, az
    geom.right[0], geom.right[1], geom.right[2] = rx, ry, rz
    geom.up[0], geom.up[1], geom.up[2] = ux, uy, uz
    geom.distance = F(math.sqrt(ex * ex + ey * ey + ez * ez))
    geom.first_col, geom.last_col, geom.first_row, geom.last_row = 0, cols, 0, rows
    if geom.form == PLANE:
        return True
    left, right, top, bottom = FAR, -FAR, FAR, -FAR
    behind = 0
    for corner in range(8):
        x = (geom.high[0] if corner & 1 else geom.low[0]) - ex
        y = (geom.high[1] if corner & 2 else geom.low[1]) - ey
        z = (geom.high[2] if corner & 4 else geom.low[2]) - ez
        depth = x * ax + y * ay + z * az
        if depth < camera.near:
            behind += 1
        else:
            across = ((x * rx + y * ry + z * rz) / depth - camera.left) / camera.wide
            down = (camera.top - (x * ux + y * uy + z * uz) / depth) / camera.high
            left, right = min(left, across), max(right, across)
            top, bottom = min(top, down), max(bottom, down)
    if behind == 8:
        return False
    if behind == 0:
        geom.first_col = np.int32(max(F(math.floor(left)), ZERO)) if left < F(cols) else cols
        geom.last_col = np.int32(min(F(math.floor(right)) + ONE, F(cols))) if right > ZERO else 0
        geom.first_row = np.int32(max(F(math.floor(top)), ZERO)) if top < F(rows) else rows
        geom.last_row = np.int32(min(F(math.floor(bottom)) + ONE, F(rows))) if bottom > ZERO else 0
    return geom.first_col < geom.last_col and geom.first_row < geom.last_row


@compiled
def draw_solid(geom, camera, index, depths, geom_ids):
    """Write the depth and the index of a geom that `project` has seen wherever it is nearer than the depths so far.

    depths, geom_ids: float32 and int32, (rows, cols). Meshes and height fields are not drawn by this.
    """
    for row in range(geom.first_row, geom.last_row):
        _, x, y, z = row_ray(camera, row, geom)
        if geom.form == PLANE:
            _plane(geom, camera, x, y, z, index, depths[row], geom_ids[row])
        elif geom.form == SPHERE or geom.form == ELLIPSOID:
            _ellipsoid(geom, camera, x, y, z, index, depths[row], geom_ids[row])
        elif geom.form == BOX:
            _box(geom, camera, x, y, z, index, depths[row], geom_ids[row])
        elif geom.form == CYLINDER:
            _cylinder(geom, camera, x, y, z, index, depths[row], geom_ids[row])
        elif geom.form == CAPSULE:
            _capsule(geom, camera, x, y, z, index, depths[row], geom_ids[row])


@inlined
def _cols(geom):
    """The columns of the picture that may see a geom."""
    return range(np.uint64(geom.first_col), np.uint64(geom.last_col))


@inlined
def slope(left, wide, col):
    """The slope u of a column of the picture."""
    return left + (F(np.int32(col)) + HALF) * wide


@inlined
def _write(col, t, met, near, index, depths, geom_ids):
    """Write a depth and an index if the depth is nearer than the one so far."""
    seen = met & (t >= near) & (t < depths[col])
    depths[col], geom_ids[col] = (t if seen else depths[col]), (index if seen else geom_ids[col])


@compiled
def _plane(geom, camera, bx, by, bz, index, depths, geom_ids):
    """The pixels of a row that see the plane, from above or from below."""
    (ox, oy, oz), (rx, ry, rz) = three(geom.eye), three(geom.right)
    left, wide, near = camera.left, camera.wide, camera.near
    hx, hy = (geom.half[0] if geom.half[0] > ZERO else FAR), (geom.half[1] if geom.half[1] > ZERO else FAR)
    for col in _cols(geom):
        u = slope(left, wide, col)
        t = enter_plane(oz, bz + u * rz)
        x, y = ox + t * (bx + u * rx), oy + t * (by + u * ry)
        _write(col, t, (abs(x) <= hx) & (abs(y) <= hy), near, index, depths, geom_ids)


@compiled
def _ellipsoid(geom, camera, bx, by, bz, index, depths, geom_ids):
    """The pixels of a row that see the ellipsoid with these radii."""
    hx, hy, hz = ONE / geom.half[0], ONE / geom.half[1], ONE / geom.half[2]
    ox, oy, oz = geom.eye[0] * hx, geom.eye[1] * hy, geom.eye[2] * hz
    rx, ry, rz = geom.right[0] * hx, geom.right[1] * hy, geom.right[2] * hz
    bx, by, bz = bx * hx, by * hy, bz * hz
    left, wide, near = camera.left, camera.wide, camera.near
    for col in _cols(geom):
        u = slope(left, wide, col)
        t, met = enter_ellipsoid(ox, oy, oz, bx + u * rx, by + u * ry, bz + u * rz, True)
        _write(col, t, met, near, index, depths, geom_ids)


@compiled
def _box(geom, camera, bx, by, bz, index, depths, geom_ids):
    """The pixels of a row that see the box with these half edges."""
    (hx, hy, hz), (ox, oy, oz), (rx, ry, rz) = three(geom.half), three(geom.eye), three(geom.right)
    left, wide, near = camera.left, camera.wide, camera.near
    for col in _cols(geom):
        u = slope(left, wide, col)
        dx, dy, dz = ONE / not_zero(bx + u * rx), ONE / not_zero(by + u * ry), ONE / not_zero(bz + u * rz)
        t, met, _, _ = enter_box(ox, oy, oz, dx, dy, dz, hx, hy, hz)
        _write(col, t, met, near, index, depths, geom_ids)


@compiled
def _cylinder(geom, camera, bx, by, bz, index, depths, geom_ids):
    """The pixels of a row that see the cylinder with flat ends."""
    radius, high = geom.half[0], geom.half[2]
    (ox, oy, oz), (rx, ry, rz) = three(geom.eye), three(geom.right)
    left, wide, near = camera.left, camera.wide, camera.near
    for col in _cols(geom):
        u = slope(left, wide, col)
        dx, dy, dz = bx + u * rx, by + u * ry, not_zero(bz + u * rz)
        t, met, _ = enter_cylinder(ox, oy, oz, dx, dy, dz, radius, high, True)
        _write(col, t, met, near, index, depths, geom_ids)


@compiled
def _capsule(geom, camera, bx, by, bz, index, depths, geom_ids):
    """The pixels of a row that see the capsule: a cylinder with round ends."""
    radius, high = geom.half[0], geom.half[2]
    (ox, oy, oz), (rx, ry, rz) = three(geom.eye), three(geom.right)
    left, wide, near = camera.left, camera.wide, camera.near
    for col in _cols(geom):
        u = slope(left, wide, col)
        t, met, _, _ = enter_capsule(ox, oy, oz, bx + u * rx, by + u * ry, bz + u * rz, radius, high, True)
        _write(col, t, met, near, index, depths, geom_ids)
