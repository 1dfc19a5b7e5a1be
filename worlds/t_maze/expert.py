"""The expert of the T-maze: it knows where the goal is, and walks there."""

from numba import njit

from ..first_person.expert import expert_of
from ..first_person.steering import walk_to


@njit
def to_goal(state, player, action):
    """Walk to the goal."""
    walk_to(state, player, state.thing_y[1], state.thing_x[1], action)


act = expert_of(to_goal)
