"""The expert of Visual Match: it looks at the sign, takes one apple after the other, and runs to the right pillar."""

from numba import njit

from ..engine.records.judge import NEGATED, RELATION, STAGE, A
from ..engine.records.relations import number_of
from ..engine.records.things import OPEN, THERE
from ..first_person.bindings import SHIFT
from ..first_person.expert import expert_of
from ..first_person.grid_queries import cell_of
from ..first_person.steering import face, nearest_of, nowhere, walk_around
from .state import FIRST_APPLE, FIRST_DOOR, FIRST_PILLAR, PILLAR, PILLARS, SECOND_DOOR, THE_SIGN

_OPEN = number_of("open")


@njit
def match(state, player, action):
    """One tick: look at the sign, then collect the apples, then run to the pillar of the sign's colour."""
    avoid, aim = nowhere(), -1
    if state.status[SECOND_DOOR] == OPEN:
        action.keys[SHIFT] = 1
        aim = state.right
        for index in range(FIRST_PILLAR, FIRST_PILLAR + PILLARS):
            if index != aim:
                avoid[cell_of(state.thing_y[index]), cell_of(state.thing_x[index])] = True
    elif state.status[FIRST_DOOR] == OPEN:
        aim = nearest_apple(state, player, avoid)
    else:
        face(state, player, state.thing_y[THE_SIGN], state.thing_x[THE_SIGN], action)
    if aim >= 0:
        walk_around(state, player, state.thing_y[aim], state.thing_x[aim], avoid, action)


@njit
def to_choose(state, player):
    """Whether the goal of a task now asks for an open pillar, and the door to the pillars is open."""
    for index in range(state.clauses[player]):
        clause = state.goal[player, index]
        if clause[STAGE] == state.stage[player] and clause[RELATION] == _OPEN and clause[A] == PILLAR:
            return state.status[SECOND_DOOR] == OPEN and clause[NEGATED] == 0
    return False


@njit
def apple(state, index):
    """Whether a thing is an apple that is left."""
    return index >= FIRST_APPLE and state.status[index] == THERE


nearest_apple = nearest_of(apple)
act = expert_of(match, to_choose, resume=False)
