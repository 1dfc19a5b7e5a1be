"""Rooms of alchemy: stones of random colours, and a chest that wants a stone which two of them make.

Stones and the chest never touch one another, not even at a corner, so the floor around them stays connected: every
stone and the chest can be walked to without touching another one, and every room can be solved.

Sets of rooms differ by content:
- *splits* (training, validation, testing): by a hash of the cells of the room, without the start of the player; see
  engine/library/splits.py.
- *pairs*: the chest wants a pair of shell and core. A pair is withheld where (shell + 2 core) is a multiple of 5,
  counting colours from 0: seven pairs of 36, which stones may have but the chest wants only where the task asks for
  unseen pairs.
"""

import numpy as np
from numba import njit

from ..engine.library.random import draw, mix
from ..engine.library.splits import ANY, REDRAWS, split_of_hash
from ..engine.library.square import FLOOR, TRIES, free, place_player
from .state import CHEST, COLOURS, NONE, SIZE, STONE, STONES

LAYOUTS = 8
"""Layouts that are tried before things are put in even rows and columns, where they always fit."""
_CODES = 1 + COLOURS * COLOURS


@njit
def withheld(shell, core):
    """Whether the chest never wants a stone of these colours in training."""
    return (shell + 2 * core) % 5 == 0


@njit
def reset(state, task, levels):
    """Generate a room: draw stones and what the chest wants, and a layout of them, until it is of the task's split."""
    state.size, state.stones, state.opened = task.size, task.stones, 0
    state.shell, state.core = NONE, NONE
    for _ in range(REDRAWS):
        for _ in range(REDRAWS):
            if draw_stones(state, task.colours) and withheld(state.wanted[0], state.wanted[1]) == (task.unseen != 0):
                break
        for attempt in range(LAYOUTS):
            if lay_out(state, attempt == LAYOUTS - 1):
                break
        if task.fold == ANY or task.fold == split_of(state):
            break


@njit
def draw_stones(state, colours):
    """Draw the colours of the stones, and as what the chest wants the shell of one and the core of another; False if
    one of the stones is that already."""
    for index in range(STONES):
        state.shells[index], state.cores[index] = 0, 0
    for index in range(state.stones):
        state.shells[index], state.cores[index] = draw(state, colours), draw(state, colours)
    one = draw(state, state.stones)
    other = (one + 1 + draw(state, state.stones - 1)) % state.stones
    state.wanted[0], state.wanted[1] = np.int32(state.shells[one]), np.int32(state.cores[other])
    for index in range(state.stones):
        if state.shells[index] == state.wanted[0] and state.cores[index] == state.wanted[1]:
            return False
    return True


@njit
def lay_out(state, slots):
    """Place the chest, the stones and the player at random; False if no place was found for one of them. With `slots`,
    chest and stones are in even rows and columns only, where all of them fit."""
    for y in range(SIZE):
        for x in range(SIZE):
            state.cells[y, x] = FLOOR
    for index in range(-1, state.stones):
        y, x = place(state, slots)
        if y < 0:
            return False
        state.cells[y, x] = CHEST if index < 0 else STONE + index
        if index < 0:
            state.chest[0], state.chest[1] = y, x
    return place_player(state, slots)


@njit
def place(state, slots):
    """A cell such that it and all that touch it are floor; (-1, -1) if none was found."""
    across = (state.size + 1) // 2
    first = draw(state, across * across)
    for attempt in range(TRIES):
        if slots:
            slot = (first + attempt) % (across * across)
            y, x = slot // across * 2, slot % across * 2
        else:
            y, x = draw(state, state.size), draw(state, state.size)
        if free(state, y, x, 1):
            return y, x
    return np.int32(-1), np.int32(-1)


@njit
def split_of(state):
    """The split of a room, TRAIN, VALID or TEST, by a hash of what lies where and of what the chest wants."""
    total = np.uint64(0)
    for y in range(state.size):
        for x in range(state.size):
            here = np.int32(state.cells[y, x])
            if here == CHEST:
                total ^= mix(np.uint64((y * SIZE + x) * 2 * _CODES + pair(state.wanted[0], state.wanted[1])))
            elif here >= STONE:
                shell, core = np.int32(state.shells[here - STONE]), np.int32(state.cores[here - STONE])
                total ^= mix(np.uint64(((y * SIZE + x) * 2 + 1) * _CODES + pair(shell, core)))
    return split_of_hash(total)


@njit
def pair(shell, core):
    """A number of its own for each pair of colours, from 1 on."""
    return 1 + shell * COLOURS + core
