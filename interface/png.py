"""Frames as PNG, without loss, and back."""

from __future__ import annotations

import base64

import numpy as np

MOST_SIDE = 4096
"""The most pixels of a side of a picture that is read."""


def png(frame: np.ndarray) -> bytes:
    """The bytes of a PNG file of a frame, uint8 (height, width, 3), RGB. Raises ValueError for any other array."""
    import cv2

    frame = np.asarray(frame)
    if frame.dtype != np.uint8 or frame.ndim != 3 or frame.shape[2] != 3 or not frame.size:
        raise ValueError(f"a frame is uint8 (height, width, 3); got {frame.dtype} {frame.shape}")
    done, data = cv2.imencode(".png", np.ascontiguousarray(frame[..., ::-1]))
    if not done:
        raise ValueError(f"a frame of shape {frame.shape} could not be written as PNG")
    return data.tobytes()


def png_url(frame: np.ndarray) -> str:
    """The frame as a data URL, "data:image/png;base64,…", as web pages and language models take pictures."""
    return "data:image/png;base64," + base64.b64encode(png(frame)).decode()


def from_png(data: bytes) -> np.ndarray:
    """The frame of a PNG file, uint8 (height, width, 3). Raises ValueError for what is none, or is larger than
    MOST_SIDE a side."""
    import cv2

    if data[:8] != b"\x89PNG\r\n\x1a\n" or len(data) < 24:
        raise ValueError("these bytes are no PNG file")
    width, height = (int.from_bytes(data[at : at + 4], "big") for at in (16, 20))
    if not (0 < width <= MOST_SIDE and 0 < height <= MOST_SIDE):
        raise ValueError(f"a picture has 1 to {MOST_SIDE} pixels a side, this one is {width} x {height}")
    frame = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if frame is None:
        raise ValueError("this PNG file is damaged")
    return np.ascontiguousarray(frame[..., ::-1])
