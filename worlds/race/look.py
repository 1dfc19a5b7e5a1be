"""How the race looks."""

import numpy as np
from numba import njit

from ..engine.first_person import catalogue
from ..engine.first_person.seats import SEAT_PAINTS
from ..engine.first_person.view import look_around, show_players, show_things
from ..engine.rays import textures

LOOKS = np.array([0, catalogue.PLAYER, catalogue.GOAL, catalogue.HURDLE], np.int32)


@njit
def scene(state, player, scene):
    """The track under the sky, its hurdles, the goal, and the other players."""
    look_around(scene, state, player)
    scene.ceiling, scene.sky, scene.beyond = textures.SKY, 1, textures.GRASS
    show_things(scene, state, player, LOOKS, catalogue.PAINTS)
    show_players(scene, state, player, SEAT_PAINTS)
