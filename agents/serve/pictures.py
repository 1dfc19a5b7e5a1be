"""Pictures on the wire, chosen by measurement (`rumpus bench --serve` prints it): JPEG for views of a camera, since it
takes a twentieth of the time of WebP and PNG at a third of PNG's bytes; for grids, where JPEG would blur tiles, PNG of
the rectangle that changed, and nothing where nothing did.

A picture begins with HEADER, little-endian: format (0 JPEG, 1 PNG), player, flags (1: this is a part, to be put over
the picture `base`), version, base, ack (the number of the last message that it shows the effect of), x, y (the place of
the part), and width and height of the whole.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import cv2
import numpy as np

from ...interface.changed import changed

HEADER = struct.Struct("<BBHIIIHHHH")
JPEG, PNG = 0, 1
QUALITY = 80
"""Of JPEG."""
LEVEL = 1
"""Of PNG's compression: higher ones save 5 % and take longer."""
ROWS = 16
"""Every so many rows of a camera's view are compared first."""
FEWER = 0.5
"""Share of a picture up to which its changed rectangle is sent alone."""


def settle() -> None:
    """Let OpenCV work in the calling thread alone, in this process: its own threads wait by spinning, which took 0.8 ms
    of a processor for each picture of 480x640 pixels and made none of them earlier."""
    cv2.setNumThreads(1)


def encoded(picture: np.ndarray, lossless: bool) -> bytes:
    """An image file of a picture, uint8 (height, width, 3) in RGB: PNG or JPEG."""
    ordered = cv2.cvtColor(np.ascontiguousarray(picture), cv2.COLOR_RGB2BGR)
    how = [cv2.IMWRITE_PNG_COMPRESSION, LEVEL] if lossless else [cv2.IMWRITE_JPEG_QUALITY, QUALITY]
    done, data = cv2.imencode(".png" if lossless else ".jpg", ordered, how)
    if not done:
        raise RuntimeError("OpenCV could not encode a picture")
    return data.tobytes()


@dataclass(frozen=True)
class Part:
    """A picture or a part of it as bytes, before its header. base: the version that it is put over, 0 for a whole."""

    version: int
    base: int
    place: tuple[int, int]
    size: tuple[int, int]
    lossless: bool
    data: bytes

    def packed(self, player: int, ack: int) -> bytes:
        """The whole message for one connection."""
        head = (int(self.lossless), player, int(self.base > 0), self.version, self.base, ack, *self.place, *self.size)
        return HEADER.pack(*head) + self.data


def _same(before: np.ndarray, after: np.ndarray) -> bool:
    """Whether two pictures of one size are the same; some rows first, since most that differ do so everywhere."""
    return np.array_equal(before[::ROWS], after[::ROWS]) and np.array_equal(before, after)


class Stream:
    """The pictures of one player's view, one after the other. lossless: PNG, with parts. `version` counts pictures."""

    def __init__(self, lossless: bool):
        self.version = 0
        self._lossless = lossless
        self._last: np.ndarray | None = None
        self._whole: Part | None = None
        self._part: Part | None = None

    def show(self, picture: np.ndarray) -> bool:
        """The view now, uint8 (height, width, 3). False if it is that from before."""
        before, part = self._last, None
        if before is not None and before.shape == picture.shape:
            part = changed(before, picture) if self._lossless else None
            if part is None and (self._lossless or _same(before, picture)):
                return False
        self._last, self._whole, self._part = picture, None, None
        self.version += 1
        if part:
            left, top, right, bottom = part
            if (bottom - top) * (right - left) <= FEWER * picture.shape[0] * picture.shape[1]:
                data = encoded(picture[top:bottom, left:right], True)
                self._part = Part(self.version, self.version - 1, (left, top), self._size, True, data)
        return True

    @property
    def _size(self) -> tuple[int, int]:
        assert self._last is not None
        return self._last.shape[1], self._last.shape[0]

    def after(self, known: int) -> Part | None:
        """The step from the picture of version `known` to the present one; None if nothing is new, or was shown."""
        if self._last is None or known == self.version:
            return None
        if self._part is not None and self._part.base == known:
            return self._part
        if self._whole is None:
            data = encoded(self._last, self._lossless)
            self._whole = Part(self.version, 0, (0, 0), self._size, self._lossless, data)
        return self._whole
