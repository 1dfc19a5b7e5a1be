"""Clips of play as .mp4 or .gif files: written frame by frame, and whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from errno import ENOTDIR
from pathlib import Path
from typing import Any

import imageio.v2 as imageio
import numpy as np

CRF = 23
"""Constant rate factor of a video, x264's own default: about a quarter of the bytes of a visually equal constant
quality."""
REST = 1.0
"""Seconds for which the last frame of an episode is shown."""
FASTEST = 1000
"""Most frames a second."""


def rested(frames: Iterable[np.ndarray], hz: float) -> Iterator[np.ndarray]:
    """The frames of an episode at `hz` a second, with a rest on the last one."""
    frame = None
    for frame in frames:
        yield frame
    for _ in range(round(REST * hz) if frame is not None else 0):
        assert frame is not None
        yield frame


def write_clip(path: str | Path, frames: Iterable[np.ndarray], hz: float) -> Path:
    """Write frames, uint8 (height, width, 3), as .mp4 or .gif at `hz` frames a second, up to FASTEST.

    Frames are taken one by one; an .mp4, which has even sizes only, leaves out the last row or column of an odd one.
    Raises ValueError for another suffix or rate, and OSError if the file cannot be written; then, and whenever it is
    interrupted, nothing is left behind.
    """
    path = check_path(path)
    if not 0 < hz <= FASTEST:
        raise ValueError(f"a clip has more than 0 and at most {FASTEST} frames a second, got {hz}")
    if path.suffix == ".mp4":
        options: dict[str, Any] = {
            "fps": hz,
            "codec": "libx264",
            "quality": None,
            "output_params": ["-crf", str(CRF)],
            "macro_block_size": 2,
            "ffmpeg_log_level": "error",
        }
    else:
        options = {"duration": 1000 / hz, "loop": 0}
    temporary = _temporary(path)
    try:
        writer: Any = imageio.get_writer(temporary, **options)
        with writer:
            for frame in frames:
                height, width = (side // 2 * 2 if path.suffix == ".mp4" else side for side in frame.shape[:2])
                writer.append_data(frame[:height, :width])
        os.replace(temporary, path)
    except OSError as error:  # for a pipe to ffmpeg its text is a command line
        why = error.strerror or ("ffmpeg has ended early" if isinstance(error, BrokenPipeError) else error)
        raise OSError(error.errno, f"the clip cannot be written: {why}", str(path)) from error
    finally:
        temporary.unlink(missing_ok=True)
    return path


def check_path(path: str | Path) -> Path:
    """The path of a clip, checked to be writable. Raises ValueError for a suffix other than .mp4 and .gif, and OSError
    where no file can be made; a missing folder is made."""
    path = Path(path)
    if path.suffix not in (".mp4", ".gif"):
        raise ValueError(f"a clip is an .mp4 or a .gif, not {path.name!r}")
    if path.is_dir():
        raise ValueError(f"{path} is a folder: give a file's name for the clip")
    temporary = _temporary(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            temporary.touch()
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        no_folder = isinstance(error, FileExistsError)
        why, number = (f"{path.parent} is no folder", ENOTDIR) if no_folder else (error.strerror, error.errno)
        raise OSError(number, f"the clip cannot be written: {why}", str(path)) from None
    return path


def _temporary(path: Path) -> Path:
    """The place of a clip before it is complete."""
    return path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
