"""The scene of Water Maze: from just above the water, under an open sky; the platform is visible only while raised."""

import numpy as np
from numba import njit

from ..engine.records.things import OPEN
from ..engine.render.raycast import scene as rays
from ..engine.render.raycast import textures
from ..first_person.state import CELL
from ..first_person.view import FIRST_THING, look_around
from .rules import PLATFORM

F = np.float32
TALL = F(2)
"""Height of the walls, in cells."""
LOW = F(0.2)
"""Difference in height between a walker's and a swimmer's eyes, in cells."""
_CELLS, _RADIUS, _HALF, _PAINT = F(1 / CELL), F(PLATFORM / CELL), F(0.04), 0xF0E6D2


@njit
def scene(state, player, scene):
    """The pool with the pictures around it, and the platform if it is up."""
    look_around(scene, state, player)
    scene.ceiling, scene.sky, scene.beyond = textures.SKY, 1, textures.PLASTER
    scene.tall = TALL
    if state.status[0] != OPEN:
        scene.eye[2] -= LOW
        return
    first = scene.solids
    y, x = F(state.thing_y[0]) * _CELLS, F(state.thing_x[0]) * _CELLS
    rays.cylinder(scene, x, y, _HALF, _RADIUS, _HALF, _PAINT)
    rays.texture(scene, textures.CHECKS)
    rays.identify(scene, first, FIRST_THING)
