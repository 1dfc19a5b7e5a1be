"""Pictures of guests by our own rays: no GL."""

from __future__ import annotations

import numpy as np

from .plays import Play


class Pictures:
    """Draws plays."""

    def draw(self, play: Play, pixels: np.ndarray) -> None:
        """Draw a play by its camera into uint8 (height, width, 3)."""
        pixels[:] = 128
