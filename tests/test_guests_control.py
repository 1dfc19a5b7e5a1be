"""Guests of dm_control: the same worlds as at home, to the bit; hands that do what they say; faults that stay alone."""

import importlib.util
import subprocess
import sys
import warnings

import numpy as np
import pytest
from dm_control import manipulation, suite

from rumpus import worlds
from rumpus.agents.human.camera import input_of
from rumpus.agents.human.commands import input_rows
from rumpus.agents.human.keyboard import shown
from rumpus.interface.action import MOUSE_ONE, Move, move_table
from rumpus.interface.keys import key_index
from rumpus.interface.text import TOKENS, encode
from rumpus.worlds import guests
from rumpus.worlds.guests.dm_control import instances
from rumpus.worlds.guests.dm_control.reach import SPAN
from rumpus.worlds.guests.dm_control.tasks import ARM, CONTROL, hyphened

ONE_OF_EACH = {domain: f"control/{hyphened(domain, task)}" for domain, task in reversed(CONTROL)}
"""A task of every domain, by domain."""


def played(batch, records, ticks):
    """Play ACTION records (n,) or one for so many ticks; the rewards, (ticks, n)."""
    rewards = []
    for _ in range(ticks):
        batch.actions[:, 0] = records
        rewards.append(batch.step()["reward"][:, 0].copy())
    return np.array(rewards)


def test_every_task_of_dm_control_has_a_name_and_words():
    assert set(CONTROL) == set(suite.ALL_TASKS)
    assert set(ARM) == {name.rpartition("_")[0] for name in manipulation.ALL}
    assert len(set(guests.names("control") + guests.names("arm"))) == len(CONTROL) + len(ARM)
    for words in (*CONTROL.values(), *ARM.values()):
        assert 0 < np.count_nonzero(encode(words)) < TOKENS


@pytest.mark.parametrize("domain", ONE_OF_EACH)
def test_a_task_of_every_domain_plays(domain):
    batch = worlds.batch(ONE_OF_EACH[domain], 1, size=(24, 32))
    batch.reset(seed=1)
    world, first = batch.world, int(batch.states["mark"][0])
    assert world.objective.limit == (1000 if domain != "lqr" else 2**31 - 1)
    assert all(set(move.keys) <= set(world.controls.keys) for move in world.controls.moves.values())
    for move in range(3):
        batch.act([move % len(world.controls.moves)])
        assert np.isfinite(batch.step()["reward"]).all()
    assert batch.states["mark"][0] != first and batch.states["tick"][0] == 3 and batch.states["faults"][0] == 0
    assert batch.draw().std() > 1  # a picture, not a plain


def at_home(name, seed):
    """The environment as dm_control has it."""
    prefix, _, rest = name.partition("/")
    if prefix == "arm":
        task = next(task for task in ARM if hyphened(task) == rest)
        return manipulation.load(f"{task}_features", seed=seed)
    task = next(task for task in CONTROL if hyphened(*task) == rest)
    environment = suite.load(*task, task_kwargs={"random": seed})
    instances._without_gl(environment.physics)
    return environment


DIFFERENT = (
    *("control/cartpole-swingup", "control/lqr-lqr-6-2", "control/point-mass-hard", "control/quadruped-escape"),
    *("control/finger-turn-hard", "control/swimmer-swimmer6", "control/humanoid-walk"),
    *("arm/stack-2-of-3-bricks-random-order", "arm/reach-site", "arm/place-cradle"),
)


@pytest.mark.parametrize("name", DIFFERENT)
def test_rewards_and_states_are_those_of_dm_control(name):
    batch = worlds.batch(name, 2)
    batch.reset(seed=99)
    table, rng = move_table(batch.world.controls.moves), np.random.default_rng(5)
    played(batch, table[rng.integers(len(table), size=2)], 5)  # a row that is used: nothing of it must be left
    batch.reset(seed=7)
    rows = batch.simulator.instances
    homes = [at_home(name, seed) for seed in (7, 8)]
    for home in homes:
        home.reset()
    for _ in range(12):
        rewards = played(batch, table[rng.integers(len(table), size=2)], 1)[0]
        for reward, row, home in zip(rewards, rows, homes, strict=True):
            step = home.step(row.control)
            assert reward == np.float32(step.reward)
            np.testing.assert_array_equal(row.data.qpos, home.physics.data.qpos)
            np.testing.assert_array_equal(row.data.qvel, home.physics.data.qvel)


@pytest.mark.parametrize("name", ["control/pendulum-swingup", "arm/reach-site"])
def test_an_episode_is_as_long_as_in_dm_control(name):
    batch, home = worlds.batch(name, 1), at_home(name, 3)
    batch.reset(seed=3)
    home.reset()
    ticks = 0
    while not batch.over[0]:
        outcome = batch.step()[0, 0]
        step = home.step(batch.simulator.instances[0].control)
        ticks += 1
        assert step.last() == bool(batch.over[0])
    assert (
        ticks == batch.world.objective.limit
        and outcome["truncated"]
        and not outcome["terminated"]
        and step.discount == 1
    )


def test_an_episode_that_dm_control_ends_is_terminated():
    batch = worlds.batch("control/lqr-lqr-2-1", 1)
    batch.reset(seed=0)
    physics = batch.simulator.instances[0].physics
    with physics.reset_context():
        physics.data.qpos[:], physics.data.qvel[:] = 0, 0  # at rest in the middle: there is nothing left to do
    outcome = batch.step()[0, 0]
    assert outcome["terminated"] and not outcome["truncated"] and batch.over[0]


@pytest.mark.parametrize("name", ["control/humanoid-cmu-run", "control/quadruped-walk", "control/ball-in-cup-catch"])
def test_every_actuator_has_keys_of_its_own(name):
    world = worlds.load(name)
    batch = worlds.batch(world, 1)
    batch.reset(seed=0)
    instance = batch.simulator.instances[0]
    low, high = instance.spec.minimum, instance.spec.maximum
    rest = instance.control_of(Move().record())
    assert len(instance.bindings.names) == instance.model.nu and not rest.any()
    held = set()
    for index, actuator in enumerate(instance.bindings.names):
        for way, bound in (("up", high), ("down", low)):
            move = world.controls.moves[f"{actuator} {way}"]
            control = instance.control_of(move.record())
            assert control[index] == bound[index] and np.count_nonzero(control) == 1
            held.add(move.keys)
    assert len(held) == 2 * instance.model.nu
    batch.actions[0, 0] = world.controls.moves[f"{instance.bindings.names[-1]} up"].record()
    batch.step()
    assert instance.data.ctrl[-1] == high[-1]


@pytest.mark.parametrize("name", ["control/cartpole-swingup", "control/ball-in-cup-catch", "control/walker-walk"])
def test_the_help_says_what_each_key_drives(name):
    world = worlds.load(name)
    rows = {key: meaning for keys, meaning in input_rows(world, input_of(world)) for key in keys.split(" or ")}
    assert set(rows) - {"Mouse"} == {shown(key) for key in world.controls.keys}
    for label, move in world.controls.moves.items():
        if len(move.keys) == 1:
            assert rows[shown(move.keys[0])] == label
    names = world.controls.moves if "walker" not in name else ()
    assert all(what in rows["Mouse"] for what in names if what.endswith((" up", " down")) and "gently" not in what)


def test_the_help_of_the_arm_speaks_of_the_arm():
    world = worlds.load("arm/stack-2-bricks")
    inputs = input_of(world)
    rows = {key: meaning for keys, meaning in input_rows(world, inputs) for key in keys.split(" or ")}
    assert set(rows) == {"Mouse", "Wheel", "Left button", *map(shown, world.controls.keys)}
    assert (rows["Left button"], rows["W"], rows["E"]) == (
        "close the fingers while it is held",
        "away from you",
        "turn the wrist right",
    )
    assert inputs.keys == set(map(key_index, world.controls.keys)), "no key stands for another"
    assert inputs.turns_wheel


def test_the_mouse_drives_where_there_are_few_actuators():
    instance = instances.SuiteTask("point_mass", "easy")
    gentle = 0.2 / instance.tick_hz  # picture heights in a tick at a fifth of full speed
    np.testing.assert_allclose(instance.control_of(Move(mouse=(gentle, gentle / 2)).record()), [0.2, -0.1], atol=1e-3)
    np.testing.assert_array_equal(instance.control_of(Move(("left", "up")).record()), [-1, 1])
    record = Move().record()
    record["mouse"] = np.iinfo(np.int32).max, np.iinfo(np.int32).min
    np.testing.assert_array_equal(instance.control_of(record), [1, 1])


def test_the_hand_goes_where_the_mouse_says():
    batch = worlds.batch("arm/reach-site", 3)
    batch.reset(seed=11)

    def positions():
        rows = batch.simulator.instances
        return np.array([row.data.site_xpos[row.reach._site] for row in rows]), [row.reach.turn for row in rows]

    played(batch, Move().record(), 4)
    for move, axis, way in (
        *((Move(mouse=(0.02, 0.0)), 0, 1), (Move(mouse=(-0.02, 0.0)), 0, -1), (Move(("w",)), 1, 1)),
        *((Move(mouse=(0.0, 0.02)), 1, -1), (Move(("r",)), 2, 1), (Move(wheel="down"), 2, -1)),
    ):
        before, _ = positions()
        played(batch, move.record(), 5)
        played(batch, Move().record(), 6)
        shift = positions()[0] - before
        assert (shift[:, axis] * way > 0.03).all(), (move, shift)
        assert np.abs(np.delete(shift, axis, axis=1)).max() < 0.02, (move, shift)
    _, before = positions()
    played(batch, Move(("q",)).record(), 6)
    assert (np.subtract(positions()[1], before) > 0.2).all()
    fingers = [row.data.qpos[6:9].copy() for row in batch.simulator.instances]
    played(batch, Move(buttons=("left",)).record(), 10)
    for row, open_ in zip(batch.simulator.instances, fingers, strict=True):
        assert (row.data.qpos[6:9] > open_ + 0.2).all()
        assert row.data.site_xmat[row.reach._site][8] < -0.99  # it points down


def test_a_hand_that_knows_where_the_brick_is_lifts_it():
    batch = worlds.batch("arm/lift-brick", 1)
    batch.reset(seed=0)
    instance = batch.simulator.instances[0]
    brick = instance.physics.bind(instance.environment.task._prop.mjcf_model.find("site", "bounding_box"))
    start, axes = np.array(brick.xpos), np.array(brick.xmat).reshape(3, 3)
    across = np.arctan2(axes[1, 0], axes[0, 0]) + np.pi / 2

    def bring(above, buttons, ticks):
        """Keys and mouse that bring the hand so many metres above the place of the brick; the last reward."""
        for _ in range(ticks):
            x, y, z = start - instance.reach.target + np.array([0, 0, above])
            turn = np.sin(across - instance.reach.turn)
            wanted = {"r": z > 0.006, "f": z < -0.006, "q": turn > 0.05, "e": turn < -0.05}
            keys = tuple(key for key, held in wanted.items() if held)
            motion = np.clip(x, -0.02, 0.02) / SPAN, -np.clip(y, -0.02, 0.02) / SPAN
            reward = played(batch, Move(keys, buttons, mouse=motion).record(), 1)[0, 0]
        return reward

    bring(0.14, (), 40)
    assert bring(0.008, (), 35) < 0.01
    bring(0.008, ("left",), 20)
    assert bring(0.2, ("left",), 40) > 0.5
    assert brick.xpos[2] > start[2] + 0.15


def test_extreme_mouse_motion_keeps_the_arm_within_its_limits():
    batch = worlds.batch("arm/reach-duplo", 1)
    batch.reset(seed=2)
    rng = np.random.default_rng(0)
    instance = batch.simulator.instances[0]
    for _ in range(60):
        record = Move(buttons=("left",)).record()
        record["mouse"] = rng.choice([-MOUSE_ONE, MOUSE_ONE, np.iinfo(np.int32).max], 2)
        played(batch, record, 1)
        assert (instance.control >= instance.spec.minimum).all() and (instance.control <= instance.spec.maximum).all()
    assert batch.states["faults"][0] == 0 and not batch.over[0]


@pytest.mark.parametrize(("name", "wrong"), [("control/walker-walk", np.nan), ("arm/reach-site", 1e7)])
def test_a_simulation_that_diverges_is_put_right_and_takes_nobody_along(name, wrong):
    batch, other = (worlds.batch(name, 3, size=(24, 24), threads=2) for _ in range(2))
    for each in (batch, other):
        each.reset(seed=4)
        played(each, Move().record(), 3)
    batch.simulator.instances[1].data.qvel[0] = wrong
    with pytest.warns(RuntimeWarning, match=f"{name}: the simulation of row 1 .seed 5. went astray at tick 4"):
        outcomes = batch.step().copy()
    other.step()
    assert outcomes["truncated"].ravel().tolist() == [0, 1, 0] and outcomes["reward"][1, 0] == 0
    assert batch.states["faults"].tolist() == [0, 1, 0]
    assert batch.simulator.instances[1].stable
    batch.reset(batch.over)
    played(batch, Move().record(), 3), played(other, Move().record(), 3)
    assert batch.states["mark"][[0, 2]].tolist() == other.states["mark"][[0, 2]].tolist()
    assert batch.states["tick"][1] == 3 and batch.states["faults"][1] == 0
    np.testing.assert_array_equal(batch.draw()[[0, 2]], other.draw()[[0, 2]])


def test_the_same_seed_is_the_same_bytes_at_any_number_of_threads():
    seen = []
    for threads in (1, 2):
        batch = worlds.batch("control/cheetah-run", 4, size=(24, 32), threads=threads, seed=20)
        batch.reset()
        rng = np.random.default_rng(1)
        for _ in range(10):
            batch.act(rng.integers(len(batch.world.controls.moves), size=4))
            batch.step()
        seen.append((batch.states.tobytes(), batch.outcomes.tobytes(), batch.draw().tobytes()))
    assert seen[0] == seen[1]
    assert len(set(batch.states["mark"])) == 4


def test_the_faces_hold_a_guest():
    env = worlds.single("control/cartpole-swingup", render_mode="rgb_array", limit=3)
    observation, info = env.reset(seed=5)
    assert observation["instruction"] == "swing the pole up and keep it upright"
    assert observation["pixels"].std() > 1 and info["seed"] == 5
    action = env.action_space.sample()
    with pytest.raises(ValueError, match="finite numbers"):
        env.step({**action, "mouse": np.array([np.nan, 0], np.float32)})
    ends = [env.step(action)[2:4] for _ in range(3)]
    assert ends == [(False, False), (False, False), (False, True)]
    assert env.render().shape[2] == 3
    vector = worlds.vector("control/pendulum-swingup", 2)
    pixels = vector.reset(seed=1)[0]["pixels"]
    assert pixels.shape == (2, 80, 80, 3) and (pixels[0] != pixels[1]).any()
    vector.step(vector.action_space.sample())
    parallel = worlds.parallel("control/reacher-easy")
    parallel.reset(seed=1)
    agent = parallel.agents[0]
    assert np.isfinite(parallel.step({agent: parallel.action_space(agent).sample()})[1][agent])
    for each in (env, vector, parallel):
        each.close()


def test_unknown_tasks_are_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match="unknown dm_control task control/cartpole-swingpu: did you mean cartpole-swi"):
        worlds.load("control/cartpole-swingpu")
    with pytest.raises(ValueError, match="unknown dm_control task arm/stack_2_bricks: did you mean stack-2-bricks"):
        worlds.load("arm/stack_2_bricks")
    with pytest.raises(ValueError, match="the tasks are acrobot-swingup, "):
        worlds.load("control/")
    with pytest.raises(ValueError, match="cannot be saved"):
        worlds.batch("control/pendulum-swingup", 1).save(0)


def test_without_dm_control_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    guests.load.cache_clear()
    with pytest.raises(RuntimeError, match=r"pip install 'rumpus\[guests\]'"):
        worlds.load("control/cartpole-balance")


def test_importing_worlds_imports_no_guest():
    code = (
        "import sys, rumpus.worlds; from rumpus.worlds import guests; guests.names('control');"
        "print([name for name in ('mujoco', 'dm_control') if name in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


def test_nothing_is_printed_where_there_is_no_screen(monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        guests.load.cache_clear()
        worlds.load("control/cartpole-balance")
