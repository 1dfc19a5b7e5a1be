"""The ways a world is seen: as tiles from above, first-person by rays, or as others draw it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..records.names import check_functions
from .tiles import LARGEST, frame_size, layout

ASPECT = (3, 4)
"""Height to width of a first-person picture in a window, as a screen's; agents may ask for any other."""
FIRST_PERSON = (64, 64)
"""(height, width) of the pixels that agents see of a first-person world unless they ask for others."""
TILE = 4
"""Pixels of a tile's edge in the pixels that agents see of a world of tiles: its colours stay apart."""


@dataclass(frozen=True)
class Tiles:
    """Seen from above. tile(state, player, row, col): index into the sprite sheet of what this player sees there;
    sprites: the sheet, a PNG of square tiles side by side; grid(knobs): (rows, columns) of the picture, from the values
    of the knobs. Raises ValueError for what is no function, and for a missing sheet."""

    tile: Callable[..., Any]
    sprites: Path
    grid: Callable[[Mapping[str, int]], tuple[int, int]]

    def __post_init__(self) -> None:
        if not callable(self.grid):
            raise ValueError(
                f"Tiles(grid=…) is a function from the knobs to (rows, columns), such as lambda knobs: (5, 5); got "
                f"{self.grid!r}"
            )
        check_functions("Tiles", tile=self.tile)
        if not Path(self.sprites).is_file():
            raise ValueError(f"Tiles(sprites=…) is the path of a PNG, and there is no file at {self.sprites}")

    def check(self, height: int, width: int, rows: int, cols: int) -> None:
        """Raise ValueError for a frame of height x width pixels that cannot show rows x cols tiles."""
        layout(height, width, rows, cols)

    def frame(self, rows: int, cols: int) -> tuple[int, int]:
        """(height, width) of the pixels that agents see by default."""
        return rows * TILE, cols * TILE


class _Picture:
    """A picture of any height and width, drawn by rays."""

    def grid(self, knobs: Mapping[str, int]) -> tuple[int, int]:
        """Height to width of the picture, which is that of a screen."""
        return ASPECT

    def check(self, height: int, width: int, rows: int, cols: int) -> None:
        """Raise ValueError for a frame that is no frame: from 1x1 to LARGEST x LARGEST pixels all can be drawn."""
        height, width = frame_size((height, width))
        if not (1 <= height <= LARGEST and 1 <= width <= LARGEST):
            raise ValueError(
                f"a frame of {height}x{width} pixels cannot be drawn: choose a height and a width from 1 to {LARGEST}"
            )

    def frame(self, rows: int, cols: int) -> tuple[int, int]:
        """(height, width) of the pixels that agents see by default."""
        return FIRST_PERSON


@dataclass(frozen=True)
class Rays(_Picture):
    """Seen through a player's eyes. scene(state, player, scene): writes all that this player sees into a SCENE record
    (see raycast/scene.py), whose numbers of solids and cells are zero on entry. between(last, present, share, out):
    writes into a state what lies between two ticks beside bodies, things and cameras, which first_person/between.py
    moves; pictures that people see are made of it."""

    scene: Callable[..., Any]
    between: Callable[..., None] | None = None


@dataclass(frozen=True)
class Frames(_Picture):
    """Seen as its Simulator renders it, see simulator.py; shape: height to width of that picture."""

    shape: tuple[int, int] = ASPECT

    def grid(self, knobs: Mapping[str, int]) -> tuple[int, int]:
        """Height to width of the picture."""
        return self.shape
