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

A room must be closed by walls around the player. What the player can never reach is filled with wall. A level that is
solved at its start is refused, since its episode would end with whatever is done first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numba import njit

from ...interface.files import write_atomically
from ..engine.compile.cached import cached
from ..engine.library.texts import level_files, read_text
from .level import beside_first
from .state import BOX, KNOBS, LEVEL, SIZE, TARGET, WALL

BYTES = 1 << 30
"""Size of the largest file: millions of levels."""

_CELLS = {"#": WALL, "$": BOX, "*": BOX | TARGET, ".": TARGET, "+": TARGET, "%": TARGET, **dict.fromkeys(" -_@&", 0)}
_FIRST, _SECOND = ("@", "+"), ("&", "%")
_TEXT = {WALL: "#", 0: " ", TARGET: ".", BOX: "$", BOX | TARGET: "*"}

ENDINGS = (".txt", ".xsb", ".sok")
"""Of files of levels in a folder."""
BYTES = 64 << 20
"""Size of the largest file: half a million levels of the Boxoban sets."""

_LETTERS = frozenset(_CELLS)
_BARE = frozenset("# -_")  # walls and floor
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
    """All levels of a text file, or of all .txt, .xsb and .sok files in a folder and below it, in the order of their
    names; in a folder, files without a level, such as a readme.txt, are left out.

    Returns LEVEL records of shape (n,), and the knobs (height, width, boxes) of a world large enough to show them all.
    Raises ValueError "path:line: reason" if something is wrong with them.
    """
    texts = {str(file): read_text(file, BYTES) for file in level_files(path, ENDINGS)}
    blocks = {name: list(_blocks(text)) for name, text in texts.items()}
    filled = {name: found for name, found in blocks.items() if found}
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
    """The one level of a text, a LEVEL record of shape (1,). Raises ValueError "line: reason" if it is not right."""
    levels = loads(text, "level")
    if len(levels) > 1:
        raise ValueError(f"level: there are {len(levels)} levels in this text; one is wanted, without blank lines")
    return levels


def dumps(level: np.void | np.ndarray, *, players: int = 1) -> str:
    """One level as text, a line for each row. With two players the second is shown too, as `&` or `%`."""
    level = np.asarray(level, LEVEL).reshape(1)[0]
    height, width = int(level["height"]), int(level["width"])
    rows = [[_TEXT[int(cell)] for cell in row[:width]] for row in level["cells"][:height]]
    for player, (plain, on_target) in enumerate((_FIRST, _SECOND)[:players]):
        y, x = int(level["y"][player]), int(level["x"][player])
        rows[y][x] = on_target if level["cells"][y, x] & TARGET else plain
    return "".join("".join(row) + "\n" for row in rows)


def loads(text: str, name: str = "text") -> np.ndarray:
    """All levels of a text as LEVEL records of shape (n,). Raises ValueError "name:line: reason" if they are not
    right."""
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
    """The rows of every level, each with the number of its line. What holds walls and floor alone is an ornament."""
    rows: list[tuple[int, str]] = []
    for number, line in enumerate([*text.replace("\r\n", "\n").split("\n"), ""], 1):
        found = _rows(line.rstrip(), bool(rows))
        rows += [(number, row) for row in found]
        if rows and not found:
            if not all(set(row) <= _BARE for _, row in rows):
                yield rows
            rows = []


def _rows(line: str, inside: bool) -> list[str]:
    """The rows of a level that a line stands for: none if it is text, several if they are written in one.

    inside: whether the line before was a row. A row has a wall, or else a thing behind another row; what begins and
    ends with a wall is meant for one, whatever is between."""
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
    """The rows of a line in which a number stands for so many of what comes next, a character or a group in brackets,
    and `|` ends a row; None if it makes no sense so. Longer ones than any level are cut off, to be refused."""
    while "(" in line:
        line, groups = _GROUP.subn(lambda found: found[2] * min(int(found[1][:4] or 1), _MOST), line)
        if not groups or len(line) > _MOST:
            return None
    if not _RUNS.fullmatch(line):
        return None
    return _RUN.sub(lambda found: found[2] * min(int(found[1][:4]), _MOST), line).rstrip("|").split("|")


def _parse(level: np.void, numbered: list[tuple[int, str]], name: str) -> None:
    """Write the rows of one level into a record; the second player at -1 if there is none."""
    line, rows = numbered[0][0], [row for _, row in numbered]
    places: dict[tuple[str, str], list[tuple[int, int]]] = {_FIRST: [], _SECOND: []}
    for y, (number, row) in enumerate(numbered):
        for x, letter in enumerate(row):
            if letter not in _CELLS:
                raise ValueError(f"{name}:{number}: {letter!r} in column {x + 1} is not a character of a Sokoban level")
            for who in places:
                if letter in who:
                    places[who].append((y, x))
                    if len(places[who]) > 1:
                        raise ValueError(f"{name}:{number}: this level has a second {letter!r}; one is allowed")
    if not places[_FIRST]:
        raise ValueError(f"{name}:{line}: this level has no player ('@', or '+' on a target)")
    height, width = len(rows), max(map(len, rows))
    if height > SIZE or width > SIZE:
        raise ValueError(
            f"{name}:{line}: a level of {height} rows and {width} columns is too large; {SIZE} each at most"
        )
    cells = level["cells"]
    cells[:] = WALL
    for y, row in enumerate(rows):
        cells[y, :width] = [_CELLS[letter] for letter in row.ljust(width)]
    boxes, targets = int((cells & BOX > 0).sum()), int((cells & TARGET > 0).sum())
    if not boxes:
        raise ValueError(f"{name}:{line}: this level has no box ('$')")
    if boxes != targets:
        raise ValueError(f"{name}:{line}: this level has {boxes} boxes and {targets} targets; there must be as many")
    if boxes > KNOBS["boxes"].high:
        raise ValueError(f"{name}:{line}: this level has {boxes} boxes; {KNOBS['boxes'].high} at most")
    if not ((cells & (BOX | TARGET)) == BOX).any():
        raise ValueError(f"{name}:{line}: this level is solved already: every box is on a target")
    level["height"], level["width"] = height, width
    for player, who in enumerate(places):
        level["y"][player], level["x"][player] = places[who][0] if places[who] else (-1, -1)


@njit
def settle(levels, verdicts):
    """Fill with wall what the player cannot reach, even through boxes, and place second players that are at -1.

    verdicts: 0, or what is wrong with the level: one of the keys of _REASONS.
    """
    queue = np.zeros((SIZE * SIZE, 2), np.int32)
    for index in range(len(levels)):
        level = levels[index]
        seen = np.zeros((SIZE, SIZE), np.uint8)
        queue[0, 0], queue[0, 1] = level.y[0], level.x[0]
        seen[level.y[0], level.x[0]] = 1
        head, count = 0, 1
        while head < count:
            y, x = queue[head]
            head += 1
            for dy, dx in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                v, u = y + dy, x + dx
                if not (0 <= v < level.height and 0 <= u < level.width):
                    verdicts[index] = _OPEN
                elif level.cells[v, u] != WALL and not seen[v, u]:
                    seen[v, u] = 1
                    queue[count, 0], queue[count, 1] = v, u
                    count += 1
        for y in range(level.height):
            for x in range(level.width):
                here = np.int32(level.cells[y, x])
                if not seen[y, x] and here != WALL:
                    if here == 0:
                        level.cells[y, x] = WALL
                    elif here != BOX | TARGET and verdicts[index] == 0:
                        verdicts[index] = _APART
        if level.y[1] < 0:
            beside_first(level)
        elif not seen[level.y[1], level.x[1]] and verdicts[index] == 0:
            verdicts[index] = _ALONE
