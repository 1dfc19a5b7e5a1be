"""The scene of Collect: a room from inside, and the things in it."""

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
"""The model of each kind; number 0 is no kind."""
PAINTS = np.array([0xB46BD0], np.int32)
"""The paint of things without a colour: the hats of mushrooms."""


@njit
def scene(state, player, scene):
    """The room and the things that are left. The room with hedges has a sky."""
    look_around(scene, state, player)
    if WALLS[state.room] == HEDGE:
        scene.ceiling, scene.sky = SKY, 1
    show_things(scene, state, player, LOOKS, PAINTS)
