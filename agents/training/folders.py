"""Runs on disk: which folder a run has, that one process alone writes into it, and how it is stopped."""

from __future__ import annotations

import re
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from types import FrameType
from typing import Any, BinaryIO

from .. import checkpoint
from .log import NAME as METRICS

RUNS = Path("runs")


def new_folder(algorithm: str, world: str, seed: int) -> Path:
    """The folder of a run that is given none: runs/ALGORITHM-WORLD-SEED, or the first of …-2, …-3 that is free."""
    return next(folder for folder in _folders(algorithm, world, seed) if not folder.exists())


def last_folder(algorithm: str, world: str, seed: int) -> Path:
    """The last of these folders that is there; the first, if none is."""
    last = next(_folders(algorithm, world, seed))
    for folder in _folders(algorithm, world, seed):
        if not folder.exists():
            return last
        last = folder
    raise AssertionError("there are folders without end")


def _folders(algorithm: str, world: str, seed: int) -> Iterator[Path]:
    name = re.sub(r"[^\w.-]+", "-", world.rpartition("/")[2])
    return (RUNS / f"{algorithm}-{name}-{seed}{f'-{number}' if number > 1 else ''}" for number in count(1))


def leftovers(folder: Path, overwrite: bool) -> list[Path]:
    """The files of the run that a folder holds. Raises ValueError if there is one, unless overwrite, and for files of
    the same names that are no run's: those are never touched."""
    old = [folder / METRICS, *folder.glob("tensorboard/events.*")]
    if (folder / checkpoint.NAME).exists():
        if not overwrite:
            raise ValueError(f"{folder} holds a run already: go on with it by --resume, or choose another folder")
        old.append(folder / checkpoint.NAME)
    elif found := [path for path in old if path.exists()]:
        raise ValueError(f"{folder} holds {found[0].relative_to(folder)} of something else: choose another folder")
    return old


@contextmanager
def owned(folder: Path, first: bool = True) -> Iterator[None]:
    """Keep other processes out of a run's folder, which is made if need be. first: whether this process is the one that
    writes, of several of a run. Raises ValueError if another is in it."""
    folder.mkdir(parents=True, exist_ok=True)
    if not first:
        yield
        return
    with (folder / ".lock").open("ab") as file:
        try:
            _lock(file)
        except (BlockingIOError, PermissionError):
            raise ValueError(
                f"{folder}: another process is training in this folder; wait for it, or choose another folder"
            ) from None
        yield


def _lock(file: BinaryIO) -> None:
    """Lock an open file until it is closed, by this process's end at the latest. Raises OSError if it is locked."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


class Stop:
    """In a `with`, the first Ctrl-C or SIGTERM is noted as `asked`, the signal's number, and `said` is called; the
    second one does what it does elsewhere. Signals come to the main thread alone; in others nothing is noted."""

    SIGNALS = (signal.SIGINT, signal.SIGTERM)

    def __init__(self, said: Callable[[], object]):
        self.asked, self._said = 0, said
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Stop:
        if threading.current_thread() is threading.main_thread():
            for number in self.SIGNALS:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_: object) -> None:
        while self._before:
            signal.signal(*self._before.popitem())

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked = number
        self.__exit__()
        self._said()

    def end(self) -> None:
        """End the program as the signal would have: KeyboardInterrupt for Ctrl-C, else the exit status of a signal."""
        raise KeyboardInterrupt if self.asked == signal.SIGINT else SystemExit(128 + self.asked)
