"""Text and colours of the window."""

from __future__ import annotations

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

import pygame

from ...interface.text import wrapped

GROUND, PANEL, RULE = (18, 20, 25), (28, 31, 38), (52, 57, 68)
BRIGHT, PLAIN, DIM = (244, 245, 248), (205, 209, 217), (134, 141, 155)
AMBER, GREEN, RED = (242, 193, 78), (122, 201, 122), (232, 112, 100)
TONES = {"bright": BRIGHT, "plain": PLAIN, "dim": DIM, "gold": AMBER, "good": GREEN, "bad": RED}
"""The colours of the tones in shown.py."""


def _typeface() -> str | None:
    """DejaVu Sans, which Matplotlib carries along and which has a regular weight and arrows; else pygame's own font."""
    found = find_spec("matplotlib")
    places = (found.submodule_search_locations or ()) if found else ()
    files = (Path(place) / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf" for place in places)
    return next((str(file) for file in files if file.exists()), None)


@lru_cache(maxsize=32)
def _font(size: int) -> pygame.font.Font:
    face = _typeface()
    return pygame.font.Font(face, round(size * (0.95 if face else 1.3)))


@lru_cache(maxsize=512)
def image(text: str, size: int, colour: tuple[int, int, int]) -> pygame.Surface:
    """A text as a picture; it belongs to a cache, so draw on a copy."""
    return _font(size).render(text, True, colour)


def forget() -> None:
    """Forget fonts and texts, which become invalid with pygame's font module."""
    _font.cache_clear()
    image.cache_clear()


def width(text: str, size: int) -> int:
    """The width of a text in pixels."""
    return _font(size).size(text)[0]


def height(size: int) -> int:
    """Pixels from one line to the next."""
    return round(size * 1.5)


def cut(text: str, size: int, room: int) -> str:
    """The text, or the beginning of it that fits in `room` pixels, and an ellipsis."""
    if width(text, size) <= room:
        return text
    while text and width(text + "…", size) > room:
        text = text[:-1]
    return text.rstrip() + "…"


@lru_cache(maxsize=256)
def wrap(text: str, size: int, room: int) -> tuple[str, ...]:
    """The text in lines that fit in `room` pixels; a word that is wider is broken."""
    return tuple(wrapped(text, lambda line: width(line, size) <= room))


def write(
    surface: pygame.Surface,
    text: str,
    size: int,
    colour: tuple[int, int, int],
    place: tuple[int, int],
    room: int | None = None,
) -> int:
    """Write one line with its top left corner at `place`, cut to `room` pixels. Returns the x coordinate of its end."""
    if not text:
        return place[0]
    drawn = image(text if room is None else cut(text, size, room), size, colour)
    surface.blit(drawn, place)
    return place[0] + drawn.get_width()
