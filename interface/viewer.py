"""A plain window that shows frames, for `render_mode="human"` and for watching agents. Playing is agents/human."""

from __future__ import annotations

import os
import sys
from typing import Any

import numpy as np

_UNSEEN = ("offscreen", "dummy")
"""Drivers that SDL falls back to where it reaches no screen; they show nothing, and are used only if asked for."""


class NoDisplayError(RuntimeError):
    """There is no screen to open a window on."""


def open_display() -> Any:
    """Start pygame's video and return the module. Raises NoDisplayError, with what to do, where there is no screen."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame

    asked = os.environ.get("SDL_VIDEODRIVER", "")
    headless = sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or asked
    )
    try:
        if headless:
            raise pygame.error("neither DISPLAY nor WAYLAND_DISPLAY is set")
        pygame.display.init()
        if (driver := pygame.display.get_driver()) in _UNSEEN and driver not in asked:
            pygame.display.quit()
            screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", "")
            raise pygame.error(f"the screen {screen!r} cannot be reached, and SDL would draw where nobody sees it")
    except pygame.error as error:
        raise NoDisplayError(
            f"no window can be opened here ({error}). On a machine without a screen, record instead: `rumpus watch "
            "WORLD --out clip.mp4`; or run under a virtual screen: `xvfb-run rumpus play WORLD`; over ssh, use `ssh -X`"
        ) from None
    return pygame


class Viewer:
    """A resizable window that shows one frame after another at a steady rate. It opens with the first frame."""

    def __init__(self, title: str):
        self._title = title
        self._pygame: Any = None
        self.closed = False

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is a window that has not been opened yet."""
        return Viewer, (self._title,)

    def show(self, frame: np.ndarray, hz: float) -> None:
        """Show a frame, uint8 (height, width, 3), and wait so that they come at `hz` at most. Closing sets `closed`.

        Raises NoDisplayError where there is no screen.
        """
        if self.closed:
            return
        height, width = frame.shape[:2]
        if self._pygame is None:
            self._pygame = open_display()
            self._clock = self._pygame.time.Clock()
            self._window = self._pygame.display.set_mode((width, height), self._pygame.RESIZABLE)
            self._pygame.display.set_caption(self._title)
        pygame = self._pygame
        if any(event.type == pygame.QUIT for event in pygame.event.get()):
            self.close()
            return
        scale = min(self._window.get_width() / width, self._window.get_height() / height)
        size = (max(int(width * scale), 1), max(int(height * scale), 1))
        surface = pygame.transform.scale(pygame.surfarray.make_surface(frame.swapaxes(0, 1)), size)
        self._window.fill((0, 0, 0))
        self._window.blit(surface, surface.get_rect(center=self._window.get_rect().center))
        pygame.display.flip()
        self._clock.tick(hz)

    def close(self) -> None:
        """Close the window, if it is open."""
        if self._pygame is not None and not self.closed:
            self._pygame.display.quit()
        self.closed = True
