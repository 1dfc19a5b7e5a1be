"""The layout of the window: the players' pictures as large as whole pixels a tile allow, and the panel beside or
below."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pygame

from ...interface.action import MOUSE_ONE
from ...worlds.engine.render.tiles import LARGEST

BAR, SIDE, LABEL, LINE = 6.4, 15, 1.9, 1.5
"""Height of the panel below the pictures, its width beside them, height of a picture's label and of each further line
of it; in text units."""
LARGEST_UNIT = 64
"""Most pixels of a text unit, for which a window of 2,688 rows has room."""
NARROWEST, WIDEST = 0.9, 2.0
"""Least and largest ratio of width to height of a first-person picture that shares the window with others."""


@dataclass(frozen=True)
class Arrangement:
    """Text unit in pixels, rectangle of each player's picture (none if the window is too small), of the panel, and
    whether the panel stands beside the pictures instead of below them."""

    unit: int
    views: tuple[pygame.Rect, ...]
    panel: pygame.Rect
    side: bool

    def at(self, place: tuple[int, int]) -> tuple[int, tuple[int, int]] | None:
        """(player, point) of a pixel of the window: the player of the picture, and the place in it in the units of a
        cursor."""
        for player, view in enumerate(self.views):
            if view.collidepoint(place):
                return player, self.within(player, place)
        return None

    def within(self, player: int, place: tuple[int, int]) -> tuple[int, int]:
        """A pixel of the window as a point of this player's picture, clipped to it."""
        view = self.views[player]
        x = min(max(place[0], view.left), view.right - 1) - view.left
        y = min(max(place[1], view.top), view.bottom - 1) - view.top
        return (2 * x + 1) * MOUSE_ONE // (2 * view.height), (2 * y + 1) * MOUSE_ONE // (2 * view.height)


def arrange(
    width: int, height: int, rows: int, cols: int, players: int, lines: int = 0, tiles: bool = True,
    labels: bool | None = None,
) -> Arrangement:  # fmt: skip
    """The arrangement that shows the players' pictures the largest in a window of width x height, with room for `lines`
    further lines in each picture's label. tiles: whether a picture is rows x cols tiles, each of whole pixels; if not,
    a single player's has the proportions of rows to cols, to the pixel, and several fill their parts of the window;
    labels: whether pictures have labels, by default if there are several."""
    unit = min(max(min(width, height) // 42, 11), LARGEST_UNIT)
    best: tuple[int, Arrangement] | None = None
    for side, down in product((False, True), range(1, players + 1)):
        if side:
            room = pygame.Rect(0, 0, width - SIDE * unit, height)
            panel = pygame.Rect(room.right, 0, SIDE * unit, height)
        else:
            room = pygame.Rect(0, 0, width, height - round(BAR * unit))
            panel = pygame.Rect(0, room.bottom, width, height - room.bottom)
        label = round((LABEL + LINE * lines) * unit) if (players > 1 if labels is None else labels) else 0
        across = -(-players // down)
        margin = unit * 3 // 4
        high = (room.height - margin * (down + 1)) // down - label
        wide = (room.width - margin * (across + 1)) // across
        size = _tiled(wide, high, rows, cols) if tiles else _filled(wide, high, (rows, cols), players)
        views = _views(room, size, margin, label, across, players) if min(size) > 0 else ()
        area = max(size[0], 0) * max(size[1], 0)
        if best is None or area > best[0]:
            best = area, Arrangement(unit, views, panel, side)
    assert best is not None
    return best[1]


def _tiled(wide: int, high: int, rows: int, cols: int) -> tuple[int, int]:
    """(width, height) of the largest picture of rows x cols tiles in this space."""
    tile = min(high // rows, wide // cols, (LARGEST - 1) // max(rows, cols))
    return tile * cols, tile * rows


def _filled(wide: int, high: int, grid: tuple[int, int], players: int) -> tuple[int, int]:
    """(width, height) of the largest first-person picture in this space."""
    rows, cols = grid
    wide, high = min(wide, LARGEST), min(high, LARGEST)
    if players == 1:
        return min(wide, high * cols // rows), min(high, wide * rows // cols)
    return min(wide, round(high * WIDEST)), min(high, round(wide / NARROWEST))


def _views(
    room: pygame.Rect, size: tuple[int, int], margin: int, label: int, across: int, players: int
) -> tuple[pygame.Rect, ...]:
    """A rectangle for each picture, row by row, in the middle of the space."""
    width, height = size
    down = -(-players // across)
    top = room.top + (room.height - down * (height + label) - margin * (down - 1)) // 2
    left = room.left + (room.width - across * width - margin * (across - 1)) // 2
    return tuple(
        pygame.Rect(
            left + number % across * (width + margin), top + number // across * (height + label + margin) + label, *size
        )
        for number in range(players)
    )


def first_size(desktop: tuple[int, int], rows: int, cols: int, players: int) -> tuple[int, int]:
    """(width, height) of a window that fits a desktop and the pictures: 17/20 of the desktop's height, but at most 900
    pixels, or 5/8 of the height of a fine screen."""
    height = min(desktop[1] * 17 // 20, max(900, desktop[1] * 5 // 8))
    unit = height // 42
    down = 1 if players < 3 else 2
    across = -(-players // down)
    label = round(LABEL * unit) if players > 1 else 0
    picture = (height - round(BAR * unit) - unit * 3 // 4) // down - label - unit * 3 // 4
    width = across * (picture * cols // rows + unit * 3 // 4) + unit * 3 // 4
    return min(max(width, height * 3 // 4), desktop[0] * 9 // 10), height
