"""Pictures on their way into the window: how fine they are drawn on fine screens, and how they are enlarged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pygame

from ...worlds.engine.render.enlarge import FACTORS, enlarge
from .between import RATE
from .layout import Arrangement

FINEST, LEAST = 1080, 640
"""Most rows of a camera's view, and the fewest that it has where drawing more takes too long; on finer screens the
picture has a half, a third or a quarter of their rows, and is enlarged."""
SLOW, QUICK = 0.9, 0.65
"""Shares of the time between two pictures: if drawing and showing one takes more than the first, pictures become
coarser; if a finer one is expected to take less than the second, they become finer."""
SEEN = 12
"""Pictures whose mean time decides."""
_MASKS = (0xFF0000, 0xFF00, 0xFF)  # of red, green and blue in the words of most screens


class Fineness:
    """The number of the window's pixels, across and down, for each pixel of a camera's view, by how long pictures of
    late took. It knows the machine alone by these times."""

    def __init__(self) -> None:
        self._coarse, self._finest, self._coarsest = 1, 1, 1
        self._seconds, self._count = 0.0, 0

    def fit(self, height: int) -> int:
        """The number for views of this height in pixels."""
        self._finest = -(-height // FINEST)
        self._coarsest = max(height // LEAST, self._finest)
        self._coarse = min(max(self._coarse, self._finest), self._coarsest)
        return self._coarse

    def took(self, seconds: float) -> None:
        """Drawing and showing a picture took so long, by the clock."""
        self._seconds, self._count = self._seconds + seconds, self._count + 1
        if self._count < SEEN:
            return
        share = self._seconds / self._count * RATE
        finer = share * (self._coarse / max(self._coarse - 1, 1)) ** 2
        if share > SLOW:
            self._coarse = min(self._coarse + 1, self._coarsest)
        elif finer < QUICK:
            self._coarse = max(self._coarse - 1, self._finest)
        self._seconds, self._count = 0.0, 0


def trimmed(place: Arrangement, coarse: int) -> Arrangement:
    """The same, with views whose sides are whole multiples of `coarse` pixels."""
    views = (pygame.Rect(view.topleft, (view.width - view.width % coarse, view.height - view.height % coarse))
             for view in place.views)  # fmt: skip
    return place if coarse == 1 else replace(place, views=tuple(views))


def show(surface: pygame.Surface, picture: np.ndarray, view: pygame.Rect) -> None:
    """Paint a picture, uint8 (height, width, 3), into its rectangle: larger if it was drawn coarser, smaller if it is
    too high."""
    height, width = picture.shape[:2]
    factor = view.height // height
    if factor in FACTORS and view.size == (factor * width, factor * height) and _fits(surface, view):
        words = pygame.surfarray.pixels2d(surface.subsurface(view))
        enlarge(picture, words.T, factor)
        return
    drawn = image(picture)
    if factor > 1:
        drawn = pygame.transform.scale(drawn, view.size)
    elif height > view.height:
        drawn = pygame.transform.smoothscale(drawn, (width * view.height // height, view.height))
    surface.blit(drawn, drawn.get_rect(center=view.center))


def _fits(surface: pygame.Surface, view: pygame.Rect) -> bool:
    """Whether a surface is of words as `enlarge` writes them, and the rectangle lies in it."""
    return surface.get_bitsize() == 32 and surface.get_masks()[:3] == _MASKS and surface.get_rect().contains(view)


def image(picture: np.ndarray) -> pygame.Surface:
    """A picture, uint8 (height, width, 3), as a surface."""
    height, width = picture.shape[:2]
    return pygame.image.frombuffer(np.ascontiguousarray(picture).data.cast("B"), (width, height), "RGB")
