"""A room with a ball in it, a corridor, and two arms that look alike. Of what differs from one maze to the next, the
walls, the floor, the colour of the ball and the length of the corridor make its fold; on which side the ball is does
not, so both sides are as likely in every fold."""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.textures import BRICK, FIRST_FLOOR, FIRST_WALL, HEDGE, MARBLE, PANELS, PLANKS, STONE, WOOD
from ..first_person.body import stand
from ..first_person.generators import block, dig
from ..first_person.splits import REDRAWS, wanted
from ..first_person.things import clear_things, drop
from .state import BALL, GOAL, PAINTED, TRAP

WALLS = np.array([BRICK, STONE, WOOD, HEDGE, MARBLE, PANELS, *range(FIRST_WALL, FIRST_WALL + 8)], np.int32)
FLOORS = np.array([PLANKS, *range(FIRST_FLOOR, FIRST_FLOOR + 8)], np.int32)
ROOM = 4
"""Cells from the wall behind the start to the corridor; the room is three wide."""


@njit
def reset(state, task, levels):
    """Draw a maze until it is of the fold that the task asks for; then the side of the ball."""
    for _ in range(REDRAWS):
        clear_things(state)
        carve(state, task.length_min + draw(state, task.length_max - task.length_min + 1), task.arm)
        drop(state, BALL, 1 + draw(state, len(PAINTED)), state.map_rows // 2, 3)
        if wanted(state, task.fold):
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
def carve(state, length, arm):
    """Dig the room, the corridor and the arms."""
    state.length = length
    rows = 2 * max(arm, 1) + 3
    block(state, rows, ROOM + length + 3, WALLS[draw(state, len(WALLS))], FLOORS[draw(state, len(FLOORS))])
    dig(state, rows // 2 - 1, 1, 3, ROOM)
    dig(state, rows // 2, 1 + ROOM, 1, length)
    dig(state, 1, 1 + ROOM + length, rows - 2, 1)


def validate(knobs):
    """What is wrong with a combination of knob values, or None if mazes can be made with them."""
    if knobs["length_min"] > knobs["length_max"]:
        return (
            f"length_min is {knobs['length_min']} but length_max is {knobs['length_max']}; the first must not be larger"
        )
    return None
