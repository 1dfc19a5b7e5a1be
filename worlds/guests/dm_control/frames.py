"""Pictures of dm_control guests by our own renderer, without GL."""

from __future__ import annotations

import mujoco
import numpy as np

from ...engine.render.mujoco.renderer import Studio
from .instances import TaskInstance


class FrameRenderer:
    """Draws task instances, each with a renderer of its own, which is made anew when the instance has another model."""

    def __init__(self) -> None:
        self._studios: dict[int, tuple[mujoco.MjModel, Studio]] = {}

    def draw(self, row: int, instance: TaskInstance, pixels: np.ndarray) -> None:
        """Draw the instance of a row by its camera into pixels, uint8 (height, width, 3)."""
        model, studio = self._studios.get(row, (None, None))
        if studio is None or model is not instance.model:
            studio = Studio(instance.model)
            self._studios[row] = instance.model, studio
        studio.draw(instance.data, instance.camera, pixels)
