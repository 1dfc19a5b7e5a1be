"""The panel around the pictures: the instruction, the state of the episode, the chat, and the window's keys."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pygame

from . import ink
from .layout import Arrangement
from .shown import Shown


def goal_edge(place: Arrangement) -> int:
    """The edge in pixels of the square that a picture of a goal has in the panel."""
    return place.panel.width - 2 * place.unit if place.side else round(place.panel.height - 0.8 * place.unit)


def text(shown: Shown) -> tuple[Any, ...]:
    """All that the panel says: it looks the same while this is the same, but for pictures of goals."""
    return shown.world, shown.headline, shown.facts, shown.hints, shown.note, shown.said, shown.blinks


def paint(
    surface: pygame.Surface, place: Arrangement, shown: Shown, goals: Sequence[pygame.Surface] = ()
) -> None:  # fmt: skip
    """Paint the panel. goals: the pictures of the goals of the players that are shown, each within `goal_edge`."""
    surface.fill(ink.PANEL, place.panel)
    if place.side:
        pygame.draw.line(surface, ink.RULE, place.panel.topleft, place.panel.bottomleft)
        _paint_side(surface, place, shown, goals)
    else:
        pygame.draw.line(surface, ink.RULE, place.panel.topleft, place.panel.topright)
        _paint_bar(surface, place, shown, goals)


def _paint_bar(surface: pygame.Surface, place: Arrangement, shown: Shown, goals: Sequence[pygame.Surface]) -> None:
    unit, panel = place.unit, place.panel
    left, room = panel.left + unit, panel.width - 2 * unit
    right = panel.right - unit // 2
    for goal in reversed(goals):
        framed = _framed(surface, goal, (right - goal.get_width(), panel.centery - goal.get_height() // 2))
        right = framed.left - unit // 2
    room = max(right - unit - left, 4 * unit) if goals else room
    top = panel.top + round(0.7 * unit)
    size = unit
    lines: tuple[str, ...] = (shown.headline,)
    if ink.width(lines[0], round(1.2 * unit)) <= room:
        size = round(1.2 * unit)
    else:
        lines = ink.wrap(lines[0], round(0.85 * unit), room)[:2]
        size = round(0.85 * unit)
    for number, line in enumerate(lines):
        ink.write(surface, line, size, ink.BRIGHT, (left, top + number * round(size * 1.15)), room)
    top = panel.top + round(2.7 * unit)
    x = ink.write(surface, shown.world, unit, ink.AMBER, (left, top), room) + unit
    for name, value in shown.facts:
        if x + ink.width(f"{name} {value}", unit) > left + room:
            break
        x = ink.write(surface, name, unit, ink.DIM, (x, top)) + unit // 3
        x = ink.write(surface, value, unit, _tint(shown, name), (x, top)) + unit
    said = shown.said[-1] if shown.said else ""
    top = panel.top + round(4.5 * unit)
    x = left
    if shown.note or said:
        part = room if shown.note else room * 3 // 5
        x = ink.write(surface, shown.note or said, round(0.95 * unit), ink.AMBER, (left, top), part) + 2 * unit
    if not shown.note:  # a note passes, what was said stays
        _spread(surface, shown.hints, round(0.9 * unit), (x, top), left + room - x)


def _framed(surface: pygame.Surface, goal: pygame.Surface, place: tuple[int, int]) -> pygame.Rect:
    """Paint a picture of a goal in a frame; the rectangle of both."""
    around = goal.get_rect(topleft=place).inflate(4, 4)
    pygame.draw.rect(surface, ink.AMBER, around)
    surface.blit(goal, place)
    return around


def _spread(surface: pygame.Surface, hints: list[str], size: int, place: tuple[int, int], room: int) -> None:
    """Write the whole hints that fit in a line."""
    parts = list(hints)
    while len(parts) > 1 and ink.width("    ".join(parts), size) > room:
        parts.pop()
    ink.write(surface, "    ".join(parts), size, ink.DIM, place, room)


def _paint_side(surface: pygame.Surface, place: Arrangement, shown: Shown, goals: Sequence[pygame.Surface]) -> None:
    unit, panel = place.unit, place.panel
    left, room, top = panel.left + unit, panel.width - 2 * unit, panel.top + unit
    ink.write(surface, shown.world, round(1.5 * unit), ink.AMBER, (left, top), room)
    top += round(2.6 * unit)
    for line in ink.wrap(shown.headline, round(1.1 * unit), room)[:8]:
        ink.write(surface, line, round(1.1 * unit), ink.BRIGHT, (left, top))
        top += ink.height(unit)
    top += unit
    for goal in goals:
        top = _framed(surface, goal, (left, top)).bottom + unit
    for name, value in shown.facts:
        ink.write(surface, name, unit, ink.DIM, (left, top))
        ink.write(surface, value, unit, _tint(shown, name), (left + room // 2 - unit, top), room // 2 + unit)
        top += ink.height(unit)
    keys = shown.hints
    foot = panel.bottom - unit - len(keys) * ink.height(unit)
    for number, line in enumerate(keys):
        ink.write(surface, line, unit, ink.DIM, (left, foot + number * ink.height(unit)), room)
    talk = [part for line in shown.said for part in ink.wrap(line, unit, room)]
    talk += ["", *ink.wrap(shown.note, unit, room)] if shown.note else []
    fits = max((foot - top - 2 * unit) // ink.height(unit), 0)
    for number, line in enumerate(talk[-fits:] if fits else []):
        ink.write(surface, line, unit, ink.AMBER, (left, top + unit + number * ink.height(unit)))


def _tint(shown: Shown, name: str) -> tuple[int, int, int]:
    """The colour of a fact: the return is green for a moment after it has risen."""
    return ink.GREEN if name == "return" and shown.blinks else ink.PLAIN
