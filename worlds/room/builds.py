"""Towers and rows: the next part and its place, from the parts that stand already. On the CPU only."""

import math

import numpy as np
from numba import njit

from ..engine.records.judge import A as FIRST_FIELD
from ..engine.records.judge import matches
from ..engine.records.relations import ON, TOUCHING, number_of
from ..engine.records.things import GONE, ONE, related
from .paths import feet
from .skills import NONE, cramped, free_spot, ground, half_height, spot_around

_A = np.int32(FIRST_FIELD)
IN = number_of("in")
_CLOSE = 0.02
"""Metres between the things of a row."""


@njit
def part_of(things, index, clause, player):
    """Whether a thing can be a part of the tower or row of a clause."""
    thing = things[index]
    return thing.state != GONE and thing.player == 0 and matches(thing, index, clause, _A, player)


@njit
def below(things, count, clause, player, index):
    """Index of the thing that another one stands on, of those that can be parts; -1 if there is none."""
    for other in range(count):
        lower = other != index and things[other].z < things[index].z
        if lower and part_of(things, other, clause, player) and related(things[index], things[other], ON, 0):
            return other
    return -1


@njit
def next_of_tower(state, player, things, count, clause):
    """(index of the next part, index of the part below it) of a tower; -1 where there is none."""
    best, highest = -1, 0
    for index in range(count):
        if not rests(things, index, clause, player):
            continue
        height, at = 1, below(things, count, clause, player, index)
        while at >= 0 and height < 8:
            height, at = height + 1, below(things, count, clause, player, at)
        if height > highest:
            best, highest = index, height
    if best < 0:
        return -1, -1
    used = np.zeros(count, np.bool_)
    at = best
    while at >= 0 and not used[at]:
        used[at] = True
        at = below(things, count, clause, player, at)
    return spare(state, player, things, count, clause, used), best


@njit
def spare(state, player, things, count, clause, used):
    """Index of a part that is not used yet: one that the player holds, else the nearest; -1 if there is none."""
    best, least = -1, 1e9
    own_x, own_y = feet(state, player)
    for index in range(count):
        if used[index] or not part_of(things, index, clause, player):
            continue
        if things[index].holder == player + 1:
            return index
        length = math.hypot(things[index].x / ONE - own_x, things[index].y / ONE - own_y)
        if length < least:
            best, least = index, length
    return best


@njit
def next_of_row(state, player, things, count, clause):
    """(index, found, x, y, z): the next part of a row, and the place for its middle."""
    nothing = -1, False, 0.0, 0.0, 0.0
    used = np.zeros(count, np.bool_)
    first, second = -1, -1
    for i in range(count):
        for j in range(i + 1, count):
            both = rests(things, i, clause, player) and rests(things, j, clause, player)
            if second < 0 and both and related(things[i], things[j], TOUCHING, 0):
                first, second = i, j
    if second < 0:
        return start_row(state, player, things, count, clause, used)
    used[first] = used[second] = True
    dx, dy = (things[second].x - things[first].x) / ONE, (things[second].y - things[first].y) / ONE
    length = max(math.hypot(dx, dy), 1e-6)
    dx, dy = dx / length, dy / length
    for i in range(count):  # parts that stand in the row already, behind its second part or before its first
        if not used[i] and rests(things, i, clause, player):
            x, y = (things[i].x - things[first].x) / ONE, (things[i].y - things[first].y) / ONE
            used[i] = abs(x * dy - y * dx) < 0.3 * abs(x * dx + y * dy) and (
                related(things[i], things[first], TOUCHING, 0) or related(things[i], things[second], TOUCHING, 0)
            )
    one = spare(state, player, things, count, clause, used)
    if one < 0:
        return nothing
    found, x, y, z = end_of_row(state, player, things, count, used, one, first, dx, dy)
    return one, found, x, y, z


@njit
def rests(things, index, clause, player):
    """Whether a thing can be a part, and nobody holds it."""
    return part_of(things, index, clause, player) and things[index].holder == 0


@njit
def start_row(state, player, things, count, clause, used):
    """(index, found, x, y, z): a part to put beside a first one, which stays where it is."""
    for first in range(count):
        if not rests(things, first, clause, player):
            continue
        used[first] = True
        one = spare(state, player, things, count, clause, used)
        used[first] = False
        if one < 0:
            continue
        toy, x, y = np.int64(one - state.players), things[first].x / ONE, things[first].y / ONE
        wide = (things[first].radius + things[one].radius) / ONE + _CLOSE
        found, x, y, z = spot_around(state, player, toy, x, y, support(state, first, things), wide, wide + 0.02)
        if found:
            return one, True, x, y, z
    return -1, False, 0.0, 0.0, 0.0


@njit
def support(state, index, things):
    """The piece of furniture that a toy stands on or in; NONE if it stands on the floor, or is no toy."""
    if not 0 <= index - state.players < state.things:
        return NONE
    for piece in range(state.pieces):
        other = things[state.players + state.things + piece]
        if related(things[index], other, ON, 0) or related(things[index], other, IN, 0):
            return np.int64(piece)
    return NONE


@njit
def end_of_row(state, player, things, count, used, one, first, dx, dy):
    """(found, x, y, z): a place for a part at either end of the row of those `used`, which leads along (dx, dy)."""
    toy = np.int64(one - state.players)
    low = high = first
    for i in range(count):
        if used[i]:
            along = (things[i].x - things[first].x) * dx + (things[i].y - things[first].y) * dy
            if along > (things[high].x - things[first].x) * dx + (things[high].y - things[first].y) * dy:
                high = i
            if along < (things[low].x - things[first].x) * dx + (things[low].y - things[first].y) * dy:
                low = i
    blocked = cramped(state, player, toy)
    for side in range(2):
        end, way = (high, 1.0) if side == 0 else (low, -1.0)
        apart = way * ((things[end].radius + things[one].radius) / ONE + _CLOSE)
        x, y = things[end].x / ONE + apart * dx, things[end].y / ONE + apart * dy
        good, z = ground(state, blocked, support(state, end, things), x, y)
        z += half_height(state, toy) + 0.01
        if good and free_spot(state, toy, x, y, z, 0.5):
            return True, x, y, z
    return False, 0.0, 0.0, 0.0
