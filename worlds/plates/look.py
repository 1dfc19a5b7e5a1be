"""How plates and doors look."""

import numpy as np
from numba import njit

from ..engine.first_person import catalogue
from ..engine.first_person.seats import SEAT_PAINTS
from ..engine.first_person.view import look_around, show_players, show_things

LOOKS = np.array([0, catalogue.PLAYER, catalogue.PLATE, catalogue.DOOR, catalogue.GOAL], np.int32)


@njit
def scene(state, player, scene):
    """The rooms, what is in them, and the other players."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, catalogue.PAINTS)
    show_players(scene, state, player, SEAT_PAINTS)
