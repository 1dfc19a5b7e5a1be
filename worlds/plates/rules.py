"""The rules of plates and doors: a door is open only while a player is on a plate of its colour. One call is one
tick."""

import numpy as np
from numba import njit

from ..engine.records.things import ONE, OPEN, THERE
from ..first_person.body import occupied, walk
from ..first_person.grid_queries import cell_of
from ..first_person.state import DOOR as CLOSED
from .state import DOOR, PLATE, TARGET

TOGETHER = np.float32(1.0)
"""The reward of each player when all are in the goal's room."""
_TO_ONE = 65536 // ONE


@njit
def step(state, actions, outcomes):
    """One tick: all players walk, plates and doors follow; the episode ends when all are in the goal's room."""
    for player in range(state.players):
        walk(state, player, actions[player])
    press(state)
    move_doors(state)
    if arrived(state):
        for player in range(state.players):
            outcomes[player].reward = TOGETHER
            outcomes[player].terminated, outcomes[player].success = 1, 1


@njit
def press(state):
    """Set the status of plates: OPEN while the middle of a player is in their cell."""
    for index in range(state.things):
        if state.kind[index] == PLATE:
            y, x = cell_of(state.thing_y[index]), cell_of(state.thing_x[index])
            state.status[index] = THERE
            for player in range(state.players):
                if cell_of(state.y[player]) == y and cell_of(state.x[player]) == x:
                    state.status[index] = OPEN


@njit
def move_doors(state):
    """Open and close all doors; a door with a player in it stays open."""
    for index in range(state.things):
        if state.kind[index] == DOOR:
            y, x = cell_of(state.thing_y[index]), cell_of(state.thing_x[index])
            if pressed(state, state.colour[index]):
                state.status[index], state.walls[y, x] = OPEN, 0
            elif not occupied(state, y, x):
                state.status[index], state.walls[y, x] = THERE, CLOSED


@njit
def pressed(state, colour):
    """Whether a plate of this colour is down."""
    for index in range(state.things):
        if state.kind[index] == PLATE and state.colour[index] == colour and state.status[index] == OPEN:
            return True
    return False


@njit
def arrived(state):
    """Whether all players are in the goal's room, with positions rounded as in the table of things."""
    half = state.edge * ONE // 2
    for player in range(state.players):
        dy = state.y[player] // _TO_ONE - state.thing_y[TARGET] // _TO_ONE
        dx = state.x[player] // _TO_ONE - state.thing_x[TARGET] // _TO_ONE
        if max(abs(dy), abs(dx)) > half:
            return False
    return True
