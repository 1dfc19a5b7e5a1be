"""Tasks as pictures: a sheet of starts with their instructions, and instructions as strips for clips.

Matplotlib sets the text, in the typeface that it brings; the pictures are the engine's own, pixel for pixel.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..interface.files import write_atomically
from ..interface.text import wrapped
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.world import World
from .compile import table
from .goals import Task

PAPER, INK, SOFT, RULE = "#fbfaf7", "#23262d", "#7a808c", "#dedbd3"
EDGE, GAP, MARGIN, TEXT = 220, 26, 30, 12.0
"""Pixels: of a picture's longer side, between pictures, around the sheet, and of the letters' height."""
BETWEEN = 8
"""Pixels between a start and the picture of its goal."""
LINE = 1.45
"""Height of a line in letters."""


def sheet(tasks: Sequence[Task], world: World, path: str | Path, columns: int | None = None) -> Path:
    """Draw the starts of tasks of one world with their instructions below, as a PNG that is written whole or not at
    all.

    columns: as many as make a sheet about as wide as high, by default. With several players the picture is the first
    one's. Where tasks show their goals as pictures, these stand beside the starts. Raises ValueError for a task that
    cannot be played, no task, or columns that are no positive number.
    """
    if columns is not None and columns < 1:
        raise ValueError(f"a sheet has at least 1 column, got {columns}")
    batch = Batch(world, len(tasks), tasks=table(tasks, world), threads=1)
    batch.reset(tasks=np.arange(len(tasks)))
    tile = max(EDGE // max(batch.rows, batch.cols), 2)
    size = batch.rows * tile, batch.cols * tile
    both = 2 * size[1] + BETWEEN if batch.table.pictures else size[1]
    width = max(both, EDGE)
    words = [_words(task, width) for task in tasks]
    columns = min(columns or _columns(len(tasks), width, size[0] + 7 * TEXT * LINE), len(tasks))
    canvas = _Canvas(2 * MARGIN + columns * (width + GAP) - GAP)
    top = MARGIN
    for first in range(0, len(tasks), columns):
        row = range(first, min(first + columns, len(tasks)))
        for column, index in enumerate(row):
            left = MARGIN + column * (width + GAP)
            canvas.picture(batch.picture(index, size=size), left, top)
            if (goal := batch.goal_picture(index, size=size)) is not None:
                canvas.picture(goal, left + size[1] + BETWEEN, top)
            for line, (text, colour, bold) in enumerate(words[index]):
                canvas.write(text, left, top + size[0] + TEXT * (0.9 + LINE * line), colour, bold)
        top += round(size[0] + TEXT * (1.4 + LINE * max(len(words[index]) for index in row))) + GAP
    write_atomically(Path(path), canvas.png(top - GAP + MARGIN))
    return Path(path)


def strips(tasks: Sequence[Task], width: int) -> list[np.ndarray]:
    """The instructions of each task as a strip: uint8 (height, width, 3), all of the same even height."""
    texts = [_instructions(task, round(width - 2 * TEXT)) for task in tasks]
    height = 2 * round(TEXT * (LINE * max(map(len, texts), default=0) + 1) / 2)
    made = []
    for lines in texts:
        canvas = _Canvas(width)
        for line, (text, colour, bold) in enumerate(lines):
            canvas.write(text, TEXT, TEXT * (0.6 + LINE * line), colour, bold)
        made.append(canvas.pixels(height))
    return made


def _columns(count: int, width: int, height: float) -> int:
    """How many columns of cells of this size make a sheet a little wider than it is high."""
    return max(round((1.4 * count * (height + GAP) / (width + GAP)) ** 0.5), 1)


_Line = tuple[str, str, bool]  # text, colour, and whether it is bold


def _instructions(task: Task, width: int) -> list[_Line]:
    """The instruction in lines; of several players, if theirs differ, each below the player's number."""
    parts = {(player.instruction, player.acts) for player in task.players}
    lines: list[_Line] = []
    for seat, player in enumerate(task.players if len(parts) > 1 else task.players[:1], start=1):
        who = f"player {seat}" + ", cannot act" * (not player.acts) + ", read by all" * player.public
        lines += [(who, SOFT, True)] if len(parts) > 1 else []
        lines += [(line, INK, False) for line in _wrapped(player.instruction, width)]
    return lines


def _words(task: Task, width: int) -> list[_Line]:
    """All lines below a picture."""
    steps = "" if task.steps is None else f"{task.steps} step{'s' * (task.steps != 1)}"
    facts = [
        task.kind if task.kind != "alone" else "",
        task.skill,
        steps,
        ", ".join(f"new {what}" for what in task.held),
    ]
    named: list[_Line] = [(line, INK, True) for line in _wrapped(task.id, width, bold=True)]
    return [
        *named,
        *_instructions(task, width),
        *((line, SOFT, False) for line in _wrapped("  ·  ".join(filter(None, facts)), width)),
    ]


def _wrapped(text: str, width: int, bold: bool = False) -> list[str]:
    """The text in lines of at most `width` pixels; a word that is wider is broken."""
    lines = wrapped(text, lambda line: _wide(line, bold) <= width)
    return [line for line in lines if line]


@lru_cache(maxsize=1 << 14)
def _wide(text: str, bold: bool) -> float:
    """The width of a text in pixels."""
    from matplotlib.textpath import TextToPath

    return TextToPath().get_text_width_height_descent(text, _font(bold), ismath=False)[0]


@lru_cache(maxsize=2)
def _font(bold: bool) -> Any:
    from matplotlib.font_manager import FontProperties

    return FontProperties(family="DejaVu Sans", size=TEXT, weight="bold" if bold else "normal")


class _Canvas:
    """Paper of a width in pixels, cut to a height in the end; places are (left, top) in pixels."""

    def __init__(self, width: int):
        self._width, self._texts = width, list[tuple[str, float, float, str, bool]]()
        self._pictures: list[tuple[np.ndarray, int, int]] = []

    def picture(self, pixels: np.ndarray, left: int, top: int) -> None:
        """Put a picture, uint8 (height, width, 3), on the paper."""
        self._pictures.append((pixels, left, top))

    def write(self, text: str, left: float, top: float, colour: str, bold: bool) -> None:
        """Write a line."""
        self._texts.append((text, left, top, colour, bold))

    def pixels(self, height: int) -> np.ndarray:
        """The paper, cut at this height: uint8 (height, width, 3)."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
        from matplotlib.patches import Rectangle

        figure = Figure(figsize=(self._width / 72, height / 72), dpi=72, facecolor=PAPER)  # a point is a pixel
        canvas = FigureCanvasAgg(figure)
        for text, left, top, colour, bold in self._texts:
            place = left / self._width, 1 - top / height
            figure.text(*place, text, va="top", color=colour, fontproperties=_font(bold), parse_math=False)
        for pixels, left, top in self._pictures:
            high, wide = pixels.shape[:2]
            place = (left - 1) / self._width, 1 - (top + high + 1) / height
            frame = Rectangle(place, (wide + 2) / self._width, (high + 2) / height, color=RULE)
            figure.add_artist(frame)
        canvas.draw()
        paper = np.asarray(canvas.buffer_rgba())[..., :3].copy()
        for pixels, left, top in self._pictures:
            paper[top : top + pixels.shape[0], left : left + pixels.shape[1]] = pixels
        return paper

    def png(self, height: int) -> bytes:
        """The paper as a PNG file."""
        import imageio.v3 as imageio

        file = io.BytesIO()
        imageio.imwrite(file, self.pixels(height), extension=".png")
        return file.getvalue()
