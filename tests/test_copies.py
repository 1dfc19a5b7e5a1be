"""Environments and worlds can be copied and pickled, and go on to the same bytes; what cannot says so."""

import copy
import dataclasses
import hashlib
import multiprocessing
import pickle
import shutil

import cloudpickle
import gymnasium
import numpy as np
import pytest

from rumpus import worlds
from rumpus.interface.wrappers import BagOfWords, Moves
from rumpus.tests.chosen import EVERY, ONE_OF_EACH, TINY
from rumpus.worlds.guests.gym import guest

COPIES = {
    "deepcopy": copy.deepcopy,
    "copy": copy.copy,
    "pickle": lambda batch: pickle.loads(pickle.dumps(batch)),
    "cloudpickle": lambda batch: cloudpickle.loads(cloudpickle.dumps(batch)),
}


def future(batch, ticks=25, seed=3):
    """A digest of all that a batch shows while it is played on, over ends of episodes too."""
    rng, seen = np.random.default_rng(seed), hashlib.sha256()
    for _ in range(ticks):
        batch.act(rng.integers(0, len(batch.world.controls.moves), (batch.n, batch.players)))
        for part in (batch.step(), batch.draw(), batch.states):
            seen.update(part.tobytes())
        batch.reset(batch.over)
    return seen.hexdigest()


@pytest.mark.parametrize("name", ONE_OF_EACH)
def test_copies_of_a_batch_go_on_alike(name):
    batch = worlds.batch(name, 3, size=(48, 64), threads=1)
    batch.reset(seed=5)
    future(batch, 20, seed=1)
    copies = {how: make(batch) for how, make in COPIES.items()}
    before = batch.states.tobytes()
    expected = future(copies["deepcopy"])
    assert batch.states.tobytes() == before, "a copy shares nothing"
    assert {how: future(made) for how, made in copies.items() if how != "deepcopy"} == {
        "copy": expected,
        "pickle": expected,
        "cloudpickle": expected,
    }
    assert future(batch) == expected
    new = pickle.loads(pickle.dumps(worlds.batch(name, 2, size=(48, 64), threads=1, seed=9)))
    new.reset()
    old = worlds.batch(name, 2, size=(48, 64), threads=1, seed=9)
    old.reset()
    assert future(new) == future(old), "one that was never reset is copied with its seed"


def environments():
    """(name, environment, an action for it) of every face and wrapper, played for some steps."""
    single = worlds.single("room-small", size=(48, 64))
    moves = BagOfWords(Moves(gymnasium.make(worlds.load("sokoban-small").id)))
    vector = worlds.vector("box-world-small", 3)
    parallel = worlds.parallel("sokoban-duo")
    for env in (single, moves, vector, parallel):
        env.reset(seed=2)
    action = single.action_space.sample() | {"say": ""}
    yield "single", single, action
    yield "moves", moves, 1
    quiet = {name: np.zeros(space.shape, space.dtype) for name, space in vector.action_space.items()}
    yield "vector", vector, quiet
    yield "parallel", parallel, {agent: action for agent in parallel.agents}


def steps(env, action, count=12):
    """All that an environment tells of some steps, as text."""
    told = []
    for _ in range(count):
        *outcome, _ = env.step(action)
        told.append(repr([{k: np.asarray(v).tobytes() for k, v in _flat(part).items()} for part in outcome]))
    return told


def _flat(part, name=""):
    if isinstance(part, dict):
        return {k: v for key, value in part.items() for k, v in _flat(value, f"{name}.{key}").items()}
    return {name: part}


@pytest.mark.parametrize("make", [copy.deepcopy, COPIES["pickle"], COPIES["cloudpickle"]])
def test_copies_of_environments_go_on_alike(make):
    for name, env, action in environments():
        steps(env, action, 5)
        twin = make(env)
        assert steps(env, action) == steps(twin, action), name
        *_, info = twin.reset(seed=4)
        assert info


def _digest(data, pipe):
    pipe.send(future(pickle.loads(data)))


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_copies_go_on_alike_in_other_processes(method):
    context = multiprocessing.get_context(method)
    for name in ("sokoban-small", "room-small"):
        batch = worlds.batch(name, 2, size=(48, 64), threads=1)
        batch.reset(seed=1)
        future(batch, 10)
        here, there = context.Pipe(duplex=False)
        child = context.Process(target=_digest, args=(pickle.dumps(batch), there))
        child.start()
        assert here.recv() == future(batch), name
        child.join()


@pytest.mark.parametrize("name", EVERY)
def test_a_world_is_pickled_as_its_name(name):
    world = worlds.load(name)
    data = pickle.dumps(world)
    assert len(data) < 200
    assert pickle.loads(data) is world
    assert copy.deepcopy(world) is world
    assert cloudpickle.loads(cloudpickle.dumps(lambda: world))() is world
    changed = pickle.loads(pickle.dumps(world.variant("mine", "Mine.", limit=7)))
    assert (changed.name, changed.objective.limit, changed.rules.reset) == ("mine", 7, world.rules.reset)
    if world.rules.things:
        things = dataclasses.replace(world.rules.things, scales=())
        received = pickle.loads(pickle.dumps(world.variant(name, "", things=things)))
        assert (received.rules.things.scales, received.rules.things.fill) == ((), world.rules.things.fill)


def test_a_world_of_ones_own_is_pickled_as_its_folder(tmp_path):
    folder = tmp_path / "coins"
    shutil.copytree(TINY, folder)
    world = worlds.load(f"{folder}:coins-big")
    assert pickle.loads(pickle.dumps(world)) is world
    batch = worlds.batch(world, 2)
    batch.reset(seed=0)
    assert future(pickle.loads(pickle.dumps(batch))) == future(batch)


def test_guests_are_pickled_as_their_call_and_say_what_they_cannot():
    world = guest("FrozenLake-v1", instruction="go to the gift", limit=9)
    again = pickle.loads(pickle.dumps(world))
    objective = again.objective
    assert (again.name, objective.instruction, objective.limit) == (world.name, world.objective.instruction, 9)
    for face in (worlds.single(world), worlds.batch(world, 1), worlds.vector(world, 2)):
        for make in COPIES.values():
            if face.__class__.__name__ == "Batch" or make is not copy.copy:
                with pytest.raises(ValueError, match="a guest whose state cannot be"):
                    make(face)
    with pytest.raises(ValueError, match="could not find it"):
        pickle.dumps(world.variant("mine", "Mine."))
