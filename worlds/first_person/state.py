"""The fields of a first-person state, and its units.

A cell is CELL units wide: positions and speeds are integers in 1/CELL cells, x along the columns and y down the rows of
the map, z up from the floor. A turn is TURN units: yaw 0 is the direction of x, a quarter turn more that of y
(clockwise on the map); positive pitch is up. `walls[y, x]` is 0 for a free cell, else the number of a wall's texture,
or a number from raycast/scene.py's UNSEEN on for a cell that stops bodies and is not drawn as a wall.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.render.raycast.scene import COLS, ROWS, UNSEEN

CELL = 65536
TURN = 65536
HZ = 30
"""Ticks a second of all first-person worlds; a window shows each tick."""

DOOR, BLOCK, HURDLE = UNSEEN, UNSEEN + 1, UNSEEN + 2
"""Cells that stop bodies and are drawn as solids: closed doors, blocks, and hurdles, which can be jumped over."""


def fields(players: int, things: int) -> list[tuple[Any, ...]]:
    """The fields that every first-person state has, for at most `players` players and `things` things."""
    return [
        ("map_rows", np.int32),  # size of the map, in cells
        ("map_cols", np.int32),
        ("y", np.int32, (players,)),  # position of the middle of each body, in units
        ("x", np.int32, (players,)),
        ("z", np.int32, (players,)),  # height of its feet
        ("vy", np.int32, (players,)),  # velocity, in units a tick
        ("vx", np.int32, (players,)),
        ("vz", np.int32, (players,)),
        ("yaw", np.int32, (players,)),  # direction of the camera, 0 to TURN - 1
        ("pitch", np.int32, (players,)),  # its elevation, in 1/TURN turns
        ("using", np.uint8, (players,)),  # 1 while the use key is held, which distinguishes a press from holding
        ("things", np.int32),  # number of things
        ("kind", np.int32, (things,)),  # 1 + index into the world's kinds
        ("colour", np.int32, (things,)),  # 1 + index into the world's colours, 0: none
        ("status", np.int32, (things,)),  # THERE, OPEN or GONE
        ("holder", np.int32, (things,)),  # 1 + number of the player that holds it, 0: none
        ("thing_y", np.int32, (things,)),  # position of its middle, in units
        ("thing_x", np.int32, (things,)),
        ("thing_z", np.int32, (things,)),  # height of its underside
        ("walls", np.uint8, (ROWS, COLS)),  # 0: free; else a texture, DOOR, BLOCK or HURDLE
        ("floors", np.uint8, (ROWS, COLS)),  # textures
        ("marks", np.int16, (ROWS, COLS)),  # memory of the generators: distances or other marks of cells
        ("queue", np.int16, (ROWS * COLS,)),  # memory of the generators: a list of cells
    ]
