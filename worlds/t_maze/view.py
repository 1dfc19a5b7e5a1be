"""The scene of the T-maze: the ends of the two arms are identical."""

import numpy as np
from numba import njit

from ..first_person import models
from ..first_person.view import look_around, show_things

LOOKS = np.array([0, models.PLAYER, models.BALL, models.GOAL, models.GOAL], np.int32)


@njit
def scene(state, player, scene):
    """The room, the ball, and a goal at the end of either arm."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, models.PAINTS)
