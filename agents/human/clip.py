"""Clips and screenshots as files: written whole or not at all, and never over one that is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import imageio.v2 as imageio
import numpy as np

from ...worlds.engine.kernels import write_atomically
from .session import Film

HOLD = 1.0
"""Seconds for which a clip rests on its last frame."""
EDGE, GIF_EDGE, GIF_FRAMES = 480, 320, 400
"""Pixels along a picture in a clip and in a GIF, and the most frames of a GIF, which is held in memory as a whole."""


def fresh_path(folder: str | Path, name: str, suffix: str) -> Path:
    """The first of folder/name-1.suffix, folder/name-2.suffix, … that does not exist yet."""
    return next(path for number in count(1) if not (path := Path(folder) / f"{name}-{number}{suffix}").exists())


def write_clip(path: str | Path, frames: Iterable[np.ndarray], hz: float) -> Path:
    """Write frames, uint8 (height, width, 3) of even sizes, as .mp4 or .gif at `hz` frames a second.

    Frames are taken one by one. Raises ValueError for another suffix and OSError if the file cannot be written; then,
    and whenever it is interrupted, nothing is left behind.
    """
    path = Path(path)
    if path.suffix == ".mp4":
        options: dict[str, Any] = {
            "fps": hz,
            "codec": "libx264",
            "quality": 8,
            "macro_block_size": 2,
            "ffmpeg_log_level": "error",
        }
    elif path.suffix == ".gif":
        options = {"duration": 1000 / hz, "loop": 0}
    else:
        raise ValueError(f"a clip is an .mp4 or a .gif, not {path.name!r}")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        writer: Any = imageio.get_writer(temporary, **options)
        with writer:
            frame = None
            for frame in frames:
                writer.append_data(frame)
            for _ in range(round(HOLD * hz) if frame is not None else 0):
                writer.append_data(frame)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path


class Saver:
    """Saves clips and screenshots into a folder; clips beside the play, one after the other.

    wake: called, from another thread, when a clip is done and `news` has something to tell. saved: files so far.
    """

    def __init__(self, out: str | Path, wake: Callable[[], object]):
        self.out, self.saved, self._wake = Path(out), list[Path](), wake
        self._worker = ThreadPoolExecutor(1, "clips")
        self._jobs: list[Future[Path]] = []

    def clip(self, film: Film, name: str, suffix: str) -> None:
        """Begin to write a film as a clip."""
        job = self._worker.submit(self._write, film, name, suffix)
        self._jobs.append(job)
        job.add_done_callback(lambda _: self._wake())

    def _write(self, film: Film, name: str, suffix: str) -> Path:
        edge, every = (GIF_EDGE, -(-len(film.states) // GIF_FRAMES)) if suffix == ".gif" else (EDGE, 1)
        return write_clip(fresh_path(self.out, name, suffix), film.frames(edge, every), film.hz / every)

    def shot(self, image: bytes, name: str) -> str:
        """Write a screenshot, a PNG. Returns what to tell."""
        path = fresh_path(self.out, name, ".png")
        try:
            write_atomically(path, image)
        except OSError as error:
            return f"The screenshot could not be saved: {error}"
        self.saved.append(path)
        return f"Saved {path}"

    def news(self) -> str:
        """What became of the clips that are done since the last call; "" if none is."""
        told = []
        for job in [job for job in self._jobs if job.done()]:
            self._jobs.remove(job)
            error = job.exception()
            if error is None:
                self.saved.append(job.result())
            told.append(f"Saved {job.result()}" if error is None else f"The clip could not be saved: {error}")
        return ", ".join(told)

    def close(self) -> str:
        """Wait for the clips that are still being written. Returns the last news."""
        self._worker.shutdown(wait=True)
        return self.news()
