"""The scene of the race."""

import numpy as np
from numba import njit

from ..engine.render.raycast import textures
from ..first_person import models
from ..first_person.multiplayer import PLAYER_PAINTS
from ..first_person.view import look_around, show_players, show_things

LOOKS = np.array([0, models.PLAYER, models.GOAL, models.HURDLE], np.int32)


@njit
def scene(state, player, scene):
    """The track under the sky, its hurdles, the goal, and the other players."""
    look_around(scene, state, player)
    scene.ceiling, scene.sky, scene.beyond = textures.SKY, 1, textures.GRASS
    show_things(scene, state, player, LOOKS, models.PAINTS)
    show_players(scene, state, player, PLAYER_PAINTS)
