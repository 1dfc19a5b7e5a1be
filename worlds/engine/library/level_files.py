"""Files of levels as text: the files that a path names, their text, and the levels in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

Rows = TypeVar("Rows")

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")  # control characters that no text has; ^Z ends some old ones


def level_files(path: str | Path, endings: Sequence[str]) -> list[Path]:
    """The file of this path; for a folder, all files with one of these endings in it and below it, sorted by name.
    Raises ValueError if there is none."""
    path = Path(path)
    try:
        if path.is_dir():
            found = sorted(file for file in path.rglob("*") if file.suffix.lower() in endings and file.is_file())
            if not found:
                raise ValueError(f"{path}: this folder holds no file that ends with {' or '.join(endings)}")
            return found
        if path.exists():  # a pipe too
            return [path]
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    raise ValueError(f"{path}: there is no such file or folder")


def read_levels(
    path: str | Path, endings: Sequence[str], most: int, split: Callable[[str], Iterable[Rows]]
) -> Iterator[tuple[str, list[Rows]]]:
    """(name, levels) of every file that `path` names and that has levels, in the order of the names.

    split(text): the rows of each level of a file, with the numbers of their lines in whatever form the caller wants.
    Raises ValueError as `level_files` and `read_text` do; a folder's files without a level, such as a readme.txt, are
    skipped, as is a single file without one.
    """
    for file in level_files(path, endings):
        levels = list(split(read_text(file, most)))
        if levels:
            yield str(file), levels


def only(levels: np.ndarray, what: str) -> np.ndarray:
    """The levels (1,) of a text that must hold one level, called `what`. Raises ValueError if there are more."""
    if len(levels) > 1:
        raise ValueError(f"{what}: there are {len(levels)} {what}s in this text; give one, without blank lines in it")
    return levels


def read_text(file: Path, most: int) -> str:
    """The text of a file: UTF-8, or else Latin-1, as in the comments of old files.

    Raises ValueError, with the number of the line if it is known, for a file that cannot be read, is larger than `most`
    bytes, or is not text.
    """
    try:
        with file.open("rb") as opened:
            data = opened.read(most + 1)
    except OSError as error:
        raise ValueError(f"{file}: cannot be read: {error.strerror}") from None
    if len(data) > most:
        raise ValueError(f"{file}: this file is larger than {most >> 20} MiB; no file of levels needs to be")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if _BINARY.search(data):
            line, byte = data[: error.start].count(b"\n") + 1, data[error.start]
            raise ValueError(f"{file}:{line}: this is not a text file (byte {byte:#04x}); save it as UTF-8") from None
        return data.decode("latin-1")
