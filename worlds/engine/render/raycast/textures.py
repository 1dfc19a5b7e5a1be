"""The textures of first-person worlds by number, and their pyramids: the same picture at 64, 32, … 1 pixels.

The sheet assets/sprites/textures.png is drawn by assets/textures_art.py: squares of EDGE pixels, ACROSS in a row, in
the order of NAMES. All but the sprites are tileable. White and grey ones may be painted: a solid's paint colours its
texture.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np

EDGE = 64
"""Height and width of a texture, in pixels."""
LEVELS = 7
"""Pictures in a pyramid, of 64, 32, … 1 pixels."""
OFFSETS = tuple(sum(4**power for power in range(LEVELS - level, LEVELS)) for level in range(LEVELS))
"""The offsets of the pictures of a pyramid: 0, 4096, 5120, …"""
TEXELS = sum(4**power for power in range(LEVELS))
ACROSS = 8
"""Textures in a row of the sheet."""
SHEET = Path(__file__).parents[4] / "assets" / "sprites" / "textures.png"

# Walls, ceilings, floors, skies; 0 is no texture.
BRICK, STONE, WOOD, PLASTER, HEDGE, METAL, MARBLE, PANELS = range(1, 9)
PLANKS, SLATE, GRASS, SAND, WATER, SKY = range(9, 15)
CRATE, DOOR_FACE = 15, 16
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange", "cyan", "pink", "white", "black")
"""The colours of walls and floors, in this order from FIRST_WALL and FIRST_FLOOR on."""
PAINTS = (0xE31233, 0x329E56, 0x123CF2, 0xFADA18, 0x7E44B4, 0xEE8212, 0x28C4FA, 0xE488B0, 0xF4F6EE, 0x28253A)
"""These colours, 0xRRGGBB: chosen by a search for colours that differ to all eyes, colour-blind ones too."""
FIRST_WALL, FIRST_FLOOR = 17, 27
"""Stuccoed walls and tiled floors in each of the colours."""
POSTER_1, POSTER_2, POSTER_3, POSTER_4, POSTER_5, POSTER_6, POSTER_7, POSTER_8 = range(37, 45)
"""A plaster wall with a framed picture: a star, the moon, the sun, a tree, a fish, a house, a heart, an arrow."""
# Sprites, with holes.
TREE_SPRITE, PINE_SPRITE, BUSH_SPRITE, FLOWER_SPRITE = range(45, 49)
# White and grey, to be painted: patterns of solids.
STRIPES, CHECKS, DOTS, FACETS = range(49, 53)
# More ground and walls.
COBBLES, EARTH, SNOW, LAVA, NIGHT, TILES, CARPET, SHELVES = range(53, 61)
BERRY = 61
"""Red, with yellow seeds."""
# White and grey too: materials of things.
GRAIN, BRUSHED, WEAVE = range(62, 65)

NAMES = (
    *("brick", "stone", "wood", "plaster", "hedge", "metal", "marble", "panels"),
    *("planks", "slate", "grass", "sand", "water", "sky", "crate", "door"),
    *(f"{colour} wall" for colour in COLOURS),
    *(f"{colour} floor" for colour in COLOURS),
    *("star", "moon", "sun", "tree", "fish", "house", "heart", "arrow"),
    *("oak", "pine", "bush", "flower"),
    *("stripes", "checks", "dots", "facets"),
    *("cobbles", "earth", "snow", "lava", "night", "tiles", "carpet", "shelves"),
    *("berry", "grain", "brushed", "weave"),
)
"""The names of the textures; the first is number 1."""
COUNT = len(NAMES)


def textures() -> np.ndarray:
    """All textures of the sheet: RGBA, uint8, shape (COUNT, EDGE, EDGE, 4). Raises FileNotFoundError without it."""
    image = cv2.imread(str(SHEET), cv2.IMREAD_UNCHANGED)
    if image is None:
        raise FileNotFoundError(f"no textures can be read at {SHEET}")
    image = cv2.cvtColor(image, cv2.COLOR_BGRA2RGBA)
    squares = image.reshape(-1, EDGE, ACROSS, EDGE, 4).swapaxes(1, 2)
    return squares.reshape(-1, EDGE, EDGE, 4)[:COUNT]


def halved(pictures: np.ndarray) -> np.ndarray:
    """Pictures at half the size: float, colours already times alpha, shape (n, edge, edge, 4)."""
    count, edge = pictures.shape[:2]
    return pictures.reshape(count, edge // 2, 2, edge // 2, 2, 4).mean((2, 4))


@lru_cache(maxsize=1)
def pyramid() -> np.ndarray:
    """All textures at all sizes: uint32, shape (COUNT + 1, TEXELS), read-only; number 0 is empty.

    A texel is red + green * 2**8 + blue * 2**16 + alpha * 2**24. The picture of 64 >> level pixels begins at
    OFFSETS[level], row by row from the top left. Transparent texels add no colour to the smaller pictures.
    """
    picture = textures().astype(np.float64)
    picture[..., :3] *= picture[..., 3:] / 255
    result = np.zeros((COUNT + 1, TEXELS), np.uint32)
    for offset in OFFSETS:
        alpha = picture[..., 3:]
        colour = np.divide(picture[..., :3] * 255, alpha, out=np.zeros_like(picture[..., :3]), where=alpha > 0)
        bytes_ = np.rint(np.concatenate([colour, alpha], axis=-1)).astype(np.uint32)
        words = bytes_[..., 0] | bytes_[..., 1] << 8 | bytes_[..., 2] << 16 | bytes_[..., 3] << 24
        result[1:, offset : offset + words[0].size] = words.reshape(COUNT, -1)
        if picture.shape[1] > 1:
            picture = halved(picture)
    result.flags.writeable = False
    return result
