"""How mazes look: from inside, with what lies in them."""

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
"""What the world's kinds look like, from number 0, no kind, on."""
PAINTS = models.PAINTS


@njit
def scene(state, player, scene):
    """The maze and what is left in it."""
    look_around(scene, state, player)
    if state.sky != 0:
        scene.ceiling, scene.sky = SKY, 1
    show_things(scene, state, player, LOOKS, PAINTS)
