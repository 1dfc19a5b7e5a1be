"""The textures of first-person worlds: walls, floors, ceilings and skies, of 64 pixels, that join on to themselves.

Most are a colour and a tone for each pixel, -1 (ink) to 1 (cream), in few steps with a dither between: so they look
drawn when a pixel is large, and smooth from afar. Light falls from the top left. Pictures and sprites are drawn in
textures_pictures.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .drawing import INK, Colour

EDGE = 64
Y, X = np.mgrid[:EDGE, :EDGE]
CREAM: Colour = (255, 252, 238)
STEPS = 14
"""Tones from a colour to ink, and to cream."""
DITHER = (
    np.tile(np.array([[0, 8, 2, 10], [12, 4, 14, 6], [3, 11, 1, 9], [15, 7, 13, 5]]), (EDGE // 4, EDGE // 4)) + 0.5
) / 16


def chance(seed: int, y: np.ndarray | int = Y, x: np.ndarray | int = X) -> np.ndarray:
    """A number from 0 to 1 for each pair of whole numbers, always the same."""
    value = (np.asarray(y, np.int64) * 7919 + np.asarray(x, np.int64) * 104729 + seed * 1299709 + 12345) % 2**32
    value = value.astype(np.uint64)
    for factor in (np.uint64(2246822519), np.uint64(3266489917)):
        value = (value ^ value >> np.uint64(15)) * factor % np.uint64(2**32)
    return (value ^ value >> np.uint64(16)) / 2**32


def noise(seed: int, high: int, wide: int | None = None) -> np.ndarray:
    """Smooth hills and valleys, -1 to 1, this many down and across, that join on to themselves."""
    wide = wide or high
    y, x = Y * high / EDGE, X * wide / EDGE
    top, left = np.floor(y).astype(int), np.floor(x).astype(int)
    down, right = ((part := y - top) * part * (3 - 2 * part)), ((part := x - left) * part * (3 - 2 * part))
    corner = [[chance(seed, (top + i) % high, (left + j) % wide) for j in (0, 1)] for i in (0, 1)]
    above, below = (row[0] + (row[1] - row[0]) * right for row in corner)
    return 2 * (above + (below - above) * down) - 1


def clouds(seed: int, high: int, wide: int | None = None, octaves: int = 3) -> np.ndarray:
    """Noise upon noise, each twice as fine and half as strong, about -1 to 1."""
    wide = wide or high
    return sum(noise(seed + k, high << k, wide << k) / 2**k for k in range(octaves)) / 1.4


def cells(seed: int, side: int, loose: float = 0.8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The patches around side x side scattered points: (number, distance to the nearest point, to the second one)."""
    size = EDGE / side
    rows, cols = np.mgrid[:side, :side]
    y = ((rows + 0.5 + loose * (chance(seed, rows, cols) - 0.5)) * size).ravel()
    x = ((cols + 0.5 + loose * (chance(seed + 1, rows, cols) - 0.5)) * size).ravel()
    off = [abs(grid[..., None] - points) for grid, points in ((Y, y), (X, x))]
    off = [np.minimum(part, EDGE - part) for part in off]
    distance = np.sqrt(off[0] ** 2 + off[1] ** 2)
    ordered = np.sort(distance, axis=-1)
    return distance.argmin(-1), ordered[..., 0], ordered[..., 1]


def toned(colour: Colour | np.ndarray, tone: np.ndarray | float, dither: float = 1) -> np.ndarray:
    """A colour, or one for each pixel, in these tones: RGB, float, shape (64, 64, 3)."""
    steps = np.floor(np.clip(tone, -1, 1) * STEPS + 0.5 + (DITHER - 0.5) * dither) / STEPS
    steps = np.broadcast_to(steps, Y.shape)[..., None]
    base = np.broadcast_to(np.array(colour, float), (EDGE, EDGE, 3))
    return base + (np.where(steps > 0, np.array(CREAM, float), np.array(INK, float)) - base) * abs(steps)


class Courses(NamedTuple):
    """Stones in rows, for each pixel: the number of its stone, its place in it from the top left, the stone's size."""

    number: np.ndarray
    y: np.ndarray
    x: np.ndarray
    high: np.ndarray
    wide: np.ndarray

    def gap(self, thick: int) -> np.ndarray:
        """The mask of the joints, this thick, at the bottom and on the right of each stone."""
        return (self.y >= self.high - thick) | (self.x >= self.wide - thick)

    def rim(self, thick: int, lit: float, dim: float) -> np.ndarray:
        """The tone of stones that stand out of joints so thick: lit at the top and left, dim at the other two sides."""
        low = (self.y == self.high - thick - 1) | (self.x == self.wide - thick - 1)
        return np.where(low, -dim, np.where((self.y == 0) | (self.x == 0), lit, 0))

    def each(self, seed: int) -> np.ndarray:
        """A number of -1 to 1 for each stone."""
        return 2 * chance(seed, self.number, self.number * 0) - 1


def courses(*rows: tuple[int, int, Sequence[int]]) -> Courses:
    """Rows of (height, how far they are shifted to the right, widths that sum to 64); heights sum to 64 too."""
    result = Courses(*(np.zeros((EDGE, EDGE), int) for _ in range(5)))
    top = number = 0
    for high, shift, widths in rows:
        left = shift
        for wide in widths:
            for x in range(wide):
                here = (slice(top, top + high), (left + x) % EDGE)
                result.number[here], result.x[here], result.high[here], result.wide[here] = number, x, high, wide
                result.y[here] = np.arange(high)
            left, number = left + wide, number + 1
        top += high
    return result


def grain(seed: int, number: np.ndarray | int, along: str) -> np.ndarray:
    """The grain of wood along "x" or "y", another one for each board: -1 to 1."""
    straight, flat = (Y, X) if along == "x" else (X, Y)
    wave = np.sin((straight + 2.2 * noise(seed, 4)) * 1.15 + np.asarray(number) * 2.4 + flat * 0.02)
    streak = chance(seed + 9, straight + np.asarray(number) * 31, (flat + np.asarray(number) * 13) // 16)
    return 0.5 * wave + (streak - 0.5)


def brick() -> np.ndarray:
    """Red bricks in light mortar."""
    wall = courses(*[(high, 16 * (row % 2), (32, 32)) for row, high in enumerate((11, 11, 10, 11, 11, 10))])
    tone = 0.17 * wall.each(3) + wall.rim(2, 0.2, 0.24) + 0.12 * clouds(5, 8) + 0.1 * (chance(6) - 0.5)
    red = np.where((wall.each(8) > 0.55)[..., None], (142, 66, 58), (176, 78, 56))
    mortar = toned((186, 172, 152), -0.12 + 0.1 * clouds(7, 16))
    return np.where(wall.gap(2)[..., None], mortar, toned(red, tone))


def stone() -> np.ndarray:
    """Blocks of cut stone of different sizes."""
    wall = courses((23, 4, (38, 26)), (18, 18, (20, 26, 18)), (23, 40, (30, 34)))
    tone = 0.14 * wall.each(2) + wall.rim(2, 0.3, 0.28) + 0.17 * clouds(11, 6, octaves=4)
    tone -= 0.22 * (chance(12) > 0.965)
    return np.where(wall.gap(2)[..., None], toned((84, 80, 88), -0.15), toned((152, 148, 144), tone))


def wood() -> np.ndarray:
    """Upright panels of dark wood, with a rail."""
    wall = courses((64, 0, (16, 16, 16, 16)))
    tone = 0.1 * wall.each(4) + wall.rim(1, 0.16, 0.2) + 0.11 * grain(21, wall.number, "y")
    tone = np.where(wall.gap(1), -0.5, tone)
    rail = (Y % 64 >= 40) & (Y < 47)
    edge = np.where(Y == 40, 0.3, np.where(Y == 46, -0.4, 0.08))
    tone = np.where(rail, edge + 0.1 * grain(23, 5, "x"), np.where((Y == 47) | (Y == 48), tone - 0.22, tone))
    return toned((150, 98, 58), tone)


def plaster() -> np.ndarray:
    """A cream wall."""
    return toned((222, 208, 180), 0.14 * clouds(31, 5, octaves=4) + 0.06 * (chance(32) - 0.5))


def hedge() -> np.ndarray:
    """Leaves before leaves, light in front and dark behind."""
    picture = toned((40, 92, 48), -0.45 + 0.1 * noise(41, 8))
    for leaf in range(230):
        y, x, slope = (chance(42 + part, leaf, 3) for part in range(3))
        off_y, off_x = ((grid - middle * EDGE + 32) % EDGE - 32 for grid, middle in ((Y, y), (X, x)))
        lean = np.pi * slope
        long, short = off_y * np.cos(lean) + off_x * np.sin(lean), off_x * np.cos(lean) - off_y * np.sin(lean)
        mask = (long / 5) ** 2 + (short / 2.7) ** 2 <= 1
        front = leaf / 230
        tone = -0.5 + 0.72 * front + np.where(off_y + off_x < -1, 0.16, np.where(off_y + off_x > 3, -0.2, 0))
        tone = np.where(abs(short) < 0.5, tone + 0.12, tone)
        picture[mask] = toned((74, 152, 62), tone)[mask]
    return picture


def metal() -> np.ndarray:
    """Steel plates with rivets."""
    wall = courses((32, 0, (32, 32)), (32, 0, (32, 32)))
    tone = 0.07 * wall.each(5) + wall.rim(1, 0.4, 0.3) + 0.07 * noise(51, 64, 4) + 0.09 * clouds(52, 3)
    for y in (5, 25):
        for x in (5, 25):
            away = np.hypot(wall.y - y, wall.x - x)
            tone = np.where(away <= 2.3, np.where(wall.y + wall.x < y + x, 0.6, 0.02), tone)
            tone = np.where((away > 2.3) & (away <= 3.4) & (wall.y + wall.x >= y + x), -0.4, tone)
    return toned((132, 144, 158), np.where(wall.gap(1), -0.7, tone))


def marble() -> np.ndarray:
    """White marble with grey veins."""
    bend = clouds(61, 2, octaves=4)
    vein = 1 - abs(np.sin(np.pi * ((X + Y) / 32 + 1.1 * bend)))
    thin = 1 - abs(np.sin(np.pi * ((X - 2 * Y) / 64 + 1.3 * clouds(66, 3, octaves=3))))
    return toned((232, 230, 234), 0.1 - 0.42 * vein**5 - 0.24 * thin**9 - 0.06 * (bend < -0.2))


def panels() -> np.ndarray:
    """Ceiling panels."""
    wall = courses((32, 0, (32, 32)), (32, 0, (32, 32)))
    tone = 0.05 * wall.each(6) + wall.rim(2, -0.14, -0.2) - 0.15 * (chance(71) > 0.93) + 0.05 * clouds(72, 4)
    return toned((208, 204, 196), np.where(wall.gap(2), -0.36, tone))


def planks() -> np.ndarray:
    """A floor of boards."""
    rows = [(16, 0, (40, 24)), (16, 20, (30, 34)), (16, 52, (38, 26)), (16, 34, (28, 36))]
    wall = courses(*rows)
    tone = 0.14 * wall.each(9) + wall.rim(1, 0.16, 0.1) + 0.12 * grain(81, wall.number, "x")
    nail = ((wall.x == 2) | (wall.x == wall.wide - 4)) & ((wall.y == 3) | (wall.y == 11))
    return toned((186, 132, 78), np.where(wall.gap(1), -0.55, np.where(nail, -0.5, tone)))


def slate() -> np.ndarray:
    """Dark slabs."""
    wall = courses((32, 0, (32, 32)), (32, 0, (32, 32)))
    tone = 0.16 * wall.each(17) + wall.rim(1, 0.22, 0.16) + 0.16 * clouds(91, 5, octaves=4) - 0.1 * (chance(92) > 0.95)
    return toned((98, 104, 122), np.where(wall.gap(1), -0.45, tone))


def grass() -> np.ndarray:
    """A meadow with a few flowers."""
    picture = toned((96, 168, 70), 0.2 * clouds(101, 4, octaves=4) + 0.3 * (chance(102, Y // 2, X) - 0.5))
    for seed, colour in ((103, (250, 250, 240)), (104, (250, 214, 60))):
        flower = chance(seed) > 0.997
        picture[flower] = colour
        picture[np.roll(flower, 1, 0)] = (58, 112, 52)
    return picture


def sand() -> np.ndarray:
    """Ripples in the sand."""
    wave = np.sin(2 * np.pi * (Y * 6 / EDGE + 0.45 * noise(111, 3)))
    return toned((226, 202, 140), 0.13 * wave + 0.1 * clouds(112, 4) + 0.14 * (chance(113) - 0.5))


def water() -> np.ndarray:
    """Light that plays on blue water."""
    _, near, far = cells(121, 5, 0.95)
    ripple = np.clip(1 - (far - near) / 5, 0, 1)
    return toned((44, 116, 204), 0.12 * noise(123, 4) + 0.62 * ripple**2 - 0.1)


def sky() -> np.ndarray:
    """A blue sky with soft clouds; the bottom row is the horizon. It joins on to itself at the sides."""
    height = 1 - Y / (EDGE - 1)
    blue = np.array((206, 232, 250)) + (np.array((58, 128, 222)) - (206, 232, 250)) * height[..., None] ** 0.8
    puff = clouds(131, 8, 4, 4) + 0.16 - 0.5 * abs(height - 0.4)
    cover = np.clip(puff * 2.4, 0, 1) * np.clip((1 - height) * 4, 0, 1)
    cover = np.floor(cover * 6 + DITHER) / 6
    bright = np.clip((puff - 0.1) * 3, 0, 1)[..., None]
    white = np.array((216, 226, 240)) + (np.array((255, 255, 255)) - (216, 226, 240)) * bright
    return blue + (white - blue) * cover[..., None]


def night() -> np.ndarray:
    """A sky of stars."""
    height = 1 - Y / (EDGE - 1)
    blue = np.array((62, 58, 110)) + (np.array((14, 16, 44)) - (62, 58, 110)) * height[..., None] ** 0.6
    for seed, share, colour in ((142, 0.985, (150, 160, 210)), (143, 0.994, (255, 250, 220))):
        blue[chance(seed) > share] = colour
    for y, x in ((12, 9), (30, 41), (8, 52)):
        blue[y - 1 : y + 2, x], blue[y, x - 1 : x + 2] = (190, 200, 240), (190, 200, 240)
        blue[y, x] = (255, 255, 240)
    return blue


def framed(inner: np.ndarray, frame: int, colour: Colour, relief: float = 0.4) -> np.ndarray:
    """A square's tones with a raised frame around it, this many pixels wide."""
    rim = np.minimum(np.minimum(Y, X), np.minimum(EDGE - 1 - Y, EDGE - 1 - X))
    first = (np.minimum(Y, X) == rim) & (Y + X < EDGE)
    outer, last = np.where(first, relief, -relief), np.where(first, -relief, relief)
    tone = np.where(rim == 0, outer, np.where(rim == frame - 1, last, 0.05))
    tone = np.where(rim >= frame, inner, tone)
    return toned(colour, tone)


def crate() -> np.ndarray:
    """A crate of pale wood, that paint can colour."""
    boards = (Y - 8) % 12
    inner = np.where(boards == 11, -0.62, np.where(boards == 0, 0.14, -0.14)) + 0.1 * grain(151, (Y - 8) // 12, "x")
    brace = X + Y - (EDGE - 1)
    inner = np.where(abs(brace) <= 7, 0.1 + 0.1 * grain(152, 2, "x"), inner)
    inner = np.where(brace == -7, 0.4, np.where(brace == 7, -0.35, inner))
    inner = np.where((brace > 7) & (brace <= 9), inner - 0.3, inner)
    inner = np.where((np.minimum(Y, X) < 10) & (abs(brace) > 7), inner - 0.25, inner)
    result = framed(inner, 8, (238, 204, 152), 0.42)
    for y in (3, EDGE - 5):
        for x in (3, EDGE - 5):
            result[y : y + 2, x : x + 2] = (96, 76, 62)
    return result


def door() -> np.ndarray:
    """A door of two leaves of grey wood, to be painted."""
    wall = courses((64, 0, (32, 32)))
    inner = 0.1 * grain(161, wall.number, "y") - 0.04
    for top, high in ((10, 18), (34, 22)):
        for left in (10, 36):
            y, x = Y - top, X - left
            inside = (y >= 0) & (x >= 0) & (y < high) & (x < 18)
            low = inside & ((y == high - 1) | (x == 17))
            up = inside & ((y == 0) | (x == 0))
            inner = np.where(low, 0.6, np.where(up, -0.5, np.where(inside, inner - 0.14, inner)))
    result = framed(inner, 5, (228, 228, 232), 0.5)
    result[np.hypot(Y - 32, X - 32) <= 5] = (110, 106, 112)
    return result


def wall_of(colour: Colour) -> np.ndarray:
    """A stuccoed wall of a colour, with a skirting board."""
    tone = 0.1 * clouds(171, 6, octaves=4) + 0.07 * (chance(172) - 0.5)
    bands = [(0, 1, 0.3), (1, 4, 0.12), (4, 5, -0.3), (53, 54, -0.2), (54, 55, 0.34), (55, 62, -0.2), (62, 64, -0.5)]
    for top, bottom, at in bands:
        tone[top:bottom] = at
    return toned(colour, tone)


def floor_of(colour: Colour) -> np.ndarray:
    """A tiled floor of a colour."""
    wall = courses((32, 0, (32, 32)), (32, 0, (32, 32)))
    checks = np.where((Y // 32 + X // 32) % 2 == 0, 0.06, -0.12)
    tone = checks + wall.rim(1, 0.24, 0.14) + 0.06 * clouds(181, 6)
    shine = (wall.x + wall.y >= 12) & (wall.x + wall.y <= 15) & (wall.x > 2) & (wall.y > 2)
    return toned(colour, np.where(wall.gap(1), -0.4, np.where(shine, tone + 0.14, tone)))


def cobbles() -> np.ndarray:
    """Round stones."""
    number, near, far = cells(191, 5, 0.7)
    tone = 0.25 * (chance(192, number, number * 0) - 0.5) + 0.3 - near / 16 + 0.1 * clouds(193, 8)
    return toned((134, 128, 124), np.where(far - near < 1.6, -0.6, tone))


def earth() -> np.ndarray:
    """Soil with pebbles."""
    number, near, _ = cells(201, 7, 0.95)
    pebble = (near < 2.4) & (chance(202, number, number * 0) > 0.6)
    tone = 0.22 * clouds(203, 6, octaves=4) + 0.16 * (chance(204) - 0.5)
    picture = toned((122, 88, 60), tone)
    picture[pebble] = toned((156, 136, 112), 0.35 - near / 5)[pebble]
    return picture


def snow() -> np.ndarray:
    """Snow with blue hollows."""
    return toned((222, 232, 244), 0.3 * clouds(211, 4, octaves=3) + 0.5 * (chance(212) > 0.99))


def lava() -> np.ndarray:
    """Dark crusts on what glows."""
    _, near, far = cells(221, 4, 0.9)
    heat = np.clip(1 - (far - near) / 6 + 0.25 * clouds(222, 6), 0, 1)
    crust = toned((82, 38, 40), -0.1 + 0.2 * clouds(223, 8))
    glow = np.array((236, 70, 20)) + (np.array((255, 226, 90)) - (236, 70, 20)) * np.clip(heat * 2 - 1, 0, 1)[..., None]
    return np.where((heat > 0.45 + 0.12 * (DITHER - 0.5))[..., None], glow, crust)


def tiles() -> np.ndarray:
    """A chessboard of black and white marble."""
    black = ((Y // 32 + X // 32) % 2 == 1)[..., None]
    wall = courses((32, 0, (32, 32)), (32, 0, (32, 32)))
    bevel = toned(np.where(black, (62, 60, 72), marble()), wall.rim(0, 0.2, 0.2))
    return bevel


def carpet() -> np.ndarray:
    """A red carpet with golden diamonds."""
    off = abs((X % 32) - 15.5) + abs((Y % 32) - 15.5)
    tone = 0.12 * (chance(231) - 0.5) + 0.06 * ((X + Y) % 2)
    picture = toned((158, 34, 50), tone)
    for low, high, colour in ((14.5, 16.5, (220, 172, 70)), (9.5, 10.5, (112, 20, 44)), (0, 4, (220, 172, 70))):
        mask = (off >= low) & (off <= high)
        picture[mask] = toned(colour, tone)[mask]
    return picture


def shelves() -> np.ndarray:
    """Shelves full of books."""
    covers = [
        (168, 52, 48),
        (52, 104, 92),
        (58, 76, 140),
        (196, 152, 66),
        (116, 62, 116),
        (196, 186, 164),
        (74, 60, 52),
    ]
    picture = toned((44, 30, 30), 0)
    for shelf in range(3):
        top = (0, 21, 42)[shelf]
        high = (21, 21, 22)[shelf]
        left = book = 0
        while left < EDGE:
            wide = min(3 + int(4 * chance(241, shelf, book)), EDGE - left)
            tall = high - 5 - int(5 * chance(242, shelf, book))
            here = (top + high - 3 - tall <= Y) & (top + high - 3 > Y) & (left <= X) & (left + wide > X)
            colour = covers[int(len(covers) * chance(243, shelf, book))]
            tone = np.where(left == X, 0.3, np.where(left + wide - 1 == X, -0.35, 0))
            label = (top + high - tall <= Y) & (top + high - tall + 2 > Y) & (left < X) & (left + wide - 1 > X)
            picture[here] = toned(colour, np.where(label, 0.5, tone))[here]
            left, book = left + wide, book + 1
        board = (top + high - 3 <= Y) & (top + high > Y)
        tone = np.where(top + high - 3 == Y, 0.3, np.where(top + high - 1 == Y, -0.4, 0)) + 0.1 * grain(244, shelf, "x")
        picture[board] = toned((150, 100, 60), tone)[board]
    return picture


def surfaces() -> dict[str, np.ndarray]:
    """All walls and floors by name: RGB, float, shape (64, 64, 3)."""
    return {
        function.__name__: function()
        for function in (
            *(brick, stone, wood, plaster, hedge, metal, marble, panels, planks, slate, grass, sand, water, sky),
            *(crate, door, cobbles, earth, snow, lava, night, tiles, carpet, shelves),
        )
    }
