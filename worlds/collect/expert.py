"""The expert of Collect: it walks to the nearest good thing, and around the bad ones."""

from numba import njit

from ..engine.records.things import THERE
from ..first_person.expert import expert_of
from ..first_person.grid_queries import cell_of
from ..first_person.steering import nearest_of, nowhere, walk_around
from .rules import good


@njit
def to_good(state, player, action):
    """One tick: walk to the nearest good thing, and around the bad ones if a path leads around them."""
    avoid = nowhere()
    for index in range(state.things):
        if state.status[index] == THERE and not good(state, index):
            avoid[cell_of(state.thing_y[index]), cell_of(state.thing_x[index])] = True
    if not to_nearest(state, player, avoid, action):
        to_nearest(state, player, nowhere(), action)


@njit
def to_nearest(state, player, avoid, action):
    """Walk to the good thing with the shortest path that enters no cell of `avoid`. False if no path leads to any."""
    best = nearest_good(state, player, avoid)
    return best >= 0 and walk_around(state, player, state.thing_y[best], state.thing_x[best], avoid, action)


@njit
def good_left(state, index):
    """Whether a thing is a good one that is left."""
    return state.status[index] == THERE and good(state, index)


nearest_good = nearest_of(good_left)
act = expert_of(to_good, resume=False)
