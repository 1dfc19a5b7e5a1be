"""An expert of Collect: it walks to the nearest good thing, and around the bad ones."""

from numba import njit

from ..engine.records.things import THERE
from ..first_person.expert import pursue
from ..first_person.grid_queries import cell_of
from ..first_person.steering import FAR, lengths, nowhere, walk_around
from .rules import good


@njit
def guide(state, player, action, things, count):
    """Write the expert's hands for one tick: for the goal of a task, or else for what is good."""
    if state.judged != 0:
        pursue(state, player, action, things, count)
        return
    avoid = nowhere()
    for index in range(state.things):
        if state.status[index] == THERE and not good(state, index):
            avoid[cell_of(state.thing_y[index]), cell_of(state.thing_x[index])] = True
    if not to_nearest(state, player, avoid, action):
        to_nearest(state, player, nowhere(), action)


@njit
def to_nearest(state, player, avoid, action):
    """Walk to the good thing to which the way around some cells is shortest. False if no way leads to any."""
    found = lengths(state, cell_of(state.y[player]), cell_of(state.x[player]), avoid)
    best, least = -1, FAR
    for index in range(state.things):
        if state.status[index] == THERE and good(state, index):
            length = found[cell_of(state.thing_y[index]), cell_of(state.thing_x[index])]
            if length < least:
                best, least = index, length
    return best >= 0 and walk_around(state, player, state.thing_y[best], state.thing_x[best], avoid, action)
