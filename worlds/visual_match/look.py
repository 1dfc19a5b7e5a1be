"""How Visual Match looks: three rooms from inside. The sign is a painted piece of wall, not a solid."""

import numpy as np
from numba import njit

from ..engine.first_person import catalogue
from ..engine.first_person.view import look_around, show_things

LOOKS = np.array(
    [*(catalogue.NOTHING, catalogue.NOTHING), catalogue.DOOR, catalogue.NOTHING, catalogue.PILLAR, catalogue.APPLE],
    np.int32,
)
"""What the world's kinds look like, from number 0, no kind, on."""
PAINTS = catalogue.PAINTS


@njit
def scene(state, player, scene):
    """The rooms, and the doors, pillars and apples in them."""
    look_around(scene, state, player)
    show_things(scene, state, player, LOOKS, PAINTS)
