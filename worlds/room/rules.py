"""The room's rules, which run after the physics of a tick: what first-person worlds share is worked out from where the
bodies are now, and what each player's crosshair is on. The first toy that is lifted pays; then one goes on playing."""

import math

from numba import njit

from ..engine.records.things import THERE
from ..first_person.state import CELL, HZ
from .pose import bounds
from .raycast import look_at
from .state import NOBODY, POSE, TOYS_AT
from .things import lifted


@njit
def step(state, actions, outcomes):
    """One tick, after its physics."""
    mirror(state)
    if state.won == 0 and lifted(state):
        for player in range(state.players):
            outcomes[player].reward += 1
            outcomes[player].success = 1


@njit
def mirror(state):
    """Write what first-person worlds share: places and speeds in units, who holds what; and what is aimed at."""
    for player in range(state.players):
        at = 3 * player
        state.x[player], state.y[player] = units(state.qpos[at]), units(state.qpos[at + 1])
        state.z[player] = units(state.qpos[at + 2])
        state.vx[player], state.vy[player] = units(state.qvel[at] / HZ), units(state.qvel[at + 1] / HZ)
        state.vz[player] = units(state.qvel[at + 2] / HZ)
    for toy in range(state.things):
        at = TOYS_AT + POSE * toy
        state.thing_x[toy], state.thing_y[toy] = units(state.qpos[at]), units(state.qpos[at + 1])
        state.thing_z[toy] = units(bounds(state, toy)[2])
        state.status[toy], state.holder[toy] = THERE, 0
    for player in range(state.players - 1, -1, -1):  # of two who hold a toy, the first is named
        if state.grip[player] != NOBODY:
            state.holder[state.grip[player]] = player + 1
    for player in range(state.players):
        look_at(state, player)


@njit
def units(metres):
    """A length in 1/CELL cells."""
    return math.floor(metres * CELL + 0.5)
