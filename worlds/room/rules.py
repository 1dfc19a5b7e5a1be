"""The rules of the room, which run after the physics of a tick: they write the first-person fields from the bodies'
positions, and the target of each player's crosshair. The first lifted toy gives a reward; the episode goes on."""

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
    """Write the first-person fields: positions and velocities in units, holders, and the targets of the crosshairs."""
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
    for player in range(state.players - 1, -1, -1):  # of two players that hold a toy, the first is its holder
        if state.grip[player] != NOBODY:
            state.holder[state.grip[player]] = player + 1
    for player in range(state.players):
        look_at(state, player)


@njit
def units(metres):
    """A length in 1/CELL cells."""
    return math.floor(metres * CELL + 0.5)
