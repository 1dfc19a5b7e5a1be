"""Files of levels as text: which files a path means, and what stands in them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

_BINARY = re.compile(rb"[\x00-\x08\x0e-\x19\x1b-\x1f]")  # control characters that no text has; ^Z ends some old ones


def level_files(path: str | Path, endings: Sequence[str]) -> list[Path]:
    """The file of this path, or of a folder all files with one of these endings in it and below it, in the order of
    their names. Raises ValueError if there is none."""
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


def read_text(file: Path, most: int) -> str:
    """What stands in a file: UTF-8, or Latin-1 if it is none, as in the comments of old files.

    Raises ValueError, with the line where one can be named, for a file that cannot be read, is larger than `most`
    bytes, or is no text.
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
