"""Maps as text, made by hand or saved: one character for each cell.

    ; the shortest of mazes
    #######
    #P..#G#
    ###...#
    #######

`#` is wall, `.` or a space is floor, and a letter is what stands on the floor there: see LETTERS. A line that is blank
or begins with `;`, behind spaces or not, ends a map, so a file may hold many. A map is closed by walls all around, its
lines are equally long, and everything in it can be walked to: what is of no use is filled with wall.

Doors open once a key or a plate of the map has been reached, or at once if it has neither; blocks can be pushed aside,
and hurdles jumped over. That is how this module looks for ways; whether a world's own rules leave one, it cannot say.
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
from ..engine.library.texts import level_files, read_text
from ..engine.render.raycast.scene import COLS, ROWS
from ..engine.render.raycast.textures import BRICK, PLANKS
from .generators import block
from .state import BLOCK, DOOR, HURDLE

LETTERS = {
    **{"#": "wall", ".": "floor", " ": "floor"},
    **{"P": "start of player 1", "2": "start of player 2", "3": "start of player 3", "4": "start of player 4"},
    **{"G": "goal", "A": "apple", "S": "strawberry", "L": "lemon"},
    **{"D": "door", "K": "key", "B": "block", "H": "hurdle", "T": "plate"},
}
"""What the characters of a map mean. A world may allow further letters, of which it knows the meaning."""
STARTS = "P234"
"""The characters of the players' starts, in their order."""

LEVEL = np.dtype([("rows", np.int32), ("cols", np.int32), ("cells", np.uint8, (ROWS, COLS))], align=True)
"""One map: `cells` are the codes of its characters, ord("G") and so on; beyond its rows and columns they are walls."""

ENDINGS = (".txt",)
"""Of files of maps in a folder."""
MAPS = 10_000
"""Most maps in a file or folder."""
BYTES = 16 << 20
"""Size of the largest file: MAPS maps of the largest size fit."""

_FIRST_ROW = re.compile("^#", re.MULTILINE)
_WALL, _DOOR, _BLOCK, _HURDLE = (ord(letter) for letter in "#DBH")


@dataclass(frozen=True)
class Rules:
    """What the maps of a world must be like.

    allowed: the characters they may have; needed: those that each of them must have; once: those that it may have only
    once (starts are always so); things: how many letters, other than starts, it may have at most.
    """

    allowed: str = "".join(LETTERS)
    needed: str = "P"
    once: str = ""
    things: int = 64


def parse(text: str, **rules: Any) -> np.ndarray:
    """The one map of a text, a LEVEL record of shape (1,); `rules` are the fields of Rules.

    Raises ValueError "map:line:column: what is wrong and what to do" if it is not right.
    """
    levels = loads(text, "map", **rules)
    if len(levels) > 1:
        raise ValueError(f"map: there are {len(levels)} maps in this text; give one, without blank lines in it")
    return levels


def loads(text: str, name: str = "text", **rules: Any) -> np.ndarray:
    """All maps of a text as LEVEL records of shape (n,). Raises ValueError "name:line:column: …"; see parse."""
    wanted = Rules(**rules)
    blocks = list(_blocks(text))
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
    """All maps of a text file, or of all .txt files in a folder and below it, in the order of their names. Of a folder,
    files in which no line begins with '#', such as a readme.txt, are left out.

    Returns LEVEL records of shape (n,) and no knobs, since none need be turned for them. Raises ValueError
    "path:line:column: …" if something is wrong with them; see parse.
    """
    levels: list[np.ndarray] = []
    for file in level_files(path, ENDINGS):
        text = read_text(file, BYTES)
        if Path(path).is_dir() and not _FIRST_ROW.search(text):
            continue
        levels.append(loads(text, str(file), **rules))
        if sum(map(len, levels)) > MAPS:
            raise ValueError(f"{path}: there are more than {MAPS:,} maps in this folder; leave out {file} and the rest")
    if not levels:
        raise ValueError(f"{path}: no file in this folder holds a map")
    return np.concatenate(levels), {}


def write(path: str | Path, levels: np.ndarray, *, players: int = len(STARTS)) -> None:
    """Write maps to a text file, each under a `; number`; see show. `read` gives back the same maps."""
    texts = [f"; {number}\n{show(level, players=players)}" for number, level in enumerate(np.atleast_1d(levels))]
    write_atomically(Path(path), "\n".join(texts).encode())


def show(level: np.void | np.ndarray, *, players: int = len(STARTS)) -> str:
    """A map as text, a line for each row, with the starts of so many players."""
    level = np.asarray(level, LEVEL).reshape(1)[0]
    cells = level["cells"][: int(level["rows"]), : int(level["cols"])]
    unused = str.maketrans(dict.fromkeys(STARTS[players:], "."))
    return "".join(bytes(row).decode("latin-1").translate(unused) + "\n" for row in cells)


@njit
def lay(state, level, texture=BRICK, floor=PLANKS):
    """Put the walls of a map into a state; doors, blocks and hurdles are DOOR, BLOCK and HURDLE in `walls`.

    The things of the map, and the looks of doors, blocks and hurdles, are for the world to put: see find.
    """
    block(state, level.rows, level.cols, texture, floor)
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
    """The nth cell that has this letter (its code, as ord("G")), as y * COLS + x; -1 if there are not so many."""
    count = 0
    for y in range(level.rows):
        for x in range(level.cols):
            if np.int32(level.cells[y, x]) == letter:
                if count == nth:
                    return y * COLS + x
                count += 1
    return -1


def _blocks(text: str) -> Iterator[tuple[int, list[str]]]:
    """(number of its first line, its lines) of every map."""
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
    """The rows of one map, which begin at `line` of what is called `name`, and what they are to be like."""

    rows: list[str]
    name: str
    line: int
    rules: Rules

    def check(self) -> None:
        """Raise ValueError if something is wrong with it: of several things, what is best put right first."""
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
        """Everything but walls must be within reach; of what is not, letters are named first, goals before all."""
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
        """Row and column of the nth such letter; (-1, -1) if there are not so many."""
        found = [(y, x) for y, row in enumerate(self.rows) for x in range(len(row)) if row[x] == letter]
        return found[nth] if nth < len(found) else (-1, -1)

    def _where(self, y: int, x: int) -> str:
        return f"line {self.line + y}, column {x + 1}"

    def _error(self, y: int, x: int, reason: str) -> ValueError:
        return ValueError(f"{self.name}:{self.line + y}:{x + 1}: {reason}")


def _named(letter: str) -> str:
    return f"{LETTERS[letter]} {letter!r}" if letter in LETTERS else repr(letter)


def _reach(text: str, width: int, start: int, closed: str) -> set[int]:
    """The cells that one can walk to from a start, on a map that is closed by walls, without entering some letters."""
    reached, fresh = {start}, [start]
    while fresh:
        here = fresh.pop()
        for there in (here - width, here - 1, here + 1, here + width):
            if there not in reached and text[there] not in closed:
                reached.add(there)
                fresh.append(there)
    return reached
