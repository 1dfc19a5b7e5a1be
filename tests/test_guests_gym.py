"""Gymnasium's environments as guests: the same rewards, ends and pictures as without us, by keys and mouse."""

import warnings

import gymnasium
import numpy as np
import pygame
import pytest
from gymnasium.spaces import Box, Dict, Discrete, MultiBinary, MultiDiscrete
from hypothesis import given
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.agents.human.camera import input_of as people
from rumpus.agents.human.session import Session
from rumpus.agents.settings import Config
from rumpus.agents.training.trainer import Trainer
from rumpus.interface.action import ACTION, FIELDS, MOUSE_ONE, Move, as_action
from rumpus.interface.keys import KEY
from rumpus.interface.text import encode
from rumpus.worlds.guests.gym import guest
from rumpus.worlds.guests.gym.actions import FULL, LETTERS, action_map_of
from rumpus.worlds.guests.gym.copies import fit
from rumpus.worlds.guests.gym.known import KNOWN

SHOWN = {
    "CartPole-v1": {"a": 0, "right": 1},
    "FrozenLake-v1": {"left": 0, "s": 1, "right": 2, "w": 3},
    "MountainCarContinuous-v0": {
        "left": np.array([-1], np.float32),
        "d": np.array([1], np.float32),
        "x": np.array([0], np.float32),
    },
}
"""What their keys mean, by Gymnasium's own pages; x is a key that they do not listen to."""
shown = pytest.mark.parametrize("name", SHOWN)


def pressing(*names, mouse=(0.0, 0.0)):
    return as_action(Move(names, mouse=mouse).record())


def stacked(actions):
    parts = {field: np.stack([action[field] for action in actions]) for field in FIELDS[:-1]}
    return parts | {"say": [action["say"] for action in actions]}


class Alone:
    """An environment of Gymnasium as it is, beside a row of ours."""

    def __init__(self, name):
        self.env = gymnasium.make(name, render_mode="rgb_array")

    def step(self, action):
        _, reward, terminated, truncated, _ = self.env.step(action)
        return np.float32(reward), terminated, truncated


@shown
def test_single_is_what_it_is_alone(name):
    alone, rng = Alone(name), np.random.default_rng(1)
    alone.env.reset(seed=9)
    env = worlds.single(f"gym/{name}", size=alone.env.render().shape[:2])
    seen, info = env.reset(seed=9)
    assert info["seed"] == 9 and seen["instruction"].startswith(KNOWN[name.split("-")[0]].instruction)
    ends = 0
    for _ in range(130):
        assert np.array_equal(seen["pixels"], alone.env.render())
        key = rng.choice(list(SHOWN[name]))
        seen, reward, *ended, _ = env.step(pressing(key))
        assert (np.float32(reward), *ended) == alone.step(SHOWN[name][key])
        if any(ended):
            ends += 1
            seen, info = env.reset()
            alone.env.reset(seed=info["seed"])
    assert ends or name.startswith("Mountain")


def test_seeds_of_training_come_back_in_no_other_split():
    started = {}
    for split in ("train", "valid", "test"):
        batch = worlds.batch("gym/FrozenLake-v1", 16, split=split, size=(32, 32))
        batch.reset(seed=0)
        started[split] = set(batch.states["start"].tolist())
        assert len(started[split]) == 16
    assert started["train"] == set(range(16))
    assert not started["train"] & started["test"] and not started["valid"] & started["test"]


@shown
def test_vector_and_parallel_are_what_they_are_alone(name):
    rng, keys = np.random.default_rng(2), SHOWN[name]
    envs = worlds.vector(f"gym/{name}", 3, size=(24, 32), autoreset_mode="SameStep")
    assert envs.metadata["render_fps"] == envs.world.controls.tick_hz
    rows = [Alone(name) for _ in range(3)]
    _, infos = envs.reset(seed=40)
    for row, seed in zip(rows, infos["seed"], strict=True):
        row.env.reset(seed=int(seed))
    for _ in range(60):
        chosen = rng.choice(list(keys), 3)
        _, rewards, terminations, truncations, infos = envs.step(stacked([pressing(key) for key in chosen]))
        ours = zip(rewards.astype(np.float32), terminations, truncations, strict=True)
        assert list(ours) == [row.step(keys[key]) for row, key in zip(rows, chosen, strict=True)]
        for row in np.flatnonzero(terminations | truncations):
            rows[row].env.reset(seed=int(infos["seed"][row]))
    both, alone = worlds.parallel(f"gym/{name}", size=(24, 24)), Alone(name)
    both.reset(seed=8)
    alone.env.reset(seed=8)
    (agent,) = both.agents
    key = next(iter(keys))
    _, rewards, terminations, truncations, _ = both.step({agent: pressing(key)})
    assert (rewards[agent], terminations[agent], truncations[agent]) == alone.step(keys[key])


def test_the_limit_is_its_own_or_ours():
    for limit in (200, 7):
        batch, alone = worlds.batch("gym/MountainCar-v0", 1, limit=limit), Alone("MountainCar-v0")
        batch.reset(seed=0)
        alone.env.reset(seed=0)
        for step in range(1, limit + 1):
            assert alone.step(1)[2] == (step == 200)
            outcome = batch.step()[0, 0]
            assert outcome["truncated"] == (step == limit) and not outcome["terminated"]


def test_an_environment_made_by_a_call_has_its_registered_name_and_limit():
    world = guest(lambda: gymnasium.make("Acrobot-v1", render_mode="rgb_array", max_episode_steps=9), idle=0)
    assert world.name == "gym/Acrobot-v1" and world.objective.limit == 9 and world.view.shape == (1, 1)
    batch, alone = worlds.batch(world, 1, size=(500, 500)), Alone("Acrobot-v1")
    batch.reset(seed=4)
    alone.env.reset(seed=4)
    for step in range(1, 10):
        alone.step(0)
        assert batch.step()["truncated"][0, 0] == (step == 9)
    assert np.array_equal(batch.draw()[0, 0], alone.env.render())


def test_pixels_are_the_same_again_and_seeds_matter():
    def film(seed, threads):
        batch, rng = worlds.batch("gym/Taxi-v4", 3, size=(48, 64), threads=threads), np.random.default_rng(0)
        batch.reset(seed=seed)
        frames = [batch.draw().copy()]
        for _ in range(8):
            batch.act(rng.integers(0, len(batch.world.controls.moves), 3))
            batch.step()
            frames.append(batch.draw().copy())
        return np.stack(frames), batch.states["mark"].copy()

    (one, mark), (two, again), (other, elsewhere) = film(3, 1), film(3, 2), film(77, 1)
    assert np.array_equal(one, two) and np.array_equal(mark, again) and not np.array_equal(mark, elsewhere)
    assert not np.array_equal(one, other)
    assert (one[1:] != one[:-1]).any((1, 2, 3, 4, 5)).any()


def test_an_end_at_the_limit_is_both():
    batch, alone = worlds.batch("gym/CartPole-v1", 1), Alone("CartPole-v1")
    alone.env.reset(seed=2)
    steps = 1
    while not alone.step(0)[1]:
        steps += 1
    for limit in (steps, steps + 1):
        batch.configure(limit=limit)
        batch.reset(seed=2)
        for _ in range(steps):
            batch.act([0])
            outcome = batch.step()[0, 0]
        assert (outcome["terminated"], outcome["truncated"]) == (1, limit == steps), "as Gymnasium's own limit says"


class Fake(gymnasium.Env):
    """Its observation is a picture; it keeps the actions it gets, and fails when told to."""

    observation_space = Box(0, 255, (12, 20, 3), np.uint8)

    def __init__(self, action_space=None, fails=lambda env: None):
        self.action_space, self.fails, self.actions = action_space or Discrete(3), fails, []

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.seed, self.steps = seed, 0
        self.fails(self)
        return self.picture(), {}

    def step(self, action):
        assert action in self.action_space
        self.actions.append(action)
        self.steps += 1
        return self.picture(), self.fails(self) or 1.0, False, self.steps >= 50, {"is_success": self.steps == 4}

    def picture(self):
        return np.full((12, 20, 3), self.steps % 250 + 5, np.uint8)


def acting(space, **options):
    """A batch of one Fake of this space, and that Fake."""
    made = []

    def make():
        made.append(Fake(space))
        return made[-1]

    batch = worlds.batch(guest(make, name="fake", **options), 1, size=(24, 24))
    batch.reset()
    return batch, made[-1]


def done(batch, fake, *names, mouse=(0.0, 0.0)):
    """The action that this record means."""
    batch.actions[0, 0] = Move(names, mouse=mouse).record()
    batch.step()
    return fake.actions[-1] if fake.actions else None


def test_key_maps():
    keys = {"left arrow": 4, "space": 5, ("left", "space"): 6}
    batch, fake = acting(Discrete(3, start=4), keys=keys, idle=5, names={6: "jump left"})
    assert batch.world.controls.keys == ("left", "space") and list(batch.world.controls.moves) == [
        "action 4",
        "action 5",
        "jump left",
    ]
    assert [done(batch, fake, *held) for held in (("left",), ("space",), ("space", "left"), (), ("q",))] == [
        4, 5, 6, 5, 5,
    ]  # fmt: skip
    batch, fake = acting(Discrete(3), keys={"w": 1}, idle=(0, 2))
    assert [done(batch, fake, *held) for held in ((), (), ("w",), ())] == [2, 0, 1, 0], "in turn, by the tick"
    batch, fake = acting(Discrete(3), idle=None)
    assert done(batch, fake) is None and batch.states["tick"][0] == 1, "time passes, and nothing is done"
    assert done(batch, fake, "2") == done(batch, fake, "up") == 2

    space = Box(np.float32([-2, 0, -np.inf]), np.float32([6, 1, np.inf]))
    keys = {"a": (0, -1.0), "d": (0, 1.0), "e": (0, -0.5), "g": (1, 1.0), "h": (1, -1.0), "i": (2, 0.5)}
    batch, fake = acting(space, keys=keys, mouse={"x": 0, "y": (2, -1.0)})
    assert batch.world.controls.cursor
    for held, mouse, wanted in (
        ((), (0, 0), (0, 0, 0)),
        ("adi", (0, 0), (0, 0, 0.5)),
        ("deg", (0, 0), (3, 1, 0)),
        ("ah", (0, 0), (-2, 0, 0)),
        ("", (1 / 32, 0), (3, 0, 0)),
        ("", (-1 / 64, 1 / 32), (-0.5, 0, 0.5)),
        ("", (1, -1), (6, 0, -1)),
    ):
        assert np.allclose(done(batch, fake, *held, mouse=mouse), wanted), (held, mouse)

    batch, fake = acting(MultiDiscrete([3, 2]))
    assert [done(batch, fake, *held).tolist() for held in ((), "2", "13", "12")] == [[0, 0], [2, 0], [1, 1], [1, 0]]
    batch, fake = acting(MultiBinary(4))
    assert [done(batch, fake, *held).tolist() for held in ((), "1", "24")] == [[0] * 4, [1, 0, 0, 0], [0, 1, 0, 1]]


def test_an_environment_says_its_own_keys():
    class Told(Fake):
        def get_keys_to_action(self):
            return {(): 2, (None,): 2, (ord("w"), ord(" ")): 0, "d": 1, (1 << 30,): 2}

        def get_action_meanings(self):
            return ["JUMP", "RIGHT", "NOOP"]

    world = guest(Told)
    assert world.name == "gym/Told" and world.objective.instruction == "play told"
    assert world.controls.moves == {"jump": Move(("w", "space")), "right": Move(("d",)), "noop": Move()}


@given(
    st.one_of(
        st.integers(1, len(LETTERS)).map(Discrete),
        st.lists(st.integers(1, 5), min_size=1, max_size=6).map(MultiDiscrete),
        st.integers(1, 12).map(MultiBinary),
        st.builds(
            lambda low, size, axes: Box(np.float32(low), np.float32(low + size), (axes,)),
            st.integers(-50, 50),
            st.integers(1, 90),
            st.integers(1, 30),
        ),
    ),
    st.binary(min_size=96, max_size=96),
    st.tuples(*(2 * [st.integers(-MOUSE_ONE, MOUSE_ONE)])),
    st.integers(1, 9),
)
def test_any_input_is_an_action_of_any_space(space, held, mouse, tick):
    action_map = action_map_of(space, None, {}, None, None)
    record = np.zeros(1, ACTION)[0]
    record["keys"], record["mouse"] = np.frombuffer(held, np.uint8) > 200, mouse
    action = action_map.action(record, tick)
    assert action is None or action in space
    meant = [action_map.action(move.record(), tick) for move in action_map.moves.values()]
    assert all(action in space for action in meant)
    if isinstance(space, Discrete):
        assert sorted(map(int, meant)) == list(range(space.n)), "every action has a key"


def test_a_failing_environment_ends_its_own_episode_only():
    def bad(env):
        if env.seed == 11 and env.steps == 3:
            raise RuntimeError("out of memory")
        if env.seed == 12 and env.steps == 5:
            return float("nan")

    batch = worlds.batch(guest(lambda: Fake(fails=bad), name="fake"), 4, size=(12, 20))
    sound = worlds.batch(guest(Fake), 4, size=(12, 20))
    for each in (batch, sound):
        each.reset(seed=10)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for step in range(1, 9):
            ours, theirs = batch.step(), sound.step()
            assert np.array_equal(ours[[0, 3]], theirs[[0, 3]])
            assert ours["truncated"][:, 0].tolist() == [0, step == 3, step == 5, 0]
            assert ours["success"][:, 0].tolist() == [step == 4, 0, step == 4, step == 4]
            assert np.array_equal(batch.draw()[[0, 3]], sound.draw()[[0, 3]])
    said = [str(each.message) for each in caught]
    assert ["row 1 failed at step 3" in said[0], "row 2 failed at step 5" in said[1], len(said)] == [True, True, 2]
    assert batch.states["faults"].tolist() == [0, 1, 1, 0] and np.isfinite(batch.states["total"]).all()
    batch.reset(batch.over, seed=90)
    assert batch.step()["reward"].ravel().tolist() == [1] * 4 and batch.draw()[1].mean() == 6


def test_an_episode_whose_reset_or_render_fails_is_truncated():
    def bad(env):
        if env.seed == 5:
            raise OSError("no such level")

    class Torn(Fake):
        def picture(self):
            return np.zeros(3) if self.seed == 6 and self.steps == 2 else super().picture()

    batch = worlds.batch(guest(lambda: Torn(fails=bad), name="torn"), 2, size=(12, 20))
    with pytest.warns(RuntimeWarning, match="no such level"):
        batch.reset(seed=5)
    assert not batch.draw()[0].any() and batch.draw()[1].all()
    assert batch.step()["truncated"].ravel().tolist() == [1, 0]
    batch.step()
    with pytest.warns(RuntimeWarning, match="row 1 failed at step 2.*seed 6"):
        batch.draw()
    assert batch.step()["truncated"].ravel().tolist() == [0, 1]
    batch.reset(seed=50)
    assert batch.draw().all()


def test_errors_say_what_is_wrong():
    blind = type("Blind", (Fake,), {"observation_space": Box(-1, 1, (4,))})
    for make, what, options in (
        ("CartPol-v1", "did you mean CartPole-v1", {}),
        ("nowhere:Maze-v0", "the module 'nowhere' of environments cannot be imported .*PYTHONPATH", {}),
        ("CartPole-v1", "whole numbers from 0 to 1: 7", {"keys": {"w": 7}}),
        ("CartPole-v1", "did you mean 'space'", {"keys": {"spac": 1}}),
        ("CartPole-v1", "the mouse moves the axes of a Box", {"mouse": {"x": 0}}),
        ("CartPole-v1", "success is terminated, paid", {"success": "won"}),
        ("FrozenLake-v1", "no rgb_array .render_mode is 'ansi'", {"render_mode": "ansi"}),
        ("CartPole-v1", "cannot be made here .TypeError", {"colour": 1}),
        ("Pendulum-v1", "axis, amount", {"keys": {"w": 1}}),
        ("Pendulum-v1", "axes of Box.* are 0 to 0", {"keys": {"w": (1, 1.0)}}),
        (blind, "no pixels: it renders no rgb_array .* Box", {}),
        (lambda: Fake(Dict({"a": Discrete(2)})), "cannot fill the action space Dict", {}),
        (lambda: Fake(Discrete(500)), "more actions than a keyboard has keys", {}),
    ):
        with pytest.raises(ValueError, match=what):
            guest(make, **options)
    with pytest.raises(ValueError, match="CPU only"):
        worlds.batch("gym/CartPole-v1", 1, device="cuda")
    with pytest.raises(ValueError, match="cannot be saved"):
        worlds.batch("gym/CartPole-v1", 1).save(0)


def test_instructions_of_known_environments_fit_into_the_tokens():
    for known in KNOWN.values():
        encode(known.instruction)


def test_pictures_keep_their_shape():
    pixels = np.full((30, 20, 3), 7, np.uint8)
    fit(np.full((2, 4, 3), 200, np.uint8), pixels)
    assert pixels[10:20].all() and (pixels[10:20] == 200).all() and not pixels[:10].any() and not pixels[20:].any()
    big = np.random.default_rng(0).integers(0, 256, (60, 40, 3)).astype(np.uint8)
    fit(big, pixels)
    means = big.reshape(30, 2, 20, 2, 3).mean((1, 3))
    assert np.abs(pixels - means).max() <= 0.5


def test_ice_that_is_slippery_is_said_to_be():
    assert "slippery" in worlds.load("gym/FrozenLake-v1").objective.instruction
    assert "slippery" in worlds.load("gym/CliffWalkingSlippery-v1").objective.instruction
    for firm in (guest("FrozenLake-v1", is_slippery=False), worlds.load("gym/CliffWalking-v1")):
        assert "slippery" not in firm.objective.instruction


def test_a_person_plays_and_no_guest_closes_the_window(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    pygame.display.init()
    try:
        lake = Session(worlds.load("gym/FrozenLake-v1"), seed=3)
        hands = people(lake.world)
        for key in "sds":
            hands.press(KEY[key], 0.0)
            hands.release(KEY[key], 0.0)
            lake.act(hands.take(0.0, lake.cursors))
        assert lake.steps == 3 and hands.take(9.0, lake.cursors) is None, "time waits"
        alone = Alone("FrozenLake-v1")
        alone.env.reset(seed=3)
        for action in (1, 2, 1):
            alone.step(action)
        assert np.array_equal(lake.views(256, 256)[0], alone.env.render())
        lake.batch.simulator.close()
        car = Session(guest("MountainCarContinuous-v0", tick_hz=20), seed=1)
        hands = people(car.world)
        hands.press(KEY["right"], 0.0)
        assert hands.take(0.0, car.cursors) is None, "time goes on by itself"
        assert car.act(hands.take(0.051, car.cursors)) and car.returns[0] == pytest.approx(-0.1)
        hands.release(KEY["right"], 0.06)
        hands.point(0, (car.cursors[0, 0] - FULL // 2, car.cursors[0, 1]))
        assert car.act(hands.take(0.11, car.cursors)) and car.returns[0] == pytest.approx(-0.1 - 0.1 * 0.5**2)
        car.batch.simulator.close()
        assert pygame.display.get_init()
    finally:
        pygame.display.quit()


def test_a_run_goes_on_with_other_episodes():
    small = {"envs": 3, "rollout": 4, "steps": 24, "tensorboard": False, "hidden": 16, "channels": 4, "minibatches": 1}
    config = Config.of("ppo", "gym/CartPole-v1", **small, threads=1)
    first, second = Trainer(config), Trainer(config)
    first.collector.collect(4, 0.0)
    content = first.state()
    second.collector.collect(4, 0.0)
    second.restore(content)
    one, other = first.places[0].batch, second.places[0].batch
    one.reset()
    assert np.array_equal(one.states["seed"], other.states["seed"])
    timestep, _ = second.collector.now()
    assert timestep.is_first.all() and timestep.mask.all() and not other.over.any()
    (group,) = second.collector.state_dict()
    assert not group["lengths"].any() and not group["returns"].any()
