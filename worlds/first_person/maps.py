"""Maps as text, made by hand or saved: one character for each cell.

    ; the shortest of mazes
    #######
    #P..#G#
    ###...#
    #######

`#` is wall, `.` or a space is floor, and a letter is a thing on the floor: see LETTERS. A blank line, or a line that
begins with `;` after any spaces, ends a map, so a file may hold many. A map is closed by walls all around, its lines
are equally long, and all of its floor can be walked to; unreachable cells must be wall.

To check that, doors open once a key or a plate of the map has been reached, or at once if the map has neither; blocks
are passed and hurdles jumped over. The check does not know a world's own rules.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit

from ...interface.files import write_atomically
from ..engine.compile.cached import cached
from ..engine.library.breadth_first import breadth_first
from ..engine.library.level_files import only, read_levels
from ..engine.render.raycast.scene import COLS, ROWS
from ..engine.render.raycast.textures import BRICK, PLANKS
from .generators import fill_with_wall
from .state import BLOCK, DOOR, HURDLE

LETTERS = {
    **{"#": "wall", ".": "floor", " ": "floor"},
    **{"P": "start of player 1", "2": "start of player 2", "3": "start of player 3", "4": "start of player 4"},
    **{"G": "goal", "A": "apple", "S": "strawberry", "L": "lemon"},
    **{"D": "door", "K": "key", "B": "block", "H": "hurdle", "T": "plate"},
}
"""The meanings of a map's characters. A world may allow further letters of its own."""
STARTS = "P234"
"""The characters of the players' starts, in their order."""

LEVEL = np.dtype([("rows", np.int32), ("cols", np.int32), ("cells", np.uint8, (ROWS, COLS))], align=True)
"""One map: `cells` are the codes of its characters, ord("G") and so on; beyond its rows and columns they are walls."""

ENDINGS = (".txt",)
"""Endings of the files of maps in a folder."""
MAPS = 10_000
"""Most maps in a file or folder."""
BYTES = 16 << 20
"""Size of the largest file: MAPS maps of the largest size fit."""

_FIRST_ROW = re.compile("^#", re.MULTILINE)
_WALL, _DOOR, _BLOCK, _HURDLE = (ord(letter) for letter in "#DBH")


@dataclass(frozen=True)
class Rules:
    """The rules for a world's maps.

    allowed: the characters of a map; needed: characters that every map must have; once: characters that a map may have
    only once, besides the starts; things: the largest number of letters other than starts.
    """

    allowed: str = "".join(LETTERS)
    needed: str = "P"
    once: str = ""
    things: int = 64


def parse(text: str, **rules: Any) -> np.ndarray:
    """The one map of a text, a LEVEL record of shape (1,); `rules` are the fields of Rules.

    Raises ValueError "map:line:column: the fault and its remedy" for an invalid map.
    """
    return only(loads(text, "map", **rules), "map")


def loads(text: str, name: str = "text", **rules: Any) -> np.ndarray:
    """All maps of a text as LEVEL records of shape (n,). Raises ValueError "name:line:column: …"; see parse."""
    return _levels(list(_blocks(text)), name, Rules(**rules))


def _levels(blocks: list[tuple[int, list[str]]], name: str, wanted: Rules) -> np.ndarray:
    """The maps of (first line, rows), checked."""
    if not blocks:
        raise ValueError(f"{name}:1: there is no map in it; draw one, with '#' for walls and '.' for floor")
    if len(blocks) > MAPS:
        raise ValueError(f"{name}:{blocks[MAPS][0]}: there are more than {MAPS:,} maps in it; leave out the rest")
    levels = np.zeros(len(blocks), LEVEL)
    for level, (line, rows) in zip(levels, blocks, strict=True):
        _Map(rows, name, line, wanted).check()
        level["rows"], level["cols"] = len(rows), len(rows[0])
        level["cells"] = _WALL
        level["cells"][: len(rows), : len(rows[0])] = [[ord(letter) for letter in row] for row in rows]
    return levels


def read(path: str | Path, **rules: Any) -> tuple[np.ndarray, dict[str, int]]:
    """All maps of a text file, or of all .txt files in a folder and below it, sorted by name. In a folder, files in
    which no line begins with '#', such as a readme.txt, are skipped.

    Returns LEVEL records of shape (n,) and no knobs, since maps need none. Raises ValueError "path:line:column: …" for
    an invalid map; see parse.
    """

    def split(text: str) -> Iterator[tuple[int, list[str]]]:
        return _blocks(text) if not Path(path).is_dir() or _FIRST_ROW.search(text) else iter(())

    levels: list[np.ndarray] = []
    for file, blocks in read_levels(path, ENDINGS, BYTES, split):
        levels.append(_levels(blocks, file, Rules(**rules)))
        if sum(map(len, levels)) > MAPS:
            raise ValueError(f"{path}: there are more than {MAPS:,} maps in this folder; leave out {file} and the rest")
    if not levels and Path(path).is_dir():
        raise ValueError(f"{path}: no file in this folder holds a map")
    return (np.concatenate(levels) if levels else _levels([], str(path), Rules(**rules))), {}


def write(path: str | Path, levels: np.ndarray, *, players: int = len(STARTS)) -> None:
    """Write maps to a text file, each under a `; number`; see show. `read` gives back the same maps."""
    texts = [f"; {number}\n{show(level, players=players)}" for number, level in enumerate(np.atleast_1d(levels))]
    write_atomically(Path(path), "\n".join(texts).encode())


def show(level: np.void | np.ndarray, *, players: int = len(STARTS)) -> str:
    """A map as text, a line for each row, with the starts of the first `players` players."""
    level = np.asarray(level, LEVEL).reshape(1)[0]
    cells = level["cells"][: int(level["rows"]), : int(level["cols"])]
    unused = str.maketrans(dict.fromkeys(STARTS[players:], "."))
    return "".join(bytes(row).decode("latin-1").translate(unused) + "\n" for row in cells)


@njit
def lay(state, level, texture=BRICK, floor=PLANKS):
    """Write the walls of a LEVEL into a state; doors, blocks and hurdles are DOOR, BLOCK and HURDLE in `walls`.

    The world itself adds the things of the map, also the things for doors, blocks and hurdles: see find.
    """
    fill_with_wall(state, level.rows, level.cols, texture, floor)
    for y in range(level.rows):
        for x in range(level.cols):
            letter = np.int32(level.cells[y, x])
            if letter == _DOOR:
                state.walls[y, x] = DOOR
            elif letter == _BLOCK:
                state.walls[y, x] = BLOCK
            elif letter == _HURDLE:
                state.walls[y, x] = HURDLE
            elif letter != _WALL:
                state.walls[y, x] = 0


@njit
def find(level, letter, nth):
    """The nth cell with a letter (its code, as ord("G")), as y * COLS + x; -1 if there are fewer."""
    count = 0
    for y in range(level.rows):
        for x in range(level.cols):
            if np.int32(level.cells[y, x]) == letter:
                if count == nth:
                    return y * COLS + x
                count += 1
    return -1


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of the first line, lines) of every map in a text."""
    rows: list[str] = []
    lines = text.replace("\r\n", "\n").split("\n")
    for number, line in enumerate([*lines, ""], 1):
        if line.strip(" \t") and not line.lstrip(" \t").startswith(";"):
            rows.append(line)
        elif rows:
            yield number - len(rows), rows
            rows = []


@dataclass(frozen=True)
class _Map:
    """The rows of one map, which begin at the line `line` of the text called `name`, and the rules for it."""

    rows: list[str]
    name: str
    line: int
    rules: Rules

    def check(self) -> None:
        """Raise ValueError for an invalid map: of several faults, the one to mend first."""
        self._check_shape()
        self._check_characters()
        self._check_counts()
        self._check_ways()

    def _check_shape(self) -> None:
        if len(self.rows) > ROWS:
            raise self._error(ROWS, 0, f"this map has {len(self.rows)} rows; {ROWS} at most")
        width = len(self.rows[0])
        for y, row in enumerate(self.rows):
            if len(row) > COLS:
                raise self._error(y, COLS, f"this row has {len(row)} cells; {COLS} at most")
            if len(row) != width:
                raise self._error(
                    y,
                    min(len(row), width),
                    f"this row has {len(row)} cells, but the first of this map has {width}: make them equally long "
                    "(spaces at their ends count)",
                )

    def _check_characters(self) -> None:
        height, width = len(self.rows), len(self.rows[0])
        for y, row in enumerate(self.rows):
            for x, letter in enumerate(row):
                if letter not in self.rules.allowed:
                    known = ", ".join(_named(known) for known in self.rules.allowed)
                    raise self._error(y, x, f"{letter!r} has no meaning in these maps; use {known}")
        for y, row in enumerate(self.rows):
            for x, letter in enumerate(row):
                if letter != "#" and (y in (0, height - 1) or x in (0, width - 1)):
                    raise self._error(y, x, f"the map is not closed here: put '#' in place of {letter!r}")
        if not set("".join(self.rows)) - {"#"}:
            raise self._error(0, 0, "this map has no floor: put '.' where one is to walk")

    def _check_counts(self) -> None:
        for letter in STARTS + self.rules.once:
            y, x = self._find(letter, 1)
            if y >= 0:
                first = self._where(*self._find(letter))
                raise self._error(y, x, f"there is a {_named(letter)} at {first} already: put '.' at one of the two")
        present = [letter for letter in STARTS if self._find(letter)[0] >= 0]
        for player, letter in enumerate(present):
            if letter != STARTS[player]:
                lower = _named(STARTS[player])
                raise self._error(*self._find(letter), f"player {letter} starts here, but there is no {lower}: put one")
        for letter in self.rules.needed:
            if self._find(letter)[0] < 0:
                raise self._error(0, 0, f"this map has no {_named(letter)}: put one on its floor")
        things = [letter for letter in "".join(self.rows) if letter not in "#. " + STARTS]
        if len(things) > self.rules.things:
            raise self._error(0, 0, f"this map has {len(things)} things; {self.rules.things} at most: leave some out")

    def _check_ways(self) -> None:
        """All cells but walls must be reachable; the error names an unreachable goal first, then other letters."""
        text, width = "".join(self.rows), len(self.rows[0])
        starts = [at for at in map(text.find, STARTS) if at >= 0]
        start = starts[0] if starts else next(at for at, letter in enumerate(text) if letter != "#")
        reached = _reach(text, width, start, "#D")
        openers = set(text) & set("KT")
        if not openers or any(text[at] in openers for at in reached):
            reached = _reach(text, width, start, "#")
        missed = [at for at, letter in enumerate(text) if letter != "#" and at not in reached]
        if not missed:
            return
        at = min(missed, key=lambda at: (text[at] != "G", text[at] in ". ", at))
        here = f"the {_named(text[start])} at {self._where(start // width, start % width)}"
        advice = "fill it with '#', or open a wall" if text[at] in ". " else "open a wall"
        if openers and text[at] != "#" and at in _reach(text, width, start, "#"):
            names = " or ".join(_named(letter) for letter in sorted(openers))
            advice = f"doors are in the way, and no {names} comes before them: put one on this side"
        raise self._error(at // width, at % width, f"no way leads from {here} to this {_named(text[at])}: {advice}")

    def _find(self, letter: str, nth: int = 0) -> tuple[int, int]:
        """Row and column of the nth such letter; (-1, -1) if there are fewer."""
        found = [(y, x) for y, row in enumerate(self.rows) for x in range(len(row)) if row[x] == letter]
        return found[nth] if nth < len(found) else (-1, -1)

    def _where(self, y: int, x: int) -> str:
        return f"line {self.line + y}, column {x + 1}"

    def _error(self, y: int, x: int, reason: str) -> ValueError:
        return ValueError(f"{self.name}:{self.line + y}:{x + 1}: {reason}")


def _named(letter: str) -> str:
    return f"{LETTERS[letter]} {letter!r}" if letter in LETTERS else repr(letter)


def _reach(text: str, width: int, start: int, closed: str) -> set[int]:
    """The cells that can be walked to from a start, on a map that is closed by walls, without entering some letters."""
    blocked = np.array([letter in closed for letter in text])
    far, queue = np.full(len(text), -1), np.zeros(len(text), np.int64)
    return set(queue[: cached(breadth_first)(blocked, start, (-width, width, -1, 1), far, 0, queue)].tolist())
