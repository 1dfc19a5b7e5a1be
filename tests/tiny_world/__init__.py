"""Coins: collect the five coins of a small room before the time is up.

This is a whole world in one folder, which can lie anywhere: `rumpus play path/to/tiny_world`. The file has the order in
which one thinks of a world: what its state is, how an episode begins, what a turn does, how it looks, and a record that
ties these together. The functions run on the CPU and on CUDA alike, so they are plain arithmetic on one state.

Observation: the room from above, a tile for each cell.

Actions: arrows or W A S D walk one cell; a click on a cell next to the player walks there. A step is a turn.

Rewards: +1 for each coin, 0 otherwise.

Termination: the last coin is collected, which is success.

Splits: train, valid and test draw other rooms.

Expert: none.

Source: our own.
"""

from pathlib import Path

import numpy as np
from numba import njit

from rumpus.interface.action import Move
from rumpus.worlds.engine.library.grid import DIRECTION_KEYS, direction
from rumpus.worlds.engine.library.random import draw
from rumpus.worlds.engine.records.states import Knob, state_dtype
from rumpus.worlds.engine.records.things import Things, put
from rumpus.worlds.engine.render.views import Tiles
from rumpus.worlds.engine.world import Controls, Knobs, Objective, Rules, World

LARGEST = 9  # rows and columns of the largest room; the state has a fixed shape
COIN = np.float32(1.0)  # reward
FLOOR, GOLD, YOU = 0, 1, 2  # sprites in the order of sprites.png, square pictures side by side

STATE = state_dtype([("y", np.int32), ("x", np.int32), ("left", np.int32), ("coins", np.uint8, (LARGEST, LARGEST))])


@njit
def reset(state, task, levels):
    """Begin an episode: every field of the state is set anew. `draw` is the only source of chance."""
    for y in range(LARGEST):
        for x in range(LARGEST):
            state.coins[y, x] = 0
    state.y, state.x = task.size // 2, task.size // 2
    state.left = 0
    while state.left < task.coins:
        y, x = draw(state, task.size), draw(state, task.size)
        if state.coins[y, x] == 0 and (y != state.y or x != state.x):
            state.coins[y, x] = 1
            state.left += 1


@njit
def step(state, actions, outcomes):
    """One turn of the one player: walk, and pick up what lies there. The engine keeps the time limit."""
    dy, dx = direction(state, 0, actions[0], state.y, state.x)
    state.y = min(max(state.y + dy, 0), state.rows - 1)
    state.x = min(max(state.x + dx, 0), state.cols - 1)
    if state.coins[state.y, state.x]:
        state.coins[state.y, state.x] = 0
        state.left -= 1
        outcomes[0].reward = COIN
        if state.left == 0:
            outcomes[0].terminated = 1
            outcomes[0].success = 1


@njit
def tile(state, player, row, col):
    """The sprite that is seen in one tile of the picture."""
    if row == state.y and col == state.x:
        return YOU
    return GOLD if state.coins[row, col] else FLOOR


@njit
def fill(state, things):
    """The things for goals: the player, then the coins that are left. `put(thing, kind, colour, y, x)`."""
    put(things[0], 1, 0, state.y, state.x)
    things[0].player = 1
    count = 1
    for y in range(state.rows):
        for x in range(state.cols):
            if state.coins[y, x]:
                put(things[count], 2, 1, y, x)
                count += 1
    return count


NO_COIN = {"a": {"kind": "coin"}, "relation": "there", "negated": True}
THINGS = Things(
    fill=fill,
    most=1 + 8,
    kinds={"player": (), "coin": ("gold",)},
    relations=("there", "at", "touching", "near"),
    objective={"stages": [{"all": [NO_COIN]}]},  # what `step` rewards, as a goal
)

COINS = World(
    name="coins",
    summary="Collect five coins in a 5x5 room.",
    doc=__doc__,
    rules=Rules(STATE, reset, step, things=THINGS),
    view=Tiles(tile, Path(__file__).parent / "sprites.png", grid=lambda knobs: (knobs["size"], knobs["size"])),
    controls=Controls(
        keys=DIRECTION_KEYS,
        buttons=("left",),
        cursor=True,
        moves={"up": Move(("w",)), "down": Move(("s",)), "left": Move(("a",)), "right": Move(("d",))},
    ),
    objective=Objective(limit=40, instruction="collect the coins"),
    knobs=Knobs(
        {
            "size": Knob(5, 3, LARGEST, "rows and columns of the room"),
            "coins": Knob(5, 1, 8, "number of coins"),
        }
    ),
)
BIG = COINS.variant("coins-big", "Collect eight coins in a 9x9 room.", overrides={"size": 9, "coins": 8}, limit=100)

WORLDS = (COINS, BIG)
