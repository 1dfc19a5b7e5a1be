"""Sokoban levels as text, in the format of the Boxoban level sets and of most Sokoban programs (XSB).

    ; 0
    ######
    #@ $.#
    ######

`#` wall, `@` player, `+` player on a target, `$` box, `*` box on a target, `.` target, space, `-` or `_` floor. All
other lines are text and end a level: blank ones, comments behind `;` or `::`, titles, authors, solutions. A row may be
written shorter, with numbers for repetition, and several in one line: `6#|#@-$.#|6#`. One extension: `&` is the second
player, `%` the same on a target; other programs do not know it. A level without it gets a second player on the nearest
free floor to the first (`level.beside_first`), so every level can be played by two; it may be hopeless for two where
the first has no free floor beside it.

A room must be closed by walls around the player. Unreachable cells are filled with wall. A level that is solved at its
start is refused, since its episode would end with the first action.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import numpy as np
from numba import njit

from ...interface.files import write_atomically
from ..engine.compile.cached import cached
from ..engine.library.level_files import only, read_levels
from .level import EDGE, beside_first, walkable
from .state import BOX, KNOBS, LEVEL, SIZE, TARGET, WALL

_CELLS = {"#": WALL, "$": BOX, "*": BOX | TARGET, ".": TARGET, "+": TARGET, "%": TARGET, **dict.fromkeys(" -_@&", 0)}
_CODES = {ord(letter): chr(cell) for letter, cell in _CELLS.items()}
_BOXES, _TARGETS = ([letter for letter, cell in _CELLS.items() if cell & kind] for kind in (BOX, TARGET))
_FIRST, _SECOND = ("@", "+"), ("&", "%")
_TEXT = {WALL: "#", 0: " ", TARGET: ".", BOX: "$", BOX | TARGET: "*"}

ENDINGS = (".txt", ".xsb", ".sok")
"""Endings of the files of levels in a folder."""
BYTES = 64 << 20
"""Size of the largest file: half a million levels of the Boxoban sets."""

_LETTERS = frozenset(_CELLS)
_BARE = frozenset("# -_")  # walls and floor
_PLAIN = re.compile(rf"(#(?:[{re.escape(''.join(_CELLS))}]*#)?\n)+")
"""One level and nothing else, as `dumps` writes it: each line begins and ends with a wall."""
_PACKED = _LETTERS | frozenset("0123456789|()")
_GROUP = re.compile(r"(\d*)\(([^()]*)\)")
_RUN = re.compile(r"(\d+)([^\d|])")
_RUNS = re.compile(r"(\d*[^\d|()]|\|)*")
_MOST = 1000  # characters that a group, and a run, is written out to: more than any level's row has

_OPEN, _APART, _ALONE = 1, 2, 3
_REASONS = {
    _OPEN: "the room is not closed: the player can walk out of it",
    _APART: "a box or a target lies where the player can never come",
    _ALONE: "the second player stands where the first can never come",
}


def read(path: str | Path) -> tuple[np.ndarray, dict[str, int]]:
    """All levels of a text file, or of all .txt, .xsb and .sok files in a folder and below it, sorted by name; in a
    folder, files without a level, such as a readme.txt, are skipped.

    Returns LEVEL records of shape (n,), and the knobs (height, width, boxes) of a world that is large enough for all.
    Raises ValueError "path:line: reason" for an invalid level.
    """
    filled = dict(read_levels(path, ENDINGS, BYTES, _blocks))
    if not filled:
        raise ValueError(f"{path}:1: there is no level in it")
    levels = np.concatenate([_levels(found, name) for name, found in filled.items()])
    boxes = int(((levels["cells"] & BOX) > 0).sum(axis=(1, 2)).max())
    found = {"height": int(levels["height"].max()), "width": int(levels["width"].max()), "boxes": boxes}
    return levels, {name: max(value, KNOBS[name].low) for name, value in found.items()}


def write(path: str | Path, levels: np.ndarray, *, players: int = 1) -> None:
    """Write levels to a text file, each under a `; number` header; see dumps. `read` gives back the same levels."""
    texts = [f"; {number}\n{dumps(level, players=players)}\n" for number, level in enumerate(np.atleast_1d(levels))]
    write_atomically(Path(path), "".join(texts).encode())


def parse(text: str) -> np.ndarray:
    """The one level of a text, a LEVEL record of shape (1,). Raises ValueError "level:line: reason" if it is
    invalid."""
    return only(loads(text, "level"), "level")


def dumps(level: np.void | np.ndarray, *, players: int = 1) -> str:
    """One level as text, a line for each row. With two players the text has the second too, as `&` or `%`."""
    level = np.asarray(level, LEVEL).reshape(1)[0]
    height, width = int(level["height"]), int(level["width"])
    rows = [[_TEXT[int(cell)] for cell in row[:width]] for row in level["cells"][:height]]
    for player, (plain, on_target) in enumerate((_FIRST, _SECOND)[:players]):
        y, x = int(level["y"][player]), int(level["x"][player])
        rows[y][x] = on_target if level["cells"][y, x] & TARGET else plain
    return "".join("".join(row) + "\n" for row in rows)


def loads(text: str, name: str = "text") -> np.ndarray:
    """All levels of a text as LEVEL records of shape (n,). Raises ValueError "name:line: reason" for an invalid one."""
    blocks = list(_blocks(text))
    if not blocks:
        raise ValueError(f"{name}:1: there is no level in it")
    return _levels(blocks, name)


def _levels(blocks: list[list[tuple[int, str]]], name: str) -> np.ndarray:
    """The levels of rows with the numbers of their lines."""
    levels = np.zeros(len(blocks), LEVEL)
    for level, rows in zip(levels, blocks, strict=True):
        _parse(level, rows, name)
    verdicts = np.zeros(len(levels), np.int64)
    cached(settle)(levels, verdicts)
    for verdict, rows in zip(verdicts, blocks, strict=True):
        if verdict:
            raise ValueError(f"{name}:{rows[0][0]}: {_REASONS[int(verdict)]}")
    return levels


def _blocks(text: str) -> Iterator[list[tuple[int, str]]]:
    """The rows of every level, each with the number of its line. Rows of walls and floor alone are ornaments."""
    if _PLAIN.fullmatch(text):
        if not _BARE.issuperset(text.replace("\n", "")):
            yield list(enumerate(text[:-1].split("\n"), 1))
        return
    rows: list[tuple[int, str]] = []
    for number, line in enumerate([*text.replace("\r\n", "\n").split("\n"), ""], 1):
        found = _rows(line.rstrip(), bool(rows))
        rows += [(number, row) for row in found]
        if rows and not found:
            if not all(set(row) <= _BARE for _, row in rows):
                yield rows
            rows = []


def _rows(line: str, inside: bool) -> list[str]:
    """The rows of a level in a line: none if it is text, several if they are packed into one line.

    inside: whether the line before was a row. A row has a wall, or a thing if it follows a row; a line that begins and
    ends with a wall is taken for a row, with any characters in between."""
    letters = set(line)
    if letters <= _LETTERS:
        return [line] if "#" in letters or (inside and not letters <= _BARE) else []
    if "#" in letters and letters <= _PACKED:
        packed = _unpacked(line)
        if packed is not None:
            return packed
    bare = line.strip()
    meant = len(bare) > 2 and bare[0] == bare[-1] == "#" and (inside or not any(map(str.isalnum, bare)))
    return [line] if meant else []


def _unpacked(line: str) -> list[str] | None:
    """The rows of a packed line, in which a number repeats the next character or group in brackets, and `|` ends a row;
    None if the line is not such. Rows longer than any level are cut off, and refused later."""
    while "(" in line:
        line, groups = _GROUP.subn(lambda found: found[2] * min(int(found[1][:4] or 1), _MOST), line)
        if not groups or len(line) > _MOST:
            return None
    if not _RUNS.fullmatch(line):
        return None
    return _RUN.sub(lambda found: found[2] * min(int(found[1][:4]), _MOST), line).rstrip("|").split("|")


def _parse(level: np.void, numbered: list[tuple[int, str]], name: str) -> None:
    """Write the rows of one level into a LEVEL record; the position of a missing second player is -1."""
    line, rows = numbered[0][0], [row for _, row in numbered]
    text = "".join(rows)
    players = [text.count(one) + text.count(other) for one, other in (_FIRST, _SECOND)]
    if not _LETTERS.issuperset(text) or max(players) > 1:
        _refuse(numbered, name)
    if not players[0]:
        raise ValueError(f"{name}:{line}: this level has no player ('@', or '+' on a target)")
    height, width = len(rows), max(map(len, rows))
    if height > SIZE or width > SIZE:
        raise ValueError(
            f"{name}:{line}: a level of {height} rows and {width} columns is too large; {SIZE} each at most"
        )
    cells, whole = level["cells"], text if len(text) == height * width else "".join([row.ljust(width) for row in rows])
    cells[:] = WALL
    inside = whole.translate(_CODES).encode("latin-1")
    cells[:height, :width] = np.frombuffer(inside, np.uint8).reshape(height, width)
    boxes, targets = sum(map(text.count, _BOXES)), sum(map(text.count, _TARGETS))
    if not boxes:
        raise ValueError(f"{name}:{line}: this level has no box ('$')")
    if boxes != targets:
        raise ValueError(f"{name}:{line}: this level has {boxes} boxes and {targets} targets; there must be as many")
    if boxes > KNOBS["boxes"].high:
        raise ValueError(f"{name}:{line}: this level has {boxes} boxes; {KNOBS['boxes'].high} at most")
    if "$" not in text:
        raise ValueError(f"{name}:{line}: this level is solved already: every box is on a target")
    level["height"], level["width"] = height, width
    first = max(map(whole.find, _FIRST))
    second = max(map(whole.find, _SECOND))
    level["y"], level["x"] = (first // width, second // width), (first % width, second % width if second >= 0 else -1)


def _refuse(numbered: list[tuple[int, str]], name: str) -> NoReturn:
    """Raise ValueError for the first letter that is none of a level, or is a player's second place."""
    seen: set[tuple[str, str]] = set()
    for number, row in numbered:
        for x, letter in enumerate(row):
            if letter not in _CELLS:
                raise ValueError(f"{name}:{number}: {letter!r} in column {x + 1} is not a character of a Sokoban level")
            for who in (_FIRST, _SECOND):
                if letter in who and who in seen:
                    raise ValueError(f"{name}:{number}: this level has a second {letter!r}; one is allowed")
                seen.update([who] if letter in who else ())
    raise AssertionError("only levels with such a letter come here")


@njit
def settle(levels, verdicts):
    """Fill the cells that the player cannot reach, even through boxes, with wall, and place second players that are at
    -1.

    levels: LEVEL (n,); verdicts: int64 (n,), written: 0, or one of the keys of _REASONS for an invalid level.
    """
    far, queue = np.zeros((2, EDGE * EDGE), np.int32)
    for index in range(len(levels)):
        level = levels[index]
        walkable(level, far, queue)
        for y in range(level.height):
            for x in range(level.width):
                if far[(y + 1) * EDGE + x + 1] >= 0 and (y in (0, level.height - 1) or x in (0, level.width - 1)):
                    verdicts[index] = _OPEN
        for y in range(level.height):
            for x in range(level.width):
                here, seen = np.int32(level.cells[y, x]), far[(y + 1) * EDGE + x + 1] >= 0
                if not seen and here != WALL:
                    if here == 0:
                        level.cells[y, x] = WALL
                    elif here != BOX | TARGET and verdicts[index] == 0:
                        verdicts[index] = _APART
        if level.y[1] < 0:
            beside_first(level)
        elif far[(level.y[1] + 1) * EDGE + level.x[1] + 1] < 0 and verdicts[index] == 0:
            verdicts[index] = _ALONE
