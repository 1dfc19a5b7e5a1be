"""A window with a progress bar while a world is made ready."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

import pygame

from ...interface.progress import Work, reporting
from . import ink

NAP = 0.05
"""Seconds between two checks for events."""
T = TypeVar("T")


class Board:
    """The work under way, the latest last: a reporter for the thread that works, read by the one that paints."""

    def __init__(self) -> None:
        self._works: list[Work] = []

    def begun(self, work: Work) -> None:
        """Another work begins."""
        self._works = [*self._works, work]

    def moved(self, work: Work) -> None:
        """No effect: the work itself holds its progress."""

    def ended(self, work: Work) -> None:
        """A work is over."""
        self._works = [each for each in self._works if each is not work]

    @property
    def latest(self) -> Work | None:
        """The work that began last and is not over."""
        works = self._works
        return works[-1] if works else None


def waited(title: str, job: Callable[[], T]) -> T | None:
    """Do a job in a thread of its own while the open window shows its progress. Returns the result of the job, or None
    if the window is closed before; the job then continues by itself. An exception of the job is raised here."""
    board, done, failed = Board(), list[T](), list[BaseException]()

    def work() -> None:
        with reporting(board):
            try:
                done.append(job())
            except BaseException as error:
                failed.append(error)

    thread = threading.Thread(target=work, name="ready", daemon=True)
    thread.start()
    while thread.is_alive():
        for event in pygame.event.get():
            if event.type == pygame.QUIT:
                pygame.event.post(event)  # for those who would go on with this window
                return None
            if event.type == pygame.KEYDOWN and event.key == pygame.K_ESCAPE:
                return None
        paint(pygame.display.get_surface(), title, board.latest)
        thread.join(NAP)
    if failed:
        raise failed[0]
    return done[0]


def paint(surface: pygame.Surface, title: str, work: Work | None) -> None:
    """Paint the title, the present work, and a bar of its progress."""
    surface.fill(ink.GROUND)
    width, height = surface.get_size()
    unit = min(max(min(width, height) // 36, 11), 24)
    left, room, top = 2 * unit, width - 4 * unit, height // 2 - 4 * unit
    for line in ink.wrap(title, round(1.4 * unit), room):
        ink.write(surface, line, round(1.4 * unit), ink.AMBER, (left, top))
        top += 2 * unit
    if work is not None:
        pygame.draw.rect(surface, ink.PANEL, (left, top + unit, room, unit))
        pygame.draw.rect(surface, ink.AMBER, (left, top + unit, round(room * work.share), unit))
        for number, line in enumerate((work.title, work.state)):
            ink.write(surface, line, unit, ink.PLAIN, (left, top + round((2.8 + 1.6 * number) * unit)), room)
    ink.write(surface, "Esc leaves", round(0.9 * unit), ink.DIM, (left, height - 3 * unit), room)
    pygame.display.flip()
