"""How the T-maze looks: the two arms end alike."""

import numpy as np
from numba import njit

from ..engine.first_person import catalogue
from ..engine.first_person.view import look_around, show_things

LOOKS = np.array([0, catalogue.PLAYER, catalogue.BALL, catalogue.GOAL, catalogue.GOAL], np.int32)


@njit
def scene(state, player, scene):
    """The room, the ball, and a goal at the end of either arm."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, catalogue.PAINTS)
