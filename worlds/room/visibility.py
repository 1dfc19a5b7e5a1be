"""Visibility of things in a room, so that goals about looking agree with the picture.

A player sees a thing if a straight line from its eye meets that thing first, before walls, the door, furniture, toys
and other players; ends in the picture, as high as that is, and in pictures at least as wide as high; and is no longer
than makes the thing a pixel wide and high in a picture of 64 rows. The lines go to the middle of each form of the
thing: of a toy's hull, of a piece of furniture's boxes, of the door's leaf; and to the middle of a player and of its
head.
"""

import math

from numba import njit

from ..engine.records.things import ONE, towards
from ..first_person.angles import ONE_UNIT, cosine, sine
from ..first_person.visibility import PIXELS, UP
from . import toys
from .furniture import BOXES, LEAF_AT, MOST_BOXES, hinge, quarter, top
from .quaternions import from_axis_angle, rotate
from .raycast import eye, leaf, met, player_entry, pose
from .state import DOOR_AT, HEIGHT, NOBODY, RADIUS, TOYS

PLAYER, TOY, PIECE, DOOR = range(4)
"""The types of things of the table."""
POINTS = max(toys.HARD, MOST_BOXES)
"""The largest number of points of a thing."""
_HEAD = HEIGHT - 0.2  # metres from the feet to the middle of the head
_WIDE = 0.25  # radius of a player as it is drawn
_UP = UP[0] / UP[1]
_SAME = 1e-6  # metres


@njit
def hide(state, things, count):
    """Set the bits of `hidden` in things (count,) THING: of each thing that a player faces and does not see."""
    for player in range(state.players):
        for index in range(count):
            if index != player and towards(things[player], things[index]):
                if sees(state, things[index], player, index, True)[0]:
                    continue
                things[index].hidden |= 1 << player


@njit
def subject(state, index):
    """(type, number) of a thing of the table: a player, a toy, a piece of furniture or the door."""
    if index < state.players:
        return PLAYER, index
    index -= state.players
    if index < state.things:
        return TOY, index
    index -= state.things
    if index < state.pieces:
        return PIECE, index
    index -= state.pieces + state.door
    if index < 0:
        return DOOR, 0
    piece = 0
    while index >= top(state.piece[piece] - 1):  # the other boards of shelves come last
        index -= top(state.piece[piece] - 1)
        piece += 1
    return PIECE, piece


@njit
def point(state, what, number, part):
    """(whether it exists, (x, y, z)) of a part's middle, in metres, of the thing `number` of the type `what`."""
    if what == TOY:
        kind = state.kind[number] - toys.FIRST
        if part >= toys.HARD or toys.HULL_FORM[kind, part] == 0:
            return False, (0.0, 0.0, 0.0)
        (x, y, z), turned = pose(state, number)
        scale, at = toys.SCALE[state.size[number]], toys.HULL_AT[kind, part]
        dx, dy, dz = rotate(turned, (scale * at[0], scale * at[1], scale * at[2]))
        return True, (x + dx, y + dy, z + dz)
    if what == PIECE:
        kind = state.piece[number] - 1
        if part >= MOST_BOXES or BOXES[kind, part, 3] == 0:
            return False, (0.0, 0.0, 0.0)
        dx, dy = quarter(BOXES[kind, part, 0], BOXES[kind, part, 1], state.piece_turn[number])
        return True, (state.piece_x[number] + dx, state.piece_y[number] + dy, BOXES[kind, part, 2])
    if what == DOOR:
        x, y, angle = hinge(state)
        dx, dy, dz = rotate(from_axis_angle(2, angle + state.qpos[DOOR_AT]), LEAF_AT)
        return part == 0, (x + dx, y + dy, dz)
    at = 3 * number
    high = HEIGHT / 2 if part == 0 else _HEAD
    return part < 2, (state.qpos[at], state.qpos[at + 1], state.qpos[at + 2] + high)


@njit
def sees(state, thing, player, index, picture):
    """(whether a player sees a thing of the table, a seen point of it, in metres); picture: in its present picture,
    else from its position in any direction."""
    what, number = subject(state, index)
    for part in range(POINTS):
        there, at = point(state, what, number, part)
        if not there:
            break
        if (not picture or in_picture(state, thing, player, at)) and unobstructed(state, player, what, number, at):
            return True, at
    return False, (thing.x / ONE, thing.y / ONE, thing.z / ONE)


@njit
def in_picture(state, thing, player, at):
    """Whether a point of a thing is in a player's picture, and the thing a pixel high there."""
    (x, y, z), yaw, pitch = eye(state, player), state.yaw[player], state.pitch[player]
    dx, dy, dz = at[0] - x, at[1] - y, at[2] - z
    depth = (dx * cosine(yaw) + dy * sine(yaw)) / ONE_UNIT
    aside = (dy * cosine(yaw) - dx * sine(yaw)) / ONE_UNIT
    rise = dz - depth * sine(pitch) / cosine(pitch)
    if depth <= 0 or abs(aside) > _UP * depth or abs(rise) > _UP * depth:
        return False
    tall = (thing.height * depth + thing.radius * abs(dz)) / math.sqrt(depth * depth + dz * dz)
    return min(tall, thing.radius) * PIXELS >= _UP * depth * ONE


@njit
def unobstructed(state, player, what, number, at):
    """Whether the straight line from a player's eye to a point first meets the thing that the point belongs to."""
    x, y, z = eye(state, player)
    dx, dy, dz = at[0] - x, at[1] - y, at[2] - z
    length = math.sqrt(dx * dx + dy * dy + dz * dz)
    if length == 0:
        return False
    ray = (dx / length, dy / length, dz / length)
    for other in range(state.players):
        hides = other != player and (what != PLAYER or other != number)
        if hides and player_entry(state, other, _WIDE, (x, y, z), ray) < length:
            return False
    first, distance = met(state, (x, y, z), ray, player)
    if what == TOY:
        return first == number
    if what == PIECE:
        return first == TOYS + number
    if first != NOBODY:
        return False
    if what == DOOR:
        return leaf(state, (x, y, z), ray) <= distance + _SAME
    return player_entry(state, number, RADIUS, (x, y, z), ray) <= distance + _SAME
