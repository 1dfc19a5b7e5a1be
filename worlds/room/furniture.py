"""Furniture: fixed pieces made of boxes, their paints, and the surfaces that toys can lie on.

A piece is specified in metres; its origin is the middle of its place on the floor, and its front faces along x. In a
room it is rotated by quarter turns about the vertical axis, from x towards y. The picture and the physics use the same
boxes. The leaf of the door is here too.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from ..engine.render.raycast.textures import CRATE, GRAIN, STRIPES
from .tables import padded

MOST_BOXES = 8
"""The largest number of boxes of a piece."""
SURFACES_MOST = 3
"""The largest number of surfaces of a piece."""
FREE = 9.0
"""Metres of free height above a surface without a board above it."""
_BROWN, _CREAM, _GOLD = 0xD8A468, 0xFFF4E0, 0xFFC828
OWN = 256
"""The share of the piece's own colour in a box that has no other colour."""


class Box(NamedTuple):
    """One box: its lowest and highest corner, its colour, how much of the piece's own colour is in that (0 to OWN),
    and its texture."""

    low: tuple[float, float, float]
    high: tuple[float, float, float]
    colour: int = _BROWN
    share: int = 0
    texture: int = GRAIN


class Surface(NamedTuple):
    """A surface for toys: from `low` to `high` in x and y, at the height z, with the free height `clear` above it."""

    low: tuple[float, float]
    high: tuple[float, float]
    z: float
    clear: float = FREE

    def numbers(self) -> list[float]:
        """Its row of SURFACES."""
        low, high = np.array(self.low), np.array(self.high)
        return [*(low + high) / 2, self.z, *(high - low) / 2]


class Piece(NamedTuple):
    """A kind of furniture: its boxes and surfaces, whether its back must be at a wall, and whether things lie in it
    rather than on it."""

    boxes: list[Box]
    surfaces: list[Surface]
    wall: bool = False
    inside: bool = False


def _legs(x: float, y: float, thick: float, top: float) -> list[Box]:
    """Four legs whose outer corners are (±x, ±y)."""
    return [
        Box((min(a, a - s * thick), min(b, b - t * thick), 0), (max(a, a - s * thick), max(b, b - t * thick), top))
        for s, a in ((-1, -x), (1, x))
        for t, b in ((-1, -y), (1, y))
    ]


def _open(x: float, y: float, low: float, floor: float, top: float, thick: float, **coat: int) -> list[Box]:
    """A floor, and four sides around it, whose outer corners are (±x, ±y)."""
    return [
        Box((-x, -y, low), (x, y, floor), **coat),
        Box((-x, -y, floor), (-x + thick, y, top), **coat),
        Box((x - thick, -y, floor), (x, y, top), **coat),
        Box((-x + thick, -y, floor), (x - thick, -y + thick, top), **coat),
        Box((-x + thick, y - thick, floor), (x - thick, y, top), **coat),
    ]


PIECES: dict[str, Piece] = {
    "table": Piece(
        [Box((-0.32, -0.5, 0.46), (0.32, 0.5, 0.5), _CREAM, OWN), *_legs(0.28, 0.46, 0.07, 0.46)],
        [Surface((-0.3, -0.48), (0.3, 0.48), 0.5)],
    ),
    "shelf": Piece(
        [
            Box((-0.18, -0.5, 0), (-0.15, 0.5, 0.86), _CREAM, 150),
            Box((-0.15, -0.5, 0), (0.18, -0.46, 0.86), _CREAM, OWN),
            Box((-0.15, 0.46, 0), (0.18, 0.5, 0.86), _CREAM, OWN),
            Box((-0.15, -0.46, 0), (0.17, 0.46, 0.09)),
            Box((-0.15, -0.46, 0.47), (0.17, 0.46, 0.5)),
            Box((-0.18, -0.5, 0.86), (0.18, 0.5, 0.9), _CREAM, OWN),
        ],
        [
            Surface((-0.14, -0.45), (0.17, 0.45), 0.09, 0.37),
            Surface((-0.14, -0.45), (0.17, 0.45), 0.5, 0.35),
            Surface((-0.17, -0.49), (0.17, 0.49), 0.9),
        ],
        wall=True,
    ),
    "bed": Piece(
        [
            Box((-0.43, -0.75, 0), (0.43, 0.75, 0.18), _BROWN),
            Box((-0.43, -0.75, 0.18), (0.43, -0.7, 0.62), _BROWN),
            Box((-0.4, -0.7, 0.18), (0.4, -0.25, 0.32), _CREAM, 0, 0),
            Box((-0.42, -0.25, 0.18), (0.42, 0.74, 0.34), _CREAM, OWN, STRIPES),
            Box((-0.26, -0.66, 0.32), (0.26, -0.34, 0.4), 0xFFFFFF, 50, 0),
        ],
        [Surface((-0.4, -0.23), (0.4, 0.72), 0.34)],
        wall=True,
    ),
    "tray": Piece(
        [
            *_open(0.37, 0.37, 0.3, 0.33, 0.38, 0.025, colour=_CREAM, share=OWN),
            Box((-0.3, -0.3, 0), (-0.23, 0.3, 0.3)),
            Box((0.23, -0.3, 0), (0.3, 0.3, 0.3)),
        ],
        [Surface((-0.34, -0.34), (0.34, 0.34), 0.33)],
        inside=True,
    ),
    "box": Piece(
        _open(0.37, 0.37, 0, 0.03, 0.3, 0.03, colour=_CREAM, share=OWN, texture=CRATE),
        [Surface((-0.34, -0.34), (0.34, 0.34), 0.03)],
        inside=True,
    ),
    "basket": Piece(
        _open(0.31, 0.31, 0, 0.03, 0.22, 0.03, colour=_CREAM, share=OWN, texture=STRIPES),
        [Surface((-0.28, -0.28), (0.28, 0.28), 0.03)],
        inside=True,
    ),
    "stool": Piece(
        [Box((-0.2, -0.2, 0.28), (0.2, 0.2, 0.33), _CREAM, OWN), *_legs(0.18, 0.18, 0.05, 0.28)],
        [Surface((-0.19, -0.19), (0.19, 0.19), 0.33)],
    ),
    "dresser": Piece(
        [
            Box((-0.24, -0.4, 0), (0.22, 0.4, 0.66)),
            Box((-0.24, -0.42, 0.66), (0.24, 0.42, 0.7), _CREAM, 200),
            *(Box((0.22, -0.37, 0.04 + 0.2 * row), (0.235, 0.37, 0.21 + 0.2 * row), _CREAM, OWN) for row in range(3)),
            *(Box((0.235, -0.05, 0.11 + 0.2 * row), (0.255, 0.05, 0.14 + 0.2 * row), _GOLD, 0, 0) for row in range(3)),
        ],
        [Surface((-0.23, -0.41), (0.23, 0.41), 0.7)],
        wall=True,
    ),
}
KINDS = tuple(PIECES)
TABLE, SHELF, BED, TRAY, BOX_, BASKET, STOOL, DRESSER = range(len(KINDS))

_CORNERS = [np.array([[box.low, box.high] for box in piece.boxes]) for piece in PIECES.values()]
BOXES = padded(
    [np.hstack([corners.mean(1), np.diff(corners, axis=1)[:, 0] / 2]) for corners in _CORNERS], MOST_BOXES, 6
)
"""Each kind's boxes, (kinds, MOST_BOXES, 6): middle and half extents; zeros: none."""
PAINTS = padded(
    [[(box.colour, box.share, box.texture) for box in piece.boxes] for piece in PIECES.values()],
    MOST_BOXES,
    3,
    np.int32,
)
"""Each box's colour, share of the piece's own colour, and texture, (kinds, MOST_BOXES, 3)."""
FOOT = np.array([np.abs(corners[:, :, :2]).max((0, 1)) for corners in _CORNERS])
"""Half extents of each kind along x and y, (kinds, 2)."""
TALL = np.array([corners[:, :, 2].max() for corners in _CORNERS])
"""Height of each kind."""
SURFACES = padded([[surface.numbers() for surface in piece.surfaces] for piece in PIECES.values()], SURFACES_MOST, 5)
"""Each kind's surfaces, (kinds, SURFACES_MOST, 5): middle x, y, height, half extents along x and y; zeros: none."""
CLEAR = padded([[surface.clear for surface in piece.surfaces] for piece in PIECES.values()], SURFACES_MOST, 0)
"""Free height above each surface, (kinds, SURFACES_MOST)."""
TO_WALL = np.array([piece.wall for piece in PIECES.values()])
"""Whether the back of each kind must be at a wall."""
INSIDE = np.array([piece.inside for piece in PIECES.values()])
"""Whether things lie in each kind, rather than on it."""

LEAF = (0.46, 0.025, 0.7)
"""Half extents of the door's leaf: along itself, across, upwards."""
LEAF_AT = (0.47, 0.0, 0.71)
"""Its middle relative to the foot of the hinge: along the leaf, across, upwards."""
LEAF_LIMIT = 1.5
"""Radians of its opening to either side."""
LEAF_MASS = 6.0
_IN_FRAME = 0.03  # of the hinge, from the side of the doorway


@njit
def quarter(x, y, turn):
    """The vector (x, y) rotated by `turn` quarter turns from x towards y."""
    for _ in range(turn & 3):
        x, y = -y, x
    return x, y


@njit
def top(kind):
    """The index of the highest surface of a kind, an index into KINDS; it is the number of surfaces below it."""
    slot = 0
    while slot + 1 < SURFACES_MOST and SURFACES[kind, slot + 1, 3] > 0:
        slot += 1
    return slot


@njit
def boxes(state, piece, out):
    """Write the boxes of a piece of a room into out (MOST_BOXES, 6) f8: middles and halves along the axes of the room.
    Returns their number."""
    kind, turn = state.piece[piece] - 1, state.piece_turn[piece]
    count = 0
    while count < MOST_BOXES and BOXES[kind, count, 3] > 0:
        x, y = quarter(BOXES[kind, count, 0], BOXES[kind, count, 1], turn)
        half_x, half_y = quarter(BOXES[kind, count, 3], BOXES[kind, count, 4], turn)
        out[count, 0], out[count, 1] = state.piece_x[piece] + x, state.piece_y[piece] + y
        out[count, 2], out[count, 5] = BOXES[kind, count, 2], BOXES[kind, count, 5]
        out[count, 3], out[count, 4] = abs(half_x), abs(half_y)
        count += 1
    return count


@njit
def hinge(state):
    """(x, y, angle) of the door's hinge; the leaf leads away from there at that angle, in radians, when it is shut,
    and at that plus the joint's position when it is not."""
    if state.door_turn == 0:
        return state.door_col + 0.5, state.door_row + _IN_FRAME, math.pi / 2
    return state.door_col + _IN_FRAME, state.door_row + 0.5, 0.0
