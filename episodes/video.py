"""Video of episodes that cannot be drawn again: lossless H.264 in MP4, so that what is read is what was seen.

A picture is stored as RGB without loss (x264's qp 0), of any height and width. VLC, mpv and ffmpeg play it; browsers
want the exports, which lose a little.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import imageio.v2 as imageio
import numpy as np

LARGEST = 4096
"""Pixels of the longer side of a picture that is read."""


def encode(frames: Iterable[np.ndarray], hz: float) -> bytes:
    """Frames, uint8 (height, width, 3), all of one size, as a video of `hz` frames a second. Raises OSError if ffmpeg
    fails."""
    path = _temporary()
    options: dict[str, Any] = {
        "fps": max(hz, 1), "codec": "libx264rgb", "quality": None, "pixelformat": "rgb24", "macro_block_size": 1,
        "output_params": ["-qp", "0", "-preset", "veryfast"], "ffmpeg_log_level": "error",
    }  # fmt: skip
    try:
        writer: Any = imageio.get_writer(path, **options)
        with writer:
            for frame in frames:
                writer.append_data(frame)
        return path.read_bytes()
    finally:
        path.unlink(missing_ok=True)


def decode(video: bytes) -> Iterator[np.ndarray]:
    """The frames of a video, uint8 (height, width, 3). Raises ValueError for what is no video, or a
    larger one than LARGEST."""
    path = _temporary()
    try:
        path.write_bytes(video)
        try:
            reader: Any = imageio.get_reader(path, format="FFMPEG")
        except Exception as error:
            raise ValueError(f"its video cannot be read: {error}") from None
        with reader:
            width, height = reader.get_meta_data()["size"]
            if max(width, height) > LARGEST:
                raise ValueError(f"its video is of {width}x{height} pixels; up to {LARGEST} are read")
            for frame in reader:
                yield np.asarray(frame)
    finally:
        path.unlink(missing_ok=True)


def _temporary() -> Path:
    """An empty file of a new name."""
    number, name = tempfile.mkstemp(suffix=".mp4", prefix="rumpus-")
    os.close(number)
    return Path(name)
