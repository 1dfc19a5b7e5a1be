"""The map of a first-person world as plain shapes: colours of cells, and of what stands on them, seen from above. The
window and the page paint it."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import numpy as np

from ...worlds.engine.render.raycast.scene import BOX, ELLIPSOID, SPRITE, UNSEEN
from ...worlds.engine.render.raycast.textures import OFFSETS, pyramid

FLOOR_LIGHT = 0.45
"""Brightness of floors, of 1."""
_THIN = 0.01  # cells: assumed half thickness of a flat sprite
_UPRIGHT = 0.9  # z of an axis from which on a round thing is a circle from above
Point = tuple[float, float]


class Solid(NamedTuple):
    """A solid from above, in cells: a circle around its only point if `radius` is above 0, else a polygon."""

    colour: tuple[int, int, int]
    points: tuple[Point, ...]
    radius: float


class Sketch(NamedTuple):
    """A map: cells, uint8 (rows, cols, 3); shapes, the lowest first; the player's place and the direction of its view,
    of length 1."""

    cells: np.ndarray
    shapes: tuple[Solid, ...]
    eye: Point
    ahead: Point


def sketch(scene: np.void) -> Sketch | None:
    """The map of a SCENE record; None for one without a map."""
    rows, cols = int(scene["rows"]), int(scene["cols"])
    if not rows or not cols:
        return None
    colours = solid_colours(scene)
    order = np.argsort(scene["at"][: scene["solids"], 2], kind="stable")
    shapes = tuple(_solid(scene, int(number), colours[number]) for number in order)
    ahead = scene["ahead"][:2] / max(np.hypot(*scene["ahead"][:2]), 1e-6)
    return Sketch(_cells(scene, rows, cols), shapes, _point(scene["eye"]), _point(ahead))


@cache
def _shades() -> np.ndarray:
    """The mean colour of each texture, uint8 (textures, 3); white for none."""
    words = pyramid()[:, OFFSETS[-1]]
    shades = np.stack([words & 255, words >> 8 & 255, words >> 16 & 255], axis=-1).astype(np.uint8)
    shades[0] = 255
    return shades


def _cells(scene: np.void, rows: int, cols: int) -> np.ndarray:
    """Walls and floors, a colour for each cell."""
    walls, floors = scene["walls"][:rows, :cols], scene["floors"][:rows, :cols]
    stands = (walls > 0) & (walls < UNSEEN)
    ground = (_shades()[floors] * FLOOR_LIGHT).astype(np.uint8)
    return np.where(stands[..., None], _shades()[np.where(stands, walls, 0)], ground)


def solid_colours(scene: np.void) -> np.ndarray:
    """The colour of each solid, uint8 (solids, 3): of one with an object id, that of the
    largest solid with the same id, so that a ball with a stripe has the colour of the ball."""
    count = int(scene["solids"])
    paint = scene["paint"][:count, None] >> np.array([16, 8, 0]) & 255
    colours = (paint * _shades()[scene["texture"][:count]] // 255).astype(np.uint8)
    half, ids = np.maximum(scene["half"][:count], _THIN), scene["object_ids"][:count]
    sizes = half.prod(axis=1)
    for object_id in np.unique(ids[ids > 0]):
        own = np.flatnonzero(ids == object_id)
        colours[own] = colours[own[np.argmax(sizes[own])]]
    return colours


def _solid(scene: np.void, number: int, colour: np.ndarray) -> Solid:
    """A solid from above: a circle if it is round, else the two longest of its axes."""
    form, at, half, axes = (scene[name][number] for name in ("form", "at", "half", "axes"))
    red, green, blue = map(int, colour)
    if form in (ELLIPSOID, SPRITE) or (form != BOX and abs(axes[2, 2]) > _UPRIGHT):
        return Solid((red, green, blue), (_point(at),), float(half[0]))
    sides = sorted((axes[axis, :2] * half[axis] for axis in range(3)), key=np.hypot.reduce)[1:]
    corners = [at[:2] + a * sides[0] + b * sides[1] for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))]
    return Solid((red, green, blue), tuple(map(_point, corners)), 0.0)


def _point(place: np.ndarray) -> Point:
    return float(place[0]), float(place[1])
