"""The expert of the race: it runs the shortest path, over hurdles."""

import numpy as np
from numba import njit

from ..engine.render.raycast.scene import COLS, ROWS
from ..first_person.bindings import SHIFT, SPACE, W
from ..first_person.expert import expert_of
from ..first_person.grid_queries import SIDES, cell_of, middle
from ..first_person.state import CELL
from ..first_person.state import HURDLE as STOPS
from ..first_person.steering import steer, walk_to

TAKE_OFF = CELL * 5 // 4
"""Largest distance from the middle of a hurdle, in units, at which a running player jumps."""


@njit
def race(state, player, action):
    """One tick: run to the goal, or to the next hurdle on the path there and over it."""
    action.keys[SHIFT] = 1
    steps = steps_to(state, cell_of(state.thing_y[0]), cell_of(state.thing_x[0]))
    y, x = cell_of(state.y[player]), cell_of(state.x[player])
    here, first = next_cell(steps, y, x), True
    if state.walls[y, x] == STOPS:
        over(state, player, y, x, here, action)
        return
    while steps[y, x] > 0:
        there = next_cell(steps, y, x)
        if state.walls[there // COLS, there % COLS] == STOPS:
            if first:
                beyond = next_cell(steps, there // COLS, there % COLS)
                over(state, player, there // COLS, there % COLS, beyond, action)
            else:
                walk_to(state, player, middle(y), middle(x), action)
            return
        y, x, first = there // COLS, there % COLS, False
    walk_to(state, player, state.thing_y[0], state.thing_x[0], action)


@njit
def over(state, player, y, x, beyond, action):
    """Run straight over the hurdle in the cell (y, x), to the cell beyond it, and jump in time."""
    steer(state, player, middle(beyond // COLS), middle(beyond % COLS), False, action)
    gap = max(abs(state.y[player] - middle(y)), abs(state.x[player] - middle(x)))
    if gap < TAKE_OFF and action.keys[W] != 0:
        action.keys[SPACE] = 1


@njit
def steps_to(state, y, x):
    """Steps from all cells to (y, x), hurdles counting as floor; -1 where no path leads. int32 (ROWS, COLS)."""
    steps, queue = np.full((ROWS, COLS), -1, np.int32), np.empty(ROWS * COLS, np.int32)
    steps[y, x], queue[0], done, count = 0, y * COLS + x, 0, 1
    while done < count:
        row, col = queue[done] // COLS, queue[done] % COLS
        done += 1
        for dy, dx in SIDES:
            wall = state.walls[row + dy, col + dx]
            if steps[row + dy, col + dx] < 0 and (wall == 0 or wall == STOPS):
                steps[row + dy, col + dx] = steps[row, col] + 1
                queue[count] = (row + dy) * COLS + col + dx
                count += 1
    return steps


@njit
def next_cell(steps, y, x):
    """The flat index of a neighbour with fewer steps; of the cell itself if there is none."""
    for dy, dx in SIDES:
        if 0 <= steps[y + dy, x + dx] < steps[y, x]:
            return np.int32((y + dy) * COLS + x + dx)
    return np.int32(y * COLS + x)


act = expert_of(race)
