"""What an episode of the room is made of: how it is furnished, where every body is, and what the players' hands do.

Lengths are in metres and a cell of the map is a metre wide; kilograms, seconds, newtons. Positions as bodies have them
are float64, as MuJoCo counts; what first-person worlds share (`x`, `y`, `thing_x`, … in 1/CELL cells) is worked out
from them after every tick, for the view, the goals and the experts. So the state is the truth, and its bytes are an
episode; being floats, they are the same on the same machine only.

A thing is a toy or a household thing that can be moved (TOYS, see toys.py); a piece is furniture that stays where it is
(see furniture.py). The things of the table of fields() are the toys.
"""

import numpy as np

from ..engine.records.states import Knob, state_dtype
from ..first_person.splits import FOLD
from ..first_person.state import fields

PLAYERS = 2
TOYS, PIECES = 24, 10
"""Most toys and pieces of furniture in a room."""
POSE = 7
"""Numbers of a toy's pose: x, y, z of its middle, and a quaternion (w, x, y, z)."""
QPOS = 3 * PLAYERS + 1 + POSE * TOYS
QVEL = 3 * PLAYERS + 1 + 6 * TOYS
"""Joints in this order: x, y, z of each player's feet, the door's hinge, each toy's pose. Speeds are MuJoCo's."""
DOOR_AT, TOYS_AT = 3 * PLAYERS, 3 * PLAYERS + 1
"""Where in the joints' positions and speeds the door's and the first toy's are."""
TREES = PLAYERS + 1 + TOYS
"""Bodies that fall asleep by themselves: the players, the door, the toys."""

TALL = 1.5
"""Metres from floor to ceiling: the walls of a children's room."""
RADIUS, HEIGHT, MASS = 0.2, 1.1, 30.0
"""Of a player: an upright capsule of a child's weight."""
EYE = 0.9
"""Metres from a player's feet to its eye."""
TOY_BODY = 1 + PIECES + PLAYERS + 1
"""Number of the first toy among the simulation's bodies, behind the world, the furniture, the players and the door."""
SUBSTEPS = 4
"""Steps of the physics in a tick of 1/30 s."""
STEP = 1 / (30 * SUBSTEPS)
"""Seconds of a step of the physics."""
REACH = 1.6
"""Metres from the eye to what a hand can grasp."""
NOBODY = -1

KNOBS = {
    "toys": Knob(12, 1, TOYS, "toys in the room"),
    "pieces": Knob(5, 0, PIECES, "pieces of furniture; fewer if there is no place"),
    "height": Knob(6, 4, 9, "metres from north to south, without the walls; or one less"),
    "width": Knob(7, 4, 12, "metres from west to east, without the walls; or one less"),
    "rooms": Knob(1, 1, 2, "rooms: two have a wall with a door between them"),
    "heavy": Knob(0, 0, 4, "chests too heavy for one player"),
    "fold": FOLD,
}

STATE = state_dtype(
    [
        *fields(PLAYERS, TOYS),
        # How the room is furnished: what the simulation's model is made of. `mark` tells two furnishings apart.
        ("mark", np.uint64),
        ("size", np.int32, (TOYS,)),  # 1 small, 2 medium, 3 large (sizes of toys.py)
        ("material", np.int32, (TOYS,)),  # of toys.py: what its skin looks like, how heavy and how slippery it is
        ("pieces", np.int32),
        ("piece", np.int32, (PIECES,)),  # 1 + index into furniture.KINDS
        ("piece_colour", np.int32, (PIECES,)),  # 1 + index into the colours
        ("piece_x", np.float64, (PIECES,)),  # its middle
        ("piece_y", np.float64, (PIECES,)),
        ("piece_turn", np.int32, (PIECES,)),  # quarter turns, clockwise on the map
        ("door", np.int32),  # 1: there is one; it closes the cell (door_row, door_col)
        ("door_row", np.int32),
        ("door_col", np.int32),
        ("door_turn", np.int32),  # 0: it shuts a way from west to east; 1: from north to south
        ("window", np.int32),  # 1: there is one, in the wall of the cell (window_row, window_col)
        ("window_row", np.int32),
        ("window_col", np.int32),
        ("window_turn", np.int32),  # quarter turns from x: the way it faces, into the room
        # The simulation, as MuJoCo's own state: positions, speeds, what its solver starts from, and who sleeps.
        ("qpos", np.float64, (QPOS,)),
        ("qvel", np.float64, (QVEL,)),
        ("warm", np.float64, (QVEL,)),
        ("asleep", np.int32, (TREES,)),
        # Hands. What a player holds: `grip` is the toy's number, or NOBODY.
        ("grip", np.int32, (PLAYERS,)),
        ("held_at", np.float64, (PLAYERS, 3)),  # the point that was grasped, in the toy's own axes
        ("distance", np.float64, (PLAYERS,)),  # from the eye, at which it is held
        ("lift", np.float64, (PLAYERS,)),  # metres by which it is held higher than the eye looks
        ("turned", np.float64, (PLAYERS, 4)),  # how it is to be turned, relative to where the player looks (quaternion)
        ("aim", np.int32, (PLAYERS,)),  # what the crosshair is on: a toy's number, TOYS + a piece's number, or NOBODY
        ("aim_distance", np.float64, (PLAYERS,)),  # from the eye to that, whether in reach or not
        ("gripping", np.uint8, (PLAYERS,)),  # 1 while the left button is down, so that a press is told from holding it
        ("force", np.float64, (PLAYERS,)),  # newtons with which the hand pulled in the last step of the physics
        ("faults", np.int32),  # times that the simulation of this episode went astray and was put right
    ],
    PLAYERS,
)
