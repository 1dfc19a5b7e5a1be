"""Places from which one thing is seen left of another, for the room's expert. On the CPU only; positions in metres."""

import math

from numba import njit

from ..engine.records.things import ONE
from .paths import feet, visible
from .skills import NONE, UNSEEN, gaze, go
from .state import EYE

_NEAREST = 0.9
"""Metres: from nearer by, what lies on the floor is below the picture."""
_RINGS, _STEP = 3, 0.4
"""Distances that are tried, and metres between them."""
_SLANTS = (0.0, 0.5, -0.5, 1.0, -1.0)
"""Radians by which the view may differ from one straight at the line between the two."""
_PATIENCE = 150
"""Ticks after which another view comes first, where something unforeseen hides what is to be seen."""


@njit
def in_order(state, x, y, left, right):
    """Whether a player that looks between two things from a place sees the one left of the other: from 7 to 40 degrees
    apart, and neither behind a wall or furniture."""
    dx, dy, ex, ey = left.x / ONE - x, left.y / ONE - y, right.x / ONE - x, right.y / ONE - y
    aside, along = dx * ey - dy * ex, dx * ex + dy * ey
    if not (along <= 8 * aside and 6 * aside <= 5 * along):
        return False
    if min(math.hypot(dx, dy), math.hypot(ex, ey)) < 0.6 * _NEAREST:
        return False
    for thing in (left, right):
        if not visible(state, x, y, EYE, thing.x / ONE, thing.y / ONE, thing.z / ONE):
            return False
    return True


@njit
def see(state, player, left, right, action):
    """One tick of going to where one thing is seen left of another, and of looking between them. Returns whether there
    is such a place."""
    x, y = (left.x + right.x) / (2 * ONE), (left.y + right.y) / (2 * ONE)
    z = (left.z + right.z) / (2 * ONE)
    across_x, across_y = (right.x - left.x) / ONE, (right.y - left.y) / ONE
    apart = math.hypot(across_x, across_y)
    own_x, own_y = feet(state, player)
    late = state.tick // _PATIENCE
    look = late == 0 or state.tick % _PATIENCE > _PATIENCE // 2
    if look and in_order(state, own_x, own_y, left, right):
        gaze(state, player, x, y, z, action)
        return True
    if apart < 0.05:
        return False
    ahead = math.atan2(-across_x, across_y)
    for slant in range(len(_SLANTS)):
        angle = ahead + _SLANTS[(slant + late) % len(_SLANTS)]
        for ring in range(_RINGS):
            far = max(_NEAREST, 1.6 * apart) + ring * _STEP
            at_x, at_y = x - far * math.cos(angle), y - far * math.sin(angle)
            inside = 0 < at_x < state.map_cols and 0 < at_y < state.map_rows
            if not inside or not in_order(state, at_x, at_y, left, right):
                continue
            there = go(state, player, at_x, at_y, z, 0.0, 0.15, UNSEEN, NONE, action)
            if there == 1:
                gaze(state, player, x, y, z, action)
            if there >= 0:
                return True
    return False
