"""Overlays on the pictures: the end of an episode, pause, the question before leaving, typing, the help page."""

from __future__ import annotations

import pygame

from . import ink
from .layout import Arrangement
from .shown import Band, Help, Rows, Shown

Line = tuple[int, int, str, int, tuple[int, int, int]]
"""x, y, text, size, colour."""


def paint(surface: pygame.Surface, place: Arrangement, shown: Shown) -> None:
    """Paint the present overlay, if there is one."""
    if shown.help:
        _paint_help(surface, place.unit, shown.help)
    elif shown.band:
        _paint_band(surface, place, shown.band)


def crosshair(surface: pygame.Surface, view: pygame.Rect) -> None:
    """Paint a small cross into the middle of a picture."""
    arm, (x, y) = max(view.height // 90, 3), view.center
    for colour, thick in ((ink.GROUND, 3), (ink.BRIGHT, 1)):
        far = arm + thick // 2
        pygame.draw.line(surface, colour, (x - far, y), (x + far, y), thick)
        pygame.draw.line(surface, colour, (x, y - far), (x, y + far), thick)


def name(surface: pygame.Surface, view: pygame.Rect, unit: int, text: str, near: bool) -> None:
    """Write the name of the aimed thing below the middle of a picture; brighter if it is in reach."""
    size = round(0.9 * unit)
    x, y = view.centerx - ink.width(text, size) // 2, view.centery + view.height // 12
    for shift in (1, 0):
        colour = ink.GROUND if shift else ink.BRIGHT if near else ink.PLAIN
        ink.write(surface, text, size, colour, (x + shift, y + shift), view.width)


def gains(surface: pygame.Surface, view: pygame.Rect, unit: int, rewards: list[tuple[str, float]]) -> None:
    """Write rewards of late over the middle of a picture: they rise and fade."""
    size = 2 * unit
    for text, age in rewards:
        image = ink.image(text, size, ink.GREEN if text.startswith("+") else ink.RED)
        shade = ink.image(text, size, ink.GROUND)
        alpha = round(255 * (1 - age) ** 0.7)
        x = view.centerx - image.get_width() // 2
        y = view.centery - round((0.12 + 0.2 * age) * view.height) - image.get_height() // 2
        for drawn, shift in ((shade, max(unit // 9, 1)), (image, 0)):
            faded = drawn.copy()
            faded.set_alpha(alpha)
            surface.blit(faded, (x + shift, y + shift))


def _paint_band(surface: pygame.Surface, place: Arrangement, shown: Band) -> None:
    """A band across the lower part of the pictures, with a title and a line below it."""
    title, left, colour = shown.title, shown.left, ink.TONES[shown.tone]
    unit = place.unit
    whole = place.views[0].unionall(place.views[1:]) if place.views else surface.get_rect()
    band = pygame.Rect(whole.left, 0, whole.width, round(5.2 * unit))
    band.bottom = max(whole.bottom - unit, band.height)
    shade = pygame.Surface(band.size, pygame.SRCALPHA)
    shade.fill((*ink.GROUND, 225))
    surface.blit(shade, band)
    pygame.draw.line(surface, colour, band.topleft, (band.right - 1, band.top), max(unit // 8, 2))
    room = band.width - 2 * unit
    rows = (
        (title, round((1.2 if left else 1.9) * unit), colour, 0.7),
        (shown.below, round(0.95 * unit), ink.PLAIN, 3.3),
    )
    for text, size, tint, down in rows:
        while left and text is title and len(title) > 1 and ink.width(text, size) > room:
            text = title = title[1:]
        x = band.left + unit if left else band.centerx - min(ink.width(text, size), room) // 2
        ink.write(surface, text, size, tint, (x, band.top + round(down * unit)), room)


def _paint_help(surface: pygame.Surface, unit: int, page: Help) -> None:
    """The help page, in the largest letters in which it fits; if it does not fit in small ones, with fewer
    paragraphs."""
    shade = pygame.Surface(surface.get_size(), pygame.SRCALPHA)
    shade.fill((*ink.GROUND, 244))
    surface.blit(shade, (0, 0))
    width, height = surface.get_size()
    story = page.story
    sizes = range(round(unit * 1.05), 8, -1)
    attempts = [(len(story), size) for size in sizes] + [(count, 9) for count in range(len(story) - 1, -1, -1)]
    for paragraphs, size in attempts:
        lines, bottom = _help(page.title, story[:paragraphs], page.tables, size, width)
        if bottom <= height - 2 * size or not paragraphs:
            break
    ink.write(surface, page.foot, size, ink.DIM, (2 * size, height - round(1.8 * size)), width - 4 * size)
    for x, y, text, letter, colour in lines:
        ink.write(surface, text, letter, colour, (x, y))


def _help(name: str, story: list[str], tables: list[tuple[str, Rows]], size: int, width: int) -> tuple[list[Line], int]:
    """The lines of the help page with letters of this size, and the y coordinate of their end."""
    margin = 2 * size
    room, step = width - 2 * margin, ink.height(size)
    lines: list[Line] = [(margin, margin, name, 2 * size, ink.AMBER)]
    y = margin + 3 * size
    for paragraph in story:
        for line in ink.wrap(paragraph, size, min(room, 60 * size)):
            lines.append((margin, y, line, size, ink.PLAIN))
            y += step
        y += size // 2
    y += size // 2
    beside = room >= 38 * size
    bottom = y
    for number, (title, rows) in enumerate(tables):
        left = margin + (room // 2 if beside and number else 0)
        top = y if beside else bottom
        lines.append((left, top, title, round(1.2 * size), ink.BRIGHT))
        top += round(1.4 * step)
        tab = max((ink.width(key, size) for key, _ in rows), default=0) + round(1.2 * size)
        for key, meaning in rows:
            lines.append((left, top, key, size, ink.AMBER))
            for line in ink.wrap(meaning, size, (room // 2 if beside else room) - tab - size):
                lines.append((left + tab, top, line, size, ink.PLAIN))
                top += step
        bottom = max(bottom, top + size)
    return lines, bottom
