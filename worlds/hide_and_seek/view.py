"""The scene of hide and seek. Seekers have their eyes shut at first: all but the nearest cells are dark."""

import numpy as np
from numba import njit

from ..first_person import models
from ..first_person.multiplayer import PLAYER_PAINTS
from ..first_person.view import look_around, show_players, show_things

F = np.float32
LOOKS = np.array([0, models.PLAYER, models.BLOCK, models.HAT], np.int32)
PAINTS = models.PAINTS.copy()
PAINTS[6] = 0xC8965A  # of crates
DARK = F(40)


@njit
def blind(state, player):
    """Whether a player is a waiting seeker, with its eyes shut."""
    return state.seeks[player] != 0 and state.tick < state.start


@njit
def scene(state, player, scene):
    """The rooms, the blocks, and the other players; darkness for a waiting seeker."""
    look_around(scene, state, player)
    if blind(state, player):
        scene.fog = DARK
        return
    show_things(scene, state, player, LOOKS, PAINTS)
    show_players(scene, state, player, PLAYER_PAINTS)
