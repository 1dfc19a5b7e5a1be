"""The scene of colour finding: the room from inside, the blocks that are left, and the door."""

import numpy as np
from numba import njit

from ..first_person import models
from ..first_person.view import look_around, show_things

LOOKS = np.array([models.NOTHING, models.NOTHING, models.CUBE, models.DOOR], np.int32)
"""The model of each kind; number 0 is no kind."""
PAINTS = models.PAINTS


@njit
def scene(state, player, scene):
    """The room, and what is in it."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, PAINTS)
