"""The scene of Visual Match: three rooms from inside. The sign is a texture of the wall, not a solid."""

import numpy as np
from numba import njit

from ..first_person import models
from ..first_person.view import look_around, show_things

LOOKS = np.array(
    [*(models.NOTHING, models.NOTHING), models.DOOR, models.NOTHING, models.PILLAR, models.APPLE],
    np.int32,
)
"""The model of each kind; number 0 is no kind."""
PAINTS = models.PAINTS


@njit
def scene(state, player, scene):
    """The rooms, and the doors, pillars and apples in them."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, PAINTS)
