"""Hall: reach the gem at the far end of a small hall of pillars. For tests of play in first person, by one to four.

Observation: the first-person view of the hall, the gem and the other players.

Actions: W A S D walk, shift runs, the mouse turns the camera; E and the left button are counted and do nothing.

Rewards: +1 at the gem, 0 otherwise.

Termination: for each player when it reaches the gem, which is success.

Splits: all halls are alike.

Expert: none.

Source: our own.
"""

import numpy as np
from numba import njit

from rumpus.worlds.engine.records.states import state_dtype
from rumpus.worlds.engine.render.views import Rays
from rumpus.worlds.engine.world import Objective, Rules, World
from rumpus.worlds.first_person import bindings, generators
from rumpus.worlds.first_person.body import stand, walk
from rumpus.worlds.first_person.models import GEM, PAINTS, show
from rumpus.worlds.first_person.state import CELL, fields
from rumpus.worlds.first_person.view import look_around, show_players

ROWS, COLS, GOAL = 9, 11, 9
PLAYERS = 4

STATE = state_dtype([*fields(PLAYERS, 1), ("uses", np.int32, (PLAYERS,))], PLAYERS)


@njit
def reset(state, task, levels):
    """All stand side by side and look along the hall; in front of the last two are pillars."""
    generators.open_room(state, ROWS, COLS)
    state.things = 0
    for player in range(PLAYERS):
        stand(state, player, 3 + player, 2, 0)
        state.uses[player] = 0
    for y in range(2, ROWS - 2, 2):
        state.walls[y, 6] = 2


@njit
def step(state, actions, outcomes):
    """Walk; who comes into the gem's column has reached it."""
    for player in range(state.players):
        walk(state, player, actions[player])
        state.uses[player] += bindings.uses(state, player, actions[player])
        if state.x[player] // CELL >= GOAL:
            outcomes[player].reward = np.float32(1)
            outcomes[player].terminated = 1
            outcomes[player].success = 1


@njit
def scene(state, player, scene):
    """The hall, the gem, the others."""
    look_around(scene, state, player)
    show(scene, GEM, PAINTS[3], np.float32(GOAL + 0.5), np.float32(4.5), np.float32(0), np.float32(1), np.float32(0), 0)
    show_players(scene, state, player, PAINTS[1:])


HALL = World(
    name="hall",
    summary="Reach the gem at the far end.",
    doc=__doc__,
    rules=Rules(STATE, reset, step),
    view=Rays(scene),
    controls=bindings.WALKING_AND_USING,
    objective=Objective(limit=10_800, instruction="reach the gem"),
)
DUO = HALL.variant("hall-duo", "Two reach for the gem.", players=2)
FOUR = HALL.variant("hall-four", "Four reach for the gem.", players=4)

WORLDS = (HALL, DUO, FOUR)
