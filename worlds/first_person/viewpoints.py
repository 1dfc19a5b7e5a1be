"""Places for experts: to see two things in their order, or to be between two.

Nothing of the world is moved for these: the player goes to the nearest cell from which the clause holds, and looks.
"""

import numpy as np
from numba import njit

from ..engine.records.judge import A, B, amid, matches
from ..engine.records.things import GONE, ONE, THERE
from ..engine.render.raycast.scene import COLS, ROWS
from .angles import heading
from .grid_queries import cell_of, line_of_sight, middle
from .state import CELL
from .steering import FAR, standable, turn, walk_around

_UNITS = CELL // ONE
_A, _B = np.int32(A), np.int32(B)
_LEAST = ONE * 3 // 4
"""Least distance, in 1/ONE cells, from an eye to a thing to look at: nearer things are below the picture."""
_BESIDE = ONE // 4
"""Least distance, in 1/ONE cells, of other things from a clear line of sight."""
_PATIENCE = 120
"""Ticks after which other cells are tried, in case something unforeseen hides a thing."""


@njit
def view(state, player, clause, to_the_left, things, count, found, avoid, action):
    """One tick of going to a place from which a thing is seen to the left (or right) of another as a clause asks for,
    and of looking between them. Returns whether there is such a place. found: the `lengths` of paths from the player's
    cell that enter no cell of the mask `avoid`."""
    y, x = state.y[player], state.x[player]
    best, least = -1, FAR
    for i in range(count):
        one = things[i]
        if i == player or one.state != THERE or one.holder != 0 or not matches(one, i, clause, _A, player):
            continue
        for j in range(count):
            other = things[j]
            if j in (i, player) or other.state != THERE or not matches(other, j, clause, _B, player):
                continue
            left, right = (i, j) if to_the_left else (j, i)
            if tried(state, cell_of(y), cell_of(x)) and ordered(state, things, count, player, left, right, y, x):
                look_between(state, player, one, other, action)
                return True
            for cell in range(ROWS * COLS):
                row, col = cell // COLS, cell % COLS
                if found[row, col] >= least or not tried(state, row, col):
                    continue
                if ordered(state, things, count, player, left, right, middle(row), middle(col)):
                    best, least = cell, found[row, col]
    return best >= 0 and walk_around(state, player, middle(best // COLS), middle(best % COLS), avoid, action)


@njit
def tried(state, row, col):
    """Whether a cell is among those that are tried at this time: at first all, and then always two of three."""
    turn_of = state.tick // _PATIENCE
    return turn_of == 0 or (row * 7 + col * 5 + turn_of) % 3 != 0


@njit
def ordered(state, things, count, player, left, right, y, x):
    """Whether a player that looks between two things from a position in units sees both, the one left of the other:
    from 5 to 40 degrees apart, and with a clear line of sight to each."""
    dy, dx = np.int64(things[left].y) - y // _UNITS, np.int64(things[left].x) - x // _UNITS
    ey, ex = np.int64(things[right].y) - y // _UNITS, np.int64(things[right].x) - x // _UNITS
    aside, along = dx * ey - dy * ex, dy * ey + dx * ex
    if not (along <= 12 * aside and 6 * aside <= 5 * along):
        return False
    if min(dy * dy + dx * dx, ey * ey + ex * ex) < _LEAST * _LEAST:
        return False
    return clear_view(state, things, count, player, left, y, x) and clear_view(
        state, things, count, player, right, y, x
    )


@njit
def clear_view(state, things, count, player, index, y, x):
    """Whether neither a wall nor another thing is on the line from a position in units to a thing."""
    end_y, end_x = things[index].y * _UNITS, things[index].x * _UNITS
    if not line_of_sight(state, y, x, end_y, end_x):
        return False
    dy, dx = np.int64(things[index].y) - y // _UNITS, np.int64(things[index].x) - x // _UNITS
    square = dy * dy + dx * dx
    for other in range(count):
        if other in (index, player) or things[other].state == GONE or things[other].radius > ONE // 2:
            continue
        oy, ox = np.int64(things[other].y) - y // _UNITS, np.int64(things[other].x) - x // _UNITS
        along, aside = oy * dy + ox * dx, oy * dx - ox * dy
        if 0 < along < square and aside * aside < square * _BESIDE * _BESIDE:
            return False
    return True


@njit
def look_between(state, player, one, other, action):
    """Turn to the middle between the directions of two things."""
    dy, dx = one.y * _UNITS - state.y[player], one.x * _UNITS - state.x[player]
    ey, ex = other.y * _UNITS - state.y[player], other.x * _UNITS - state.x[player]
    far, away = max(np.hypot(dy, dx), 1.0), max(np.hypot(ey, ex), 1.0)
    y, x = CELL * (dy / far + ey / away), CELL * (dx / far + ex / away)
    turn(state, player, heading(np.int32(y), np.int32(x)), action)


@njit
def come_between(state, player, clause, things, count, found, avoid, action):
    """One tick of going to the nearest place, of three for each two things that match a clause's B, between these.
    Returns whether there is a path."""
    best_y, best_x, least = np.int32(0), np.int32(0), FAR
    for j in range(count):
        if j == player or things[j].state != THERE or not matches(things[j], j, clause, _B, player):
            continue
        for k in range(j + 1, count):
            if k == player or things[k].state != THERE or not matches(things[k], k, clause, _B, player):
                continue
            for part in range(1, 4):
                y = (things[j].y * (4 - part) + things[k].y * part) * _UNITS // 4
                x = (things[j].x * (4 - part) + things[k].x * part) * _UNITS // 4
                y, x = standable(state, np.int32(y), np.int32(x), avoid)
                if found[cell_of(y), cell_of(x)] < least and amid(y // _UNITS, x // _UNITS, things[j], things[k]):
                    best_y, best_x, least = y, x, found[cell_of(y), cell_of(x)]
    return least < FAR and walk_around(state, player, best_y, best_x, avoid, action)


@njit
def step_out(state, player, clause, things, count, found, avoid, action):
    """One tick of going to the nearest cell that lies between no two things that match a clause's B. Returns whether
    there is a path."""
    best, least = -1, FAR
    for cell in range(ROWS * COLS):
        row, col = cell // COLS, cell % COLS
        if found[row, col] < least and not enclosed(player, clause, things, count, middle(row), middle(col)):
            best, least = cell, found[row, col]
    return best >= 0 and walk_around(state, player, middle(best // COLS), middle(best % COLS), avoid, action)


@njit
def enclosed(player, clause, things, count, y, x):
    """Whether a position in units lies between two things that match a clause's B."""
    for j in range(count):
        if j == player or things[j].state != THERE or not matches(things[j], j, clause, _B, player):
            continue
        for k in range(j + 1, count):
            fits = k != player and things[k].state == THERE and matches(things[k], k, clause, _B, player)
            if fits and amid(y // _UNITS, x // _UNITS, things[j], things[k]):
                return True
    return False
