"""What the engine does around a world's own rules in every episode and every tick, for one record on any device."""

import numpy as np
from numba import njit

from ...interface.action import MOUSE_ONE
from ...interface.text import TOKENS
from .random import bits, key_of

_32 = np.uint64(32)
_NONE = np.uint64(0)


@njit
def begin(state, task, seed, reseed):
    """Set the engine's fields for a new episode: from `seed` if `reseed`, else from a seed that the last episode draws.

    Drawn seeds are 32 bits, so that a person can type one to see an episode again.
    """
    if not reseed:
        seed = bits(state) >> _32
    state.seed = seed
    state.key = key_of(seed, _NONE)
    state.counter = _NONE
    state.tick = 0
    state.limit = task.limit
    state.players = task.players
    state.rows = task.rows
    state.cols = task.cols
    state.over = 0
    for player in range(task.players):
        state.done[player] = 0
        state.pointing[player] = 0
        state.cursor[player, 0] = task.cols * MOUSE_ONE // (2 * task.rows)
        state.cursor[player, 1] = MOUSE_ONE // 2
        for token in range(TOKENS):
            state.chat[player, token] = 0


@njit
def before(state, actions, outcomes):
    """Clear the outcomes, move the cursors and deliver the chat. False if the episode is over: nothing may happen."""
    for player in range(state.players):
        outcomes[player].reward = np.float32(0)
        outcomes[player].terminated = 0
        outcomes[player].truncated = 0
        outcomes[player].success = 0
    if state.over:
        return False
    state.tick += 1
    for player in range(state.players):
        motion = actions[player].mouse
        if motion[0] != 0 or motion[1] != 0:
            state.pointing[player] = 1
            edge = state.cols * MOUSE_ONE // state.rows - 1
            state.cursor[player, 0] = min(max(state.cursor[player, 0] + motion[0], 0), edge)
            state.cursor[player, 1] = min(max(state.cursor[player, 1] + motion[1], 0), MOUSE_ONE - 1)
    if state.players > 1:
        _deliver(state, actions)
    return True


@njit
def _deliver(state, actions):
    """Each player hears what the others said in this tick, one after the other until 64 tokens are full."""
    for player in range(state.players):
        heard = 0
        for other in range(state.players):
            if other != player:
                say, token = actions[other].say, 0
                while token < TOKENS and say[token] != 0 and heard < TOKENS:
                    state.chat[player, heard] = say[token]
                    heard, token = heard + 1, token + 1
        while heard < TOKENS and state.chat[player, heard] != 0:  # what is left of the last tick
            state.chat[player, heard] = 0
            heard += 1


@njit
def after(state, outcomes):
    """Keep who is done, cut the episode off at its limit, and note when it is over for all."""
    everyone = True
    for player in range(state.players):
        if state.done[player]:
            outcomes[player].reward = np.float32(0)
            outcomes[player].terminated = 0
            outcomes[player].success = 0
            continue
        if not outcomes[player].terminated and state.tick >= state.limit:
            outcomes[player].truncated = 1
        if outcomes[player].terminated or outcomes[player].truncated:
            state.done[player] = 1
        else:
            everyone = False
    if everyone:
        state.over = 1
