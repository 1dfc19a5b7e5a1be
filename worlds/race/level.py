"""A maze without dead ends, whose corridors fork and meet again, with hurdles in them. All players start in one cell,
and the goal is in the cell farthest from it."""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS, ROWS
from ..engine.render.raycast.textures import EARTH, STONE
from ..first_person.body import stand
from ..first_person.generators import braid, depth_first, ways
from ..first_person.grid_queries import flood, taken
from ..first_person.multiplayer import step_aside
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import HURDLE as STOPS
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .state import GOAL, HURDLE, RED, WHITE

CLEAR = 2
"""Number of steps from the start without hurdles."""


@njit
def reset(state, task, levels):
    """Draw a track of the task's split, and place all players in its start, facing along the corridor."""
    start = np.int32(0)
    for _ in range(REDRAWS):
        clear_things(state)
        depth_first(state, task.down, task.across, STONE, EARTH)
        braid(state, task.braid)
        start = (2 * draw(state, task.down) + 1) * COLS + 2 * draw(state, task.across) + 1
        flood(state, start // COLS, start % COLS)
        goal = farthest(state)
        state.ways = np.int32(state.marks[goal // COLS, goal % COLS])
        drop(state, GOAL, 0, goal // COLS, goal % COLS)
        for number in range(task.hurdles):
            put_hurdle(state, RED if number % 2 == 0 else WHITE)
        if in_split(state, task.fold):
            break
    turn = draw(state, 4)
    for player in range(state.players):
        stand(state, player, start // COLS, start % COLS, open_side(state, start // COLS, start % COLS))
        step_aside(state, player, turn + player)


@njit
def farthest(state):
    """The farthest cell by the marks of `flood`, as a flat index; of several, the last."""
    best = np.int32(0)
    for at in range(ROWS * COLS):
        if state.marks[at // COLS, at % COLS] >= state.marks[best // COLS, best % COLS]:
            best = np.int32(at)
    return best


@njit
def put_hurdle(state, colour):
    """Place a hurdle in a random cell with walls on two opposite sides and floor on the others, if there is one."""
    spots = hurdle_spot(state, -1)
    if spots > 0:
        at = hurdle_spot(state, draw(state, spots))
        state.walls[at // COLS, at % COLS] = STOPS
        drop(state, HURDLE, colour, at // COLS, at % COLS)


@njit
def hurdle_spot(state, nth):
    """The nth cell, as a flat index, for a hurdle; for nth = -1 their number."""
    count = np.int32(0)
    for y in range(1, state.map_rows - 1):
        for x in range(1, state.map_cols - 1):
            if state.walls[y, x] != 0 or np.int32(state.marks[y, x]) <= CLEAR or taken(state, y, x):
                continue
            along = state.walls[y, x - 1] == 0 and state.walls[y, x + 1] == 0
            down = state.walls[y - 1, x] == 0 and state.walls[y + 1, x] == 0
            if ways(state, y, x) == 2 and (along or down):
                if count == nth:
                    return np.int32(y * COLS + x)
                count += 1
    return count


@njit
def open_side(state, y, x):
    """The yaw of a free side of a cell, the same for all players."""
    if state.walls[y, x + 1] == 0:
        return np.int32(0)
    if state.walls[y + 1, x] == 0:
        return np.int32(TURN // 4)
    return np.int32(TURN // 2) if state.walls[y, x - 1] == 0 else np.int32(3 * TURN // 4)
