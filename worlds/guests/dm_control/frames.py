"""Pictures of dm_control guests by our own renderer, without GL."""

from __future__ import annotations

import mujoco
import numpy as np

from ...engine.render.mujoco.renderer import MujocoRenderer
from .instances import TaskInstance


class FrameRenderer:
    """Draws task instances, each with a renderer of its own, which is made anew when the instance has another model."""

    def __init__(self) -> None:
        self._renderers: dict[int, tuple[mujoco.MjModel, MujocoRenderer]] = {}

    def draw(self, row: int, instance: TaskInstance, pixels: np.ndarray) -> None:
        """Draw the instance of a row by its camera into pixels, uint8 (height, width, 3)."""
        model, renderer = self._renderers.get(row, (None, None))
        if renderer is None or model is not instance.model:
            renderer = MujocoRenderer(instance.model)
            self._renderers[row] = instance.model, renderer
        renderer.draw(instance.data, instance.camera, pixels)
