"""The cost of pictures in the window: `rumpus bench --play`.

The window of `rumpus play` is opened on the screen that there is, and moves are pressed in it at random. The figure
is the processor's time that this process takes for a picture: to draw the world, to enlarge it, to paint the panel, and
to hand all of it to the screen. The time of the screen's own process is left out.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import numpy as np
import pygame

from ...interface.machine import load, processor
from ...interface.viewer import open_display
from ...worlds.engine.world import World
from .session import Session
from .window import NAP, Window

BEAT = 0.1
"""Seconds between two presses."""
TURN = 60
"""Most pixels that the mouse moves with a press, in worlds with a camera."""
SEED = 3
"""Of the first episode, and of what is pressed."""


def play_bench(worlds: Sequence[World], size: tuple[int, int], seconds: float = 6.0) -> dict[str, Any]:
    """Measure what pictures cost in a window of this size, (width, height) in pixels.

    Returns {processor, load, window, rows}. Each row has world, view ((width, height) of a player's picture in it),
    drawn (the same before it was enlarged, at the end), hz (pictures a second), step and between (of a picture after a
    step, and of one between two ticks: {p50, p95} in ms of the processor, None where there were none). Raises
    NoDisplayError without a screen.
    """
    before, rows = load(), []
    for world in worlds:
        open_display()
        window = _Played(Session(world, seed=SEED), size, seconds)
        window.run()
        pictures = len(window.steps) + len(window.betweens)
        rows.append(
            {
                "world": world.name,
                "view": list(window.place.views[0].size),
                "drawn": list(window.drawn),
                "hz": pictures / seconds,
                "step": _spread(window.steps),
                "between": _spread(window.betweens),
            }
        )
    return {"processor": processor(), "load": before, "window": list(size), "rows": rows}


def _spread(times: list[float]) -> dict[str, float] | None:
    """Median and 95th percentile, in ms, of seconds."""
    return {f"p{share}": 1000 * float(np.percentile(times, share)) for share in (50, 95)} if times else None


class _Played(Window):
    """A window in which moves are pressed at random for so many seconds, and that notes what pictures cost then.

    steps, betweens: seconds of the processor for each picture.
    """

    def __init__(self, session: Session, size: tuple[int, int], seconds: float):
        super().__init__(session, size)
        self.steps: list[float] = []
        self.betweens: list[float] = []
        self._rng, self._moves = np.random.default_rng(SEED), list(session.world.controls.moves.values())
        self._held: tuple[str, ...] = ()
        self._seconds, self._end, self._beat = seconds, 0.0, 0.0

    def draw(self) -> None:
        """The same, timed."""
        self._timed(super().draw, self.steps)

    def _draw_between(self) -> None:
        self._timed(super()._draw_between, self.betweens)

    def _timed(self, paint: Any, times: list[float]) -> None:
        began, before = time.process_time(), self.session.steps
        paint()
        if before and self.person.playing:
            times.append(time.process_time() - began)

    def _wait(self) -> list[pygame.event.Event]:
        """Press what is due instead of waiting for somebody."""
        now = time.monotonic()
        self._end = self._end or now + self._seconds
        self.person.open = now < self._end
        if now >= self._beat:
            self._beat = now + BEAT
            self._press(now)
        time.sleep(max(min(min(self.desk.due(), self._next, self._beat) - now, NAP), 0.0))
        return []

    def _press(self, now: float) -> None:
        person = self.person
        for key in self._held:
            person.release(key, now)
        move = self._moves[self._rng.integers(len(self._moves))]
        self._held = ("enter",) if self.session.over else move.keys
        if self.desk.paused or self.desk.counting:
            person.button_down("left", now)
            person.button_up("left")
        for key in self._held:
            person.press(key, now)
        person.look((int(self._rng.integers(-TURN, TURN + 1)), 0))
