"""Clips and screenshots as files: written whole or not at all, and never over an existing file."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path

from ...interface.clip import rested, write_clip
from ...interface.files import write_atomically
from .pictures import Film

EDGE, GIF_EDGE, GIF_FRAMES = 480, 320, 400
"""Pixels of a picture's longer side in a clip and in a GIF, and the most frames of a GIF (it is held in memory)."""


def fresh_path(folder: str | Path, name: str, suffix: str) -> Path:
    """The first of folder/name-1.suffix, folder/name-2.suffix, … that does not exist yet."""
    return next(path for number in count(1) if not (path := Path(folder) / f"{name}-{number}{suffix}").exists())


class Saver:
    """Saves clips and screenshots into a folder; clips in a thread beside the play, one after the other.

    wake: called, from another thread, when a clip is done and `news` has a message. saved: files so far.
    """

    def __init__(self, out: str | Path, wake: Callable[[], object]):
        self.out, self.saved, self._wake = Path(out), list[Path](), wake
        self._worker = ThreadPoolExecutor(1, "clips")
        self._jobs: list[Future[Path]] = []

    def clip(self, film: Film, name: str, suffix: str) -> None:
        """Start to write a film as a clip."""
        job = self._worker.submit(self._write, film, name, suffix)
        self._jobs.append(job)
        job.add_done_callback(lambda _: self._wake())

    def _write(self, film: Film, name: str, suffix: str) -> Path:
        edge, every = (GIF_EDGE, -(-len(film.states) // GIF_FRAMES)) if suffix == ".gif" else (EDGE, 1)
        hz = film.hz / every
        return write_clip(fresh_path(self.out, name, suffix), rested(film.frames(edge, every), hz), hz)

    def shot(self, image: bytes, name: str) -> str:
        """Write a screenshot, a PNG. Returns a message."""
        path = fresh_path(self.out, name, ".png")
        try:
            write_atomically(path, image)
        except OSError as error:
            return f"The screenshot could not be saved: {error}"
        self.saved.append(path)
        return f"Saved {path}"

    def news(self) -> str:
        """Messages about the clips that are done since the last call; "" if none is."""
        messages = []
        for job in [job for job in self._jobs if job.done()]:
            self._jobs.remove(job)
            error = job.exception()
            if error is None:
                self.saved.append(job.result())
            messages.append(f"Saved {job.result()}" if error is None else f"The clip could not be saved: {error}")
        return ", ".join(messages)

    def close(self) -> str:
        """Wait for the clips that are still being written. Returns the last messages."""
        self._worker.shutdown(wait=True)
        return self.news()
