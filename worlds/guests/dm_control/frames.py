"""Pictures of guests by our own rays: no GL."""

from __future__ import annotations

import mujoco
import numpy as np

from ...engine.render.mujoco.renderer import Studio
from .instances import Play


class Pictures:
    """Draws one play after the other, each with a studio of its own, made anew when the play has another model."""

    def __init__(self) -> None:
        self._studios: dict[int, tuple[mujoco.MjModel, Studio]] = {}

    def draw(self, row: int, play: Play, pixels: np.ndarray) -> None:
        """Draw the play of a row by its camera into uint8 (height, width, 3)."""
        model, studio = self._studios.get(row, (None, None))
        if studio is None or model is not play.model:
            studio = Studio(play.model)
            self._studios[row] = play.model, studio
        studio.draw(play.data, play.camera, pixels)
