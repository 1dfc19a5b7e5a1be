"""Sprites of alchemy: stones of two colours, and chests that show the stone that they want.

At four pixels a tile, the smallest that agents see, a stone is a rim of its shell's colour around two by two pixels of
its core's; a chest is dark on both sides, with the shell's colour above the core's between them.
"""

from __future__ import annotations

from .drawing import INK, WHITE, Colour, Picture, bricks, dark, grown, light, paving
from .sokoban_art import PAINTS

MARBLE: Colour = (176, 172, 180)
CELLAR: Colour = (52, 44, 60)
OAK: Colour = (74, 48, 30)
ROBE: Colour = (236, 232, 226)

COLOURS: tuple[Colour, ...] = PAINTS
"""The colours of shells and cores, red to orange: six that differ to every eye."""


def alchemist() -> Picture:
    """The player: a bright figure in a hood, as large as the tile allows."""
    picture = paving(MARBLE)
    robe = picture.box(3, 4, 29, 24, 9)
    hood = picture.disc(11, 15.5, 7, 6.5)
    picture.raised(robe, ROBE, 0.3)
    picture.fill(hood, dark(ROBE, 0.75))
    for eye in (12.5, 18.5):
        picture.fill(picture.disc(11, eye, 2, 1.6), WHITE)
    picture.fill(picture.box(20, 6, 2, 20), dark(ROBE, 0.35))
    picture.outline(robe, INK, 0.8)
    return picture


def stone(shell: Colour, core: Colour) -> Picture:
    """A stone: a shell around a core."""
    picture = paving(MARBLE)
    whole, inner = picture.box(0, 0, 32, 32, 6), picture.box(8, 8, 16, 16, 3)
    picture.raised(whole, shell, 0.25)
    picture.fill(grown(inner), dark(shell, 0.6))
    picture.raised(inner, core, 0.2)
    picture.fill(picture.box(11, 11, 4, 2, 1), light(core, 0.5))
    return picture


def chest(shell: Colour, core: Colour) -> Picture:
    """A closed chest with a window that shows a stone: its shell above its core."""
    picture = _box()
    for top, colour in ((1, shell), (17, core)):
        picture.raised(picture.box(top, 8, 14, 16), colour, 0.2)
    return picture


def open_chest() -> Picture:
    """The chest once it is open: empty."""
    picture = _box()
    picture.fill(picture.box(1, 8, 30, 16), dark(OAK, 0.8))
    picture.fill(picture.box(1, 8, 5, 16), light(OAK, 0.3))
    return picture


def _box() -> Picture:
    """A chest's wood and its hinges."""
    picture = Picture(dark(OAK, 0.4))
    picture.raised(picture.box(0, 0, 32, 32, 2), OAK, 0.5)
    for y in (4, 25):
        for x in (2, 27):
            picture.fill(picture.box(y, x, 3, 3, 1), light(OAK, 0.25))
    return picture


def alchemy() -> list[Picture]:
    """The sprites in the order of the sheet: wall, floor, player, open chest, 36 stones, 36 chests; of each shell a row
    of cores."""
    pairs = [(shell, core) for shell in COLOURS for core in COLOURS]
    ground = [bricks(CELLAR), paving(MARBLE), alchemist(), open_chest()]
    return [*ground, *(stone(*pair) for pair in pairs), *(chest(*pair) for pair in pairs)]
