"""Sokoban's sprites: a warehouse, its crates, and the two who work there."""

from __future__ import annotations

import numpy as np

from .drawing import INK, WHITE, Colour, Picture, bricks, dark, grown, light, paving, void

BRICK: Colour = (94, 84, 124)
PAVING: Colour = (206, 206, 214)
AMBER: Colour = (247, 176, 38)
WOOD: Colour = (166, 104, 56)
GREEN: Colour = (58, 176, 84)
SKIN: Colour = (250, 208, 170)
BLUE: Colour = (36, 86, 212)
RED: Colour = (200, 34, 60)

PAINTS: tuple[Colour, ...] = (
    (170, 16, 44),
    (30, 192, 110),
    (10, 118, 230),
    (252, 220, 40),
    (110, 20, 150),
    (235, 115, 10),
)
"""Red, green, blue, yellow, purple and orange, chosen by a search for colours far from each other to every eye: also to
those that lack one of the three kinds of cones."""

TICK = """
.............##
............###
...........####
..........####.
##.......####..
###.....####...
####...####....
.####.####.....
..#######......
...#####.......
....###........
.....#.........
"""

SMALL_TICK = """
...........##
..........##.
.........##..
##......##...
.##....##....
..##..##.....
...####......
....##.......
"""


def bay(colour: Colour = AMBER) -> Picture:
    """Floor painted for a crate to stand on; enough of it shows around a worker."""
    picture = paving(PAVING)
    picture.fill(picture.box(1, 1, 29, 29, 3), dark(colour, 0.2))
    picture.fill(picture.box(2, 2, 27, 27, 3), colour)
    return picture


def target(colour: Colour = AMBER) -> Picture:
    """A bay that nobody stands on: a frame and a spot."""
    picture = bay(colour)
    picture.fill(picture.box(5, 5, 21, 21, 2), light(colour, 0.62))
    picture.fill(picture.diamond(15, 15, 6), colour)
    return picture


def crate(picture: Picture, colour: Colour, down: int = 0) -> None:
    """A crate: a nailed frame around planks."""
    whole = picture.box(down + 2, 2, 27, 27, 2)
    inside = picture.box(down + 7, 7, 17, 17)
    y, x = picture.y - down, picture.x
    picture.shadow(whole)
    picture.raised(whole, colour, 0.45)
    picture.fill(whole & (x == 14) & (y > 2) & (y < 28) & ~inside, dark(colour, 0.12))
    picture.fill(inside, dark(colour, 0.28))
    picture.fill(inside & (y % 6 == 0), dark(colour, 0.5))
    picture.fill(inside & ((y == 7) | (x == 7)), dark(colour, 0.55))
    for corner_y in (4, 25):
        for corner_x in (4, 25):
            picture.fill(picture.box(down + corner_y, corner_x, 2, 2), dark(colour, 0.5))
            picture.fill(picture.box(down + corner_y, corner_x, 1, 1), light(colour, 0.45))
    picture.outline(whole, dark(colour, 0.75))


def brace(picture: Picture, colour: Colour, down: int = 0) -> None:
    """The plank that runs across a crate from corner to corner."""
    inside = picture.box(down + 7, 7, 17, 17)
    across = picture.y - down + picture.x
    picture.fill(inside & (np.abs(across - 30) <= 3), light(colour, 0.08))
    picture.fill(inside & (across == 27), light(colour, 0.35))
    picture.fill(inside & (across == 34), dark(colour, 0.55))


def loose_crate(colour: Colour = WOOD) -> Picture:
    """A crate that still has to go somewhere."""
    picture = paving(PAVING)
    crate(picture, colour)
    brace(picture, colour)
    return picture


def crate_home() -> Picture:
    """A crate where it belongs: green, ticked off, and shining."""
    picture = paving(PAVING)
    picture.fill(picture.box(0, 0, 31, 31, 4), light(GREEN, 0.72))
    crate(picture, GREEN)
    tick = picture.art(9, 8, TICK)
    picture.fill(grown(tick), dark(GREEN, 0.55))
    picture.fill(tick, (240, 255, 214))
    return picture


def crate_parked(ground: Colour, colour: Colour) -> Picture:
    """A crate of any colour on a bay of any colour, ticked off: smaller, so that the bay shows around it as a frame."""
    picture = paving(PAVING)
    picture.fill(picture.box(0, 0, 32, 32, 2), dark(ground, 0.25))
    picture.fill(picture.box(0, 0, 31, 31, 2), ground)
    picture.fill(picture.box(4, 4, 24, 24, 2), light(ground, 0.75))
    whole, inside = picture.box(6, 6, 20, 20, 1), picture.box(9, 9, 14, 14)
    picture.raised(whole, colour, 0.4)
    picture.fill(inside, dark(colour, 0.16))
    picture.outline(whole, dark(colour, 0.75))
    tick = picture.art(10, 9, SMALL_TICK)
    picture.fill(grown(tick), dark(colour, 0.6))
    picture.fill(tick, light(colour, 0.8))
    return picture


def worker(picture: Picture, colour: Colour, down: int = 0) -> None:
    """Somebody who works in the warehouse, in a helmet and overalls of one colour."""
    red, green, blue = (min(channel + 34, 255) for channel in colour)
    helmet = red, green, blue
    boots = picture.box(down + 26, 8, 4, 7, 1) | picture.box(down + 26, 17, 4, 7, 1)
    body = picture.box(down + 18, 8, 9, 16, 2)
    arms = picture.box(down + 18, 4, 7, 5, 1) | picture.box(down + 18, 23, 7, 5, 1)
    hands = picture.disc(down + 25.5, 6, 2) | picture.disc(down + 25.5, 26, 2)
    head = picture.disc(down + 11.5, 15.5, 8.2, 9.4)
    dome = picture.disc(down + 10, 15.5, 9, 10.4) & (picture.y < down + 10)
    brim = picture.box(down + 9, 3, 3, 26, 1)
    everything = boots | body | arms | hands | head | dome | brim
    picture.fill(picture.disc(down + 28.5, 16.5, 2.6, 12), INK, 0.35)
    picture.outline(everything, dark(colour, 0.8), 0.95)

    picture.raised(boots, (112, 74, 58))
    picture.raised(arms, light(colour, 0.12))
    picture.raised(hands, SKIN, 0.15)
    picture.raised(body, colour)
    picture.fill(picture.box(down + 22, 12, 4, 8), dark(colour, 0.22))
    picture.fill(picture.box(down + 22, 12, 1, 8), light(colour, 0.3))
    for strap in (10, 20):
        picture.fill(picture.box(down + 20, strap, 2, 2), (255, 224, 120))
    picture.raised(head, SKIN, 0.18)
    picture.fill(picture.box(down + 12, 5, 1, 22) & head, dark(SKIN, 0.3))
    for eye in (11, 19):
        picture.fill(picture.box(down + 13, eye, 3, 2), INK)
        picture.fill(picture.box(down + 13, eye, 1, 1), WHITE)
    for cheek in (8, 21):
        picture.fill(picture.box(down + 16, cheek, 1, 2), (240, 140, 130))
    picture.fill(picture.art(down + 16, 13, "#....# .####."), (150, 70, 66))
    picture.raised(dome, helmet, 0.3)
    picture.fill(picture.box(down + 1, 14, 8, 4), light(helmet, 0.32))
    picture.raised(brim, helmet, 0.4)
    picture.fill(picture.art(down + 3, 9, "..## .##. .#.. ##.."), WHITE, 0.85)


def standing(ground: Picture, colour: Colour) -> Picture:
    """A worker on some ground."""
    worker(ground, colour)
    return ground


def sokoban() -> list[Picture]:
    """The sprites in the order of the sheet, as worlds/sokoban/view.py numbers them: everything on every ground."""
    bays, crates = (AMBER, *PAINTS), (WOOD, *PAINTS)
    sprites = [void(), bricks(BRICK), paving(PAVING), *map(target, bays)]
    for crate_ in crates:
        sprites.append(loose_crate(crate_))
        sprites += [crate_home() if (bay_, crate_) == (AMBER, WOOD) else crate_parked(bay_, crate_) for bay_ in bays]
    for overalls in (BLUE, RED):
        sprites += [standing(ground, overalls) for ground in (paving(PAVING), *map(bay, bays))]
    return sprites
