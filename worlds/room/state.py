"""The state of the room: its furnishing, the bodies, and the players' hands.

Units are metres (a cell of the map is a metre wide), kilograms, seconds and newtons. Positions of bodies are float64,
as in MuJoCo; the first-person fields (`x`, `y`, `thing_x`, … in 1/CELL cells) are computed from them after every tick,
for the view, the goals and the experts. The state is complete: its bytes determine the rest of an episode; being
floats, they are reproducible on the same machine only.

A thing is a toy or a household object that can be moved (TOYS, see toys.py); a piece is fixed furniture (see
furniture.py). The things of fields() are the toys.
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
"""Indices of the door and of the first toy in the joints' positions and velocities."""
TREES = PLAYERS + 1 + TOYS
"""Number of bodies that fall asleep independently: the players, the door, the toys."""

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
"""Largest distance, in metres, between the eye and a toy that a hand can grasp."""
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
        # The furnishing, from which the simulation's model is made.
        ("mark", np.uint64),  # hash of the furnishing
        ("size", np.int32, (TOYS,)),  # 1 small, 2 medium, 3 large (sizes of toys.py)
        ("material", np.int32, (TOYS,)),  # of toys.py: determines texture, density and friction
        ("pieces", np.int32),  # number of pieces of furniture
        ("piece", np.int32, (PIECES,)),  # 1 + index into furniture.KINDS
        ("piece_colour", np.int32, (PIECES,)),  # 1 + index into the colours
        ("piece_x", np.float64, (PIECES,)),  # position of its middle
        ("piece_y", np.float64, (PIECES,)),
        ("piece_turn", np.int32, (PIECES,)),  # quarter turns, clockwise on the map
        ("door", np.int32),  # 1: there is one; it closes the cell (door_row, door_col)
        ("door_row", np.int32),
        ("door_col", np.int32),
        ("door_turn", np.int32),  # 0: it closes a passage from west to east; 1: from north to south
        ("window", np.int32),  # 1: there is one, in the wall of the cell (window_row, window_col)
        ("window_row", np.int32),
        ("window_col", np.int32),
        ("window_turn", np.int32),  # quarter turns from x: its direction, into the room
        # The simulation: MuJoCo's own state.
        ("qpos", np.float64, (QPOS,)),  # positions of the joints
        ("qvel", np.float64, (QVEL,)),  # their velocities
        ("warm", np.float64, (QVEL,)),  # accelerations from which the solver starts
        ("asleep", np.int32, (TREES,)),  # MuJoCo's tree_asleep
        # The hands.
        ("grip", np.int32, (PLAYERS,)),  # number of the held toy, or NOBODY
        ("held_at", np.float64, (PLAYERS, 3)),  # the grasped point, in the toy's own axes
        ("distance", np.float64, (PLAYERS,)),  # of the held toy from the eye
        ("lift", np.float64, (PLAYERS,)),  # its height above the line of sight
        ("turned", np.float64, (PLAYERS, 4)),  # its wanted rotation relative to the player's yaw (quaternion)
        ("aim", np.int32, (PLAYERS,)),  # target of the crosshair: a toy's number, TOYS + a piece's number, or NOBODY
        ("aim_distance", np.float64, (PLAYERS,)),  # distance of the target from the eye, in reach or not
        ("gripping", np.uint8, (PLAYERS,)),  # 1 while the left button is down, which distinguishes presses from holding
        ("force", np.float64, (PLAYERS,)),  # of the hand in the last step of the physics
        ("faults", np.int32),  # how often the simulation of this episode failed and was restored
    ],
    PLAYERS,
)
