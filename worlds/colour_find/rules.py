"""The rules of colour finding: walk, take the block in front, and open the door with the right two."""

import numpy as np
from numba import njit

from ...interface.text import encode
from ..engine.records.things import GONE, OPEN
from ..first_person.bindings import uses
from ..first_person.body import walk
from ..first_person.models import COLOURS
from ..first_person.multiplayer import set_instruction
from ..first_person.state import CELL
from ..first_person.things import ahead_of
from .state import BLOCK, THE_DOOR

FOUND = np.float32(1.0)
"""The reward for the right two blocks; our own."""
ARM = CELL * 5 // 4
"""Largest distance, in units, at which a block in front can be taken."""

TEXTS = tuple(f"take the {one} block and the {other} block" for n, other in enumerate(COLOURS) for one in COLOURS[:n])
PROMPTS = np.stack([encode(text) for text in TEXTS])
"""The instructions of the pairs of colours, uint16 (pairs, TOKENS), in the order of `pair`."""


@njit
def pair(one, other):
    """The number of a pair of numbers of colours, from 1 on, of which the first is the smaller."""
    return (other - 1) * (other - 2) // 2 + one - 1


@njit
def ask(state):
    """Name the pair to find. Tasks with instructions of their own keep them."""
    set_instruction(state, 0, PROMPTS[pair(state.wanted[0], state.wanted[1])])


@njit
def left(state, colour):
    """Whether a colour is still to be found: of the pair, and of none that was taken."""
    wanted = colour == state.wanted[0] or colour == state.wanted[1]
    return wanted and colour != state.taken[0] and colour != state.taken[1]


@njit
def step(state, actions, outcomes):
    """One tick: walk, and take the block in front. With the second one the episode ends."""
    walk(state, 0, actions[0])
    if not uses(state, 0, actions[0]) or state.taken[1] != 0:
        return
    index = ahead_of(state, 0, ARM, BLOCK)
    if index < 0:
        return
    right = left(state, state.colour[index]) and not spoilt(state)
    state.status[index] = GONE
    if state.taken[0] == 0:
        state.taken[0] = state.colour[index]
        return
    state.taken[1] = state.colour[index]
    outcomes[0].terminated = 1
    if right:
        state.status[THE_DOOR] = OPEN
        outcomes[0].reward, outcomes[0].success = FOUND, 1


@njit
def spoilt(state):
    """Whether the first block that was taken is of neither colour of the pair."""
    first = state.taken[0]
    return first != 0 and first != state.wanted[0] and first != state.wanted[1]
