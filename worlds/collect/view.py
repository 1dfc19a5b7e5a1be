"""How Collect looks: a room from inside, and what lies in it."""

import numpy as np
from numba import njit

from ..engine.render.raycast.textures import HEDGE, SKY
from ..first_person import models
from ..first_person.view import look_around, show_things
from .state import WALLS

LOOKS = np.array(
    [
        *(models.NOTHING, models.NOTHING),
        *(models.APPLE, models.LEMON, models.STRAWBERRY, models.MUSHROOM),
    ],
    np.int32,
)
"""What the world's kinds look like, from number 0, no kind, on."""
PAINTS = np.array([0xB46BD0], np.int32)
"""Of what has no colour of its own: the hats of mushrooms."""


@njit
def scene(state, player, scene):
    """The room and what is left in it. The one with hedges is a garden."""
    look_around(scene, state, player)
    if WALLS[state.room] == HEDGE:
        scene.ceiling, scene.sky = SKY, 1
    show_things(scene, state, player, LOOKS, PAINTS)
