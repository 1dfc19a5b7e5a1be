"""The scene of tag: the catcher wears the red hat, and sees it in its own hand."""

import numpy as np
from numba import njit

from ..engine.render.raycast import scene as rays
from ..engine.render.raycast import textures
from ..first_person import models
from ..first_person.angles import cosine, sine
from ..first_person.multiplayer import PLAYER_PAINTS
from ..first_person.state import CELL, TURN
from ..first_person.view import FIRST_THING, in_hand, look_around, show_players
from .state import RED

F = np.float32
_CELLS, _ONE = F(1 / CELL), F(1 / TURN)
HEAD = F(0.66)
"""Cells from the feet to the hat."""


@njit
def scene(state, player, scene):
    """The arena under the sky, the other players, and the hat."""
    look_around(scene, state, player)
    scene.ceiling, scene.sky, scene.beyond = textures.SKY, 1, textures.GRASS
    show_players(scene, state, player, PLAYER_PAINTS)
    it, first = state.it, scene.solids
    if it == player:
        in_hand(scene, models.HAT, models.PAINTS[RED], state.tick)
    else:
        yaw = state.yaw[it]
        x, y, z = F(state.x[it]) * _CELLS, F(state.y[it]) * _CELLS, F(state.z[it]) * _CELLS + HEAD
        ahead_x, ahead_y = F(cosine(yaw)) * _ONE, F(sine(yaw)) * _ONE
        models.show(scene, models.HAT, models.PAINTS[RED], x, y, z, ahead_x, ahead_y, state.tick)
    rays.identify(scene, first, FIRST_THING)
