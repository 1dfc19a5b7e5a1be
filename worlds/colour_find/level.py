"""Rooms for colour finding: blocks of random colours that never touch one another, and the pair of colours to find.

Splits (training, validation, testing) divide the rooms by the blocks and their cells. A pair of colours is withheld
where the sum of their numbers, counted from 0, is a multiple of 5: nine pairs of 45, which rooms may hold but the
instruction names only where the task asks for unseen pairs.
"""

import numpy as np
from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast import textures
from ..engine.render.raycast.scene import COLS
from ..first_person.body import stand
from ..first_person.generators import open_room
from ..first_person.grid_queries import random_free, taken
from ..first_person.sampling import draw_next, list_free
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import DOOR as CLOSED
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .rules import ask
from .state import BLOCK, DOOR


@njit
def withheld(one, other):
    """Whether training never asks for this pair of numbers of colours, from 1 on."""
    return (one + other - 2) % 5 == 0


@njit
def reset(state, task, levels):
    """Draw blocks and the pair to find until they are of the task's split, then place the player."""
    for _ in range(REDRAWS):
        open_room(state, task.size + 2, task.size + 2, textures.PLASTER, textures.SLATE)
        clear_things(state)
        middle = (task.size + 1) // 2
        drop(state, DOOR, 0, 0, middle)
        state.walls[0, middle] = CLOSED
        for _ in range(REDRAWS):
            differ = draw_colours(state, task.blocks, task.colours)
            if differ and withheld(state.wanted[0], state.wanted[1]) == (task.unseen != 0):
                break
        scatter(state, task.blocks, task.size)
        if in_split(state, task.fold):
            break
    for index in range(len(state.taken)):
        state.taken[index] = 0
    start = random_free(state)
    stand(state, 0, start // COLS, start % COLS, draw(state, TURN))
    ask(state)


@njit
def draw_colours(state, blocks, colours):
    """Draw the colours of the blocks, and those of two of them as the pair to find; False if these are alike."""
    for index in range(1, blocks + 1):
        state.colour[index] = 1 + draw(state, colours)
    one = draw(state, blocks)
    other = (one + 1 + draw(state, blocks - 1)) % blocks
    first, second = np.int32(state.colour[1 + one]), np.int32(state.colour[1 + other])
    state.wanted[0], state.wanted[1] = min(first, second), max(first, second)
    return first != second


@njit
def scatter(state, blocks, size):
    """Place the blocks, whose colours are drawn, in cells that do not touch, not even at a corner."""
    cells = list_free(state, 1, 1, size, size)
    for index in range(cells):
        at = draw_next(state, index, cells)
        if state.things <= blocks and alone(state, at // COLS, at % COLS):
            drop(state, BLOCK, state.colour[state.things], at // COLS, at % COLS)


@njit
def alone(state, y, x):
    """Whether no block lies in a cell or in one that touches it."""
    for row in range(y - 1, y + 2):
        for col in range(x - 1, x + 2):
            if state.walls[row, col] == 0 and taken(state, row, col):
                return False
    return True


def validate(knobs):
    """The reason why rooms cannot be generated with these values of the knobs, or None if they can."""
    fit = ((knobs["size"] + 2) // 3) ** 2
    if knobs["blocks"] > fit:
        return f"a room of {knobs['size']}x{knobs['size']} cells has place for {fit} blocks that do not touch"
    return None
