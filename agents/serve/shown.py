"""All that a page shows besides the picture, as plain data: the desk's record, and more for the page's controls."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from ...interface.keys import KEYS
from ...interface.png import png_url
from ...worlds.engine.render.views import Tiles
from ..human import facts
from ..human.commands import input_rows, pages, worded
from ..human.palette import sheet
from ..human.person import Person
from ..human.shown import shown
from ..human.sketch import sketch
from .protocol import code_of
from .table import Table

ELSEWHERE = ("return", "result", "plays", "others", "speed")
"""Facts that the page shows in places of their own."""
GOAL = 240
"""Pixels of the edge of a square into which the picture of a goal fits."""
SAID = 8
"""Lines of the world's own chat that are shown."""


def card(table: Table, person: Person) -> dict[str, Any]:
    """The facts of a world that a page needs before it is played: the keys that it listens to, and their meanings."""
    world, session, made = table.world, table.session, person.inputs
    listed = session.list
    return {
        "world": world.name,
        "summary": world.summary,
        "about": pages(world),
        "keys": sorted(code_of(KEYS[key]) for key in made.keys),
        "rows": [list(row) for row in input_rows(world, made)],
        "buttons": list(world.controls.buttons),
        "cursor": world.controls.cursor,
        "looks": made.looks,
        "grid": [session.batch.rows, session.batch.cols],
        "tiles": isinstance(world.view, Tiles),
        "turnBased": world.controls.turn_based,
        "hz": world.controls.tick_hz,
        "players": world.players,
        "what": listed.what if listed else "level",
        "count": len(listed) if listed else 0,
        "agent": session.agents[0].name if session.agents else "",
        "can": sorted({"undo", "previous", "next", "restart", "chat", "levels", "map"} & person.commands.table.keys()),
        "binds": [[code_of(key), meaning] for key, meaning in worded(world, made)],
        "keeps": table.desk.keeps,
        "marked": sheet(world) is not None,
    }


def hud(table: Table, person: Person, player: int, now: float, asked: str = "") -> dict[str, Any]:
    """The state of the episode for somebody who sees the picture of this player. asked: an instruction in free text."""
    session, record = table.session, shown(person)
    count = table.countdown(now)
    mood = (
        "over" if session.over else "count" if count else "ready" if table.paused and not session.steps
        else "paused" if table.paused else "watch" if session.watching else "play"
    )  # fmt: skip
    seat = record.seats[player]
    found: dict[str, Any] = {
        "t": "hud",
        "headline": asked or seat.instruction or record.headline,
        "facts": [list(row) for row in record.facts if row[0] not in ELSEWHERE],
        "score": round(session.returns[player], 2) + 0.0,
        "mood": mood,
        "count": count,
        "said": record.said[-SAID:],
        "aimed": seat.aimed,
        "near": seat.near,
        "crosshair": seat.crosshair,
        "speed": table.speed,
        "watching": session.watching,
        "mark": session.mark if session.mark in session.solved else "",
        "seats": [_seat(table, at, end) for at, end in enumerate(session.ends)],
    }
    if session.over:
        found["verdict"], found["tone"] = facts.verdict(session)
        found["account"] = facts.account(session)
    return found


def _seat(table: Table, at: int, end: str) -> dict[str, str]:
    """The holder of a seat: {who: "person", "agent" or "nobody"; name; end}."""
    person, agent = table.desk.person_of(at), table.session.agent_of(at)
    who = "person" if person is not None else "agent" if agent is not None else "nobody"
    return {"who": who, "name": person.name if person else agent.name if agent else "", "end": end}


def goal(table: Table, player: int) -> dict[str, Any]:
    """The picture that this player is shown as its goal: {t: "goal", picture: a data URL of a PNG file, or ""}."""
    picture = table.session.goal(player, GOAL)
    return {"t": "goal", "picture": "" if picture is None else png_url(picture)}


def chart(scene: np.void) -> dict[str, Any]:
    """The map of a SCENE record for a page: {rows, cols, palette, cells, shapes, eye}. Cells are places in the palette
    of colours, row by row; shapes [colour, radius, x, y, …] in cells, see sketch.Solid; eye [x, y, ahead x, ahead y].
    Empty where there is no map."""
    found = sketch(scene)
    if found is None:
        return {}
    rows, cols = found.cells.shape[:2]
    palette, cells = np.unique(found.cells.reshape(-1, 3), axis=0, return_inverse=True)
    return {
        "rows": rows,
        "cols": cols,
        "palette": [_hex(colour) for colour in palette],
        "cells": cells.ravel().tolist(),
        "shapes": [
            [_hex(each.colour), round(each.radius, 3), *(round(edge, 3) for point in each.points for edge in point)]
            for each in found.shapes
        ],
        "eye": [round(each, 3) for each in (*found.eye, *found.ahead)],
    }


def _hex(colour: Iterable[Any]) -> str:
    return "#" + "".join(f"{int(part):02x}" for part in colour)
