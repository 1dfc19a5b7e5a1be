"""A plain window that shows frames, for `render_mode="human"` and for watching agents. Playing is agents/human."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np


class NoDisplayError(RuntimeError):
    """There is no screen to open a window on."""


def open_display() -> Any:
    """Start pygame's video and return the module. Raises NoDisplayError, with what to do, where there is no screen."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame

    headless = sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("SDL_VIDEODRIVER")
    )
    try:
        if headless:
            raise pygame.error("neither DISPLAY nor WAYLAND_DISPLAY is set")
        pygame.display.init()
    except pygame.error as error:
        raise NoDisplayError(
            f"no window can be opened here ({error}). On a machine without a screen, record instead: `rumpus watch "
            "WORLD --out clip.mp4`; or run under a virtual screen: `xvfb-run rumpus play WORLD`; over ssh, use `ssh -X`"
        ) from None
    return pygame


class Viewer:
    """A resizable window that shows one frame after another at a steady rate."""

    def __init__(self, title: str):
        self._pygame = open_display()
        self._title = title
        self._window: Any = None
        self._clock = self._pygame.time.Clock()
        self.closed = False

    def show(self, frame: np.ndarray, hz: float) -> None:
        """Show a frame, uint8 (height, width, 3), and wait so that they come at `hz` at most. Closing sets `closed`."""
        pygame = self._pygame
        if self.closed:
            return
        if self._window is None:
            self._window = pygame.display.set_mode((frame.shape[1], frame.shape[0]), pygame.RESIZABLE)
            pygame.display.set_caption(self._title)
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                self.close()
                return
        surface = pygame.surfarray.make_surface(frame.swapaxes(0, 1))
        scale = min(self._window.get_width() / frame.shape[1], self._window.get_height() / frame.shape[0])
        size = (max(int(frame.shape[1] * scale), 1), max(int(frame.shape[0] * scale), 1))
        self._window.fill((0, 0, 0))
        place = ((self._window.get_width() - size[0]) // 2, (self._window.get_height() - size[1]) // 2)
        self._window.blit(pygame.transform.scale(surface, size), place)
        pygame.display.flip()
        self._clock.tick(hz)

    def close(self) -> None:
        """Close the window."""
        if not self.closed:
            self.closed = True
            self._pygame.display.quit()
