"""A room with a ball in it, a corridor, and two identical arms. The split of a maze depends on its walls and floor, the
colour of the ball and the length of the corridor; it does not depend on the side of the ball, so both sides are equally
likely in every split."""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.textures import BRICK, FIRST_FLOOR, FIRST_WALL, HEDGE, MARBLE, PANELS, PLANKS, STONE, WOOD
from ..first_person.body import stand
from ..first_person.generators import dig, fill_with_wall
from ..first_person.splits import REDRAWS, in_split
from ..first_person.things import clear_things, drop
from .state import BALL, GOAL, PAINTED, TRAP

WALLS = np.array([BRICK, STONE, WOOD, HEDGE, MARBLE, PANELS, *range(FIRST_WALL, FIRST_WALL + 8)], np.int32)
FLOORS = np.array([PLANKS, *range(FIRST_FLOOR, FIRST_FLOOR + 8)], np.int32)
ROOM = 4
"""Cells from the wall behind the start to the corridor; the room is three wide."""


@njit
def reset(state, task, levels):
    """Draw a maze until it is of the task's split; then the side of the ball."""
    for _ in range(REDRAWS):
        clear_things(state)
        dig_maze(state, task.length_min + draw(state, task.length_max - task.length_min + 1), task.arm)
        drop(state, BALL, 1 + draw(state, len(PAINTED)), state.map_rows // 2, 3)
        if in_split(state, task.fold):
            break
    middle, last = state.map_rows // 2, state.map_cols - 2
    state.right = draw(state, 2)
    side = 2 * state.right - 1
    ball = np.int32(state.colour[0])
    clear_things(state)
    drop(state, BALL, ball, middle + side, 3)
    drop(state, GOAL, 0, middle + side * task.arm, last)
    drop(state, TRAP, 0, middle - side * task.arm, last)
    stand(state, 0, middle, 1, 0)


@njit
def dig_maze(state, length, arm):
    """Dig the room, the corridor and the arms."""
    state.length = length
    rows = 2 * max(arm, 1) + 3
    fill_with_wall(state, rows, ROOM + length + 3, WALLS[draw(state, len(WALLS))], FLOORS[draw(state, len(FLOORS))])
    dig(state, rows // 2 - 1, 1, 3, ROOM)
    dig(state, rows // 2, 1 + ROOM, 1, length)
    dig(state, 1, 1 + ROOM + length, rows - 2, 1)


def validate(knobs):
    """The reason why mazes cannot be generated with these values of the knobs, or None if they can."""
    if knobs["length_min"] > knobs["length_max"]:
        return (
            f"length_min is {knobs['length_min']} but length_max is {knobs['length_max']}; the first must not be larger"
        )
    return None
