"""The expert of the T-maze, who knows where the goal is."""

from numba import njit

from ..first_person.chase import resting
from ..first_person.expert import pursue
from ..first_person.steering import walk_to


@njit
def guide(state, player, action, things, count):
    """One tick towards the goal of a task, as far as walking and using can reach it; else towards the world's own."""
    if state.judged:
        pursue(state, player, action, things, count)
    if resting(action):
        to_goal(state, player, action)


@njit
def to_goal(state, player, action):
    """Walk to the goal."""
    walk_to(state, player, state.thing_y[1], state.thing_x[1], action)
