"""The scene of mazes: the maze from inside, and the things in it."""

import numpy as np
from numba import njit

from ..engine.render.raycast.textures import SKY
from ..first_person import models
from ..first_person.view import look_around, show_things

LOOKS = np.array(
    [
        *(models.NOTHING, models.NOTHING),
        *(models.GOAL, models.APPLE, models.STRAWBERRY),
        *(models.BALL, models.CUBE, models.CYLINDER_, models.CAPSULE_, models.CONE, models.DISC),
    ],
    np.int32,
)
"""The model of each kind; number 0 is no kind."""
PAINTS = models.PAINTS


@njit
def scene(state, player, scene):
    """The maze and the things that are left."""
    look_around(scene, state, player)
    if state.sky != 0:
        scene.ceiling, scene.sky = SKY, 1
    show_things(scene, state, player, LOOKS, PAINTS)
