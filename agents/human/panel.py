"""The panel around the pictures: the instruction, the state of the episode, the chat, and the window's keys."""

from __future__ import annotations

from dataclasses import dataclass

import pygame

from . import ink
from .commands import Commands
from .input import Input
from .layout import Arrangement
from .session import Session

RESULTS = {
    "success": ("Success", ink.GREEN),
    "failed": ("Failed", ink.RED),
    "too late": ("Too late", ink.RED),
    "time up": ("Time up", ink.AMBER),
}


@dataclass
class Mood:
    """The state of the window besides the episode. note: a passing message; typing: the text being typed to say."""

    help: bool = False
    paused: bool = False
    leaving: bool = False
    caught: bool = False
    map: bool = False
    typing: str | None = None
    note: str = ""


def facts(session: Session) -> list[tuple[str, str]]:
    """(name, value) pairs that describe the state of the episode."""
    if session.task:
        which = f"{session.place + 1} of {len(session.list or ())}" if session.once else session.task
        rows = [("task", which), *stages(session), ("time left", time_left(session))]
    else:
        rows = [("level", _level(session)) if session.level else ("seed", str(session.seed))]
        if session.world.controls.turn_based:
            rows += [("step", f"{session.steps} / {session.limit}")]
        else:
            rows += [("time left", time_left(session))]
    if session.agent is not None and session.world.players == 1:
        rows.insert(0, ("plays", session.agent.name if session.agent.seats else "you"))
    rows += [("return", returns(session))]
    rows += [("taken back", str(session.undone))] if session.undone else []
    return rows + ([("result", session.result)] if session.over else [])


def returns(session: Session) -> str:
    """The return so far, of each player if they differ."""
    return _each([f"{value + 0.0:.2f}".replace("-0.00", "0.00").replace("-", "−") for value in session.returns])


def stages(session: Session) -> list[tuple[str, str]]:
    """The stages of the goal that are reached, for each player if they differ; nothing if no goal has stages."""
    if not any(every for _, every in session.stages):
        return []
    return [("stages", _each([f"{reached} of {every}" if every else "none" for reached, every in session.stages]))]


def time_left(session: Session) -> str:
    """Steps until the limit, or seconds in real time."""
    left, world = session.limit - session.steps, session.world
    if world.controls.turn_based:
        return f"{left} step{'s' * (left != 1)}"
    patience = session.list.patience if session.list else 1
    return f"{-(-left // world.controls.tick_hz)} s" + f" ({patience} × an agent's)" * (patience > 1)


def _level(session: Session) -> str:
    """The number of the level in its list: "3 of 50", with a tick if it was ever solved."""
    return f"{session.level} of {len(session.list or ())}" + " ✓" * (session.mark in session.solved)


def _each(shown: list[str]) -> str:
    return shown[0] if len(set(shown)) == 1 else " and ".join(shown)


def instruction(session: Session) -> str:
    """The instruction of all players; "" if theirs differ, which then stand with their pictures."""
    texts = session.instructions
    return texts[0] if len(set(texts)) == 1 else ""


def headline(session: Session) -> str:
    """The first line of the panel: the instruction, or the world's summary."""
    if session.task and not instruction(session):
        return "Each player has a task of its own"
    return instruction(session) or session.world.summary


def seat(session: Session, inputs: Input, player: int) -> str:
    """The label of a player's picture, where there are several: the player, and the devices that move it."""
    keys = inputs.who(player)
    if not session.over and session.ends[player]:
        keys = RESULTS[session.ends[player]][0].lower()
    elif session.muted[player]:
        keys = "can only talk"
    elif session.agent is not None and player in session.agent.seats:
        keys = session.agent.name
    return "   ".join(filter(None, (f"Player {player + 1}", keys)))


def hints(session: Session, commands: Commands, inputs: Input, mood: Mood) -> str:
    """The line of keys that have a use now."""
    if mood.caught:
        return "Esc lets the mouse go    " + commands.hint("hand", "chat", "help", "undo", "map", "calmer", "livelier")
    if session.over:
        return commands.onward() + "    " + commands.hint(*("restart",) * ("next" in commands.table), "undo", "clip")
    return commands.hint(
        "help", "switch", "hand", "map", "restart", "next", "previous", "undo", "pause", "chat", "clip"
    )


def paint(surface: pygame.Surface, place: Arrangement, session: Session, hint: str, mood: Mood) -> None:
    """Paint the panel."""
    pygame.draw.rect(surface, ink.PANEL, place.panel)
    if place.side:
        pygame.draw.line(surface, ink.RULE, place.panel.topleft, place.panel.bottomleft)
        _paint_side(surface, place, session, hint, mood)
    else:
        pygame.draw.line(surface, ink.RULE, place.panel.topleft, place.panel.topright)
        _paint_bar(surface, place, session, hint, mood)


def _paint_bar(surface: pygame.Surface, place: Arrangement, session: Session, hint: str, mood: Mood) -> None:
    unit, panel = place.unit, place.panel
    left, room = panel.left + unit, panel.width - 2 * unit
    top = panel.top + round(0.7 * unit)
    size = unit
    lines: tuple[str, ...] = (headline(session),)
    if ink.width(lines[0], round(1.2 * unit)) <= room:
        size = round(1.2 * unit)
    else:
        lines = ink.wrap(lines[0], round(0.85 * unit), room)[:2]
        size = round(0.85 * unit)
    for number, line in enumerate(lines):
        ink.write(surface, line, size, ink.BRIGHT, (left, top + number * round(size * 1.15)), room)
    top = panel.top + round(2.7 * unit)
    x = ink.write(surface, session.world.name, unit, ink.AMBER, (left, top), room) + unit
    for name, value in facts(session):
        if x + ink.width(f"{name} {value}", unit) > left + room:
            break
        x = ink.write(surface, name, unit, ink.DIM, (x, top)) + unit // 3
        x = ink.write(surface, value, unit, ink.PLAIN, (x, top)) + unit
    said = session.said[-1] if session.said else ""
    top = panel.top + round(4.5 * unit)
    if mood.note or said:
        ink.write(surface, mood.note or said, size=round(0.95 * unit), colour=ink.AMBER, place=(left, top), room=room)
    else:
        _spread(surface, hint, round(0.9 * unit), (left, top), room)


def _spread(surface: pygame.Surface, hint: str, size: int, place: tuple[int, int], room: int) -> None:
    """Write the whole hints that fit in a line."""
    parts = hint.split("    ")
    while len(parts) > 1 and ink.width("    ".join(parts), size) > room:
        parts.pop()
    ink.write(surface, "    ".join(parts), size, ink.DIM, place, room)


def _paint_side(surface: pygame.Surface, place: Arrangement, session: Session, hint: str, mood: Mood) -> None:
    unit, panel = place.unit, place.panel
    left, room, top = panel.left + unit, panel.width - 2 * unit, panel.top + unit
    ink.write(surface, session.world.name, round(1.5 * unit), ink.AMBER, (left, top), room)
    top += round(2.6 * unit)
    for line in ink.wrap(headline(session), round(1.1 * unit), room)[:8]:
        ink.write(surface, line, round(1.1 * unit), ink.BRIGHT, (left, top))
        top += ink.height(unit)
    top += unit
    for name, value in facts(session):
        ink.write(surface, name, unit, ink.DIM, (left, top))
        ink.write(surface, value, unit, ink.PLAIN, (left + room // 2 - unit, top), room // 2 + unit)
        top += ink.height(unit)
    keys = hint.split("    ")
    foot = panel.bottom - unit - len(keys) * ink.height(unit)
    for number, line in enumerate(keys):
        ink.write(surface, line, unit, ink.DIM, (left, foot + number * ink.height(unit)), room)
    talk = [part for line in session.said for part in ink.wrap(line, unit, room)]
    talk += ["", *ink.wrap(mood.note, unit, room)] if mood.note else []
    fits = max((foot - top - 2 * unit) // ink.height(unit), 0)
    for number, line in enumerate(talk[-fits:] if fits else []):
        ink.write(surface, line, unit, ink.AMBER, (left, top + unit + number * ink.height(unit)))
