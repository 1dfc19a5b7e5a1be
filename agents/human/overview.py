"""The map that a person may open in first-person worlds, painted into a picture of the window; see sketch.py."""

from __future__ import annotations

import numpy as np
import pygame

from . import ink
from .sketch import Sketch, Solid, sketch

SHARE, OPACITY = 0.5, 240
"""Largest share of a picture's height and width for its map; opacity, of 255."""


def paint(surface: pygame.Surface, view: pygame.Rect, scene: np.void) -> None:
    """Paint the map of a SCENE record into the upper right corner of a player's picture; no map, no effect."""
    found = sketch(scene)
    if found is None:
        return
    rows, cols = found.cells.shape[:2]
    edge = min(view.height * SHARE / rows, view.width * SHARE / cols)
    cells = pygame.surfarray.make_surface(found.cells.swapaxes(0, 1))
    sheet = pygame.transform.scale(cells, (round(cols * edge), round(rows * edge)))
    for shape in found.shapes:
        _paint_solid(sheet, edge, shape)
    _paint_eye(sheet, edge, found)
    sheet.set_alpha(OPACITY)
    margin = max(view.height // 60, 3)
    place = sheet.get_rect(topright=(view.right - margin, view.top + margin))
    surface.blit(sheet, place)
    pygame.draw.rect(surface, ink.RULE, place.inflate(2, 2), 1)


def _paint_solid(sheet: pygame.Surface, edge: float, shape: Solid) -> None:
    points = [(x * edge, y * edge) for x, y in shape.points]
    if shape.radius:
        pygame.draw.circle(sheet, shape.colour, points[0], max(shape.radius * edge, 1.5))
    else:
        pygame.draw.polygon(sheet, shape.colour, points)


def _paint_eye(sheet: pygame.Surface, edge: float, found: Sketch) -> None:
    """The player of the picture: an arrow that points ahead."""
    middle, ahead = np.multiply(found.eye, edge), np.array(found.ahead)
    right, size = np.array([-ahead[1], ahead[0]]), max(edge * 0.55, 5)
    tips = np.array(
        [middle + size * (a * ahead + b * right) for a, b in ((1, 0), (-0.7, 0.7), (-0.35, 0), (-0.7, -0.7))], float
    ).tolist()
    pygame.draw.polygon(sheet, ink.BRIGHT, tips)
    pygame.draw.polygon(sheet, ink.GROUND, tips, 1)
