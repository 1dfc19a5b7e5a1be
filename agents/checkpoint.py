"""Checkpoints: everything a run needs to go on, in one file that is either whole or not there.

The name of a shipped agent (see shipped.py) is found and loaded as a checkpoint is.

A checkpoint is a dict of tensors, numbers, texts, lists and dicts, written by `torch.save` and read with
`weights_only=True`, so that opening a stranger's file runs none of its code (with PyTorch 2.6 or later, which Rumpus
asks for: before, there was a way around, CVE-2025-32434).
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ..interface.files import write_atomically
from . import shipped

FORMAT, BEFORE = "rumpus-checkpoint-3", "rumpus-checkpoint-2"
NAME = shipped.CHECKPOINT
_PARTS = {
    **{"algorithm": str, "worlds": list, "run": dict, "network": dict, "own": dict, "spec": dict, "networks": list},
    **{"updates": int, "total": int, "steps": int},
}
"""The parts that every reader of a checkpoint relies on."""


def save(path: Path, content: dict[str, Any]) -> None:
    """Write a checkpoint. Raises OSError, with the old file still whole, if it cannot be written."""
    import torch

    buffer = io.BytesIO()
    try:
        torch.save({"format": FORMAT, **content}, buffer)
        if not path.exists():  # the first of a run: what it holds will be of the same kinds
            buffer.seek(0)
            torch.load(buffer, map_location="cpu", weights_only=True)
    except (pickle.PickleError, AttributeError, TypeError) as error:
        raise ValueError(
            "the algorithm's state_dict holds something besides nested dicts and lists of tensors, numbers and texts, "
            f"so that no checkpoint could be read again: {str(error).splitlines()[0]}"
        ) from None
    buffer.seek(0, io.SEEK_END)
    try:
        write_atomically(path, buffer.getvalue())
    except OSError as error:
        kept = f"{path} still holds the one before" if path.exists() else "there is none yet"
        raise OSError(
            error.errno,
            f"the checkpoint of {buffer.tell():,} bytes could not be written to {path} ({error.strerror}); {kept}. "
            "Make room and go on with --resume",
        ) from error


def find(path: str | Path, also: Iterable[str] = ()) -> Path:
    """The checkpoint file of a run's folder or of a path to the file; the weights of the shipped agent of this name,
    unless a file or a run's folder here is called so, too. Raises ValueError if there is none, with the nearest of the
    names of agents and those in `also`."""
    path = Path(path)
    file = path / NAME if path.is_dir() else path
    if not file.is_file():
        if (named := shipped.find(path)) is not None:
            return named
        raise ValueError(
            f"no checkpoint at {file}: give the folder of a run, a {NAME} in one, or a name of `rumpus agents`"
            f"{shipped.did_you_mean(path, also)}"
        )
    return file


def find_run(path: str | Path) -> Path:
    """The checkpoint file of a run's folder. Raises ValueError for a shipped agent, which has no folder of a run."""
    file = find(path)
    if file.suffix == shipped.SUFFIX:
        raise ValueError(
            f"{path} is an agent without its run: it plays, and training can begin from it, by --from {path}; "
            f"`rumpus agents {file.stem}` tells of it"
        )
    return file


def load(path: str | Path) -> dict[str, Any]:
    """Read a checkpoint onto the CPU; one of Rumpus 0.6 is converted (`processes` is missing then: it plays, and can be
    started from, but not gone on with). Of a shipped agent, so much of it as plays (`play`: how it does, see cards.py).

    Raises ValueError if the file is missing, cut short, or no checkpoint.
    """
    import torch

    file = find(path)
    if file.suffix == shipped.SUFFIX:
        return checked({"format": FORMAT, **shipped.content(file)}, file)
    if not zipfile.is_zipfile(file):
        raise ValueError(f"{file} is no checkpoint, or was cut short ({file.stat().st_size:,} bytes)")
    try:
        content = torch.load(file, map_location="cpu", weights_only=True)
    except Exception as error:  # torch raises many kinds here: pickle's, zip's, its own
        raise ValueError(f"{file} is damaged or no checkpoint of Rumpus: {str(error).splitlines()[0]}") from None
    if isinstance(content, dict) and content.get("format") == BEFORE:
        from .converted import converted

        content = {"format": FORMAT, **converted(content, str(file))}
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"{file} is no checkpoint of Rumpus in the format {FORMAT}")
    return checked(content, file)


def checked(content: dict[str, Any], file: Path) -> dict[str, Any]:
    """The content of a file. Raises ValueError if a part is missing or of another kind."""
    for name, kind in _PARTS.items():
        if not isinstance(content.get(name), kind):
            raise ValueError(f"{file} is damaged: its {name!r} is no {kind.__name__}")
    if not all(isinstance(name, str) for name in content["worlds"]):
        raise ValueError(f"{file} is damaged: its 'worlds' are no names")
    return content
