"""An expert of Visual Match: it looks at the sign, takes one apple after the other, and runs to the right pillar."""

from numba import njit

from ..engine.records.judge import NEGATED, RELATION, STAGE, A
from ..engine.records.relations import number_of
from ..engine.records.things import OPEN, THERE
from ..first_person.bindings import SHIFT
from ..first_person.expert import face, pursue
from ..first_person.grid_queries import cell_of
from ..first_person.steering import FAR, lengths, nowhere, walk_around
from .state import FIRST_APPLE, FIRST_DOOR, FIRST_PILLAR, PILLAR, PILLARS, SECOND_DOOR, THE_SIGN

_OPEN = number_of("open")


@njit
def guide(state, player, action, things, count):
    """Write the expert's hands for one tick: for the goal of a task, or else for the world's own."""
    if state.judged != 0 and not to_choose(state, player):
        pursue(state, player, action, things, count)
        return
    avoid, aim = nowhere(), -1
    if state.status[SECOND_DOOR] == OPEN:
        action.keys[SHIFT] = 1
        aim = state.right
        for index in range(FIRST_PILLAR, FIRST_PILLAR + PILLARS):
            if index != aim:
                avoid[cell_of(state.thing_y[index]), cell_of(state.thing_x[index])] = True
    elif state.status[FIRST_DOOR] == OPEN:
        aim = nearest_apple(state, player)
    else:
        face(state, player, state.thing_y[THE_SIGN], state.thing_x[THE_SIGN], action)
    if aim >= 0:
        walk_around(state, player, state.thing_y[aim], state.thing_x[aim], avoid, action)


@njit
def to_choose(state, player):
    """Whether the goal of a task now asks for an open pillar, and the way to the pillars is free."""
    for index in range(state.clauses[player]):
        clause = state.goal[player, index]
        if clause[STAGE] == state.stage[player] and clause[RELATION] == _OPEN and clause[A] == PILLAR:
            return state.status[SECOND_DOOR] == OPEN and clause[NEGATED] == 0
    return False


@njit
def nearest_apple(state, player):
    """The apple to which the way is shortest; -1 if none is left."""
    found = lengths(state, cell_of(state.y[player]), cell_of(state.x[player]), nowhere())
    best, least = -1, FAR
    for index in range(FIRST_APPLE, state.things):
        length = found[cell_of(state.thing_y[index]), cell_of(state.thing_x[index])]
        if state.status[index] == THERE and length < least:
            best, least = index, length
    return best
