"""The expert of mazes, which knows the maze: it runs to the goal, again and again; where there is none, to fruits."""

from numba import njit

from ..engine.records.things import THERE
from ..first_person.bindings import SHIFT
from ..first_person.expert import expert_of
from ..first_person.steering import nearest_of, nowhere, walk_to
from .state import APPLE, NO_GOAL, STRAWBERRY


@njit
def to_goal_or_fruit(state, player, action):
    """One tick: run to the goal, or in a maze without one, to the nearest fruit."""
    index = 0 if state.treasure != NO_GOAL else nearest_fruit(state, player, nowhere())
    if index >= 0:
        action.keys[SHIFT] = 1
        walk_to(state, player, state.thing_y[index], state.thing_x[index], action)


@njit
def fruit(state, index):
    """Whether a thing is a fruit that is left."""
    return state.status[index] == THERE and state.kind[index] in (APPLE, STRAWBERRY)


nearest_fruit = nearest_of(fruit)
act = expert_of(to_goal_or_fruit, resume=False)
