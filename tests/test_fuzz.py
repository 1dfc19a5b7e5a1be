"""Ten million random ticks over the first-person worlds: nobody leaves the map or enters a wall.

The worlds are those of `chosen`, which between them are of every family. Hands are anything at all that the door lets
through: the keys of the world, buttons, and now and then the largest mouse motion there is.
"""

import numpy as np
import pytest

from rumpus import worlds
from rumpus.interface.action import ACTION, MOUSE_ONE
from rumpus.interface.keys import key_index
from rumpus.tests.chosen import ONE_OF_EACH, RULED
from rumpus.worlds.engine.render.views import Rays
from rumpus.worlds.first_person.state import CELL, HURDLE, TURN

SEEN = [name for name in ONE_OF_EACH if name in RULED and isinstance(worlds.load(name).view, Rays)]
TICKS, ROWS, SCRIPTS, REPEAT, LIMIT = 10_000_000, 512, 16, 5, 150


@pytest.mark.parametrize("name", SEEN)
def test_random_hands_do_no_harm(name):
    world = worlds.load(name)
    batch = worlds.batch(world, ROWS, size=(6, 8), seed=9, repeat=REPEAT, limit=LIMIT)
    batch.reset()
    rng, keys = np.random.default_rng(9), [key_index(key) for key in world.controls.keys]
    scripts = np.zeros((SCRIPTS, ROWS, world.players), ACTION)
    for script in scripts:
        script["keys"][..., keys] = rng.random((ROWS, world.players, len(keys))) < 0.4
        script["buttons"] = rng.random(script["buttons"].shape) < 0.2
        motion = rng.integers(-MOUSE_ONE, MOUSE_ONE, script["mouse"].shape, endpoint=True)
        script["mouse"] = motion >> rng.integers(0, 12, script["mouse"].shape)
    ended = 0
    for step in range(-(-TICKS // (ROWS * world.players * REPEAT * len(SEEN)))):
        batch.actions[...] = scripts[step % SCRIPTS]
        outcomes = batch.step()
        assert np.isfinite(outcomes["reward"]).all()
        if step % 8 == 0:
            check(batch.states, world.players)
        if step % 64 == 0:
            assert batch.draw().std() > 1
        ended += int(batch.over.sum())
        batch.reset(batch.over)
    assert ended


def check(states, players):
    """Every body stands on the map and outside of what stops it, and looks somewhere."""
    rows = np.arange(len(states))
    for player in range(players):
        y, x = states["y"][:, player] // CELL, states["x"][:, player] // CELL
        assert ((y >= 0) & (y < states["map_rows"]) & (x >= 0) & (x < states["map_cols"])).all()
        wall = states["walls"][rows, y, x]
        assert ((wall == 0) | (wall == HURDLE)).all()
        assert ((states["yaw"][:, player] >= 0) & (states["yaw"][:, player] < TURN)).all()
        assert (np.abs(states["pitch"][:, player]) <= TURN // 6 + 1).all()
        assert (states["z"][:, player] >= 0).all()
