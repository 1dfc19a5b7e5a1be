"""A folder that is there whole or not at all."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EEXIST, ENOTEMPTY
from pathlib import Path


def check_new(out: Path) -> Path:
    """The path of a new folder, made absolute. Raises ValueError if something is there already: nothing is ever
    overwritten."""
    out = Path(os.path.abspath(out))
    if os.path.lexists(out):
        raise ValueError(f"{out} is there already, and exports overwrite nothing: choose another --out, or delete it")
    return out


@contextmanager
def published(out: Path) -> Iterator[Path]:
    """A folder beside `out` to write into, which is renamed to `out` when the block ends. If the block fails, or is
    interrupted, nothing is left behind.

    Raises ValueError if there is something at `out`, and OSError, with that path, where it cannot be written.
    """
    out = check_new(out)
    temporary = out.with_name(f".{out.name}.{os.getpid()}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary.mkdir()
        yield temporary
        check_new(out)
        os.rename(temporary, out)
    except OSError as error:
        if error.errno in (EEXIST, ENOTEMPTY) and out.exists():
            check_new(out)
        reason = error.strerror or str(error)
        raise OSError(error.errno, f"the export cannot be written: {reason}", str(out)) from error
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def child(folder: Path, name: str) -> Path:
    """The path of a file or folder of this name in a folder. Raises ValueError for a name that leads elsewhere."""
    path = folder / name
    if path.parent != folder or path.name != name or name in (".", "..") or "\0" in name:
        raise ValueError(f"{name!r} is no name of a file in a folder")
    return path
