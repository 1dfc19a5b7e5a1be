"""The scene of Memory Maze: the maze from inside, and balls."""

import numpy as np
from numba import njit

from ..first_person import models
from ..first_person.view import look_around, show_things

LOOKS = np.array([models.NOTHING, models.NOTHING, models.BALL], np.int32)
"""The model of each kind; number 0 is no kind."""
PAINTS = models.PAINTS


@njit
def scene(state, player, scene):
    """The maze and the balls, which stay when they have been found."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, PAINTS)
