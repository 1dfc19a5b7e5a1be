"""The scene that one player sees, as one record: a camera, a map of cells, and solids. A world's `scene` fills it in.

Lengths are in cells, x to the right and y down the map, z up from the floor; floats make pixels only. A solid is turned
by its axes. A world writes a scene with the functions of this module:

    camera(scene, x, y, z, ahead_x, ahead_y, slope)
    sphere(scene, BODY, x, y, z, radius, paint)
    box(scene, x, y, z, half_x, half_y, half_z, paint)

`paint` is a colour as an integer 0xRRGGBB; every solid may have a texture on top (`texture(scene, number)`, of the
solid that was put last) and an object id, a number of 1 to 255 by which the segmentation image tells things apart
(`identify(scene, first, object_id)`); all solids of one thing should have the same.
"""

import numpy as np
from numba import njit

from ..primitives import BOX, CAPSULE, CYLINDER, ELLIPSOID, SPRITE, F

ROWS, COLS = 27, 41
"""The largest map: that of DeepMind Lab's largest maze, 13x20 cells with the walls between them (facts: 27x41)."""
SOLIDS = 192
"""Most solids in a scene; more are not drawn. Sixty-four things of three solids each."""
UNSEEN = 128
"""Walls of this number and above stop players, but not their view: doors and blocks, which are drawn as solids."""

SCENE = np.dtype(
    [
        ("shown", np.uint8),  # whether this view is to be drawn at all
        ("whole", np.uint8),  # 1: for a map, with things behind the eye too; set by the engine before a world writes
        ("eye", np.float32, (3,)),  # x, y, z
        ("ahead", np.float32, (3,)),  # through the middle of the picture
        ("right", np.float32, (3,)),  # to the right edge of a picture as wide as it is high, for zoom 1
        ("up", np.float32, (3,)),
        ("zoom", np.float32),  # half the height of the picture, one cell ahead
        ("light", np.float32, (3,)),  # towards the light, of length 1
        ("ambient", np.float32),  # light that comes from everywhere, 0 to 1
        ("fog", np.float32),  # how much darker it gets with each cell of distance, 0: not at all
        ("tall", np.float32),  # of the walls, in cells
        ("rows", np.int32),  # of the map; 0: there is none
        ("cols", np.int32),
        ("ceiling", np.int32),  # its texture
        ("sky", np.uint8),  # 1: the texture `ceiling` is a sky, far away
        ("beyond", np.int32),  # texture of the floor, and of the walls, outside the map
        ("walls", np.uint8, (ROWS, COLS)),  # texture of the walls, 0: no wall
        ("floors", np.uint8, (ROWS, COLS)),  # texture of the floor
        ("dot", np.int32),  # 0xRRGGBB of a dot in the middle of the picture, in its pixels only; 0: none
        ("dot_radius", np.float32),  # of the picture one cell ahead, in cells
        ("solids", np.int32),  # how many there are
        ("form", np.int32, (SOLIDS,)),  # BOX, ELLIPSOID, CYLINDER, CAPSULE or SPRITE of primitives.py
        ("at", np.float32, (SOLIDS, 3)),  # its middle
        ("axes", np.float32, (SOLIDS, 3, 3)),  # its own x, y and z, each of length 1 and square to the others
        ("half", np.float32, (SOLIDS, 3)),  # see primitives.py
        ("paint", np.int32, (SOLIDS,)),  # 0xRRGGBB
        ("texture", np.int32, (SOLIDS,)),  # 0: none
        ("object_ids", np.uint8, (SOLIDS,)),  # in the segmentation image; 0: as the map
        ("shadow", np.uint8, (SOLIDS,)),  # 1: it darkens the floor below it
    ],
    align=True,
)

ZOOM = F(0.75)
"""Half the picture's height one cell ahead: 90 degrees wide at 4:3, 74 degrees high (and wide, if it is square)."""
EYES = F(0.5)
"""Height of a player's eyes."""
_HALF_LIGHT = F(0.55)
_FOG = F(0.06)


@njit
def clear(scene):
    """Empty a scene, and light it as usual; the engine does so before a world writes it."""
    scene.shown = 1
    scene.rows, scene.cols, scene.solids = 0, 0, 0
    scene.zoom, scene.tall = ZOOM, F(1)
    scene.light[0], scene.light[1], scene.light[2] = F(0.38), F(0.25), F(0.8908)
    scene.ambient, scene.fog = _HALF_LIGHT, _FOG
    scene.ceiling, scene.sky, scene.beyond, scene.dot = 0, 0, 0, 0


@njit
def camera(scene, x, y, z, ahead_x, ahead_y, slope):
    """An upright camera at (x, y, z) that looks along (ahead_x, ahead_y), of length 1, and up by `slope` cells a cell.

    The lens is shifted, not the camera tilted, to look up and down, so that walls stay upright in the picture.
    """
    scene.eye[0], scene.eye[1], scene.eye[2] = x, y, z
    scene.ahead[0], scene.ahead[1], scene.ahead[2] = ahead_x, ahead_y, slope
    scene.right[0], scene.right[1], scene.right[2] = -ahead_y, ahead_x, F(0)
    scene.up[0], scene.up[1], scene.up[2] = F(0), F(0), F(1)


@njit
def solid(scene, form, x, y, z, half_x, half_y, half_z, paint):
    """Put an upright solid with a shadow and no texture. half: see primitives.py. Returns its number, -1 if full."""
    number = scene.solids
    if number >= SOLIDS:
        return -1
    scene.solids = number + 1
    scene.form[number] = form
    scene.at[number, 0], scene.at[number, 1], scene.at[number, 2] = x, y, z
    scene.half[number, 0], scene.half[number, 1], scene.half[number, 2] = half_x, half_y, half_z
    for row in range(3):
        for col in range(3):
            scene.axes[number, row, col] = F(1) if row == col else F(0)
    scene.paint[number] = paint
    scene.texture[number], scene.object_ids[number], scene.shadow[number] = 0, 0, 1
    return number


@njit
def box(scene, x, y, z, half_x, half_y, half_z, paint):
    """Put a box."""
    return solid(scene, BOX, x, y, z, half_x, half_y, half_z, paint)


@njit
def sphere(scene, x, y, z, radius, paint):
    """Put a sphere."""
    return solid(scene, ELLIPSOID, x, y, z, radius, radius, radius, paint)


@njit
def ellipsoid(scene, x, y, z, half_x, half_y, half_z, paint):
    """Put an ellipsoid with these radii."""
    return solid(scene, ELLIPSOID, x, y, z, half_x, half_y, half_z, paint)


@njit
def cylinder(scene, x, y, z, radius, half_z, paint):
    """Put an upright cylinder."""
    return solid(scene, CYLINDER, x, y, z, radius, radius, half_z, paint)


@njit
def capsule(scene, x, y, z, radius, half_z, paint):
    """Put an upright capsule; half_z is half the length of the straight part, without its round ends."""
    return solid(scene, CAPSULE, x, y, z, radius, radius, half_z, paint)


@njit
def sprite(scene, x, y, z, half_width, half_height, number):
    """Put a flat picture that faces the camera, of a texture with holes."""
    made = solid(scene, SPRITE, x, y, z, half_width, F(0), half_height, 0xFFFFFF)
    texture(scene, number)
    return made


@njit
def turn(scene, number, ahead_x, ahead_y):
    """Turn a solid about the upright axis, so that its own x points along (ahead_x, ahead_y), of length 1."""
    if number >= 0:
        scene.axes[number, 0, 0], scene.axes[number, 0, 1] = ahead_x, ahead_y
        scene.axes[number, 1, 0], scene.axes[number, 1, 1] = -ahead_y, ahead_x


@njit
def lay(scene, number, ahead_x, ahead_y):
    """Lay a solid down, so that its own z points along (ahead_x, ahead_y), of length 1, and its own x down."""
    if number >= 0:
        for axis in range(3):
            scene.axes[number, 0, axis] = F(-1) if axis == 2 else F(0)
        scene.axes[number, 1, 0], scene.axes[number, 1, 1], scene.axes[number, 1, 2] = -ahead_y, ahead_x, F(0)
        scene.axes[number, 2, 0], scene.axes[number, 2, 1], scene.axes[number, 2, 2] = ahead_x, ahead_y, F(0)


@njit
def texture(scene, number):
    """Give the solid that was put last a texture, which its paint colours."""
    if scene.solids > 0:
        scene.texture[scene.solids - 1] = number


@njit
def identify(scene, first, object_id):
    """Give all solids from the number `first` on this object id in the segmentation image, 1 to 255."""
    for index in range(max(first, 0), scene.solids):
        scene.object_ids[index] = object_id


@njit
def no_shadow(scene):
    """Take the shadow from the solid that was put last."""
    if scene.solids > 0:
        scene.shadow[scene.solids - 1] = 0
