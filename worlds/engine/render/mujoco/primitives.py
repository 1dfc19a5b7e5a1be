"""Solids seen by a camera of any attitude: which of them every pixel sees, and how far away.

The cameras of the engine's own worlds are upright and draw column by column (see paint.py); the ones here may be tilted
and rolled, so that every solid is drawn row by row within the rectangle of pixels that holds it. A pixel's ray is
o + t d in the solid's own axes, with d = ahead + u right + v up; t is the depth: metres along the camera's axis.
Nothing is coloured here: a pixel keeps its depth and the number of what it sees, and is coloured afterwards, once.
"""

import math

import numpy as np
from numba import njit

from ..raycast.scene import F

PLANE, FIELD, SPHERE, CAPSULE, ELLIPSOID, CYLINDER, BOX, MESH = range(8)
"""Forms of a thing, numbered as MuJoCo's types of geoms."""

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

THING = np.dtype(
    [
        ("form", np.int32),
        ("number", np.int32),  # by which marks tell it apart
        ("at", np.float32, (3,)),  # where its axes meet
        ("axes", np.float32, (3, 3)),  # its own x, y and z
        ("half", np.float32, (3,)),  # see `scene.py`; of a plane: 0 where it has no end
        ("low", np.float32, (3,)),  # the box, along its own axes, that holds it
        ("high", np.float32, (3,)),
        ("rgba", np.float32, (4,)),
        ("emission", np.float32),
        ("specular", np.float32),
        ("shininess", np.float32),
        ("texture", np.int32),  # -1: none
        ("cube", np.int32),  # 1: its texture is one around a cube
        ("uniform", np.int32),  # 1: the texture repeats by metres, not by the thing's size
        ("repeat", np.float32, (2,)),
        ("mesh", np.int32),  # -1: none
        ("level", np.int32),  # of the mesh's detail, as drawn
        # What follows is of one frame: the camera in the thing's axes, and the pixels that may see it.
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

pixels = njit(error_model="numpy")
inside = njit(error_model="numpy", inline="always")
ZERO, HALF, ONE = F(0), F(0.5), F(1)
TINY, LEAST = F(1e-20), F(1e-9)
MOST = F(1e9)
"""Depth of a ray that meets nothing."""


@pixels
def into_axes(axes, x, y, z):
    """A direction of the world, in a thing's axes."""
    return (
        axes[0, 0] * x + axes[0, 1] * y + axes[0, 2] * z,
        axes[1, 0] * x + axes[1, 1] * y + axes[1, 2] * z,
        axes[2, 0] * x + axes[2, 1] * y + axes[2, 2] * z,
    )


@pixels
def out_of_axes(axes, x, y, z):
    """A direction in a thing's axes, in those of the world."""
    return (
        axes[0, 0] * x + axes[1, 0] * y + axes[2, 0] * z,
        axes[0, 1] * x + axes[1, 1] * y + axes[2, 1] * z,
        axes[0, 2] * x + axes[1, 2] * y + axes[2, 2] * z,
    )


@njit
def bound(thing):
    """Write the box that holds a thing of a form with sizes."""
    for axis in range(3):
        thing.high[axis] = thing.half[axis]
    if thing.form == CAPSULE:
        thing.high[2] += thing.half[0]
    if thing.form == PLANE:
        thing.high[2] = ZERO
    for axis in range(3):
        thing.low[axis] = -thing.high[axis]


@pixels
def aim(thing, camera, rows, cols):
    """Bring the camera into a thing's axes, and find the pixels [first, last) that may see it. False: none does."""
    axes = thing.axes
    ex, ey, ez = into_axes(axes, camera.eye[0] - thing.at[0], camera.eye[1] - thing.at[1], camera.eye[2] - thing.at[2])
    ax, ay, az = into_axes(axes, camera.ahead[0], camera.ahead[1], camera.ahead[2])
    rx, ry, rz = into_axes(axes, camera.right[0], camera.right[1], camera.right[2])
    ux, uy, uz = into_axes(axes, camera.up[0], camera.up[1], camera.up[2])
    thing.eye[0], thing.eye[1], thing.eye[2] = ex, ey, ez
    thing.ahead[0], thing.ahead[1], thing.ahead[2] = ax, ay, az
    thing.right[0], thing.right[1], thing.right[2] = rx, ry, rz
    thing.up[0], thing.up[1], thing.up[2] = ux, uy, uz
    thing.distance = F(math.sqrt(ex * ex + ey * ey + ez * ez))
    thing.first_col, thing.last_col, thing.first_row, thing.last_row = 0, cols, 0, rows
    if thing.form == PLANE:
        return True
    left, right, top, bottom = MOST, -MOST, MOST, -MOST
    behind = 0
    for corner in range(8):
        x = (thing.high[0] if corner & 1 else thing.low[0]) - ex
        y = (thing.high[1] if corner & 2 else thing.low[1]) - ey
        z = (thing.high[2] if corner & 4 else thing.low[2]) - ez
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
        thing.first_col = np.int32(max(F(math.floor(left)), ZERO)) if left < F(cols) else cols
        thing.last_col = np.int32(min(F(math.floor(right)) + ONE, F(cols))) if right > ZERO else 0
        thing.first_row = np.int32(max(F(math.floor(top)), ZERO)) if top < F(rows) else rows
        thing.last_row = np.int32(min(F(math.floor(bottom)) + ONE, F(rows))) if bottom > ZERO else 0
    return thing.first_col < thing.last_col and thing.first_row < thing.last_row


@inside
def _off(d):
    """A number that is not zero, so that a ray along a face is on one side of it."""
    return d if abs(d) > LEAST else LEAST


@pixels
def see(thing, camera, name, depths, names):
    """Where a thing, whose camera `aim` has found, is nearer than what is there, write its depth and its name.

    depths, names: float32 and int32, (rows, cols). Meshes and height fields are not drawn by this.
    """
    for row in range(thing.first_row, thing.last_row):
        v = camera.top - (F(row) + HALF) * camera.high
        bx, by, bz = (
            thing.ahead[0] + v * thing.up[0],
            thing.ahead[1] + v * thing.up[1],
            thing.ahead[2] + v * thing.up[2],
        )
        if thing.form == PLANE:
            _plane(thing, camera, bx, by, bz, name, depths[row], names[row])
        elif thing.form == SPHERE or thing.form == ELLIPSOID:
            _ellipsoid(thing, camera, bx, by, bz, name, depths[row], names[row])
        elif thing.form == BOX:
            _box(thing, camera, bx, by, bz, name, depths[row], names[row])
        elif thing.form == CYLINDER:
            _cylinder(thing, camera, bx, by, bz, name, depths[row], names[row])
        elif thing.form == CAPSULE:
            _capsule(thing, camera, bx, by, bz, name, depths[row], names[row])


@pixels
def _plane(thing, camera, bx, by, bz, name, depths, names):
    """The pixels of a row that see the plane, from above or from below."""
    ox, oy, oz = thing.eye[0], thing.eye[1], thing.eye[2]
    rx, ry, rz = thing.right[0], thing.right[1], thing.right[2]
    left, wide, near = camera.left, camera.wide, camera.near
    hx, hy = (thing.half[0] if thing.half[0] > ZERO else MOST), (thing.half[1] if thing.half[1] > ZERO else MOST)
    for col in range(np.uint64(thing.first_col), np.uint64(thing.last_col)):
        u = left + (F(np.int32(col)) + HALF) * wide
        t = -oz / _off(bz + u * rz)
        x, y = ox + t * (bx + u * rx), oy + t * (by + u * ry)
        seen = (abs(x) <= hx) & (abs(y) <= hy) & (t >= near) & (t < depths[col])
        depths[col], names[col] = (t if seen else depths[col]), (name if seen else names[col])


@pixels
def _ellipsoid(thing, camera, bx, by, bz, name, depths, names):
    """The pixels of a row that see the ellipsoid with these radii."""
    hx, hy, hz = ONE / thing.half[0], ONE / thing.half[1], ONE / thing.half[2]
    ox, oy, oz = thing.eye[0] * hx, thing.eye[1] * hy, thing.eye[2] * hz
    rx, ry, rz = thing.right[0] * hx, thing.right[1] * hy, thing.right[2] * hz
    bx, by, bz = bx * hx, by * hy, bz * hz
    left, wide, near = camera.left, camera.wide, camera.near
    for col in range(np.uint64(thing.first_col), np.uint64(thing.last_col)):
        u = left + (F(np.int32(col)) + HALF) * wide
        dx, dy, dz = bx + u * rx, by + u * ry, bz + u * rz
        a = dx * dx + dy * dy + dz * dz
        back = (ox * dx + oy * dy + oz * dz) / a
        # How far the ray passes from the middle, by its nearest point: exact also for what is far away.
        px, py, pz = ox - back * dx, oy - back * dy, oz - back * dz
        rest = ONE - (px * px + py * py + pz * pz)
        t = -back - F(math.sqrt(max(rest, ZERO) / a))
        seen = (rest >= ZERO) & (t >= near) & (t < depths[col])
        depths[col], names[col] = (t if seen else depths[col]), (name if seen else names[col])


@pixels
def _box(thing, camera, bx, by, bz, name, depths, names):
    """The pixels of a row that see the box with these half edges."""
    hx, hy, hz = thing.half[0], thing.half[1], thing.half[2]
    ox, oy, oz = thing.eye[0], thing.eye[1], thing.eye[2]
    rx, ry, rz = thing.right[0], thing.right[1], thing.right[2]
    left, wide, near = camera.left, camera.wide, camera.near
    for col in range(np.uint64(thing.first_col), np.uint64(thing.last_col)):
        u = left + (F(np.int32(col)) + HALF) * wide
        dx, dy, dz = ONE / _off(bx + u * rx), ONE / _off(by + u * ry), ONE / _off(bz + u * rz)
        wx, wy, wz = abs(dx) * hx, abs(dy) * hy, abs(dz) * hz
        mx, my, mz = -ox * dx, -oy * dy, -oz * dz
        t = max(mx - wx, max(my - wy, mz - wz))
        leave = min(mx + wx, min(my + wy, mz + wz))
        seen = (t < leave) & (t >= near) & (t < depths[col])
        depths[col], names[col] = (t if seen else depths[col]), (name if seen else names[col])


@pixels
def _cylinder(thing, camera, bx, by, bz, name, depths, names):
    """The pixels of a row that see the cylinder with flat ends."""
    radius, high = thing.half[0], thing.half[2]
    ox, oy, oz = thing.eye[0], thing.eye[1], thing.eye[2]
    rx, ry, rz = thing.right[0], thing.right[1], thing.right[2]
    left, wide, near = camera.left, camera.wide, camera.near
    for col in range(np.uint64(thing.first_col), np.uint64(thing.last_col)):
        u = left + (F(np.int32(col)) + HALF) * wide
        dx, dy, dz = bx + u * rx, by + u * ry, _off(bz + u * rz)
        a = max(dx * dx + dy * dy, TINY)
        back = (ox * dx + oy * dy) / a
        px, py = ox - back * dx, oy - back * dy
        rest = radius * radius - px * px - py * py
        root, steep = F(math.sqrt(max(rest, ZERO) / a)), ONE / dz
        end, middle = abs(steep) * high, -oz * steep
        t = max(-back - root, middle - end)
        leave = min(root - back, middle + end)
        seen = (rest >= ZERO) & (t < leave) & (t >= near) & (t < depths[col])
        depths[col], names[col] = (t if seen else depths[col]), (name if seen else names[col])


@pixels
def _capsule(thing, camera, bx, by, bz, name, depths, names):
    """The pixels of a row that see the capsule: a cylinder with round ends."""
    radius, high = thing.half[0], thing.half[2]
    ox, oy, oz = thing.eye[0], thing.eye[1], thing.eye[2]
    rx, ry, rz = thing.right[0], thing.right[1], thing.right[2]
    left, wide, near = camera.left, camera.wide, camera.near
    for col in range(np.uint64(thing.first_col), np.uint64(thing.last_col)):
        u = left + (F(np.int32(col)) + HALF) * wide
        dx, dy, dz = bx + u * rx, by + u * ry, bz + u * rz
        a = max(dx * dx + dy * dy, TINY)
        back = (ox * dx + oy * dy) / a
        px, py = ox - back * dx, oy - back * dy
        rest = radius * radius - px * px - py * py
        side = -back - F(math.sqrt(max(rest, ZERO) / a))
        z = oz + side * dz
        # Where the side of an endless cylinder is met beyond an end, it is the round end that may be.
        sz = oz - (high if z > ZERO else -high)
        c = a + dz * dz
        behind = (ox * dx + oy * dy + sz * dz) / c
        qx, qy, qz = ox - behind * dx, oy - behind * dy, sz - behind * dz
        more = radius * radius - qx * qx - qy * qy - qz * qz
        cap = -behind - F(math.sqrt(max(more, ZERO) / c))
        straight = abs(z) <= high
        t = side if straight else cap
        seen = (rest >= ZERO) & (straight | (more >= ZERO)) & (t >= near) & (t < depths[col])
        depths[col], names[col] = (t if seen else depths[col]), (name if seen else names[col])
