"""Rooms with more doorways than they need, blocks in them, and two teams in random places."""

from numba import njit

from ..engine.library.random import draw
from ..engine.render.raycast.scene import COLS
from ..engine.render.raycast.textures import BRICK, PLANKS
from ..first_person import rooms
from ..first_person.body import stand
from ..first_person.generators import find_pillar
from ..first_person.grid_queries import random_free
from ..first_person.multiplayer import drop_crowns, set_instruction, step_aside
from ..first_person.splits import REDRAWS, in_split
from ..first_person.state import BLOCK, TURN
from ..first_person.things import clear_things, drop
from .rules import HIDE, WAIT
from .state import BROWN, CRATE, CROWN, YELLOW


@njit
def reset(state, task, levels):
    """Draw rooms of the task's split, then the team that seeks, and the starts. Seekers begin in the middle of the same
    room; the first half of the players is one team, the second half the other."""
    for _ in range(REDRAWS):
        clear_things(state)
        rooms.grow(state, task.down, task.across, task.edge, task.down * task.across, BRICK, PLANKS)
        rooms.more_doorways(state, task.doorways)
        stack(state, task.blocks)
        if in_split(state, task.fold):
            break
    state.start, state.seen, state.found = task.start, 0, 0
    first = draw(state, 2)
    home = rooms.place_in(state, draw(state, state.rooms))
    for player in range(state.players):
        seeks = (player * 2 // state.players) == first
        state.seeks[player] = 1 if seeks else 0
        at = home if seeks else random_free(state)
        stand(state, player, at // COLS, at % COLS, draw(state, TURN))
        if seeks:
            step_aside(state, player, player)
        set_instruction(state, player, WAIT if seeks else HIDE)
    drop_crowns(state, CROWN, YELLOW)


@njit
def stack(state, blocks):
    """Place blocks, each amid eight free cells, so that the floor stays connected."""
    for _ in range(blocks):
        spots = find_pillar(state, -1)
        if spots == 0:
            return
        at = find_pillar(state, draw(state, spots))
        state.walls[at // COLS, at % COLS] = BLOCK
        drop(state, CRATE, BROWN, at // COLS, at % COLS)


def validate(knobs):
    """The reason why rooms cannot be generated with these values of the knobs, or None if they can."""
    return rooms.validate(knobs["down"], knobs["across"], knobs["edge"], knobs["down"] * knobs["across"])
