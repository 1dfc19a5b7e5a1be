"""An expert that knows the maze: it runs to the goal, again and again; where there is none, from fruit to fruit."""

from numba import njit

from ..engine.records.things import THERE
from ..first_person.bindings import SHIFT
from ..first_person.expert import pursue, walk_to
from ..first_person.grid_queries import cell_of
from ..first_person.steering import FAR, lengths, nowhere
from .state import APPLE, NO_GOAL, STRAWBERRY


@njit
def guide(state, player, action, things, count):
    """Write the hands of one tick; towards the goal of the task, if it has one of its own."""
    if state.judged != 0:
        pursue(state, player, action, things, count)
        return
    index = 0 if state.treasure != NO_GOAL else nearest_fruit(state, player)
    if index >= 0:
        action.keys[SHIFT] = 1
        walk_to(state, player, state.thing_y[index], state.thing_x[index], action)


@njit
def nearest_fruit(state, player):
    """The fruit to which the way is shortest; -1 if none is left."""
    found = lengths(state, cell_of(state.y[player]), cell_of(state.x[player]), nowhere())
    best, least = -1, FAR
    for index in range(state.things):
        if state.status[index] == THERE and state.kind[index] in (APPLE, STRAWBERRY):
            length = found[cell_of(state.thing_y[index]), cell_of(state.thing_x[index])]
            if length < least:
                best, least = index, length
    return best
