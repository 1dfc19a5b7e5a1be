"""The expert of keys and doors: it fetches keys whose doors it can get to, and goes to the goal once it can."""

import numpy as np
from numba import njit

from ..engine.records.things import THERE
from ..first_person.expert import expert_of
from ..first_person.grid_queries import cell_of
from ..first_person.steering import FAR, face, lengths, nowhere, tap_use, walk_to
from ..first_person.things import ahead_of, held
from .rules import ARM
from .state import DOOR, KEY, TARGET


@njit
def open_doors(state, player, action):
    """One tick: to the goal, else to the door of the key that is held, else to a key of use."""
    if walk_to(state, player, state.thing_y[TARGET], state.thing_x[TARGET], action):
        return
    found = lengths(state, cell_of(state.y[player]), cell_of(state.x[player]), nowhere())
    key = held(state, player)
    if key >= 0:
        door = door_of(state, state.colour[key])
        if door >= 0 and within_reach(state, door, found):
            use_thing(state, player, door, action)
            return
    best, least = np.int32(-1), FAR
    for index in range(state.things):
        if state.kind[index] == KEY and state.status[index] == THERE and state.holder[index] == 0:
            length = found[cell_of(state.thing_y[index]), cell_of(state.thing_x[index])]
            door = door_of(state, state.colour[index])
            if length < least and door >= 0 and within_reach(state, door, found):
                best, least = np.int32(index), length
    if best >= 0:
        use_thing(state, player, best, action)


@njit
def door_of(state, colour):
    """Index of the closed door of a colour, -1 if there is none."""
    for index in range(state.things):
        if state.kind[index] == DOOR and state.colour[index] == colour and state.status[index] == THERE:
            return np.int32(index)
    return np.int32(-1)


@njit
def within_reach(state, index, found):
    """Whether a path, of those whose lengths are `found`, leads to a cell beside a thing."""
    y, x = cell_of(state.thing_y[index]), cell_of(state.thing_x[index])
    beside = min(min(found[y - 1, x], found[y + 1, x]), min(found[y, x - 1], found[y, x + 1]))
    return beside < FAR


@njit
def use_thing(state, player, index, action):
    """Walk to a thing, turn to it, and use it."""
    if ahead_of(state, player, ARM, state.kind[index]) == index:
        tap_use(state, player, action)
    elif not near(state, player, index):
        walk_to(state, player, state.thing_y[index], state.thing_x[index], action)
    else:
        face(state, player, state.thing_y[index], state.thing_x[index], action)


@njit
def near(state, player, index):
    """Whether a thing is near enough to be used by a player that turns to it."""
    dy = np.int64(state.thing_y[index]) - state.y[player]
    dx = np.int64(state.thing_x[index]) - state.x[player]
    return dy * dy + dx * dx < np.int64(ARM) * ARM * 3 // 5


act = expert_of(open_doors)
