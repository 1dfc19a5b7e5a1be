"""The rules of tag: one player is it, the catcher, until it touches another, which is it then. One call is one tick."""

import numpy as np
from numba import njit

from ...interface.text import encode
from ..first_person.body import RADIUS, walk, walk_at
from ..first_person.multiplayer import crown, set_instruction, squared_distance_between
from ..first_person.things import carry, take
from .state import CROWN

# Rewards sum to zero in every tick: the catcher pays for the others' rewards.
RUNNING = np.float32(0.01)
CAUGHT = np.float32(1.0)
TOUCH = RADIUS * 5 // 2
"""Largest distance, in units, between the middles of two touching players."""

TEXTS = ("you are it: catch somebody", "run: do not let yourself be caught")
IT, RUN = map(encode, TEXTS)


@njit
def step(state, actions, outcomes):
    """One tick: all walk, except a catcher that was just caught; the catcher may touch another; crowns at the end."""
    for player in range(state.players):
        if player != state.it:
            walk(state, player, actions[player])
        else:
            walk_at(state, player, actions[player], state.speed if state.still == 0 else 0)
    old = state.it
    state.been[old] += 1
    for player in range(state.players):
        outcomes[player].reward = RUNNING if player != old else -RUNNING * np.float32(state.players - 1)
    if state.still > 0:
        state.still -= 1
    else:
        other = nearest(state)
        if squared_distance_between(state, old, other) <= np.int64(TOUCH) * TOUCH:
            outcomes[old].reward += CAUGHT
            outcomes[other].reward -= CAUGHT
            be_it(state, other)
            state.still = state.count
    carry(state)
    if state.tick >= state.limit:
        finish(state, outcomes)


@njit
def nearest(state):
    """The player nearest to the catcher."""
    best = np.int32(0 if state.it != 0 else 1)
    least = squared_distance_between(state, state.it, best)
    for player in range(best + 1, state.players):
        squared = squared_distance_between(state, state.it, player)
        if player != state.it and squared < least:
            best, least = np.int32(player), squared
    return best


@njit
def be_it(state, player):
    """Make a player the catcher: give it the hat, and all players their instructions."""
    state.it, state.still = player, 0
    take(state, player, 0)
    for other in range(state.players):
        set_instruction(state, other, IT if other == player else RUN)


@njit
def finish(state, outcomes):
    """End the episode: players that were the catcher for less than their share of the time win."""
    for player in range(state.players):
        outcomes[player].terminated = 1
        if state.been[player] * state.players < state.tick:
            outcomes[player].success = 1
            crown(state, CROWN, player)
