"""How mazes look: from inside, with what lies in them."""

import numpy as np
from numba import njit

from ..engine.first_person import catalogue
from ..engine.first_person.view import look_around, show_things
from ..engine.rays.textures import SKY

LOOKS = np.array(
    [
        *(catalogue.NOTHING, catalogue.NOTHING),
        *(catalogue.GOAL, catalogue.APPLE, catalogue.STRAWBERRY),
        *(catalogue.BALL, catalogue.CUBE, catalogue.CYLINDER_, catalogue.CAPSULE_, catalogue.CONE, catalogue.DISC),
    ],
    np.int32,
)
"""What the world's kinds look like, from number 0, no kind, on."""
PAINTS = catalogue.PAINTS


@njit
def scene(state, player, scene):
    """The maze and what is left in it."""
    look_around(scene, state, player)
    if state.sky != 0:
        scene.ceiling, scene.sky = SKY, 1
    show_things(scene, state, player, LOOKS, PAINTS)
