"""The state of Visual Match: three rooms in a row, two doors, a sign, pillars and apples.

##########################
#########           ######      The first room is two parts of 3x3 cells with a gap between them; the sign is one
#########           #   P#      cell of its walls, in one of six colours. The second is a square with apples in it.
##s######           #    #      In the third stand four pillars P of different colours. D are the doors.
#   #   #           #   P#
#       D           D    #
#   #   #           #   P#
#########           #    #
#########           #   P#
#########           ######
##########################
"""

import numpy as np

from ..engine.records.states import Knob, state_dtype
from ..engine.render.raycast.scene import ROWS
from ..first_person.bounds import TICKS, bounds
from ..first_person.splits import FOLD
from ..first_person.state import fields

DOOR, SIGN, PILLAR, APPLE = range(2, 6)
"""Kinds of things; the first kind is the player's."""
FIRST_DOOR, SECOND_DOOR, THE_SIGN, FIRST_PILLAR = range(4)
PILLARS = 4
FIRST_APPLE = FIRST_PILLAR + PILLARS
"""Indices of the state's things."""
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")
"""Colours of signs and pillars, the first six of models.COLOURS."""
APPLES = 48

KNOBS = {
    "edge": Knob(11, 5, 25, "rows and columns of the second room, an odd number"),
    "apples": Knob(36, 0, APPLES, "apples in the second room"),
    "explore": Knob(5, 1, 60, "seconds until the first door opens and the sign is gone"),
    "distract": Knob(30, 1, 600, "seconds from then until the second door opens"),
    "unseen": Knob(0, 0, 1, "1: only pairs of colour and place of the right pillar that are kept from training"),
    "fold": FOLD,
}

STATE = state_dtype(
    [
        *fields(1, FIRST_APPLE + APPLES),
        ("middle", np.int32),  # row of the doors
        ("opens", np.int32, (2,)),  # ticks at which the doors open
        ("right", np.int32),  # index of the pillar that has the colour of the sign
    ]
)

BOUNDS = bounds(
    STATE, APPLE, {"middle": (0, ROWS - 1), "opens": TICKS, "right": (FIRST_PILLAR, FIRST_PILLAR + PILLARS - 1)}
)
