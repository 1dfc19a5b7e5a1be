"""How hide and seek looks. Seekers have their eyes shut at first: all is dark but what is at hand."""

import numpy as np
from numba import njit

from ..first_person import models
from ..first_person.multiplayer import SEAT_PAINTS
from ..first_person.view import look_around, show_players, show_things

F = np.float32
LOOKS = np.array([0, models.PLAYER, models.BLOCK, models.HAT], np.int32)
PAINTS = models.PAINTS.copy()
PAINTS[6] = 0xC8965A  # what crates are painted
DARK = F(40)


@njit
def blind(state, player):
    """Whether a player is a seeker who waits, with its eyes shut."""
    return state.seeks[player] != 0 and state.tick < state.start


@njit
def scene(state, player, scene):
    """The rooms, the blocks, and the other players; nothing of it to a seeker who waits."""
    look_around(scene, state, player)
    if blind(state, player):
        scene.fog = DARK
        return
    show_things(scene, state, player, LOOKS, PAINTS)
    show_players(scene, state, player, SEAT_PAINTS)
