"""A plain window that shows frames, for `render_mode="human"` and for watching agents. Human play is in agents/human.

Each window is a process of its own, which runs this very file: so a window is independent of others and of other uses
of pygame in this process, and closing one, or a `pygame.quit()` elsewhere, has no effect on the rest.
"""

from __future__ import annotations

import contextlib
import os
import signal
import struct
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from typing import Any

import numpy as np

_UNSEEN = ("offscreen", "dummy")
"""Drivers that SDL falls back to without a screen; they show nothing, and are used only on request."""
READY = b"ready\n"
"""The line that the process of a window prints once it is open; any other line is the reason why it is not."""
_HEAD = struct.Struct("<II")  # height and width, before the bytes of each frame
_LOOKS = 60  # times a second that a window checks for a new frame and for events


class NoDisplayError(RuntimeError):
    """There is no screen to open a window on."""


def open_display() -> Any:
    """Start pygame's video and return the module. Raises NoDisplayError, with advice, where there is no screen."""
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame

    asked = os.environ.get("SDL_VIDEODRIVER", "")
    headless = sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") or asked
    )
    try:
        if headless:
            raise pygame.error("neither DISPLAY nor WAYLAND_DISPLAY is set")
        with _quiet():
            pygame.display.init()
        if pygame.display.get_driver() in _UNSEEN and not any(name in asked for name in _UNSEEN):
            pygame.display.quit()
            screen = os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY", "")
            raise pygame.error(f"the screen {screen!r} cannot be reached, and SDL would draw where nobody sees it")
        if pygame.display.get_driver() == "x11":  # by default SDL copies all that is shown through OpenGL
            os.environ.setdefault("SDL_FRAMEBUFFER_ACCELERATION", "0")
    except pygame.error as error:
        raise NoDisplayError(
            f"no window can be opened here ({error}). On a machine without a screen, record instead: `rumpus watch "
            "WORLD --out clip.mp4`; or run under a virtual screen: `xvfb-run rumpus play WORLD`; over ssh, use `ssh -X`"
        ) from None
    return pygame


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Without this variable SDL, which tries Wayland before it gives up, prints an error of its own."""
    lacks = "XDG_RUNTIME_DIR" not in os.environ
    if lacks:
        os.environ["XDG_RUNTIME_DIR"] = tempfile.gettempdir()
    try:
        yield
    finally:
        if lacks:
            os.environ.pop("XDG_RUNTIME_DIR", None)


class Viewer:
    """A resizable window that shows frames at a steady rate. It opens with the first frame.

    closed: whether the person has closed it; then nothing is shown until `close`, after which the next frame opens it
    anew. A copy has a window of its own.
    """

    def __init__(self, title: str):
        self._title = title
        self._window: subprocess.Popen[bytes] | None = None
        self._due = 0.0
        self.closed = False

    def __reduce__(self) -> tuple[Any, ...]:
        """A copy is a window that has not been opened yet."""
        return Viewer, (self._title,)

    def show(self, frame: np.ndarray, hz: float) -> None:
        """Show a frame, uint8 (height, width, 3), and wait so that frames come at `hz` a second at most.

        Raises NoDisplayError where there is no screen.
        """
        if self.closed:
            return
        if self._window is None:
            self._window = _open(self._title)
        assert self._window.stdin is not None
        try:
            self._window.stdin.write(_HEAD.pack(*frame.shape[:2]) + frame.tobytes())
            self._window.stdin.flush()
        except OSError:  # the person has closed it
            self.close()
            self.closed = True
            return
        time.sleep(max(self._due - time.monotonic(), 0))
        self._due = time.monotonic() + 1 / hz

    def close(self) -> None:
        """Close the window, if it is open. The next frame opens a new one."""
        window, self._window, self.closed = self._window, None, False
        if window is not None:
            _end(window)

    def __del__(self) -> None:
        if getattr(self, "_window", None) is not None:
            self.close()


def _open(title: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-P", __file__, title]
    window = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert window.stdout is not None
    answer = window.stdout.readline()
    if answer != READY:
        rest, _ = window.communicate()
        raise NoDisplayError((answer + rest).decode().strip() or "the process of the window ended without a word")
    return window


def _end(window: subprocess.Popen[bytes]) -> None:
    for pipe in (window.stdin, window.stdout):
        assert pipe is not None
        with contextlib.suppress(OSError):  # the person has closed it
            pipe.close()
    try:
        window.wait(1)
    except subprocess.TimeoutExpired:  # a process that was forked from this one still holds the pipe
        window.terminate()
        window.wait()


class _Frames(threading.Thread):
    """A thread that reads the frames that come in, and keeps the last one: (height, width, bytes)."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.last: tuple[int, int, bytes] | None = None
        self.start()

    def run(self) -> None:
        """Read until the end of the stream."""
        while len(head := _read(_HEAD.size)) == _HEAD.size:
            height, width = _HEAD.unpack(head)
            pixels = _read(height * width * 3)
            if len(pixels) == height * width * 3:
                self.last = height, width, pixels


def _read(count: int) -> bytes:
    """This many bytes of standard input, or fewer at its end. Not through `sys.stdin`, whose lock a waiting thread
    would hold until the end of the process."""
    parts, missing = [], count
    while missing and (part := os.read(0, missing)):
        parts.append(part)
        missing -= len(part)
    return b"".join(parts)


def _run(title: str) -> None:
    """The process of one window: show the frames that come in on standard input, until its end, or until the person
    closes the window."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process decides
    try:
        pygame = open_display()
        frames, shown = _Frames(), None
        sys.stdout.buffer.write(READY)
        sys.stdout.flush()
        window, clock = None, pygame.time.Clock()
        while frames.is_alive():
            clock.tick(_LOOKS)
            frame = frames.last
            if window is None and frame is not None:
                window = pygame.display.set_mode(frame[1::-1], pygame.RESIZABLE)
                pygame.display.set_caption(title)
            if window is None or frame is None:
                continue
            events = {event.type for event in pygame.event.get()}
            if pygame.QUIT in events:
                return
            if frame is not shown or pygame.VIDEORESIZE in events:
                _draw(pygame, window := pygame.display.get_surface(), *frame)
                shown = frame
    except NoDisplayError as error:
        print(error)


def _draw(pygame: Any, window: Any, height: int, width: int, pixels: bytes) -> None:
    scale = min(window.get_width() / width, window.get_height() / height)
    size = (max(int(width * scale), 1), max(int(height * scale), 1))
    surface = pygame.transform.scale(pygame.image.frombuffer(pixels, (width, height), "RGB"), size)
    window.fill((0, 0, 0))
    window.blit(surface, surface.get_rect(center=window.get_rect().center))
    pygame.display.flip()


if __name__ == "__main__":
    _run(sys.argv[1])
