"""The scene of keys and doors."""

import numpy as np
from numba import njit

from ..first_person import models
from ..first_person.view import look_around, show_things

LOOKS = np.array([0, models.PLAYER, models.KEY, models.DOOR, models.GOAL, models.APPLE], np.int32)


@njit
def scene(state, player, scene):
    """The rooms, and the things in them."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, models.PAINTS)
