"""States that come from outside: foreign and damaged ones are refused before anything is written."""

import os
import subprocess
import sys
import warnings

import numpy as np
import pytest

from rumpus import worlds
from rumpus.tests.chosen import EVERY
from rumpus.worlds.engine.records.bounds import ENGINE, sealed
from rumpus.worlds.engine.records.states import state_dtype

DAMAGED = 10_000
"""Damaged states of every world, half of them with a checksum that fits; a family of worlds has more."""
ROWS, AFTER = 64, 20
"""States that were taken are played on in so many rows at once, for so many ticks."""
FREE = {"room": {"mark"}, "sokoban": {"paint"}}
"""Fields without a range of their own, which the world checks against other fields."""


def played(name):
    """A batch, and saved states of moments that came up in play."""
    world = worlds.load(name)
    batch, rng, saved = worlds.batch(world, 16, size=(48, 64), threads=1), np.random.default_rng(0), []
    batch.reset(seed=0)
    for tick in range(40):
        batch.act(rng.integers(0, len(world.controls.moves), (16, world.players)))
        batch.step()
        batch.reset(batch.over)
        if tick % 13 == 0:
            saved += [batch.save(row) for row in range(16)]
    return batch, saved


def flipped(data, rng):
    """A few bits of a saved state changed, wherever they are."""
    damaged = bytearray(data)
    for at in rng.integers(0, len(data), rng.integers(1, 5)):
        damaged[at] ^= 1 << int(rng.integers(0, 8))
    return bytes(damaged)


def forged(data, mark, dtype, names, rng):
    """One to three fields of a record, of these names, changed to do harm, under a checksum that fits."""
    raw = np.frombuffer(bytearray(data[-dtype.itemsize :]), dtype)
    for name in rng.choice(names, rng.integers(1, 4)):
        values = raw[name].reshape(-1)
        at = rng.integers(values.size)
        if values.dtype.kind == "f":
            values[at] = rng.choice([np.nan, np.inf, -np.inf, 0, 1e9, -1e9, values[at] * 1.5, rng.normal() * 10])
            continue
        limits, old = np.iinfo(values.dtype), int(values[at])
        new = (
            limits.min,
            limits.max,
            old + 1,
            old - 1,
            int(rng.integers(0, 64)),
            old ^ (1 << int(rng.integers(0, 31))),
        )
        wrapped = (new[rng.integers(len(new))] - limits.min) % (limits.max - limits.min + 1) + limits.min
        values[at] = values.dtype.type(wrapped)
    return sealed(mark, raw.tobytes())


def breaks(state, bounds, players):
    """The first field of a record that is out of its range, read one number at a time."""
    for name, (low, high) in {**ENGINE, **bounds.fields}.items():
        for value, least, most in np.broadcast(state[name], low, high):
            if not least <= value <= most:
                return name
    return None if state["players"] == players else "players"


@pytest.mark.parametrize("name", EVERY)
def test_damaged_states_are_refused(name):
    """Of so many damaged states none is taken that breaks a bound; what is taken can be played on and drawn."""
    batch, saved = played(name)
    world, rng, names = batch.world, np.random.default_rng(1), np.array(batch.world.rules.state.names)
    for data in saved:
        batch.load(0, data)
    going = worlds.batch(world, ROWS, size=(48, 64), threads=1)
    going.reset(seed=1)
    taken, untouched = 0, going.states.tobytes()
    for number in range(DAMAGED):
        data = saved[rng.integers(len(saved))]
        damaged = flipped(data, rng) if number % 2 else forged(data, batch.mark, world.rules.state, names, rng)
        try:
            going.load(taken % ROWS, damaged)
        except ValueError:
            if number % 100 == 0:
                assert going.states.tobytes() == untouched
            continue
        assert damaged == data or not number % 2, "a checksum that does not fit was taken"
        if taken % 16 == 0:
            assert breaks(going.states[taken % ROWS], world.rules.bounds, world.players) is None
        taken += 1
        if taken % ROWS == 0:
            play_on(going, rng)
        untouched = going.states.tobytes()
    assert 0 < taken < DAMAGED // 3


def play_on(batch, rng):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rooms that are put right say so
        for _ in range(AFTER):
            batch.act(rng.integers(0, len(batch.world.controls.moves), (batch.n, batch.players)))
            assert np.isfinite(batch.step()["reward"]).all()
    batch.things()
    batch.draw()
    batch.reset(batch.over)


@pytest.mark.slow
def test_no_damaged_state_reaches_beyond_an_array(tmp_path):
    """The same with kernels that check every index, which takes minutes to compile."""
    environment = {**os.environ, "NUMBA_BOUNDSCHECK": "1", "RUMPUS_CACHE": str(tmp_path)}
    command = [sys.executable, "-m", "pytest", "-n", "0", __file__, "-k", "test_damaged_states_are_refused"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]


@pytest.mark.parametrize("name", EVERY)
def test_every_field_of_a_world_has_bounds(name):
    world = worlds.load(name)
    own = set(world.rules.state.names) - set(state_dtype([]).names) - set(world.rules.bounds.fields)
    floats = {field for field in own if world.rules.state[field].base.kind == "f"}
    assert own - floats == FREE.get(name.partition("-")[0], set())


@pytest.mark.parametrize(
    ("one", "other"),
    [
        *(("sokoban", "sokoban-duo"), ("sokoban-duo", "sokoban"), ("tag", "tag-four"), ("tag-four", "tag")),
        *(("hide-and-seek-four", "hide-and-seek"), ("room-duo", "room"), ("sokoban", "sokoban-small")),
        *(("box-world", "box-world-small"), ("maze-small", "collect")),
    ],
)
def test_states_of_another_world_are_refused(one, other):
    source, target = worlds.batch(one, 1, threads=1), worlds.batch(other, 2, threads=1)
    source.reset(seed=0)
    target.reset(seed=0)
    before = target.states.tobytes()
    with pytest.raises(ValueError, match="no saved state"):
        target.load(0, source.save(0))
    with pytest.raises(ValueError, match="no saved state"):
        target.load_rows(slice(None), [target.save(1), source.save(0)])
    assert target.states.tobytes() == before
    for _ in range(20):
        target.step()
        target.draw()
