"""An expert of Memory Maze: it knows the maze, and walks the shortest way to the ball that is asked for."""

from numba import njit

from ..first_person.expert import pursue, walk_to


@njit
def guide(state, player, action, things, count):
    """Write the expert's hands for one tick: for the goal of a task, or else for the prompt."""
    if state.judged != 0:
        pursue(state, player, action, things, count)
    else:
        walk_to(state, player, state.thing_y[state.asked], state.thing_x[state.asked], action)
