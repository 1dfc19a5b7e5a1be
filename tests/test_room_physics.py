"""The room's physics: forces are bounded, energy does not appear, nothing leaves the house, what goes astray is caught,
and the record is all there is to know of a moment."""

import math
import warnings
from itertools import product

import mujoco
import numpy as np
import pytest

from rumpus import worlds
from rumpus.interface.keys import BUTTON, KEY
from rumpus.tasks.goals import Question, Selector
from rumpus.tasks.questions import answer
from rumpus.worlds.engine.records.relations import ON
from rumpus.worlds.engine.records.things import related
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.room import furniture, toys
from rumpus.worlds.room.guarded import mj_step
from rumpus.worlds.room.physics import Simulation
from rumpus.worlds.room.state import EYE, NOBODY, POSE, REACH, TALL, TOY_BODY, TOYS, TOYS_AT

HANDS = [KEY[name] for name in ("w", "a", "s", "d", "left shift", "space", "q", "e", "r", "f")]
LEFT, RIGHT = BUTTON["left"], BUTTON["right"]
FULL = {"toys": 20, "pieces": 6, "rooms": 2, "width": 9, "heavy": 1}
ONE_HAND, TWIST, THROW = 60, 4, 8
"""Newtons, newton metres, metres a second: what is promised of a hand."""
METRE = 65536


def rooms(n, seed=0, threads=1, knobs=FULL, **more):
    batch = Batch(worlds.load("room-duo"), n, size=(48, 64), seed=seed, threads=threads, knobs=knobs, **more)
    batch.reset()
    return batch


class Wild:
    """Random hands that look about, mostly down, and grasp what they can."""

    def __init__(self, seed):
        self.random = np.random.default_rng(seed)
        self.keys = np.zeros((0, 0, len(HANDS)), np.uint8)

    def act(self, batch, jerk=4000):
        states, random, actions = batch.states, self.random, batch.actions
        shape = states["aim"].shape
        if self.keys.shape[:2] != shape:
            self.keys = np.zeros((*shape, len(HANDS)), np.uint8)
        change = random.random(self.keys.shape) < 0.06
        self.keys[change] = random.random(change.sum()) < 0.4
        actions["keys"][:, :, HANDS] = self.keys
        actions["mouse"] = random.normal(size=(*shape, 2)) * np.where(random.random((*shape, 1)) < 0.1, jerk, 1200)
        actions["mouse"][:, :, 1] += (states["pitch"] > -3500) * 800
        reach = (states["aim"] >= 0) & (states["aim"] < TOYS) & (states["aim_distance"] < REACH)
        on = (states["gripping"] > 0) & (random.random(shape) > 0.04)
        actions["buttons"][:, :, LEFT] = on | reach
        actions["buttons"][:, :, RIGHT] = random.random(shape) < 0.1
        actions["wheel"] = random.integers(0, 3, shape)


def poses(batch):
    """Poses (n, TOYS, 7) and speeds (n, TOYS, 6) of all toys, as views of the records; which of them are there."""
    states = batch.states
    pose = states["qpos"][:, TOYS_AT:].reshape(batch.n, TOYS, POSE)
    speed = states["qvel"][:, TOYS_AT:].reshape(batch.n, TOYS, 6)
    return pose, speed, np.arange(TOYS) < states["things"][:, None]


def check_inside(batch):
    """All toys and players are in the house, in no wall, and all numbers are numbers."""
    pose, speed, there = poses(batch)
    assert np.isfinite(pose[there]).all() and np.isfinite(speed[there]).all()
    for row in range(batch.n):
        state = batch.states[row]
        feet = state["qpos"][:6].reshape(2, 3)
        for x, y, z in [*pose[row, there[row], :3], *feet]:
            assert 1 - 0.06 < x < state["map_cols"] - 0.94 and 1 - 0.06 < y < state["map_rows"] - 0.94
            assert -0.06 < z < TALL + 0.06
            doorway = state["door"] and (int(y), int(x)) == (state["door_row"], state["door_col"])
            edge = min(x % 1, 1 - x % 1, y % 1, 1 - y % 1)
            assert not state["walls"][int(y), int(x)] or doorway or edge < 0.06


def look_at(state, player, x, y, z):
    """Turn a player's head towards a point, in its record."""
    dx, dy, dz = x - state["qpos"][3 * player], y - state["qpos"][3 * player + 1], z - state["qpos"][3 * player + 2]
    state["yaw"][player] = round(math.atan2(dy, dx) / math.tau * 65536) % 65536
    state["pitch"][player] = round(math.atan2(dz - EYE, math.hypot(dx, dy)) / math.tau * 65536)


def test_a_saved_state_is_the_whole_state_of_the_simulation():
    """A moment loaded elsewhere goes on to the same bytes; so does a batch on other threads, and a row moved about."""
    one, two = rooms(5, seed=7), rooms(5, seed=7, threads=2)
    hands, held, woken = Wild(0), 0, 0
    for part in range(8):
        other = Batch(worlds.load("room-duo"), 5, size=(48, 64), seed=99, threads=1, knobs=FULL)
        if part % 2:
            other.reset()
            other.step()
        for row in range(5):
            other.load((row + part) % 5, one.save(row))
        for _ in range(25):
            hands.act(one)
            two.actions[...] = one.actions
            other.actions[...] = np.roll(one.actions, part, 0)
            for batch in (one, two, other):
                batch.step()
            assert two.states.tobytes() == one.states.tobytes()
            assert [other.save((row + part) % 5) for row in range(5)] == [one.save(row) for row in range(5)]
            held += (one.states["grip"] != NOBODY).sum()
            woken += (one.states["asleep"][:, 3:23] < 0).sum()
    assert held > 50 and woken > 50


def test_forces_are_bounded():
    """Whatever the hands do, each pulls with 60 N and turns with 4 N m at most, and throws at 8 m/s at most."""
    batch, hands, most = rooms(8, seed=3), Wild(1), 0
    for _ in range(400):
        hands.act(batch, jerk=20000)
        grip = batch.states["grip"].copy()
        batch.step()
        _, speed, _ = poses(batch)
        assert np.linalg.norm(speed[..., :3], axis=2).max() <= THROW + 1e-9
        for row in range(8):
            forces = batch.simulator._simulations[row]._data.xfrc_applied
            pulled = np.unique(np.append(grip[row], batch.states["grip"][row]))
            for toy in range(TOYS):
                holders = (batch.states["grip"][row] == toy).sum() if toy in pulled else 0
                force, torque = np.linalg.norm(forces[TOY_BODY + toy].reshape(2, 3), axis=1)
                assert force <= holders * ONE_HAND + 1e-9 and torque <= holders * TWIST + 1e-9
                most = max(most, force)
        assert batch.states["force"].max() <= ONE_HAND + 1e-9
    assert most > ONE_HAND / 2
    check_inside(batch)


def energy(batch):
    """Joules (n,) of what moves along and what is high up: not those of what turns."""
    pose, speed, there = poses(batch)
    joules = np.zeros(batch.n)
    for row, toy in np.argwhere(there):
        state = batch.states[row]
        mass = toys.mass_of(state["kind"][toy] - toys.FIRST, state["size"][toy], state["material"][toy])
        joules[row] += mass * (9.81 * pose[row, toy, 2] + (speed[row, toy, :3] ** 2).sum() / 2)
    return joules


def test_the_energy_of_thrown_toys_never_rises():
    """Toys thrown into a room of idle players never have more energy than they were thrown with, and come to rest."""
    batch = rooms(6, seed=11, knobs={"toys": 20, "pieces": 5})
    _pose, speed, there = poses(batch)
    random = np.random.default_rng(0)
    speed[..., :3] = random.normal(size=(6, TOYS, 3)) * 1.5 * there[..., None]
    batch.states["asleep"] = -11
    first = energy(batch)
    rest = 0
    for tick in range(450):
        batch.step()
        if tick % 5 == 0:
            assert (energy(batch) <= first * 1.005).all()
        rest = (batch.states["asleep"][:, 3:] >= 0).mean()
    assert rest > 0.97
    assert (energy(batch) < first).all() and not batch.states["faults"].any()


def test_thrown_toys_stay_inside_the_walls():
    """At the greatest speed that a throw can have, in all directions, nothing gets into a wall or through it."""
    batch, random = rooms(12, seed=5, limit=10**6), np.random.default_rng(0)
    for _ in range(8):
        _pose, speed, there = poses(batch)
        way = random.normal(size=speed[..., :3].shape)
        speed[..., :3] = THROW * way / np.linalg.norm(way, axis=2, keepdims=True) * there[..., None]
        speed[..., 3:] = random.normal(size=way.shape) * 15 * there[..., None]
        batch.states["asleep"] = -11
        for _ in range(20):
            batch.step()
            check_inside(batch)
    assert not batch.states["faults"].any()


def test_violent_actions_cause_no_fault():
    """Thousands of ticks of hands that tear and throw: nothing outside, no fault."""
    batch, hands = rooms(16, seed=21, limit=10**6), Wild(2)
    for tick in range(400):
        hands.act(batch, jerk=30000)
        if tick % 100 == 50:
            batch.actions["mouse"] = [[(2**31 - 1, -(2**31)), (-(2**31), 2**31 - 1)]]
        batch.step()
        if tick % 10 == 0:
            check_inside(batch)
    assert not batch.states["faults"].any()
    assert (batch.states["yaw"] >= 0).all() and (batch.states["yaw"] < 65536).all()


@pytest.mark.parametrize("inside", [False, True], ids=["in the record", "in the simulation"])
def test_a_diverged_simulation_truncates_its_own_episode_only(inside):
    """A simulation with numbers that are none, or absurd, ends its own episode, at rest, and touches no other's."""
    batch, twin, hands = rooms(6, seed=31), rooms(6, seed=31), Wild(3)
    for _ in range(10):
        hands.act(batch)
        twin.actions[...] = batch.actions
        batch.step()
        twin.step()
    at = TOYS_AT + 2
    where = [room._data.qvel for room in batch.simulator._simulations] if inside else batch.states["qvel"]
    where[1][at], where[4][at] = np.nan, 1e6
    with pytest.warns(UserWarning, match="astray"):
        batch.step()
    twin.step()
    assert batch.outcomes["truncated"].all(1).tolist() == [False, True, False, False, True, False]
    assert batch.states["faults"].tolist() == [0, 1, 0, 0, 1, 0]
    same = [row for row in range(6) if batch.states[row].tobytes() == twin.states[row].tobytes()]
    assert same == [0, 2, 3, 5]
    assert not batch.states["qvel"][[1, 4]].any()
    check_inside(batch)
    batch.reset(batch.over)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(10):
            batch.step()
    assert not batch.states["faults"].any()


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "Python"])
def test_an_error_of_mujoco_ends_its_own_episode_only(compiled):
    """A step that MuJoCo refuses, here by an integrator that it does not have, ends the episode of its row; the
    process, the other rows, and MuJoCo's own errors in Python go on."""
    if compiled and mj_step() is None:
        pytest.skip("steps are not compiled on this system")
    batch, twin = rooms(6, seed=31, threads=2), rooms(6, seed=31)
    if not compiled:
        batch.simulator._guard = None
    for each in (batch, twin):
        each.step()
    broken = batch.simulator._simulations[2]
    broken._model.opt.integrator = 99
    with pytest.warns(UserWarning, match="row 2 .*astray"):
        batch.step()
    twin.step()
    assert batch.outcomes["truncated"].all(1).tolist() == [False, False, True, False, False, False]
    assert [row for row in range(6) if batch.states[row].tobytes() != twin.states[row].tobytes()] == [2]
    assert batch.simulator._simulations[2] is not broken
    with pytest.raises(mujoco.FatalError, match="integrator"):
        mujoco.mj_step(broken._model, broken._data)
    batch.reset(batch.over)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(5):
            batch.step()


@pytest.mark.parametrize("threads", [1, 2])
def test_compiled_steps_are_those_of_python(threads):
    """Steps from compiled code and from Python give the same bytes, whichever thread takes a row."""
    if mj_step() is None:
        pytest.skip("steps are not compiled on this system")
    batch, twin, hands = rooms(9, seed=5, threads=threads), rooms(9, seed=5, threads=threads), Wild(8)
    twin.simulator._guard, held = None, 0
    for _ in range(100):
        hands.act(batch)
        twin.actions[...] = batch.actions
        batch.step()
        twin.step()
        assert batch.states.tobytes() == twin.states.tobytes()
        held += int((batch.states["grip"] != NOBODY).sum())
    assert held, "no hand held anything, so too little was compared"


def test_a_chest_is_lifted_by_two_players_and_not_by_one():
    """One hand does not lift nine kilograms; two do, and then it comes down when one lets go."""
    batch = rooms(1, seed=2, knobs={"toys": 1, "heavy": 1, "pieces": 0, "height": 6, "width": 6})
    state = batch.states[0]
    assert state["things"] == 1 and toys.KINDS[state["kind"][0] - toys.FIRST] == "chest"
    pose, _, _ = poses(batch)
    middle = pose[0, 0]
    middle[:2], middle[3:] = (4, 4), (1, 0, 0, 0)
    state["qpos"][:6] = 3.2, 4, 0, 4.8, 4, 0
    heights = {}
    for player in (0, 1):
        look_at(state, player, *middle[:3])
    batch.actions["keys"][0, :, KEY["space"]] = 1
    batch.step()
    assert (state["aim"] == 0).all()
    start = state["thing_z"][0]
    for name, hands in (("one", (1, 0)), ("two", (1, 1)), ("one again", (0, 1))):
        batch.actions["buttons"][0, :, LEFT] = hands
        for _ in range(60):
            batch.step()
        heights[name] = (state["thing_z"][0] - start) / METRE
    assert heights["one"] < 0.01 and heights["one again"] < 0.1
    assert heights["two"] > 0.15
    assert not state["faults"]


def test_rooms_are_settled():
    """A room that has just been made is at rest, and nothing in it is pressed into anything."""
    import mujoco

    batch = rooms(8, seed=41)
    before = batch.states["qpos"].copy()
    for room in rooms(8, seed=41).simulator._simulations:  # others of the same, which are all woken to be looked at
        room._model.opt.enableflags = 0
        mujoco.mj_forward(room._model, room._data)
        assert room._data.ncon > 10 and room._data.contact.dist.min() > -0.004
    for _ in range(30):
        batch.step()
    moved = np.abs(batch.states["qpos"] - before)[:, TOYS_AT:].max()
    assert moved < 0.004


def supported(batch, row):
    """Pairs (upper, lower) of bodies of MuJoCo's that touch, the one from above: recomputed with all awake."""
    room = Simulation(batch.world, batch.n, 1)._simulation(batch.states, row)
    room.load(batch.states, row)
    own, data = room._model, room._data
    own.opt.enableflags &= ~int(mujoco.mjtEnableBit.mjENBL_SLEEP)
    mujoco.mj_forward(own, data)
    found = set()
    for contact in data.contact[: data.ncon]:
        lower, upper = (int(own.geom_bodyid[geom]) for geom in (contact.geom1, contact.geom2))
        if abs(contact.frame[2]) > 0.5 and contact.dist < 0.004:
            found.add((upper, lower) if contact.frame[2] > 0 else (lower, upper))
    return found


@pytest.mark.parametrize("seed", [0, 500])
def test_answers_agree_with_contacts(seed):
    """Answers about things that lie on and in others, in many rooms: what MuJoCo has in contact from above."""
    batch = Batch(worlds.load("room"), 48, size=(40, 40), seed=seed)
    batch.reset()
    tables, counts, _ = batch.things()
    known, asked = batch.world.rules.things, 0
    names = list(known.kinds)
    for row, state in enumerate(batch.states):
        table, touching = tables[row, : counts[row]], supported(batch, row)
        toys_, pieces = int(state["things"]), int(state["pieces"])
        bodies = {TOY_BODY + toy: names[state["kind"][toy] - 1] for toy in range(toys_)}
        lower = bodies | {1 + piece: furniture.KINDS[state["piece"][piece] - 1] for piece in range(pieces)}
        for relation, b in product(("on", "in"), {names[kind - 1] for kind in table["kind"]} - {"player", "door"}):
            inside = b in furniture.KINDS and furniture.INSIDE[furniture.KINDS.index(b)]
            lying = {upper for upper, under in touching if upper in bodies and lower.get(under) == b}
            kinds = {bodies[upper] for upper in lying} if inside == (relation == "in") else set()
            said = answer(Question(asks="what", relation=relation, b=Selector(kind=b)), table, known)
            assert said == (kinds.pop() if len(kinds) == 1 else None), (row, relation, b)
            asked += said is not None
    assert asked > 30


def test_furniture_rests_on_nothing():
    """Nor does what stands beside a flat thing rest on it: a box around both would say so."""
    batch = Batch(worlds.load("room"), 48, size=(40, 40), seed=500)
    batch.reset()
    tables, counts, _ = batch.things()
    for row, state in enumerate(batch.states):
        table, first = tables[row, : counts[row]].view(np.recarray), batch.players + int(state["things"])
        assert (table["fixed"][first:] == 1).all()
        assert (table["fixed"][:first] == 0).all()
        pairs = product(range(first, counts[row]), range(counts[row]))
        assert not any(related(table[one], table[other], ON, 0) for one, other in pairs if one != other)
    flat, block = table[first - 1].copy(), table[first - 2].copy()
    flat.y, flat.x, flat.z, flat.height, flat.radius, flat.holder = 1000, 1000, 7, 7, 40, 0
    block.y, block.x, block.height, block.radius, block.holder = 1000, 1030, 20, 20, 0
    block.z = 14 + 20
    assert related(block, flat, ON, 0)
    block.z = 20
    assert not related(block, flat, ON, 0), "it stands on the same floor"
