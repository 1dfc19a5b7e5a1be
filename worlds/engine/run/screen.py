"""The frames of a batch: who may write into them, and what draws into them again."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..render.views import Rays
from ..world import World
from .device import Canvas, Device, DeviceArray


class Screen:
    """The `pixels` of a batch, uint8 (n, players, height, width, 3), and what they were last drawn with.

    frames: the array that is drawn into; pixels: the same memory as others are given it, see Batch.pixels.
    """

    def __init__(self, device: Device, shape: tuple[int, ...]):
        self._device = device
        self.frames, self.pixels = device.frames(shape)
        self._canvas: tuple[int, int, Canvas] | None = None
        self._shared: Any = self.frames if hasattr(self.frames, "_version") else None  # a torch tensor of this memory
        self._seen = 0

    def tensor(self) -> Any:
        """A torch tensor of this memory: always the same one, so that what is written into it is noticed."""
        if self._shared is None:
            self._shared = self._device.tensor(self.frames)
            self._seen = self._shared._version
        return self._shared

    def canvas(self, rows: int, cols: int, whole: bool) -> Canvas:
        """The canvas that draws rows x cols tiles into the frames. whole: every pixel, as where torch has written."""
        if self._canvas is None or self._canvas[:2] != (rows, cols):
            self._canvas = rows, cols, self._device.canvas(self.frames, rows, cols)
        canvas = self._canvas[2]
        if self._shared is not None and self._shared._version != self._seen:
            self._seen, whole = self._shared._version, True
        if whole:
            canvas.forget()
        return canvas


def check_frames(
    world: World, n: int, out: DeviceArray, depths: DeviceArray | None, segmentation: DeviceArray | None
) -> None:
    """Raise ValueError for arrays into which n rows of a world cannot be drawn; see Batch.draw."""
    if (*out.shape[:2], *out.shape[4:]) != (n, world.players, 3) or not str(out.dtype).endswith("uint8"):
        raise ValueError(
            f"frames are drawn into uint8 of shape ({n}, {world.players}, height, width, 3), got {tuple(out.shape)} of "
            f"{out.dtype}"
        )
    if isinstance(out, np.ndarray) and not out.flags.writeable:
        raise ValueError("frames are drawn into an array that can be written; this one is read-only")
    for name, array, kind in (("depths", depths, "float32"), ("segmentation", segmentation, "uint8")):
        if array is None:
            continue
        if not isinstance(world.view, Rays):
            raise ValueError(f"{world.name} is not drawn by rays, and has no depths and no segmentation")
        if tuple(array.shape) != tuple(out.shape[:4]) or not str(array.dtype).endswith(kind):
            raise ValueError(
                f"{name} are {kind} of shape {tuple(out.shape[:4])}, got {tuple(array.shape)} of {array.dtype}"
            )
