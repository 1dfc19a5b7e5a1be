"""The rules of tag: who is it touches another, who then is it. One call is one tick."""

import numpy as np
from numba import njit

from ...interface.text import encode
from ..first_person.body import RADIUS, walk, walk_at
from ..first_person.multiplayer import crown, square_between, tell
from ..first_person.things import carry, take
from .state import CROWN

# Rewards sum to zero in every tick: what all get, it pays.
RUNNING = np.float32(0.01)
CAUGHT = np.float32(1.0)
TOUCH = RADIUS * 5 // 2
"""How near the middles of two players are when one touches the other, in units."""

TEXTS = ("you are it: catch somebody", "run: do not let yourself be caught")
IT, RUN = map(encode, TEXTS)


@njit
def step(state, actions, outcomes):
    """One tick: all walk, it stands still after it was caught; it may touch somebody; at the end there are crowns."""
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
        if square_between(state, old, other) <= np.int64(TOUCH) * TOUCH:
            outcomes[old].reward += CAUGHT
            outcomes[other].reward -= CAUGHT
            be_it(state, other)
            state.still = state.count
    carry(state)
    if state.tick >= state.limit:
        finish(state, outcomes)


@njit
def nearest(state):
    """The player who is nearest to who is it."""
    best = np.int32(0 if state.it != 0 else 1)
    for player in range(best + 1, state.players):
        if player != state.it and square_between(state, state.it, player) < square_between(state, state.it, best):
            best = np.int32(player)
    return best


@njit
def be_it(state, player):
    """Give a player the hat, and tell everybody what to do now."""
    state.it, state.still = player, 0
    take(state, player, 0)
    for other in range(state.players):
        tell(state, other, IT if other == player else RUN)


@njit
def finish(state, outcomes):
    """The time is up: who has been it for less than its share of the time has won."""
    for player in range(state.players):
        outcomes[player].terminated = 1
        if state.been[player] * state.players < state.tick:
            outcomes[player].success = 1
            crown(state, CROWN, player)
