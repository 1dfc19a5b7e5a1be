"""The expert of Memory Maze: it knows the maze, and walks the shortest path to the ball that is asked for."""

from numba import njit

from ..first_person.expert import expert_of
from ..first_person.steering import walk_to


@njit
def to_asked(state, player, action):
    """One tick: walk to the ball that the prompt asks for."""
    walk_to(state, player, state.thing_y[state.asked], state.thing_x[state.asked], action)


act = expert_of(to_asked, resume=False)
