"""The expert of hide and seek, for every player: hiders keep out of sight and far away; seekers know where they are."""

import numpy as np
from numba import njit

from ..engine.render.raycast.scene import COLS, ROWS
from ..first_person.chase import chase, flee, from_player, length_to
from ..first_person.expert import expert_of
from ..first_person.grid_queries import line_of_sight, middle
from ..first_person.multiplayer import squared_distance_between
from ..first_person.state import CELL, TURN
from ..first_person.steering import FAR, face, tap_use, turn, walk_to
from ..first_person.things import ahead_of, held
from .rules import ARM
from .state import CRATE

HIDDEN = 300
"""The value of a cell out of the seekers' sight, as a length of paths: see chase.flee."""
CLOSE = 2 * CELL
"""Distance, in units, from which a seeker stands and looks at a hider that it sees."""


@njit
def play(state, player, action):
    """One tick of hiding or seeking."""
    if state.seeks[player] != 0:
        seek(state, player, action)
    else:
        hide(state, player, action)


@njit
def hide(state, player, action):
    """Run to a cell that no seeker sees, and that they reach last."""
    nearest = np.full((ROWS, COLS), FAR, np.int32)
    worth = np.zeros((ROWS, COLS), np.int32)
    for other in range(state.players):
        if state.seeks[other] != 0:
            nearest = np.minimum(nearest, from_player(state, other))
    for y in range(1, state.map_rows - 1):
        for x in range(1, state.map_cols - 1):
            if state.walls[y, x] == 0 and not in_sight(state, y, x):
                worth[y, x] = HIDDEN
    flee(state, player, nearest, worth, action)


@njit
def in_sight(state, y, x):
    """Whether no wall is between a seeker, whichever way it looks, and the middle of this cell."""
    for player in range(state.players):
        if state.seeks[player] == 0:
            continue
        if line_of_sight(state, state.y[player], state.x[player], middle(y), middle(x)):
            return True
    return False


@njit
def seek(state, player, action):
    """Run to the nearest hider, and look at it."""
    found, best = from_player(state, player), np.int32(-1)
    for other in range(state.players):
        if state.seeks[other] == 0 and (best < 0 or length_to(state, found, other) < length_to(state, found, best)):
            best = np.int32(other)
    visible = line_of_sight(state, state.y[player], state.x[player], state.y[best], state.x[best])
    if visible and squared_distance_between(state, player, best) < np.int64(CLOSE) * CLOSE:
        face(state, player, state.y[best], state.x[best], action)
    elif not chase(state, player, best, action):
        clear_way(state, player, action)


@njit
def clear_way(state, player, action):
    """One tick where blocks bar the path: take the nearest, or turn aside and put down the one in hand."""
    if held(state, player) >= 0:
        turn(state, player, state.yaw[player] + TURN // 4, action)
        tap_use(state, player, action)
    elif ahead_of(state, player, ARM, CRATE) >= 0:
        tap_use(state, player, action)
    else:
        best, least = np.int32(-1), np.int64(0)
        for index in range(state.things):
            if state.kind[index] == CRATE and state.holder[index] == 0:
                dy = np.int64(state.thing_y[index]) - state.y[player]
                dx = np.int64(state.thing_x[index]) - state.x[player]
                if best < 0 or dy * dy + dx * dx < least:
                    best, least = np.int32(index), dy * dy + dx * dx
        if best >= 0 and not walk_to(state, player, state.thing_y[best], state.thing_x[best], action):
            face(state, player, state.thing_y[best], state.thing_x[best], action)


act = expert_of(play)
