"""The expert of Water Maze: it knows where the platform is, swims there, and stays."""

from numba import njit

from ..first_person.bindings import SHIFT
from ..first_person.expert import expert_of
from ..first_person.steering import walk_to
from .rules import on_platform


@njit
def to_platform(state, player, action):
    """One tick: swim to the platform, and rest on it."""
    if not on_platform(state):
        action.keys[SHIFT] = 1
        walk_to(state, player, state.thing_y[0], state.thing_x[0], action)


act = expert_of(to_platform, resume=False)
