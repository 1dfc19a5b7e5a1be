"""Draws every sprite of Rumpus, its icon and its banner: python -m rumpus.assets.make_sprites

A sheet is a row of square sprites; a sprite's number is its place in the row. Textures are in several rows.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from .alchemy_art import alchemy
from .box_world_art import COLOURS, box_world, box_world_marked
from .drawing import EDGE, Picture, dark, light
from .sokoban_art import AMBER, BLUE, WOOD, brace, crate, sokoban, worker
from .textures_pictures import textures_sheet

ROOT = Path(__file__).parent.parent

LETTERS = {
    "R": "##### #...# #...# ####. #.##. #..## #...#",
    "U": "#...# #...# #...# #...# #...# #...# #####",
    "M": "#...# ##.## ##### #.#.# #...# #...# #...#",
    "P": "##### #...# #...# ##### #.... #.... #....",
    "S": "##### #.... #.... ##### ....# ....# #####",
}


def sheet(sprites: list[Picture]) -> np.ndarray:
    """The sprites side by side: uint8, shape (EDGE, EDGE * sprites, 3)."""
    return np.concatenate([sprite.pixels for sprite in sprites], axis=1)


def icon() -> np.ndarray:
    """The icon: a worker behind a crate. uint8, shape (64, 64, 4); the corners are transparent."""
    picture = Picture(AMBER)
    picture.fill(picture.y + picture.x < 26, light(AMBER, 0.3))
    worker(picture, BLUE, 0)
    crate(picture, WOOD, 18)
    brace(picture, WOOD, 18)
    card = picture.box(0, 0, EDGE, EDGE, 6)
    picture.fill(card & ~picture.box(1, 1, EDGE - 2, EDGE - 2, 5), dark(AMBER, 0.6))
    pixels = np.dstack([picture.pixels, np.where(card, 255, 0).astype(np.uint8)])
    return pixels.repeat(2, axis=0).repeat(2, axis=1)


def banner() -> np.ndarray:
    """The banner: a room in which the name is stacked from crates, keys and locks. uint8, shape (320, 1280, 3)."""
    yard, stock = sokoban(), box_world()
    keys, locks = stock[4:], stock[4 + len(COLOURS) :]
    rows, columns = 10, 40
    room = [[yard[2]] * columns for _ in range(rows)]
    for column in range(columns):
        room[0][column] = room[rows - 1][column] = yard[1]
    for row in range(rows):
        room[row][0] = room[row][columns - 1] = yard[1]
    loose, home = yard[10:11], yard[11:12]
    stacks = (loose, (keys[5], locks[5]), home, (keys[11], locks[11]), loose, (keys[6], locks[6]))
    for left, letter, stack in zip(range(3, columns, 6), "RUMPUS", stacks, strict=False):
        for y, line in enumerate(LETTERS[letter].split(), 1):
            for x in (x for x, here in enumerate(line) if here == "#"):
                room[y][left + x] = stack[(x + y) % len(stack)]
    for column, sprite in ((5, 66), (6, 10), (8, 3), (23, 3), (31, 3), (33, 10), (34, 74)):
        room[8][column] = yard[sprite]
    return np.concatenate([sheet(row) for row in room], axis=0)


def pictures() -> dict[str, np.ndarray]:
    """All pictures by their path from the root of the project: uint8, RGB or RGBA."""
    return {
        "assets/sprites/alchemy.png": sheet(alchemy()),
        "assets/sprites/sokoban.png": sheet(sokoban()),
        "assets/sprites/box_world.png": sheet(box_world()),
        "assets/sprites/box_world-marked.png": sheet(box_world_marked()),
        "assets/sprites/icon.png": icon(),
        "assets/sprites/textures.png": textures_sheet(),
        "docs/pictures/banner.png": banner(),
    }


def encoded(pixels: np.ndarray) -> bytes:
    """The picture as a PNG file's bytes."""
    order = cv2.COLOR_RGBA2BGRA if pixels.shape[2] == 4 else cv2.COLOR_RGB2BGR
    return cv2.imencode(".png", cv2.cvtColor(pixels, order), [cv2.IMWRITE_PNG_COMPRESSION, 9])[1].tobytes()


def decoded(path: Path) -> np.ndarray | None:
    """The pixels of a PNG file, RGB or RGBA; None if there is no such file."""
    pixels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED) if path.exists() else None
    if pixels is None:
        return None
    return cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA if pixels.shape[2] == 4 else cv2.COLOR_BGR2RGB)


def main() -> None:
    """Draw every picture; write those that have changed (compressors differ, so what matters is the pixels)."""
    for name, pixels in pictures().items():
        path = ROOT / name
        before = decoded(path)
        changed = before is None or not np.array_equal(before, pixels)
        if changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            part.write_bytes(encoded(pixels))
            part.replace(path)
        print(f"{path}: {pixels.shape[1]}x{pixels.shape[0]} pixels{'' if changed else ', as it was'}")


if __name__ == "__main__":
    main()
