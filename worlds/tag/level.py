"""An arena with pillars, players in random places, and one of them it: the catcher."""

from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS
from ..engine.render.raycast.textures import GRASS, HEDGE
from ..first_person.body import stand
from ..first_person.generators import open_room, pillars
from ..first_person.grid_queries import cell_of, flood, random_free, random_free_far
from ..first_person.multiplayer import drop_crowns
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import TURN
from ..first_person.things import clear_things, drop
from .rules import be_it
from .state import CROWN, HAT, RED, YELLOW

APART = 3
"""Least number of steps between the start of the catcher and those of the others."""


@njit
def reset(state, task, levels):
    """Draw an arena of the task's split, and place the players."""
    clear_things(state)
    for _ in range(REDRAWS):
        open_room(state, task.height, task.width, HEDGE, GRASS)
        pillars(state, task.pillars, HEDGE)
        if in_split(state, task.fold):
            break
    state.speed, state.count = task.speed, task.count
    it = draw(state, state.players)
    at = random_free(state)
    stand(state, it, at // COLS, at % COLS, draw(state, TURN))
    flood(state, at // COLS, at % COLS)
    for player in range(state.players):
        state.been[player] = 0
        if player != it:
            at = random_free_far(state, APART)
            stand(state, player, at // COLS, at % COLS, draw(state, TURN))
    drop(state, HAT, RED, cell_of(state.y[it]), cell_of(state.x[it]))
    drop_crowns(state, CROWN, YELLOW)
    be_it(state, it)
