"""Bounds of the fields that every first-person state has; see engine/records/bounds.py. A world adds its own fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..engine.records.bounds import FLAG, MOST, Bounds, Range
from ..engine.records.things import GONE
from ..engine.render.raycast.scene import COLS, ROWS, UNSEEN
from ..engine.render.raycast.textures import COUNT
from . import generators, rooms
from .body import FASTEST
from .models import COLOURS
from .state import CELL, HURDLE, TURN

CELLS = ROWS * COLS
CELL_RANGE = (0, CELLS - 1)
"""A cell as a flat index."""
MAYBE_CELL = (-1, CELLS - 1)
"""A cell as a flat index, or -1 for none."""
GRID_ROOM_BOUNDS: Mapping[str, Range] = {
    "edge": (0, ROWS),
    "rooms": (0, rooms.MOST),
    "corner": CELL_RANGE,
    "parent": (-1, rooms.MOST - 1),
    "depth": (0, rooms.MOST),
    "doorway": MAYBE_CELL,
}
"""Of rooms.GRID_ROOM_FIELDS."""
CORRIDOR_ROOM_BOUNDS: Mapping[str, Range] = {
    "rooms": (0, generators.ROOMS),
    "room_y": (0, ROWS - 1),
    "room_x": (0, COLS - 1),
    "room_half": (0, ROWS),
}
"""Of generators.CORRIDOR_ROOM_FIELDS."""
TICKS = (0, MOST)
"""A number of ticks."""
_TALL = 16 * CELL  # above the highest jump and the tallest thing


def bounds(
    state: np.dtype,
    kinds: int,
    own: Mapping[str, Range],
    *,
    colours: int = len(COLOURS),
    whole: Callable[[Any], bool] | None = None,
) -> Bounds:
    """Bounds of a first-person world.

    state: its dtype; kinds: the number of its kinds of things, players included; own: the ranges of its own fields;
    colours: the number of colours of things; whole: a check of the fields against one another, see Bounds.
    """
    players, things = state["x"].shape[0], state["kind"].shape[0]
    ranges: dict[str, Range] = {
        "map_rows": (1, ROWS),
        "map_cols": (1, COLS),
        "y": (0, ROWS * CELL - 1),
        "x": (0, COLS * CELL - 1),
        "z": (-_TALL, _TALL),
        "vy": (-FASTEST, FASTEST),
        "vx": (-FASTEST, FASTEST),
        "vz": (-FASTEST, FASTEST),
        "yaw": (0, TURN - 1),
        "pitch": (-TURN // 4, TURN // 4),
        "using": FLAG,
        "things": (0, things),
        "kind": (0, kinds),
        "colour": (0, colours),
        "status": (0, GONE),
        "holder": (0, players),
        "thing_y": (0, ROWS * CELL - 1),
        "thing_x": (0, COLS * CELL - 1),
        "thing_z": (-_TALL, _TALL),
        "walls": (0, HURDLE),
        "floors": (0, COUNT),
        "marks": (-1, CELLS),
        "queue": CELL_RANGE,
    }

    def agree(record: Any) -> bool:
        return on_map(record) and (whole is None or whole(record))

    return Bounds({**ranges, **own}, agree)


def on_map(state: Any) -> bool:
    """Whether players and things are on the map, and walls have a texture or are drawn as solids."""
    rows, cols, players, things = (int(state[name]) for name in ("map_rows", "map_cols", "players", "things"))
    walls = state["walls"]
    return bool(
        (state["y"][:players] < rows * CELL).all()
        and (state["x"][:players] < cols * CELL).all()
        and (state["thing_y"][:things] < rows * CELL).all()
        and (state["thing_x"][:things] < cols * CELL).all()
        and (state["holder"][:things] <= players).all()
        and ((walls <= COUNT) | (walls >= UNSEEN)).all()
    )
