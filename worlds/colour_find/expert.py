"""The expert of colour finding: it fetches the nearest block of each colour that is still to be found."""

from numba import njit

from ..engine.records.things import THERE
from ..first_person.expert import expert_of, use_at
from ..first_person.steering import nearest_of, nowhere
from .rules import left, spoilt
from .state import BLOCK


@njit
def to_find(state, index):
    """Whether a thing is a block of a colour that is still to be found."""
    return state.kind[index] == BLOCK and state.status[index] == THERE and left(state, state.colour[index])


nearest_block = nearest_of(to_find)


@njit
def to_blocks(state, player, action):
    """One tick: walk to the nearest block that is to be found, and take it."""
    index = nearest_block(state, player, nowhere())
    if index >= 0 and not spoilt(state):
        use_at(state, player, state.thing_y[index], state.thing_x[index], nowhere(), action)


act = expert_of(to_blocks, resume=False)
