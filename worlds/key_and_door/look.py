"""How keys and doors look."""

import numpy as np
from numba import njit

from ..engine.first_person import catalogue
from ..engine.first_person.view import look_around, show_things

LOOKS = np.array([0, catalogue.PLAYER, catalogue.KEY, catalogue.DOOR, catalogue.GOAL, catalogue.APPLE], np.int32)


@njit
def scene(state, player, scene):
    """The rooms, and what lies in them."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, catalogue.PAINTS)
