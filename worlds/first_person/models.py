"""Models of things: the solids of each, by number, the same in all first-person worlds.

A model is a list of parts, which face along x and stand on z = 0, in cells. A part's `share` of its colour is the
colour of the thing. Some things spin and bob with the ticks, in pixels only.
"""

from __future__ import annotations

import itertools
import math
from typing import NamedTuple

import numpy as np
from numba import njit

from ..engine.render.primitives import BOX, CAPSULE, CYLINDER, ELLIPSOID, SPRITE
from ..engine.render.raycast import scene as rays
from ..engine.render.raycast import textures
from .angles import cosine, sine
from .state import TURN

COLOURS = textures.COLOURS
"""Names of the colours that things, walls and floors come in."""
PAINTS = np.array([0xFFFFFF, *textures.PAINTS], np.int32)
"""The colours as 0xRRGGBB, by colour number: 1 + index into COLOURS; number 0 is for things without a colour."""

NOTHING, PLAYER, APPLE, STRAWBERRY, LEMON, GOAL, BALL, CUBE, CYLINDER_, CAPSULE_, CONE, DISC = range(12)
KEY, DOOR, DOOR_OPEN, BLOCK, HURDLE, PLATE, PLATE_DOWN, CROSS, HAT, FLAG, PILLAR, PICTURE = range(12, 24)
TREE, PINE, BUSH, FLOWER, GEM, DUCK, COIN, MUSHROOM = range(24, 32)
LOOKS = 32
"""The number of models; a model is a number below it, and 0 shows nothing."""

INK, WHITE, GOLD, LEAF, STEM, SKIN = 0x241E30, 0xFFFFFF, 0xFFC828, 0x3FB043, 0x7A5230, 0xF4CCA4
F = np.float32


class Part(NamedTuple):
    """A solid of a thing. form, half: as render/primitives.py has them; at: its middle; share: how much of its colour
    is that of the thing, 0 to 256; along: where its own z points; turned: degrees about the vertical, if upright."""

    form: int
    at: tuple[float, float, float]
    half: tuple[float, float, float]
    colour: int = WHITE
    share: int = 0
    texture: int = 0
    along: tuple[float, float, float] = (0, 0, 1)
    turned: float = 0


def ball(x: float, y: float, z: float, radius: float, colour: int = WHITE, share: int = 0, texture: int = 0) -> Part:
    """A sphere."""
    return Part(ELLIPSOID, (x, y, z), (radius, radius, radius), colour, share, texture)


def egg(at: tuple[float, float, float], half: tuple[float, float, float], colour: int = WHITE, share: int = 0) -> Part:
    """An ellipsoid."""
    return Part(ELLIPSOID, at, half, colour, share)


def disc(z: float, radius: float, half: float, colour: int = WHITE, share: int = 0, texture: int = 0) -> Part:
    """An upright cylinder in the middle."""
    return Part(CYLINDER, (0, 0, z), (radius, radius, half), colour, share, texture)


def stick(
    start: tuple[float, float, float],
    end: tuple[float, float, float],
    radius: float,
    colour: int = WHITE,
    share: int = 0,
    form: int = CAPSULE,
) -> Part:
    """A capsule or a cylinder from here to there."""
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2, (start[2] + end[2]) / 2)
    along = (end[0] - start[0], end[1] - start[1], end[2] - start[2])
    return Part(form, middle, (radius, radius, math.hypot(*along) / 2), colour, share, 0, along)


def ring(z: float, radius: float, thick: float, count: int, colour: int = WHITE, share: int = 0) -> list[Part]:
    """An upright ring of sticks, seen from the front."""
    angles = [2 * math.pi * corner / count for corner in range(count + 1)]
    corners = [(0.0, radius * math.sin(angle), z + radius * math.cos(angle)) for angle in angles]
    return [stick(a, b, thick, colour, share) for a, b in itertools.pairwise(corners)]


def picture(number: int, half_width: float, half_height: float, share: int = 0) -> list[Part]:
    """A sprite that stands on the floor."""
    return [Part(SPRITE, (0, 0, half_height), (half_width, 0, half_height), WHITE, share, number)]


OWN = 256  # the share of what is painted in the thing's own colour only

PARTS: dict[int, list[Part]] = {
    PLAYER: [
        Part(CAPSULE, (0, 0, 0.26), (0.16, 0.16, 0.08), share=OWN),
        ball(0, 0, 0.51, 0.15, SKIN),
        egg((-0.015, 0, 0.58), (0.165, 0.165, 0.12), share=OWN),
        egg((0.13, 0, 0.565), (0.12, 0.12, 0.025), INK, 150),
        egg((0.13, 0.055, 0.51), (0.025, 0.025, 0.04), INK),
        egg((0.13, -0.055, 0.51), (0.025, 0.025, 0.04), INK),
        ball(0.04, 0.2, 0.26, 0.055, SKIN),
        ball(0.04, -0.2, 0.26, 0.055, SKIN),
    ],
    APPLE: [
        egg((0, 0, 0.21), (0.22, 0.22, 0.2), 0xDC1E2A),
        stick((0, 0, 0.38), (0.02, 0.02, 0.5), 0.02, STEM),
        egg((0, 0.09, 0.46), (0.04, 0.09, 0.025), LEAF),
    ],
    STRAWBERRY: [
        Part(ELLIPSOID, (0, 0, 0.29), (0.19, 0.19, 0.15), WHITE, 0, textures.BERRY),
        Part(ELLIPSOID, (0, 0, 0.21), (0.15, 0.15, 0.21), WHITE, 0, textures.BERRY),
        egg((0, 0, 0.43), (0.15, 0.05, 0.025), LEAF),
        egg((0, 0, 0.43), (0.05, 0.15, 0.025), LEAF),
        stick((0, 0, 0.42), (0, 0.03, 0.52), 0.02, LEAF),
    ],
    LEMON: [
        egg((0, 0, 0.2), (0.18, 0.25, 0.18), 0xFFE11A),
        egg((0, 0, 0.2), (0.06, 0.32, 0.06), 0xE8C800),
        egg((0, 0.26, 0.3), (0.04, 0.08, 0.02), LEAF),
    ],
    GOAL: [
        disc(0.02, 0.4, 0.02, 0xFFF4B0),
        disc(0.06, 0.26, 0.03, GOLD),
        *ring(0.52, 0.29, 0.06, 8, GOLD),
        ball(0, 0, 0.52, 0.14, 0xFFFAD0),
    ],
    BALL: [ball(0, 0, 0.24, 0.24, share=OWN)],
    CUBE: [Part(BOX, (0, 0, 0.2), (0.2, 0.2, 0.2), share=OWN, turned=30)],
    CYLINDER_: [disc(0.26, 0.18, 0.26, share=OWN)],
    CAPSULE_: [Part(CAPSULE, (0, 0, 0.32), (0.15, 0.15, 0.17), share=OWN)],
    CONE: [disc(0.04 + 0.08 * step, 0.26 - 0.036 * step, 0.04, share=OWN) for step in range(7)],
    DISC: [Part(CYLINDER, (0, 0, 0.23), (0.28, 0.28, 0.045), share=OWN, along=(1, 0, 1))],
    KEY: [
        *ring(0.6, 0.14, 0.05, 6, share=OWN),
        stick((0, 0, 0.46), (0, 0, 0.08), 0.05, share=OWN),
        stick((0, 0, 0.11), (0, 0.16, 0.11), 0.045, share=OWN),
        stick((0, 0, 0.25), (0, 0.13, 0.25), 0.045, share=OWN),
    ],
    DOOR: [
        Part(BOX, (0, 0, 0.5), (0.1, 0.5, 0.5), share=OWN, texture=textures.DOOR_FACE),
        stick((-0.12, 0, 0.5), (0.12, 0, 0.5), 0.045, GOLD),
    ],
    DOOR_OPEN: [
        Part(BOX, (0, 0.46, 0.5), (0.48, 0.03, 0.5), share=OWN, texture=textures.DOOR_FACE),
        ball(0, 0.43, 0.5, 0.045, GOLD),
    ],
    BLOCK: [Part(BOX, (0, 0, 0.4), (0.4, 0.4, 0.4), share=OWN, texture=textures.CRATE)],
    HURDLE: [
        Part(BOX, (0, 0, 0.27), (0.05, 0.5, 0.07), share=OWN, texture=textures.STRIPES),
        Part(BOX, (0, -0.4, 0.13), (0.05, 0.05, 0.13), INK),
        Part(BOX, (0, 0.4, 0.13), (0.05, 0.05, 0.13), INK),
    ],
    PLATE: [disc(0.05, 0.32, 0.05, share=OWN), disc(0.015, 0.4, 0.015, INK, 40)],
    PLATE_DOWN: [disc(0.02, 0.32, 0.01, WHITE, 150), disc(0.015, 0.4, 0.015, INK, 40)],
    CROSS: [
        Part(BOX, (0, 0, 0.3), (0.08, 0.08, 0.28), share=OWN),
        Part(BOX, (0, 0, 0.34), (0.08, 0.25, 0.08), share=OWN),
    ],
    HAT: [
        disc(0.03, 0.3, 0.03, share=OWN),
        disc(0.22, 0.17, 0.18, share=OWN),
        disc(0.1, 0.175, 0.04, INK, 40),
    ],
    FLAG: [
        disc(0.42, 0.035, 0.42, 0xE8E4DC),
        Part(BOX, (0, 0.24, 0.66), (0.02, 0.24, 0.17), share=OWN),
        disc(0.02, 0.14, 0.02, 0x8A8690),
    ],
    PILLAR: [disc(0.5, 0.2, 0.5, share=OWN, texture=textures.MARBLE)],
    PICTURE: [
        Part(BOX, (0, 0, 0.5), (0.02, 0.36, 0.36), share=OWN),
        Part(BOX, (0, 0, 0.5), (0.03, 0.3, 0.3), texture=textures.POSTER_1),
    ],
    TREE: picture(textures.TREE_SPRITE, 0.5, 0.5),
    PINE: picture(textures.PINE_SPRITE, 0.5, 0.5),
    BUSH: picture(textures.BUSH_SPRITE, 0.35, 0.35),
    FLOWER: picture(textures.FLOWER_SPRITE, 0.3, 0.3, 200),
    GEM: [Part(BOX, (0, 0, 0.4), (0.19, 0.19, 0.19), share=OWN, texture=textures.FACETS, along=(1, 1, 1))],
    DUCK: [
        egg((0, 0, 0.18), (0.26, 0.18, 0.17), share=OWN),
        ball(0.12, 0, 0.42, 0.14, share=OWN),
        egg((0.28, 0, 0.4), (0.09, 0.07, 0.03), 0xF07818),
        egg((0.2, 0.07, 0.47), (0.03, 0.03, 0.035), INK),
        egg((0.2, -0.07, 0.47), (0.03, 0.03, 0.035), INK),
    ],
    COIN: [Part(CYLINDER, (0, 0, 0.35), (0.18, 0.18, 0.035), GOLD, along=(1, 0, 0))],
    MUSHROOM: [
        egg((0, 0, 0.3), (0.26, 0.26, 0.16), share=OWN),
        disc(0.14, 0.1, 0.14, 0xF4EAD8),
        *(ball(0.17 * math.cos(turn), 0.17 * math.sin(turn), 0.38, 0.06) for turn in (0.6, 2.7, 4.8)),
    ],
}

SPIN = {GOAL: 150, KEY: 120, GEM: 120, COIN: 90, DISC: 180, CROSS: 180, DUCK: 240, LEMON: 240}
"""Ticks of one turn of a spinning thing."""
BOB = {GOAL: 0.03, KEY: 0.05, GEM: 0.05, COIN: 0.03}
"""Amplitude of a bobbing thing, in cells."""
BOB_TICKS = 60


def axes(part: Part) -> list[float]:
    """A part's own x, y and z, side by side."""
    if part.along == (0, 0, 1):
        angle = math.radians(part.turned)
        return [math.cos(angle), math.sin(angle), 0, -math.sin(angle), math.cos(angle), 0, 0, 0, 1]
    z = np.array(part.along, float) / math.hypot(*part.along)
    flat = math.hypot(z[0], z[1])
    y = np.array([-z[1], z[0], 0]) / flat if flat > 1e-6 else np.array([0.0, 1.0, 0.0])
    return [*np.cross(y, z), *y, *z]


_ALL = [(look, part) for look in range(LOOKS) for part in PARTS.get(look, [])]
_FIRST = np.searchsorted([look for look, _ in _ALL], np.arange(LOOKS + 1)).astype(np.int32)
_SHAPES = np.array([[*part.at, *part.half, *axes(part)] for _, part in _ALL], np.float32)
_COATS = np.array([[part.form, part.colour, part.share, part.texture] for _, part in _ALL], np.int32)
_SPIN = np.array([SPIN.get(look, 0) for look in range(LOOKS)], np.int32)
_BOB = np.array([BOB.get(look, 0) for look in range(LOOKS)], np.float32)
_PER_TURN = F(1 / TURN)


@njit
def mixed(colour, paint, share):
    """The colour 0xRRGGBB mixed from `share` (0 to 256) of `paint` and the rest of `colour`."""
    result = 0
    for shift in (16, 8, 0):
        byte = (((paint >> shift) & 255) * share + ((colour >> shift) & 255) * (256 - share)) >> 8
        result |= byte << shift
    return result


@njit
def put(scene, look, paint, x, y, z, ahead_x, ahead_y, scale):
    """Add the solids of a thing to a SCENE: at (x, y, z) in cells, facing along the unit vector (ahead_x, ahead_y),
    scaled by `scale`."""
    for part in range(_FIRST[look], _FIRST[look + 1]):
        shape = _SHAPES[part]
        number = rays.solid(
            scene,
            _COATS[part, 0],
            x + scale * (shape[0] * ahead_x - shape[1] * ahead_y),
            y + scale * (shape[0] * ahead_y + shape[1] * ahead_x),
            z + scale * shape[2],
            scale * shape[3],
            scale * shape[4],
            scale * shape[5],
            mixed(_COATS[part, 1], paint, _COATS[part, 2]),
        )
        if number < 0:
            return
        for axis in range(3):
            along_x, along_y = shape[6 + 3 * axis], shape[7 + 3 * axis]
            scene.axes[number, axis, 0] = along_x * ahead_x - along_y * ahead_y
            scene.axes[number, axis, 1] = along_x * ahead_y + along_y * ahead_x
            scene.axes[number, axis, 2] = shape[8 + 3 * axis]
        scene.texture[number] = _COATS[part, 3]
        scene.shadow[number] = 1 if part == _FIRST[look] else 0


@njit
def show(scene, look, paint, x, y, z, ahead_x, ahead_y, tick):
    """Add a thing to a SCENE: it stands at (x, y, z), in cells, and faces along the unit vector (ahead_x, ahead_y)."""
    show_small(scene, look, paint, x, y, z, ahead_x, ahead_y, tick, F(1))


@njit
def show_small(scene, look, paint, x, y, z, ahead_x, ahead_y, tick, scale):
    """The same, scaled by `scale`: carried things are shown smaller than things on the floor."""
    spin = _SPIN[look]
    if spin > 0:
        angle = TURN // spin * (tick % spin)
        ahead_x, ahead_y = F(cosine(angle)) * _PER_TURN, F(sine(angle)) * _PER_TURN
    lift = _BOB[look] * (F(1) + F(sine(TURN // BOB_TICKS * (tick % BOB_TICKS))) * _PER_TURN)
    put(scene, look, paint, x, y, z + scale * lift, ahead_x, ahead_y, scale)


@njit
def avatar(scene, paint, x, y, z, ahead_x, ahead_y, stride):
    """Add a player to a SCENE: it stands at (x, y, z), in cells, and faces along the unit vector (ahead_x, ahead_y).

    stride: position of the right foot ahead of the left one, -1 to 1; 0 at rest.
    """
    put(scene, PLAYER, paint, x, y, z, ahead_x, ahead_y, F(1))
    for side in range(2):
        swing, out = (stride, F(0.1)) if side == 1 else (-stride, F(-0.1))
        step, lift = F(0.02) + F(0.11) * swing, max(F(0), F(0.06) * swing)
        foot = rays.ellipsoid(
            scene,
            x + step * ahead_x - out * ahead_y,
            y + step * ahead_y + out * ahead_x,
            z + F(0.06) + lift,
            F(0.11),
            F(0.075),
            F(0.06),
            mixed(INK, paint, 70),
        )
        rays.turn(scene, foot, ahead_x, ahead_y)
        rays.no_shadow(scene)
