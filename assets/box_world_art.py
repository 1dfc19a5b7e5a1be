"""Box-World's sprites: keys and locks of twenty colours, a gem, and who looks for it.

A world of single pixels in its paper: so that it still is one when a sprite shrinks to a pixel, a key and a lock of one
colour each average to that colour, the gem to almost white and the player to grey.
"""

from __future__ import annotations

import numpy as np

from .drawing import INK, WHITE, Colour, Picture, balanced, bricks, dark, light, moved, paving, void

SLATE: Colour = (40, 38, 50)
NEUTRAL: Colour = (180, 177, 172)
SOOT: Colour = (62, 62, 68)

COLOURS: tuple[Colour, ...] = (
    (216, 24, 48),
    (24, 84, 132),
    (24, 228, 120),
    (228, 168, 228),
    (96, 84, 24),
    (108, 120, 228),
    (228, 120, 24),
    (108, 36, 96),
    (204, 228, 168),
    (48, 24, 156),
    (24, 228, 204),
    (216, 24, 120),
    (60, 132, 24),
    (228, 156, 132),
    (36, 120, 96),
    (228, 96, 228),
    (108, 24, 24),
    (180, 228, 60),
    (108, 192, 228),
    (180, 156, 24),
)
"""The colours of Box-World's keys and locks, chosen by a search for colours far from each other to the eye (CIELAB).
What they are called stands in worlds/box_world/state.py."""

MARKED: tuple[tuple[str, Colour], ...] = (
    ("RE", (201, 31, 62)),
    ("NA", (29, 83, 131)),
    ("EM", (73, 242, 119)),
    ("PI", (218, 171, 209)),
    ("OL", (89, 72, 15)),
    ("BL", (126, 127, 238)),
    ("OR", (240, 137, 19)),
    ("PU", (93, 18, 90)),
    ("CR", (231, 227, 171)),
    ("IN", (14, 22, 150)),
    ("TU", (144, 242, 207)),
    ("MG", (230, 62, 135)),
    ("GR", (80, 129, 12)),
    ("PE", (215, 149, 129)),
    ("TE", (36, 125, 81)),
    ("VI", (219, 71, 189)),
    ("MR", (88, 12, 14)),
    ("LI", (185, 231, 64)),
    ("SK", (54, 184, 247)),
    ("GO", (175, 162, 74)),
)
"""The same colours for people who tell few apart: two letters of each name, and a colour near the one above, chosen by
a search for colours far from each other (CIELAB) to normal and to dichromatic eyes."""
_LETTERS = {
    "A": ".###. #...# #...# ##### #...# #...# #...#",
    "B": "####. #...# #...# ####. #...# #...# ####.",
    "C": ".#### #.... #.... #.... #.... #.... .####",
    "E": "##### #.... #.... ####. #.... #.... #####",
    "G": ".#### #.... #.... #.### #...# #...# .###.",
    "I": ".###. ..#.. ..#.. ..#.. ..#.. ..#.. .###.",
    "K": "#...# #..#. #.#.. ##... #.#.. #..#. #...#",
    "L": "#.... #.... #.... #.... #.... #.... #####",
    "M": "#...# ##.## #.#.# #.#.# #...# #...# #...#",
    "N": "#...# ##..# ##..# #.#.# #..## #..## #...#",
    "O": ".###. #...# #...# #...# #...# #...# .###.",
    "P": "####. #...# #...# ####. #.... #.... #....",
    "R": "####. #...# #...# ####. #.#.. #..#. #...#",
    "S": ".#### #.... #.... .###. ....# ....# ####.",
    "T": "##### ..#.. ..#.. ..#.. ..#.. ..#.. ..#..",
    "U": "#...# #...# #...# #...# #...# #...# .###.",
    "V": "#...# #...# #...# #...# #...# .#.#. ..#..",
}


def golem() -> Picture:
    """Who looks for the gem: a dark grey fellow, as large as the tile allows."""
    picture = paving(NEUTRAL)
    body = picture.box(1, 1, 29, 30, 9)
    picture.raised(body, SOOT, 0.35)
    picture.fill(picture.disc(5.5, 10, 2, 4.5) & body, light(SOOT, 0.3))
    for eye in (10.5, 20.5):
        picture.fill(picture.disc(14, eye, 4.2, 3.2), WHITE)
        picture.fill(picture.disc(14.5, eye + 0.6, 2.6, 1.8), INK)
        picture.fill(picture.disc(13, eye, 0.8), WHITE)
    picture.fill(picture.art(21, 12, "##....## .######."), light(SOOT, 0.6))
    picture.fill(picture.box(28, 12, 2, 8), dark(SOOT, 0.7))
    picture.outline(body, INK, 0.6)
    return picture


def gem() -> Picture:
    """The prize: a sparkling stone on a white card."""
    picture = paving(NEUTRAL)
    card = picture.box(0, 0, 32, 32, 4)
    crown = (picture.y >= 8) & (picture.y < 14) & (np.abs(picture.x - 15.5) <= picture.y)
    stone = crown | ((picture.y >= 14) & (np.abs(picture.x - 15.5) <= 27 - picture.y))
    picture.raised(card, WHITE, 0.16)
    side = picture.x - 15.5
    picture.fill(stone, (222, 243, 255))
    picture.fill(stone & ~crown & (side < 0), (200, 232, 255))
    picture.fill(stone & ~crown & (side > 0), (168, 210, 250))
    picture.fill(stone & ~crown & (np.abs(side) * 13 <= (27 - picture.y) * 6), (226, 244, 255))
    picture.fill(crown & (np.abs(side) > picture.y - 4), (178, 218, 252))
    picture.fill(crown & (picture.y < 11) & (np.abs(side) < 5), WHITE)
    picture.fill(stone & (picture.y == 14), (140, 190, 240))
    picture.outline(stone, (84, 132, 206))
    for y, x, size in ((6, 6, 3), (23, 26, 3), (26, 6, 2)):
        star = picture.box(y - size, x, 2 * size + 1, 1) | picture.box(y, x - size, 1, 2 * size + 1)
        picture.fill(star, (120, 190, 255))
        picture.fill(picture.box(y, x, 1, 1), WHITE)
    return picture


def key(colour: Colour) -> Picture:
    """A key of this colour: a card with a pale key on it. On average it has that colour."""
    picture = paving(NEUTRAL)
    card = picture.box(0, 0, 32, 32, 4)
    bow = picture.box(8, 3, 13, 13, 5) & ~picture.box(12, 7, 5, 5, 1)
    glyph = bow | picture.box(13, 16, 3, 13) | picture.box(16, 21, 4, 3) | picture.box(16, 26, 5, 3)
    picture.raised(card, colour, 0.3)
    picture.fill(moved(glyph, 2, 1), dark(colour, 0.5))
    picture.outline(glyph, dark(colour, 0.8))
    picture.raised(glyph, light(colour, 0.42), 0.25)
    picture.pixels = balanced(picture.pixels, colour, ~card | glyph)
    return picture


def lock(colour: Colour) -> Picture:
    """A lock of this colour: a riveted plate with a dark keyhole. On average it has that colour."""
    picture = Picture(colour)
    whole, panel = picture.box(0, 0, 32, 32), picture.box(5, 5, 22, 22, 3)
    waist = (np.abs(picture.x - 15.5) <= 0.5 + (picture.y - 12) / 4) & (picture.y >= 12) & (picture.y < 24)
    hole = picture.disc(12.5, 15.5, 4.2) | waist
    picture.raised(whole, dark(colour, 0.2), 0.5)
    picture.outline(panel, dark(colour, 0.75))
    picture.raised(panel, light(colour, 0.12), 0.4)
    for y in (2, 28):
        for x in (2, 28):
            picture.fill(picture.box(y, x, 2, 2), light(colour, 0.6))
    picture.fill(moved(hole, 1, 1), light(colour, 0.5))
    picture.fill(hole, dark(colour, 0.9))
    picture.pixels = balanced(picture.pixels, colour, hole)
    return picture


def box_world() -> list[Picture]:
    """The sprites in the order of the sheet: wall, floor, player, gem, 20 keys, 20 locks, outside."""
    ground = [bricks(SLATE), paving(NEUTRAL), golem(), gem()]
    return [*ground, *map(key, COLOURS), *map(lock, COLOURS), void()]


def marked(picture: Picture, text: str) -> Picture:
    """The sprite with two letters on a dark plate in its lower right corner."""
    plate = picture.box(21, 15, 11, 17, 2)
    letters = np.zeros_like(plate)
    for left, letter in zip((17, 24), text, strict=True):
        letters |= picture.art(23, left, _LETTERS[letter])
    picture.fill(plate, (14, 12, 20))
    picture.fill(letters, WHITE)
    return picture


def box_world_marked() -> list[Picture]:
    """The same sprites for people who tell few colours apart: colours of MARKED, and the letters of their names."""
    plain = box_world()
    keys = [marked(key(colour), text) for text, colour in MARKED]
    locks = [marked(lock(colour), text) for text, colour in MARKED]
    return [*plain[:4], *keys, *locks, plain[-1]]
