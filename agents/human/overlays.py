"""Overlays on the pictures: the end of an episode, pause, typing, the menu, the help page, rewards."""

from __future__ import annotations

import base64
from functools import lru_cache

import numpy as np
import pygame

from ...interface.png import from_png
from . import ink
from .layout import Arrangement
from .shown import Band, Help, Menu, Rows, Shown

Line = tuple[int, int, str, int, tuple[int, int, int]]
"""x, y, text, size, colour."""


def paint(surface: pygame.Surface, place: Arrangement, shown: Shown) -> None:
    """Paint the present overlay, if there is one."""
    if shown.help:
        _paint_help(surface, place.unit, shown.help)
    elif shown.menu:
        _paint_menu(surface, place.unit, shown.menu)
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
    """Write the name of the aimed thing below the middle of a picture; brighter if it is in reach, else with a word."""
    text = text if near else f"{text} · too far"
    size = round(0.9 * unit)
    x, y = view.centerx - ink.width(text, size) // 2, view.centery + view.height // 12
    for shift in (1, 0):
        colour = ink.GROUND if shift else ink.BRIGHT if near else ink.PLAIN
        ink.write(surface, text, size, colour, (x + shift, y + shift), view.width)


def small(surface: pygame.Surface, view: pygame.Rect, picture: np.ndarray) -> None:
    """Paint a small picture, uint8 (height, width, 3), into the upper left corner of a view, its pixels as squares."""
    height, width = picture.shape[:2]
    scale = max(min(view.height // 3 // height, view.width // 3 // width), 1)
    image = pygame.image.frombuffer(np.ascontiguousarray(picture).data.cast("B"), (width, height), "RGB")
    image = pygame.transform.scale(image, (width * scale, height * scale))
    place = image.get_rect(topleft=view.topleft)
    surface.blit(image, place)
    pygame.draw.rect(surface, ink.BRIGHT, place, 1)


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
        while not left and size > unit and ink.width(text, size) > room:
            size -= 1
        x = band.left + unit if left else band.centerx - min(ink.width(text, size), room) // 2
        ink.write(surface, text, size, tint, (x, band.top + round(down * unit)), room)


def _paint_menu(surface: pygame.Surface, unit: int, menu: Menu) -> None:
    """A page of the menu in the middle of the window: as many rows around the chosen one as there is room for."""
    pictured = any(menu.pictures)
    step, room = round((3.4 if pictured else 2.1) * unit), min(34 * unit, surface.get_width() - 2 * unit)
    head = round(2.6 * unit) if menu.title else 0
    most = max((surface.get_height() - head - 7 * unit) // step, 1)
    first = max(min(menu.place - most // 2, len(menu.rows) - most), 0)
    rows = menu.rows[first : first + most]
    box = pygame.Rect(0, 0, room, head + step * len(rows) + 5 * unit)
    box.center = surface.get_rect().center
    shade = pygame.Surface(surface.get_size(), pygame.SRCALPHA)
    shade.fill((*ink.GROUND, 130))
    shade.fill((*ink.GROUND, 250), box)
    surface.blit(shade, (0, 0))
    pygame.draw.rect(surface, ink.RULE, box, 1)
    if menu.title:
        ink.write(surface, menu.title, round(1.3 * unit), ink.AMBER, (box.left + 2 * unit, box.top + unit), room)
    left, size = box.left + 2 * unit, round(1.1 * unit)
    for number, (text, value) in enumerate(rows):
        top, chosen = box.top + unit + head + number * step, first + number == menu.place
        if chosen:
            pygame.draw.rect(surface, ink.PANEL, (box.left + unit // 2, top - unit // 3, box.width - unit, step))
            pygame.draw.rect(surface, ink.AMBER, (box.left + unit // 2, top - unit // 3, max(unit // 5, 2), step))
        middle = top + (step - round(2.1 * unit)) // 2
        indent = left
        if pictured:
            url, corner = menu.pictures[first + number], (left, top - unit // 6)
            indent += _thumbnail(surface, url, corner, step - unit // 3) + unit
        if pictured and value:  # the value stands below the text, so that neither is cut
            end = box.right - 2 * unit - indent
            ink.write(surface, text, size, ink.BRIGHT if chosen else ink.PLAIN, (indent, top), end)
            ink.write(surface, value, round(0.9 * unit), ink.AMBER, (indent, top + round(1.5 * unit)), end)
            continue
        shown = f"‹ {value} ›" if chosen and value and not menu.title else value
        wide = min(ink.width(shown, size), room * 2 // 5) if shown else 0
        end = box.right - 2 * unit
        aside = end - wide if menu.title else box.left + room * 3 // 5
        gap = unit if shown else 0
        ink.write(surface, text, size, ink.BRIGHT if chosen else ink.PLAIN, (indent, middle), aside - gap - indent)
        ink.write(surface, shown, size, ink.AMBER, (aside, middle), end - aside)
    _more(surface, box, unit, (menu.before + first, menu.after + len(menu.rows) - first - len(rows)))
    foot = (left, box.bottom - round(2.6 * unit))
    colour = ink.AMBER if menu.note else ink.DIM
    for number, line in enumerate(ink.wrap(menu.note or menu.foot, round(0.8 * unit), room - 4 * unit)[:2]):
        ink.write(surface, line, round(0.8 * unit), colour, (foot[0], foot[1] + number * round(1.1 * unit)))


def _more(surface: pygame.Surface, box: pygame.Rect, unit: int, counts: tuple[int, int]) -> None:
    """Tell how many rows of a menu come before and after those that are shown."""
    size = round(0.8 * unit)
    texts = [f"{arrow} {count:,} more" for arrow, count in zip("▲▼", counts, strict=True) if count]
    text = "   ".join(texts)
    place = (box.right - unit - ink.width(text, size), box.top + unit // 2)
    ink.write(surface, text, size, ink.DIM, place)


@lru_cache(maxsize=16)
def _decoded(url: str) -> pygame.Surface:
    """The picture of a data URL of a PNG file."""
    pixels = from_png(base64.b64decode(url.partition(",")[2]))
    return pygame.image.frombuffer(pixels.tobytes(), (pixels.shape[1], pixels.shape[0]), "RGB")


def _thumbnail(surface: pygame.Surface, url: str, place: tuple[int, int], height: int) -> int:
    """Paint a small picture of this height, or an empty frame. Returns the width that pictures have in their column."""
    room = height * 4 // 3
    frame = pygame.Rect(place, (room, height))
    if url:
        image = _decoded(url)
        scale = min(room / image.get_width(), height / image.get_height())
        size = max(round(image.get_width() * scale), 1), max(round(image.get_height() * scale), 1)
        image = pygame.transform.smoothscale(image, size)
        surface.blit(image, image.get_rect(center=frame.center))
    else:
        pygame.draw.rect(surface, ink.RULE, frame, 1)
    return room


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
    end = height - 2 * size
    foot = page.foot if bottom <= end else f"A larger window shows the rest    {page.foot}"
    ink.write(surface, foot, size, ink.DIM, (2 * size, height - round(1.8 * size)), width - 4 * size)
    for x, y, text, letter, colour in (line for line in lines if line[1] + ink.height(line[3]) <= end):
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
