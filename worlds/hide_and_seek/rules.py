"""The rules of hide and seek: seekers wait, then look for hiders; blocks can be carried. One call is one tick."""

import numpy as np
from numba import njit

from ...interface.text import encode
from ..first_person.angles import ONE_UNIT, cosine, sine
from ..first_person.bindings import uses
from ..first_person.body import occupied, walk
from ..first_person.grid_queries import cell_of, free, line_of_sight, taken
from ..first_person.multiplayer import crown, set_instruction, within
from ..first_person.state import BLOCK, CELL
from ..first_person.things import ahead_of, carry, held, take
from .state import CRATE, CROWN

# Rewards sum to zero in every tick, since the teams are of equal size.
TICK = np.float32(0.01)
ARM = CELL * 5 // 4
"""Largest distance, in units, at which a block is taken, and the distance ahead at which it is put down."""
SEES = ONE_UNIT * 7 // 8
"""A hider is seen if its middle is within 29 degrees of a seeker's yaw; this is the cosine."""

TEXTS = (
    "hide where nobody sees you",
    "wait with your eyes shut; then find who hides",
    "find who hides and keep looking at them",
)
HIDE, WAIT, SEEK = map(encode, TEXTS)


@njit
def step(state, actions, outcomes):
    """One tick: all walk and move blocks, seekers only after the first ticks; then rewards for seen and unseen
    hiders."""
    seeking = state.tick > state.start
    for player in range(state.players):
        if state.seeks[player] == 0 or seeking:
            walk(state, player, actions[player])
            if uses(state, player, actions[player]):
                use(state, player)
    carry(state)
    if seeking:
        if state.tick == state.start + 1:
            for player in range(state.players):
                if state.seeks[player] != 0:
                    set_instruction(state, player, SEEK)
        state.found = 1 if someone_seen(state) else 0
        state.seen += np.int32(state.found)
        for player in range(state.players):
            pays = state.seeks[player] == state.found
            outcomes[player].reward = TICK if pays else -TICK
    if state.tick >= state.limit:
        finish(state, outcomes)


@njit
def someone_seen(state):
    """Whether a seeker sees a hider: the hider is in the middle of its view, with nothing opaque between them."""
    for player in range(state.players):
        if state.seeks[player] != 0:
            for other in range(state.players):
                if state.seeks[other] == 0 and sees(state, player, other):
                    return True
    return False


@njit
def sees(state, player, other):
    """Whether a player sees another."""
    if not within(state, player, other, SEES):
        return False
    return line_of_sight(state, state.y[player], state.x[player], state.y[other], state.x[other])


@njit
def use(state, player):
    """Take the block in front, or put the held one into the cell ahead if that is free of things and players."""
    block = held(state, player)
    if block < 0:
        block = ahead_of(state, player, ARM, CRATE)
        if block >= 0:
            state.walls[cell_of(state.thing_y[block]), cell_of(state.thing_x[block])] = 0
            take(state, player, block)
        return
    y = cell_of(state.y[player] + ARM * np.int64(sine(state.yaw[player])) // ONE_UNIT)
    x = cell_of(state.x[player] + ARM * np.int64(cosine(state.yaw[player])) // ONE_UNIT)
    if free(state, y, x) and not occupied(state, y, x) and not taken(state, y, x):
        state.walls[y, x] = BLOCK
        state.holder[block] = 0
        state.thing_y[block], state.thing_x[block] = y * CELL + CELL // 2, x * CELL + CELL // 2
        state.thing_z[block] = 0


@njit
def finish(state, outcomes):
    """End the episode: seekers win if they saw a hider for half of their time or more, else hiders win."""
    seekers = 2 * state.seen >= state.tick - state.start
    for player in range(state.players):
        outcomes[player].terminated = 1
        if (state.seeks[player] != 0) == seekers:
            outcomes[player].success = 1
            crown(state, CROWN, player)
