"""A text in place of the picture: the things that a player can see, with their names and where they are."""

from __future__ import annotations

import math

import numpy as np

from ...worlds.engine.records.things import GONE, ONE, OPEN
from ...worlds.engine.render.views import Tiles
from ...worlds.engine.run.batch import Batch

MOST_LINES = 60
"""The most things that are told of."""
WIDE = math.radians(50.0)
"""The angle to either side within which a thing of a first-person world is told of, our own choice."""


def scene_text(batch: Batch, row: int, player: int) -> str:
    """The things of a row in lines of text: from above by row and column, in first person by how far ahead and to which
    side of the player they are; those behind the player, or hidden from it, are left out. Walls are not told of."""
    world = batch.world.rules.things
    if world is None:
        return "This world has no list of things."
    every, counts, _ = batch.things()
    things = every[row, : int(counts[row])]
    own = np.flatnonzero(things["player"] == player + 1)
    flat, unit = isinstance(batch.world.view, Tiles), f"{world.unit}s"
    lines = []
    for index, thing in enumerate(things):
        if thing["state"] == GONE or (len(own) and index == own[0] and not flat):
            continue
        name = "you" if thing["player"] == player + 1 else world.name(thing)
        if flat:
            where = f"row {thing['y'] // ONE}, column {thing['x'] // ONE}"
        else:
            if not len(own) or thing["hidden"] >> player & 1:
                continue
            me = things[own[0]]
            where = _seen(me, thing, unit)
            if not where:
                continue
        state = ", open" if thing["state"] == OPEN else ""
        held = f", held by {'you' if thing['holder'] == player + 1 else 'another player'}" if thing["holder"] else ""
        lines.append(f"- {name}: {where}{state}{held}")
    if len(lines) > MOST_LINES:
        lines = [*lines[:MOST_LINES], f"- and {len(lines) - MOST_LINES} more"]
    return "You see:\n" + "\n".join(lines) if lines else "You see nothing in particular."


def _seen(me: np.void, thing: np.void, unit: str) -> str:
    """How far ahead and aside a thing is; empty where it is out of view."""
    dy, dx = (int(thing[axis]) - int(me[axis]) for axis in ("y", "x"))
    ahead_y, ahead_x = int(me["ahead_y"]), int(me["ahead_x"])
    length = math.hypot(ahead_y, ahead_x) or 1.0
    ahead = (dy * ahead_y + dx * ahead_x) / length / ONE
    right = (dy * ahead_x - dx * ahead_y) / length / ONE
    if abs(math.atan2(right, ahead)) > WIDE:
        return ""
    side = "right" if right > 0 else "left"
    return f"{ahead:.1f} {unit} ahead, {abs(right):.1f} to the {side}"
