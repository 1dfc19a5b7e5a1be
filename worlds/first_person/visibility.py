"""Visibility of things in integer arithmetic, so that goals about looking agree with the picture on every device.

A player sees a thing if the straight line from its eye to the middle of the thing (of its main part, as it is drawn)

- ends within the height of the picture, and in pictures at least as wide as high (goals require 22 degrees besides);
- passes no wall, closed door or block;
- passes no other thing or player, each taken as a column as wide and as tall as it is drawn;
- and is so short that the thing is at least a pixel high in a picture of 64 rows.

So about half of a seen thing or more is in the picture. A player sees the thing it holds, and no thing without a model.
"""

import numpy as np
from numba import njit

from ..engine.compile.ingredients import python
from ..engine.records.things import GONE, HALF, ONE, OPEN, towards
from ..engine.render.primitives import bounding_half
from .angles import ONE_UNIT, cosine, sine
from .grid_queries import cell_of, line_of_sight, opaque
from .models import BOB, DOOR, DOOR_OPEN, LOOKS, NOTHING, PARTS, Part, axes
from .state import CELL
from .things import PLAYER_KIND
from .view import CARRIED, INSIDE, across, opened

UNSEEN = -1
"""The value of `hidden` of things that no player ever sees."""
PAINTED = -1
"""The model of things painted on a wall: their cell is a cell of the wall."""
EYES = ONE // 2
"""Height of a player's eyes above its feet, in 1/ONE cells, equal to the camera's."""
UP = 3, 4
"""Half the height of the picture as a fraction of the distance, equal to the camera's."""
PIXELS = 64
"""Rows of the picture in which a seen thing is at least a pixel high."""

_UNITS = CELL // ONE


MIDDLE, ASIDE, WIDE, LOW, HIGH = range(5)
"""Columns of BULK, in 1/ONE cells: height and offset to the left of the middle of a model's main part, half the width
of the model, and the heights of its lower and upper end."""


def _extent(part: Part) -> np.ndarray:
    """Half the extent of a part along the axes of its thing, (3,)."""
    half = np.array(python(bounding_half)(part.form, part.half))
    return np.abs(np.reshape(axes(part), (3, 3))).T @ half


def _bulk(look: int) -> list[int]:
    """MIDDLE to HIGH of a model. Its main part is the one nearest to half its height, among the large parts above its
    middle."""
    parts = PARTS.get(look)
    if not parts:
        return [0] * 5
    at, half = np.array([part.at for part in parts]), np.array([_extent(part) for part in parts])
    low, high = (at - half)[:, 2].min(), (at + half)[:, 2].max()
    size = half[:, :2].max(axis=1) * half[:, 2]
    main = size >= size.max() / 2
    over = main & (np.abs(at[:, :2]).max(axis=1) < 1e-6)
    main = over if over.any() else main
    best = np.where(main, np.abs(at[:, 2] - (low + high) / 2), np.inf).argmin()
    wide = 0.0 if look in (DOOR, DOOR_OPEN) else (np.abs(at) + half)[:, :2].max()  # doors shut cells, or stand at walls
    return [round(length * ONE) for length in (at[best, 2] + BOB.get(look, 0), at[best, 1], wide, low, high)]


BULK = np.array([_bulk(look) for look in range(LOOKS)], np.int32)


@njit
def hide(state, things, looks, eyes):
    """Set the bits of `hidden` in a table that fill_things wrote, things (k,) THING: of each thing that a player faces
    and does not see.

    looks[kind]: a number of models.py or PAINTED; eyes: the height of the players' eyes, usually EYES.
    """
    for player in range(state.players):
        for index in range(state.players + state.things):
            before = index != player and towards(things[player], things[index])
            if before and not sees(state, things, player, index, looks, eyes):
                things[index].hidden |= 1 << player


@njit
def look_of(state, things, index, looks):
    """The present model of a thing of the table."""
    if things[index].state == GONE:
        return NOTHING
    look = looks[things[index].kind]
    return opened(look) if things[index].state == OPEN else look


@njit
def shown(you, thing, length):
    """A length of a thing, in 1/ONE cells, as drawn for a player: things in another player's hand are smaller."""
    carried = thing.player == 0 and thing.holder != 0 and thing.holder != you.player
    return np.int64(length) * CARRIED[0] // CARRIED[1] if carried else np.int64(length)


@njit
def stands_in(you, thing):
    """Whether a thing is a player that overlaps this one, so that it is not drawn."""
    return thing.kind == PLAYER_KIND and max(abs(thing.y - you.y), abs(thing.x - you.x)) < INSIDE // _UNITS


@njit
def sees(state, things, player, index, looks, eyes):
    """Whether a player sees a thing of the table in front of it, other than itself."""
    you, thing = things[player], things[index]
    look = look_of(state, things, index, looks)
    if look == NOTHING or stands_in(you, thing):
        return False
    if thing.player == 0 and thing.holder == player + 1:
        return True
    y, x, z, tall = np.int64(thing.y), np.int64(thing.x), np.int64(HALF), np.int64(ONE)
    if look != PAINTED:
        z = thing.z - thing.height + shown(you, thing, BULK[look, MIDDLE])
        tall = shown(you, thing, BULK[look, HIGH] - BULK[look, LOW])
        aside = np.int64(BULK[look, ASIDE])
        if aside != 0 and across(state, y * _UNITS, x * _UNITS):
            x -= aside
        else:
            y += aside
    return sees_point(state, things, player, index, y, x, z, tall, looks, eyes)


@njit
def sees_point(state, things, player, index, y, x, z, tall, looks, eyes):
    """Whether a player sees the point (y, x, z), in 1/ONE cells, of the thing `index`, which is `tall` high."""
    you, thing = things[player], things[index]
    eye = you.z - you.height + eyes
    depth = (y - you.y) * sine(state.yaw[player]) + (x - you.x) * cosine(state.yaw[player])
    sin, cos = np.int64(sine(state.pitch[player])), np.int64(cosine(state.pitch[player]))
    high = abs((z - eye) * cos * ONE_UNIT - depth * sin) * UP[1] > depth * cos * UP[0]
    small = tall * PIXELS * ONE_UNIT * UP[1] < 2 * UP[0] * depth
    if depth <= 0 or high or small:
        return False
    end_y, end_x = y * _UNITS, x * _UNITS
    if thing.holder != 0 and opaque(state, cell_of(end_y), cell_of(end_x)):
        return False  # in the hand of one who stands at a wall
    if not line_of_sight(state, state.y[player], state.x[player], end_y, end_x):
        return False
    for other in range(state.players + state.things):
        if other != index and covers(state, things, player, other, y, x, z, looks, eye):
            return False
    return True


@njit
def covers(state, things, player, other, y, x, z, looks, eye):
    """Whether another thing of the table hides the point (y, x, z) from a player's eye."""
    you, thing = things[player], things[other]
    look = look_of(state, things, other, looks)
    if look in (NOTHING, PAINTED) or stands_in(you, thing) or (thing.player == 0 and thing.holder == player + 1):
        return False
    wide = shown(you, thing, BULK[look, WIDE])
    dy, dx, oy, ox = y - you.y, x - you.x, np.int64(thing.y) - you.y, np.int64(thing.x) - you.x
    square, along, aside = dy * dy + dx * dx, oy * dy + ox * dx, oy * dx - ox * dy
    if not 0 < along < square or aside * aside > wide * wide * square or oy * oy + ox * ox <= wide * wide:
        return False
    foot = thing.z - thing.height - eye
    low, high = foot + shown(you, thing, BULK[look, LOW]), foot + shown(you, thing, BULK[look, HIGH])
    return low * square <= (z - eye) * along <= high * square
