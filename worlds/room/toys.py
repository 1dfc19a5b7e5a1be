"""Toys and household objects: their parts, hulls, materials and masses.

A toy is specified by Parts of first_person/models.py, of medium size, in metres: it faces along x and stands on z = 0.
The tables made from that have their origin in the middle of its bounding box. Hulls are the forms of the physics, at
most HARD for each toy: its first parts, or simpler forms around its parts, so that it stands.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numba import njit

from ..engine.compile.ingredients import python
from ..engine.render.primitives import BOX, CAPSULE, CYLINDER, ELLIPSOID, extent
from ..first_person.models import GOLD, INK, OWN, STEM, WHITE, Part, axes, ball, disc, egg, stick
from .tables import padded

HARD = 3
"""The largest number of forms of a hull."""
FIRST = 2
"""A thing's kind in the state is FIRST + its index into KINDS; kind 1 is the players'."""
SIZES = ("small", "medium", "large")
SCALE = np.array([1, 0.85, 1.15, 1.5])
"""Scale of a toy relative to the tables, by the number of its size."""
MATERIALS = ("plastic", "wood", "metal", "cloth")
PLASTIC, WOOD, METAL, CLOTH = 1, 2, 3, 4
DENSITY = np.array([200.0, 100, 180, 280, 60])
"""Kilograms in a cubic metre of hull, by material: toys are mostly hollow."""
FRICTION = np.array([0.7, 0.6, 0.7, 0.5, 1.0])
"""Of each material, and (number 0) of floors, walls and furniture."""
LIGHTEST, HEAVIEST = 0.15, 4.0
CHEST_MASS = 9.0
"""Kilograms: too heavy for one player's hand, light enough for two."""

_CREAM, _GLASS, _DARK, _ORANGE = 0xFFF0D0, 0xA8DCF4, 0x50485C, 0xF07818
_SIDE, _LONG = (0, 1, 0), (1, 0, 0)


class Toy(NamedTuple):
    """A kind of toy: its parts, the most recognisable first; its hull, if it is not the first `hard` parts; its
    materials."""

    parts: list[Part]
    hard: int = 1
    hull: tuple[Part, ...] = ()
    materials: tuple[int, ...] = (PLASTIC, WOOD, METAL)


def _box(at: tuple[float, float, float], half: tuple[float, float, float], colour: int = WHITE, share: int = 0) -> Part:
    return Part(BOX, at, half, colour, share)


def _axle(x: float, radius: float, half: float) -> Part:
    """Two wheels as one cylinder from side to side."""
    return Part(CYLINDER, (x, 0, radius), (radius, radius, half), _DARK, 0, 0, _SIDE)


_SOFT = (CLOTH,)
TOYS: dict[str, Toy] = {
    "ball": Toy([ball(0, 0, 0.11, 0.11, share=OWN), egg((0, 0, 0.11), (0.111, 0.111, 0.022))]),
    "block": Toy([_box((0, 0, 0.09), (0.09, 0.09, 0.09), share=OWN)]),
    "cup": Toy(
        [
            disc(0.085, 0.075, 0.085, share=OWN),
            Part(CYLINDER, (0.085, 0, 0.085), (0.05, 0.05, 0.012), share=OWN, along=_SIDE),
            disc(0.17, 0.062, 0.001, INK, 60),
        ],
        hard=2,
    ),
    "plate": Toy([disc(0.015, 0.15, 0.015, share=OWN), disc(0.03, 0.1, 0.001, WHITE, 90)]),
    "car": Toy(
        [
            _box((0, 0, 0.08), (0.15, 0.075, 0.045), share=OWN),
            _box((-0.02, 0, 0.155), (0.08, 0.065, 0.035), _GLASS, 30),
            _axle(0.09, 0.045, 0.082),
            _axle(-0.09, 0.045, 0.082),
            _box((-0.02, 0, 0.193), (0.075, 0.06, 0.006), share=OWN),
        ],
        hull=(_box((0, 0, 0.0625), (0.15, 0.08, 0.0625)), _box((-0.02, 0, 0.16), (0.08, 0.065, 0.04))),
    ),
    "duck": Toy(
        [
            egg((0, 0, 0.08), (0.13, 0.09, 0.08), share=OWN),
            ball(0.06, 0, 0.2, 0.07, share=OWN),
            egg((0.13, 0, 0.19), (0.05, 0.04, 0.018), _ORANGE),
            egg((0.105, 0.035, 0.225), (0.018, 0.018, 0.02), INK),
            egg((0.105, -0.035, 0.225), (0.018, 0.018, 0.02), INK),
        ],
        hull=(_box((-0.01, 0, 0.065), (0.105, 0.075, 0.065)), ball(0.06, 0, 0.2, 0.07)),
    ),
    "book": Toy(
        [_box((0, 0, 0.028), (0.13, 0.095, 0.028), share=OWN), _box((0.006, 0, 0.028), (0.127, 0.098, 0.019), _CREAM)],
        hull=(_box((0, 0, 0.028), (0.132, 0.098, 0.028)),),
        materials=(PLASTIC, CLOTH),
    ),
    "lamp": Toy(
        [
            disc(0.25, 0.1, 0.07, share=OWN),
            disc(0.015, 0.075, 0.015, INK, 60),
            disc(0.105, 0.018, 0.09, GOLD),
            disc(0.32, 0.08, 0.002, 0xFFFFC8),
        ],
        hard=3,
    ),
    "robot": Toy(
        [
            _box((0, 0, 0.145), (0.055, 0.08, 0.075), share=OWN),
            _box((0, 0, 0.275), (0.05, 0.06, 0.05), WHITE, 160),
            _box((0.046, 0, 0.285), (0.008, 0.045, 0.018), 0x202840),
            _box((0, 0, 0.035), (0.06, 0.07, 0.035), _DARK),
            Part(CAPSULE, (0.01, 0.1, 0.15), (0.022, 0.022, 0.05), WHITE, 160),
            Part(CAPSULE, (0.01, -0.1, 0.15), (0.022, 0.022, 0.05), WHITE, 160),
        ],
        hull=(
            _box((0, 0, 0.11), (0.06, 0.08, 0.11)),
            _box((0, 0, 0.27), (0.054, 0.06, 0.055)),
            _box((0.01, 0, 0.15), (0.022, 0.122, 0.07)),
        ),
    ),
    "bottle": Toy(
        [
            disc(0.095, 0.06, 0.095, share=OWN),
            disc(0.245, 0.026, 0.055, share=OWN),
            disc(0.1, 0.061, 0.035, _CREAM),
            disc(0.28, 0.029, 0.02, _DARK),
        ],
        hard=2,
    ),
    "train": Toy(
        [
            Part(CYLINDER, (0.04, 0, 0.115), (0.06, 0.06, 0.11), share=OWN, along=_LONG),
            _box((-0.1, 0, 0.15), (0.05, 0.075, 0.095), share=OWN),
            disc(0.21, 0.024, 0.045, INK),
            _axle(0.1, 0.04, 0.072),
            _axle(-0.08, 0.05, 0.078),
            _box((-0.1, 0, 0.25), (0.06, 0.085, 0.008), _DARK),
        ],
        hull=(_box((0, 0, 0.0875), (0.15, 0.075, 0.0875)), _box((-0.1, 0, 0.215), (0.06, 0.085, 0.043))),
    ),
    "drum": Toy(
        [
            disc(0.09, 0.12, 0.09, share=OWN),
            disc(0.018, 0.124, 0.014, GOLD),
            disc(0.162, 0.124, 0.014, GOLD),
            disc(0.18, 0.11, 0.002, _CREAM),
        ],
        hull=(disc(0.091, 0.124, 0.091),),
    ),
    "teddy": Toy(
        [
            egg((0, 0, 0.1), (0.085, 0.09, 0.1), share=OWN),
            ball(0.01, 0, 0.235, 0.075, share=OWN),
            egg((0.075, 0, 0.22), (0.03, 0.035, 0.028), _CREAM, 40),
            Part(CAPSULE, (0.07, 0, 0.035), (0.035, 0.035, 0.07), WHITE, 190, 0, _SIDE),
            Part(CAPSULE, (0, 0, 0.295), (0.03, 0.03, 0.05), WHITE, 190, 0, _SIDE),
            egg((0.1, 0, 0.232), (0.012, 0.015, 0.01), INK),
        ],
        hull=(_box((0.01, 0, 0.075), (0.085, 0.085, 0.075)), egg((0.015, 0, 0.22), (0.08, 0.078, 0.105))),
        materials=_SOFT,
    ),
    "rocket": Toy(
        [
            disc(0.16, 0.06, 0.12, share=OWN),
            egg((0, 0, 0.28), (0.06, 0.06, 0.09), WHITE, 20),
            _box((0, 0, 0.06), (0.115, 0.01, 0.06), WHITE, 110),
            _box((0, 0, 0.06), (0.01, 0.115, 0.06), WHITE, 110),
            ball(0.05, 0, 0.21, 0.024, _GLASS),
        ],
        hull=(disc(0.19, 0.06, 0.15), _box((0, 0, 0.06), (0.1, 0.1, 0.06)), ball(0, 0, 0.32, 0.05)),
    ),
    "boat": Toy(
        [
            _box((-0.02, 0, 0.045), (0.12, 0.075, 0.045), share=OWN),
            Part(BOX, (0.1, 0, 0.045), (0.053, 0.053, 0.045), share=OWN, turned=45),
            _box((-0.045, 0, 0.22), (0.07, 0.005, 0.1), _CREAM),
            stick((0.03, 0, 0.09), (0.03, 0, 0.34), 0.011, STEM, form=CYLINDER),
        ],
        hull=(
            _box((-0.02, 0, 0.045), (0.12, 0.075, 0.045)),
            Part(BOX, (0.1, 0, 0.045), (0.053, 0.053, 0.045), turned=45),
            _box((-0.037, 0, 0.215), (0.078, 0.012, 0.125)),
        ),
    ),
    "banana": Toy(
        [
            stick((0.02, -0.055, 0.032), (0.02, 0.055, 0.032), 0.032, share=OWN),
            stick((0.02, 0.055, 0.032), (-0.03, 0.125, 0.032), 0.027, share=OWN),
            stick((0.02, -0.055, 0.032), (-0.03, -0.125, 0.032), 0.027, share=OWN),
            stick((-0.035, 0.132, 0.032), (-0.055, 0.158, 0.032), 0.014, INK, 40),
        ],
        hard=3,
    ),
    "hat": Toy(
        [
            disc(0.09, 0.085, 0.09, share=OWN),
            disc(0.012, 0.15, 0.012, share=OWN),
            disc(0.045, 0.088, 0.02, INK, 40),
        ],
        hard=2,
        materials=_SOFT,
    ),
    "cushion": Toy(
        [_box((0, 0, 0.045), (0.15, 0.15, 0.03), share=OWN), egg((0, 0, 0.045), (0.15, 0.15, 0.045), share=OWN)],
        hull=(_box((0, 0, 0.045), (0.15, 0.15, 0.045)),),
        materials=_SOFT,
    ),
    "cone": Toy(
        [
            disc(0.075, 0.085, 0.055, share=OWN),
            _box((0, 0, 0.01), (0.11, 0.11, 0.01), share=OWN),
            disc(0.17, 0.058, 0.045),
            disc(0.255, 0.035, 0.045, share=OWN),
        ],
        hull=(_box((0, 0, 0.01), (0.11, 0.11, 0.01)), disc(0.1, 0.08, 0.09), disc(0.245, 0.045, 0.055)),
    ),
    "house": Toy(
        [
            _box((0, 0, 0.08), (0.1, 0.1, 0.08), share=OWN),
            Part(BOX, (0, 0, 0.16), (0.081, 0.115, 0.081), 0x94482E, 0, 0, (0, 1, 1)),
            _box((0.101, 0.03, 0.055), (0.003, 0.028, 0.055), STEM),
            _box((0.101, -0.05, 0.1), (0.003, 0.028, 0.028), _GLASS),
        ],
        hard=2,
    ),
    "plane": Toy(
        [
            Part(CAPSULE, (0, 0, 0.05), (0.045, 0.045, 0.11), share=OWN, along=_LONG),
            _box((0.03, 0, 0.06), (0.045, 0.19, 0.01), share=OWN),
            _box((-0.13, 0, 0.13), (0.03, 0.008, 0.05), WHITE, 90),
            _box((-0.13, 0, 0.08), (0.03, 0.085, 0.008), WHITE, 90),
            ball(0.06, 0, 0.09, 0.028, _GLASS),
        ],
        hull=(
            _box((0, 0, 0.05), (0.155, 0.04, 0.045)),
            _box((0.03, 0, 0.06), (0.045, 0.19, 0.01)),
            _box((-0.13, 0, 0.13), (0.03, 0.012, 0.05)),
        ),
    ),
    "mushroom": Toy(
        [
            egg((0, 0, 0.17), (0.13, 0.13, 0.075), share=OWN),
            disc(0.075, 0.055, 0.075, _CREAM),
            ball(0.075, 0.04, 0.21, 0.03),
            ball(-0.04, 0.075, 0.21, 0.03),
            ball(-0.03, -0.08, 0.21, 0.03),
        ],
        hull=(disc(0.085, 0.06, 0.085), egg((0, 0, 0.17), (0.13, 0.13, 0.075))),
    ),
    "teapot": Toy(
        [
            egg((0, 0, 0.095), (0.1, 0.1, 0.095), share=OWN),
            stick((0.07, 0, 0.08), (0.16, 0, 0.15), 0.022, share=OWN),
            Part(CYLINDER, (-0.1, 0, 0.1), (0.055, 0.055, 0.012), WHITE, 150, 0, _SIDE),
            ball(0, 0, 0.205, 0.024, GOLD),
        ],
        hull=(
            disc(0.09, 0.09, 0.09),
            stick((0.07, 0, 0.08), (0.16, 0, 0.15), 0.022),
            _box((-0.1, 0, 0.1), (0.055, 0.012, 0.055)),
        ),
    ),
    "guitar": Toy(
        [
            Part(CYLINDER, (-0.075, 0, 0.03), (0.08, 0.08, 0.03), share=OWN),
            Part(CYLINDER, (0.015, 0, 0.03), (0.06, 0.06, 0.03), share=OWN),
            _box((0.125, 0, 0.045), (0.1, 0.016, 0.012), STEM),
            Part(CYLINDER, (0.0, 0, 0.06), (0.028, 0.028, 0.002), INK),
        ],
        hard=3,
        materials=(PLASTIC, WOOD),
    ),
    "chest": Toy(
        [
            _box((0, 0, 0.085), (0.16, 0.12, 0.085), share=OWN),
            _box((0, 0, 0.205), (0.166, 0.126, 0.035), WHITE, 150),
            _box((0, 0, 0.1205), (0.02, 0.128, 0.1205), _DARK),
            _box((0.165, 0, 0.16), (0.006, 0.03, 0.035), GOLD),
        ],
        hull=(_box((0, 0, 0.12), (0.166, 0.126, 0.12)),),
        materials=(WOOD, METAL),
    ),
}
KINDS = tuple(TOYS)
HEAVY = KINDS.index("chest")
"""The index of the chest, which is too heavy for one player."""
PARTS = 6
"""The largest number of parts of a toy."""
CORE = 3
"""Number of first parts by which a toy is recognised; the others are left out of a picture with too many solids."""


def _span(part: Part) -> np.ndarray:
    """Half extents, (3,), of the bounding box of a part along x, y and z."""
    own = np.reshape(axes(part), (3, 3))
    return np.array([python(extent)(part.form, part.half, *own[:, axis], 1.0) for axis in range(3)])


def _volume(part: Part) -> float:
    """Cubic metres of a part."""
    a, b, c = part.half
    return {
        BOX: 8 * a * b * c,
        ELLIPSOID: 4 / 3 * math.pi * a * b * c,
        CYLINDER: 2 * math.pi * a * a * c,
        CAPSULE: 2 * math.pi * a * a * c + 4 / 3 * math.pi * a**3,
    }[part.form]


def _quaternion(part: Part) -> list[float]:
    """The rotation (w, x, y, z) from x, y and z to a part's own axes."""
    m = np.array(axes(part)).reshape(3, 3).T
    w = math.sqrt(max(1 + m[0, 0] + m[1, 1] + m[2, 2], 0)) / 2
    if w > 1e-3:
        return [w, *((m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]) / np.array(4 * w))]
    axis = int(np.argmax(np.diag(m)))  # half a turn: its axis is invariant
    along = (m[:, axis] + np.eye(3)[axis]) / 2
    return [0.0, *(along / math.hypot(*along))]


def _hull(toy: Toy) -> list[Part]:
    return list(toy.hull) or toy.parts[: toy.hard]


def _bounding_box(toy: Toy) -> tuple[np.ndarray, np.ndarray]:
    """The lowest and the highest corner, (3,), of the bounding box of a toy's parts and hull."""
    boxes = np.array([[part.at - _span(part), part.at + _span(part)] for part in (*toy.parts, *_hull(toy))])
    return boxes[:, 0].min(0), boxes[:, 1].max(0)


_HULLS = [_hull(toy) for toy in TOYS.values()]
_BOUNDING_BOXES = [_bounding_box(toy) for toy in TOYS.values()]
_CENTRES = [(low + high) / 2 for low, high in _BOUNDING_BOXES]
HULL_FORM = padded([[part.form for part in hull] for hull in _HULLS], HARD, 0, np.int32)
"""BOX, ELLIPSOID, CYLINDER or CAPSULE of render/primitives.py, (kinds, HARD); 0: none."""
HULL_AT = padded([[part.at - centre for part in hull] for hull, centre in zip(_HULLS, _CENTRES, strict=True)], HARD, 3)
"""Middle of each form, (kinds, HARD, 3)."""
HULL_HALF = padded([[part.half for part in hull] for hull in _HULLS], HARD, 3)
"""Half extents of each form, (kinds, HARD, 3)."""
HULL_QUAT = padded([[_quaternion(part) for part in hull] for hull in _HULLS], HARD, 4)
"""Rotation of each form, (kinds, HARD, 4)."""
HULL_QUAT[HULL_FORM == 0, 0] = 1
EXTENT = np.array([(high - low) / 2 for low, high in _BOUNDING_BOXES])
"""Half extents of a toy's bounding box, of all its parts and its hull, (kinds, 3)."""
_VOLUME = np.array([sum(map(_volume, hull)) for hull in _HULLS])
PART_FIRST = np.cumsum([0, *(len(toy.parts) for toy in TOYS.values())]).astype(np.int32)
"""First row of each kind in the following two tables, (kinds + 1,); the rows end at the next kind's first."""
PART_SHAPES = np.array(
    [
        [*(part.at - centre), *part.half, *axes(part)]
        for toy, centre in zip(TOYS.values(), _CENTRES, strict=True)
        for part in toy.parts
    ],
    np.float32,
)
"""Each part's middle, half extents, and own x, y and z axes, (parts, 15)."""
PART_COATS = np.array(
    [(part.form, part.colour, part.share, part.texture) for toy in TOYS.values() for part in toy.parts], np.int32
)
"""Each part's form, colour, share of the toy's colour, and texture, (parts, 4)."""
MADE_OF = padded([toy.materials for toy in TOYS.values()], len(MATERIALS), 0, np.int32)
"""The materials of each kind, followed by zeros, (kinds, materials)."""


@njit
def mass_of(index, size, material):
    """Mass, in kilograms, of a toy of the kind KINDS[index]."""
    if index == HEAVY:
        return CHEST_MASS
    scale = SCALE[size]
    return min(max(_VOLUME[index] * scale * scale * scale * DENSITY[material], LIGHTEST), HEAVIEST)
