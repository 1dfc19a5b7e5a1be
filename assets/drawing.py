"""A small box of pencils for pixel art, and the ground to draw on: shapes are masks, light falls from the top left."""

from __future__ import annotations

import numpy as np

Colour = tuple[int, int, int]
"""Red, green, blue, each 0 to 255."""

EDGE = 32
"""Height and width of a sprite, in pixels."""

WHITE: Colour = (255, 255, 255)
INK: Colour = (43, 33, 56)
"""What outlines and shadows are drawn with: a warm near-black."""
VOID: Colour = (20, 17, 28)
"""What lies outside a level."""


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """The colour that has this share (0 to 1) of the other one in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(colour, other, strict=True))
    return red, green, blue


def light(colour: Colour, share: float = 0.3) -> Colour:
    """The colour in the light: some of the way to white."""
    return mix(colour, (255, 252, 238), share)


def dark(colour: Colour, share: float = 0.3) -> Colour:
    """The colour in the shade: some of the way to ink."""
    return mix(colour, INK, share)


class Picture:
    """A square of pixels to draw on. Shapes may reach over its edges; coordinates are pixels from the top left."""

    def __init__(self, colour: Colour = (0, 0, 0), edge: int = EDGE) -> None:
        """A picture of one colour, edge x edge pixels."""
        self.pixels = np.empty((edge, edge, 3), np.uint8)
        self.pixels[:] = colour
        self.y, self.x = np.mgrid[:edge, :edge]

    def box(self, top: int, left: int, height: int, width: int, corner: int = 0) -> np.ndarray:
        """The mask of a rectangle whose corners are rounded off by so many pixels."""
        y, x = self.y - top, self.x - left
        inside = (y >= 0) & (x >= 0) & (y < height) & (x < width)
        into_y = np.maximum(corner - np.minimum(y, height - 1 - y), 0)
        into_x = np.maximum(corner - np.minimum(x, width - 1 - x), 0)
        return inside & (into_y**2 + into_x**2 <= corner**2 + 1)

    def disc(self, y: float, x: float, high: float, wide: float | None = None) -> np.ndarray:
        """The mask of a disc, or of an ellipse, around a point, with these radii."""
        wide = high if wide is None else wide
        return ((self.y - y) / high) ** 2 + ((self.x - x) / wide) ** 2 <= 1

    def diamond(self, y: float, x: float, radius: float) -> np.ndarray:
        """The mask of a square that stands on its corner."""
        return np.abs(self.y - y) + np.abs(self.x - x) <= radius

    def art(self, top: int, left: int, rows: str, letter: str = "#") -> np.ndarray:
        """The mask of the pixels that show this letter in a small drawing made of text, one word a row."""
        mask = np.zeros(self.y.shape, bool)
        for y, row in enumerate(rows.split(), top):
            for x, here in enumerate(row, left):
                if here == letter and 0 <= y < len(mask) and 0 <= x < len(mask):
                    mask[y, x] = True
        return mask

    def fill(self, mask: np.ndarray, colour: Colour, share: float = 1) -> None:
        """Paint the mask; a share below 1 lets what lies below shine through."""
        below = self.pixels[mask].astype(float)
        self.pixels[mask] = np.rint(below + (np.array(colour) - below) * share).astype(np.uint8)

    def raised(self, mask: np.ndarray, colour: Colour, relief: float = 0.35) -> None:
        """Paint the mask as something that stands out: its upper left rim is lit, its lower right rim is in shade."""
        self.fill(mask, colour)
        self.fill(mask & ~moved(mask, -1, -1), dark(colour, relief))
        self.fill(mask & ~moved(mask, 1, 1), light(colour, relief))

    def outline(self, mask: np.ndarray, colour: Colour = INK, share: float = 0.85) -> None:
        """Paint the pixels that touch the mask from outside."""
        self.fill(grown(mask) & ~mask, colour, share)

    def shadow(self, mask: np.ndarray, down: int = 2, right: int = 2, share: float = 0.35) -> None:
        """Darken where something of this shape would throw its shadow; draw the thing itself afterwards."""
        self.fill(moved(mask, down, right) & ~mask, INK, share)

    def speckle(self, mask: np.ndarray, colour: Colour, one_in: int, share: float = 1) -> None:
        """Sprinkle about one pixel in so many of the mask with a colour; always the same pixels."""
        noise = (self.y * 71 + self.x + one_in * 5147) * 2654435761 % 2**32
        noise = (noise ^ noise >> 15) * 2246822519 % 2**32
        self.fill(mask & ((noise ^ noise >> 13) % one_in == 0), colour, share)


def moved(mask: np.ndarray, down: int, right: int) -> np.ndarray:
    """The mask moved by so many pixels; what enters at the edge is empty."""
    height, width = mask.shape
    result = np.zeros_like(mask)
    result[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)] = mask[
        max(-down, 0) : height + min(-down, 0), max(-right, 0) : width + min(-right, 0)
    ]
    return result


def grown(mask: np.ndarray) -> np.ndarray:
    """The mask and the pixels beside, above and below it."""
    return mask | moved(mask, 1, 0) | moved(mask, -1, 0) | moved(mask, 0, 1) | moved(mask, 0, -1)


def balanced(pixels: np.ndarray, colour: Colour, fixed: np.ndarray) -> np.ndarray:
    """The sprite with all but its fixed pixels made lighter or darker until, if they can, all average to the colour."""
    result = pixels.astype(float)
    for _ in range(8):  # again, for what clipping at 0 and 255 took away
        missing = (np.array(colour) - np.rint(result).mean((0, 1))) * fixed.size / (~fixed).sum()
        result[~fixed] = np.clip(result[~fixed] + missing, 0, 255)
    return np.rint(result).astype(np.uint8)


def void() -> Picture:
    """What lies outside a level."""
    picture = Picture(VOID)
    picture.speckle(picture.y >= 0, light(VOID, 0.12), 60)
    return picture


def bricks(colour: Colour) -> Picture:
    """A wall that joins on to itself on all sides."""
    picture = Picture(dark(colour, 0.62))
    tones = (0.0, 0.13, 0.05, 0.17, 0.02, 0.1, 0.15, 0.04)
    for row in range(4):
        for column in range(-1, 2):
            left = column * 16 + (8 if row % 2 else 0)
            tone = tones[(row * 2 + column % 2) % len(tones)]
            picture.raised(picture.box(row * 8, left, 7, 15, 1), light(colour, tone), 0.26)
    picture.speckle(picture.y >= 0, dark(colour, 0.4), 37, 0.5)
    return picture


def paving(colour: Colour) -> Picture:
    """A slab of floor."""
    picture = Picture(dark(colour, 0.16))
    slab = picture.box(0, 0, 31, 31)
    picture.fill(slab, colour)
    picture.fill(slab & ((picture.y == 0) | (picture.x == 0)), light(colour, 0.5))
    picture.speckle(slab, dark(colour, 0.08), 43)
    picture.speckle(slab & (picture.y > 0), light(colour, 0.35), 61)
    return picture
