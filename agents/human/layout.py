"""Where things lie in the window: the players' pictures as large as whole pixels a tile allow, and the panel beside."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import pygame

from ...interface.action import MOUSE_ONE
from ...worlds.engine.tiles import LARGEST

BAR, SIDE, LABEL, LINE = 6.4, 15, 1.9, 1.5
"""Height of the panel below the pictures, its width beside them, height of a picture's label and of each further line
of it; in text units."""


@dataclass(frozen=True)
class Arrangement:
    """Text unit in pixels, rectangle of each player's picture (none if the window is too small), of the panel, and
    whether the panel stands beside the pictures instead of below them."""

    unit: int
    views: tuple[pygame.Rect, ...]
    panel: pygame.Rect
    side: bool

    def at(self, place: tuple[int, int]) -> tuple[int, tuple[int, int]] | None:
        """(player, point) of a pixel of the window: whose picture it is in, and where, as a cursor would say it."""
        for player, view in enumerate(self.views):
            if view.collidepoint(place):
                return player, self.within(player, place)
        return None

    def within(self, player: int, place: tuple[int, int]) -> tuple[int, int]:
        """A pixel of the window as a point of this player's picture, brought inside it."""
        view = self.views[player]
        x = min(max(place[0], view.left), view.right - 1) - view.left
        y = min(max(place[1], view.top), view.bottom - 1) - view.top
        return (2 * x + 1) * MOUSE_ONE // (2 * view.height), (2 * y + 1) * MOUSE_ONE // (2 * view.height)


def arrange(width: int, height: int, rows: int, cols: int, players: int, lines: int = 0) -> Arrangement:
    """The arrangement that shows rows x cols tiles the largest, once for each player, in a window of width x height,
    with room for so many further lines in each picture's label."""
    unit = min(max(min(width, height) // 42, 11), 24)
    best: tuple[int, Arrangement] | None = None
    for side, down in product((False, True), (False, True) if players > 1 else (False,)):
        if side:
            room = pygame.Rect(0, 0, width - SIDE * unit, height)
            panel = pygame.Rect(room.right, 0, SIDE * unit, height)
        else:
            room = pygame.Rect(0, 0, width, height - round(BAR * unit))
            panel = pygame.Rect(0, room.bottom, width, height - room.bottom)
        label = round((LABEL + LINE * lines) * unit) if players > 1 else 0
        tile, views = _views(room, unit, label, (rows, cols), (players, 1) if down else (1, players))
        if best is None or tile > best[0]:
            best = tile, Arrangement(unit, views, panel, side)
    assert best is not None
    return best[1]


def _views(
    room: pygame.Rect, unit: int, label: int, grid: tuple[int, int], table: tuple[int, int]
) -> tuple[int, tuple[pygame.Rect, ...]]:
    """Edge of a tile, and a rectangle for each picture, row by row of the table, in the middle of the room."""
    (rows, cols), (down, across) = grid, table
    margin = unit * 3 // 4
    high = (room.height - margin * (down + 1)) // down - label
    wide = (room.width - margin * (across + 1)) // across
    tile = min(high // rows, wide // cols, (LARGEST - 1) // max(rows, cols))
    if tile < 1:
        return 0, ()
    height, width = tile * rows, tile * cols
    top = room.top + (room.height - down * (height + label) - margin * (down - 1)) // 2
    left = room.left + (room.width - across * width - margin * (across - 1)) // 2
    return tile, tuple(
        pygame.Rect(left + (width + margin) * x, top + label + (height + label + margin) * y, width, height)
        for y in range(down)
        for x in range(across)
    )


def first_size(desktop: tuple[int, int], rows: int, cols: int, players: int) -> tuple[int, int]:
    """(width, height) of a window that fits a desktop and the pictures: 17/20 of the desktop's height, 900 at most."""
    height = min(desktop[1] * 17 // 20, 900)
    unit = height // 42
    picture = height - round(BAR * unit) - (round(LABEL * unit) if players > 1 else 0) - unit * 3 // 2
    width = players * (picture * cols // rows + unit * 3 // 4) + unit * 3 // 4
    return min(max(width, height * 3 // 4), desktop[0] * 9 // 10), height
