"""The fields of a first-person state, and its units.

A cell is CELL units wide: positions and speeds are integers in 1/CELL cells, x along the columns and y down the rows of
the map, z up from the floor. A turn is TURN units: yaw 0 looks along x, a quarter turn more along y (clockwise, as the
map is drawn); pitch is up for positive numbers. `walls[y, x]` is 0 where one can walk, else the number of a wall's
texture, or one of raycast/scene.py's UNSEEN and above, which stops who walks but is not drawn as a wall.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ..engine.render.raycast.scene import COLS, ROWS, UNSEEN

CELL = 65536
TURN = 65536
HZ = 30
"""Ticks a second of all first-person worlds: a window shows each tick, so it moves as smoothly as a game."""

DOOR, BLOCK, HURDLE = UNSEEN, UNSEEN + 1, UNSEEN + 2
"""Cells that stop who walks and are drawn as solids: a closed door, a block, and what one can jump over."""


def fields(players: int, things: int) -> list[tuple[Any, ...]]:
    """The fields that every first-person state has, for so many players and things at most."""
    return [
        ("map_rows", np.int32),
        ("map_cols", np.int32),
        ("y", np.int32, (players,)),
        ("x", np.int32, (players,)),
        ("z", np.int32, (players,)),  # of the feet
        ("vy", np.int32, (players,)),  # units a tick
        ("vx", np.int32, (players,)),
        ("vz", np.int32, (players,)),
        ("yaw", np.int32, (players,)),  # 0 to TURN - 1
        ("pitch", np.int32, (players,)),
        ("using", np.uint8, (players,)),  # 1 while the use key is held, so that a press is told from holding it
        ("things", np.int32),  # how many there are
        ("kind", np.int32, (things,)),  # 1 + index into the world's kinds
        ("colour", np.int32, (things,)),  # 1 + index into the world's colours, 0: none
        ("status", np.int32, (things,)),  # THERE, OPEN or GONE
        ("holder", np.int32, (things,)),  # 1 + player who carries it, 0: nobody
        ("thing_y", np.int32, (things,)),
        ("thing_x", np.int32, (things,)),
        ("thing_z", np.int32, (things,)),  # of its underside
        ("walls", np.uint8, (ROWS, COLS)),
        ("floors", np.uint8, (ROWS, COLS)),
        ("marks", np.int16, (ROWS, COLS)),  # for generators: distances, or whatever else is to be noted of cells
        ("queue", np.int16, (ROWS * COLS,)),  # room for them to search in
    ]
