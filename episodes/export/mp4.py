"""H.264 in MP4, as every player and browser shows it, written frame by frame by ffmpeg."""

from __future__ import annotations

import subprocess
import tempfile
from contextlib import suppress
from errno import EIO
from fractions import Fraction
from pathlib import Path
from types import TracebackType

import imageio_ffmpeg
import numpy as np

CRF = 18
"""Constant rate factor: what x264's users call visually lossless. Colours are stored at half the resolution (yuv420p),
the only form that browsers show."""
SEEK = 10
"""Frames from one that can be begun with to the next. With 2, as LeRobot's own videos have it, those of Sokoban took
four times the bytes."""
FASTEST = 1000
"""Most frames a second."""


def check_even(size: tuple[int, int]) -> tuple[int, int]:
    """The size. Raises ValueError unless both sides are even, as yuv420p needs them."""
    if min(size) < 2 or any(side % 2 for side in size):
        raise ValueError(f"a video has even sides, such as --size 96x128; got {size[0]}x{size[1]}")
    return size


def check_rate(fps: float) -> float:
    """The rate. Raises ValueError unless it is more than 0 and at most FASTEST."""
    if not 0 < fps <= FASTEST:
        raise ValueError(f"--fps is more than 0 and at most {FASTEST} frames a second, got {fps}")
    return fps


class Mp4:
    """A video of `size`, (height, width), at `fps` frames a second; `frames` counts them. A context manager.

    seekable: a reader that wants one frame decodes SEEK frames at most. Raises OSError where ffmpeg fails: the disk is
    full, say.
    """

    def __init__(self, path: Path, size: tuple[int, int], fps: float, *, seekable: bool = False):
        self.path, self.size, self.frames = path, check_even(size), 0
        height, width = size
        rate = Fraction(check_rate(fps)).limit_denominator(1001)
        fast = ["-g", str(SEEK), "-bf", "0"] if seekable else ["-movflags", "+faststart"]
        command = [
            imageio_ffmpeg.get_ffmpeg_exe(), "-loglevel", "error", "-xerror", "-y",
            *("-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-framerate", str(rate), "-i", "-"),
            *("-c:v", "libx264", "-preset", "veryfast", "-crf", str(CRF), "-pix_fmt", "yuv420p", "-threads", "2"),
            *fast, "-an", "-f", "mp4", str(path),
        ]  # fmt: skip
        self._said = tempfile.TemporaryFile()  # noqa: SIM115  # closed by close
        self._ffmpeg = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=self._said, bufsize=0
        )

    def add(self, frame: np.ndarray) -> None:
        """Add a frame, uint8 (height, width, 3)."""
        if frame.shape != (*self.size, 3):
            raise ValueError(f"a frame of this video is {(*self.size, 3)}, got {frame.shape}")
        assert self._ffmpeg.stdin is not None
        data = np.ascontiguousarray(frame).data.cast("B")
        try:
            while data:
                data = data[self._ffmpeg.stdin.write(data) :]
        except OSError:
            self.close()
            raise self._error("it has ended early") from None
        self.frames += 1

    def close(self) -> None:
        """Finish the file. Raises OSError if not all of it was written."""
        if self._said.closed:
            return
        assert self._ffmpeg.stdin is not None
        with suppress(OSError):  # its status says why
            self._ffmpeg.stdin.close()
        status = self._ffmpeg.wait()
        self._said.seek(0)
        lines = self._said.read().decode(errors="replace").split("\n")
        self._said.close()
        if status:
            reason = next((line.strip() for line in reversed(lines) if line.strip()), f"status {status}")
            raise self._error(reason)

    def _error(self, reason: str) -> OSError:
        return OSError(EIO, f"ffmpeg cannot write the video: {reason}", str(self.path))

    def __enter__(self) -> Mp4:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if error is None:
            self.close()
            return
        self._ffmpeg.kill()
        self._ffmpeg.wait()
        assert self._ffmpeg.stdin is not None
        with suppress(OSError):
            self._ffmpeg.stdin.close()
        self._said.close()
