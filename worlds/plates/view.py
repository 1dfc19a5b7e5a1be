"""The scene of plates and doors."""

import numpy as np
from numba import njit

from ..first_person import models
from ..first_person.multiplayer import PLAYER_PAINTS
from ..first_person.view import look_around, show_players, show_things

LOOKS = np.array([0, models.PLAYER, models.PLATE, models.DOOR, models.GOAL], np.int32)


@njit
def scene(state, player, scene):
    """The rooms, the things in them, and the other players."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, models.PAINTS)
    show_players(scene, state, player, PLAYER_PAINTS)
