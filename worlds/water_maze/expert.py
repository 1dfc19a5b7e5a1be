"""An expert of Water Maze: it knows where the platform is, swims there, and stays."""

from numba import njit

from ..first_person.bindings import SHIFT
from ..first_person.expert import pursue, walk_to
from .rules import on_platform


@njit
def guide(state, player, action, things, count):
    """Write the expert's hands for one tick: for the goal of a task, or else for the platform."""
    if state.judged != 0:
        pursue(state, player, action, things, count)
    elif not on_platform(state):
        action.keys[SHIFT] = 1
        walk_to(state, player, state.thing_y[0], state.thing_x[0], action)
