"""The map that a person may open in first-person worlds: a scene seen from above."""

from __future__ import annotations

from functools import cache

import numpy as np
import pygame

from ...worlds.engine.render.raycast.scene import BOX, ELLIPSOID, SPRITE, UNSEEN
from ...worlds.engine.render.raycast.textures import OFFSETS, pyramid
from . import ink

SHARE, OPACITY, FLOOR_LIGHT = 0.5, 240, 0.45
"""Largest share of a picture's height and width for its map; opacity, of 255; brightness of floors, of 1."""
_THIN = 0.01  # cells: assumed half thickness of a flat sprite
_UPRIGHT = 0.9  # z of an axis from which on a round thing is a circle from above


@cache
def _shades() -> np.ndarray:
    """The mean colour of each texture, uint8 (textures, 3); white for none."""
    words = pyramid()[:, OFFSETS[-1]]
    shades = np.stack([words & 255, words >> 8 & 255, words >> 16 & 255], axis=-1).astype(np.uint8)
    shades[0] = 255
    return shades


def paint(surface: pygame.Surface, view: pygame.Rect, scene: np.void) -> None:
    """Paint the map of a SCENE record into the upper right corner of a player's picture; no map, no effect."""
    rows, cols = int(scene["rows"]), int(scene["cols"])
    if not rows or not cols:
        return
    edge = min(view.height * SHARE / rows, view.width * SHARE / cols)
    sheet = pygame.transform.scale(_cells(scene, rows, cols), (round(cols * edge), round(rows * edge)))
    colours = solid_colours(scene)
    for number in np.argsort(scene["at"][: scene["solids"], 2], kind="stable"):
        _paint_solid(sheet, edge, scene, int(number), colours[number])
    _paint_eye(sheet, edge, scene)
    sheet.set_alpha(OPACITY)
    margin = max(view.height // 60, 3)
    place = sheet.get_rect(topright=(view.right - margin, view.top + margin))
    surface.blit(sheet, place)
    pygame.draw.rect(surface, ink.RULE, place.inflate(2, 2), 1)


def _cells(scene: np.void, rows: int, cols: int) -> pygame.Surface:
    """Walls and floors, a pixel for each cell."""
    walls, floors = scene["walls"][:rows, :cols], scene["floors"][:rows, :cols]
    stands = (walls > 0) & (walls < UNSEEN)
    ground = (_shades()[floors] * FLOOR_LIGHT).astype(np.uint8)
    cells = np.where(stands[..., None], _shades()[np.where(stands, walls, 0)], ground)
    return pygame.surfarray.make_surface(cells.swapaxes(0, 1))


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


def _paint_solid(sheet: pygame.Surface, edge: float, scene: np.void, number: int, colour: np.ndarray) -> None:
    """A solid from above: a circle if it is round, else the two longest of its axes."""
    form, at, half, axes = (scene[name][number] for name in ("form", "at", "half", "axes"))
    middle = at[:2] * edge
    if form in (ELLIPSOID, SPRITE) or (form != BOX and abs(axes[2, 2]) > _UPRIGHT):
        pygame.draw.circle(sheet, colour.tolist(), middle.tolist(), max(float(half[0] * edge), 1.5))
        return
    sides = sorted((axes[axis, :2] * half[axis] * edge for axis in range(3)), key=np.hypot.reduce)[1:]
    corners = [middle + a * sides[0] + b * sides[1] for a, b in ((-1, -1), (-1, 1), (1, 1), (1, -1))]
    pygame.draw.polygon(sheet, colour.tolist(), np.array(corners, float).tolist())


def _paint_eye(sheet: pygame.Surface, edge: float, scene: np.void) -> None:
    """The player of the picture: an arrow that points ahead."""
    middle, ahead = scene["eye"][:2] * edge, scene["ahead"][:2] / max(np.hypot(*scene["ahead"][:2]), 1e-6)
    right, size = np.array([-ahead[1], ahead[0]]), max(edge * 0.55, 5)
    tips = np.array(
        [middle + size * (a * ahead + b * right) for a, b in ((1, 0), (-0.7, 0.7), (-0.35, 0), (-0.7, -0.7))], float
    ).tolist()
    pygame.draw.polygon(sheet, ink.BRIGHT, tips)
    pygame.draw.polygon(sheet, ink.GROUND, tips, 1)
