"""Clips of play as .mp4 or .gif files: written frame by frame, and whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import imageio.v2 as imageio
import numpy as np

REST = 1.0
"""Seconds for which the last frame of an episode stays."""


def rested(frames: Iterable[np.ndarray], hz: float) -> Iterator[np.ndarray]:
    """The frames of an episode at `hz` a second, with a rest on the last one."""
    frame = None
    for frame in frames:
        yield frame
    for _ in range(round(REST * hz) if frame is not None else 0):
        assert frame is not None
        yield frame


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
            for frame in frames:
                writer.append_data(frame)
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return path
