"""The demands of libraries on the faces: seeds, options, words, windows, wrappers for one, many and several players."""

from __future__ import annotations

import inspect
import json
from typing import Any

import gymnasium
import numpy as np
import pettingzoo.test
import pygame
import pytest
from gymnasium.envs.registration import EnvSpec
from gymnasium.utils.env_checker import check_env
from gymnasium.utils.play import play
from gymnasium.vector import AsyncVectorEnv, AutoresetMode
from hypothesis import given, settings
from hypothesis import strategies as st
from pettingzoo.utils.conversions import parallel_to_aec

from rumpus import worlds
from rumpus.interface import wrappers
from rumpus.interface.action import ACTION, Move, move_table, still
from rumpus.interface.spaces import action_space
from rumpus.interface.text import TOKENS, can_be_said, decode, encode, respelled, vocabulary, vocabulary_size
from rumpus.interface.viewer import Viewer
from rumpus.interface.wrappers import parallel, vector
from rumpus.tests.chosen import TINY
from rumpus.tests.test_interface import COINS, PARALLEL, coins
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.guests.gym import guest

SIZE = (32, 32)
MANY = [name for name in PARALLEL if worlds.load(name).players > 2]


def tiny(**options: Any) -> Any:
    return worlds.single(TINY, size=SIZE, **options)


def ended(env: Any) -> Any:
    env.reset(seed=0, options={"limit": 1})
    env.step(still())
    return env


# ---- seeds


@pytest.mark.parametrize("seeds", [[-1, 2], [1.2, 2], [True, 2], ["1", "2"], [np.nan, 1], [1], [1, 2, 3], -1, 0.5, "1"])
def test_wrong_seeds_are_refused_and_change_nothing(seeds):
    envs = worlds.vector(TINY, 2, size=SIZE)
    envs.reset(seed=5)
    before = [envs.batch.save(row) for row in range(2)]
    for reset in (envs.reset, envs.batch.reset):
        with pytest.raises(ValueError, match="seed"):
            reset(seed=seeds)
    assert [envs.batch.save(row) for row in range(2)] == before


def test_every_seed_can_be_given_back():
    envs = worlds.vector(TINY, 3, size=SIZE)
    for seed in (2**63 - 1, 2**64 - 2, [1, 2**64 - 1, np.uint64(7)], 2**70 + 5):
        observations, infos = envs.reset(seed=seed)
        again, infos_again = envs.reset(seed=infos["seed"])
        assert (observations["pixels"] == again["pixels"]).all() and (infos["seed"] == infos_again["seed"]).all()
        for row in range(3):
            observation, info = tiny().reset(seed=infos["seed"][row])
            assert (observation["pixels"] == again["pixels"][row]).all() and info["seed"] == infos["seed"][row]
    assert infos["seed"].tolist() == [5, 6, 7], "of a longer seed the lowest 64 bits count"


def test_a_row_without_a_seed_goes_on():
    def streams(second):
        batch = worlds.batch(TINY, 2, size=SIZE, seed=9)
        batch.reset(seed=[3, 4])
        batch.reset(seed=second)
        return batch.states["seed"].tolist()

    alone, mixed = streams(None), streams([8, None])
    assert mixed == [8, alone[1]]
    batch = worlds.batch(TINY, 2, size=SIZE, seed=9)
    batch.reset(seed=[3, None])
    assert batch.states["seed"].tolist() == [3, 10], "the first reset takes the constructor's"
    first = {worlds.vector(TINY, 2, size=SIZE).reset(seed=[1, None])[1]["seed"][1] for _ in range(2)}
    assert len(first) == 2, "of a face it is random"


# ---- options


def test_options_that_are_not_named_stay():
    env = worlds.single("sokoban-small", size=SIZE, knobs={"boxes": 1}, limit=30)

    def now(**options):
        env.reset(seed=0, options=options)
        state = env.batch.states[0]
        return env.batch.knobs["boxes"], env.batch.knobs["colours"], int(state["limit"]), env.batch.split

    assert now(split="test") == (1, 0, 30, "test")
    assert now(knobs={"colours": 2}) == (1, 2, 30, "test")
    assert now(limit=None, split=None) == (1, 2, 120, "train")
    with pytest.raises(ValueError, match="boxes"):
        env.reset(options={"knobs": {"boxes": 900}, "limit": 7})
    assert now(knobs={"boxes": None}) == (2, 2, 120, "train")
    assert now(knobs=None, limit=8) == (2, 0, 8, "train")
    made = tiny(limit=9)
    made.reset(options={"tasks": coins()})
    assert made.batch.states["limit"][0] == 30, "a table brings its own limits"


def test_sizes_come_as_libraries_give_them():
    for size in ([32, 48], np.array([32, 48]), (np.int64(32), 48)):
        env = worlds.single(TINY, size=size)
        assert env.reset()[0]["pixels"].shape == (32, 48, 3)
        assert env.batch.picture(size=size).shape == (32, 48, 3)
    assert worlds.batch(TINY, 1, size=np.int32(32)).size == (32, 32)
    for wrong in ([32], [32, 48, 3], [32.5, 32], "32", True):
        with pytest.raises(ValueError, match="two whole numbers"):
            worlds.batch(TINY, 1, size=wrong)


def test_the_options_of_the_faces_are_those_of_a_batch() -> None:
    known = inspect.signature(Batch).parameters
    assert set(worlds.Options.__annotations__) == {n for n, p in known.items() if p.kind is p.KEYWORD_ONLY}
    with pytest.raises(TypeError, match="nonsense"):
        worlds.single(TINY, nonsense=True)  # type: ignore[call-arg]  # which the type checker must refuse


# ---- ends


def test_after_the_end_and_after_close_a_step_is_refused():
    env = ended(tiny())
    with pytest.raises(gymnasium.error.ResetNeeded, match="has ended"):
        env.step(still())
    with pytest.raises(RuntimeError, match="reset"):
        worlds.batch(TINY, 2).step()
    both, envs = worlds.parallel(TINY, size=SIZE), worlds.vector(TINY, 2, size=SIZE)
    for face, action in ((env, still()), (both, {"player_0": still()}), (envs, envs.action_space.sample())):
        face.reset(seed=0)
        face.close()
        with pytest.raises(gymnasium.error.ClosedEnvironmentError):
            face.step(action)
        face.reset()
        face.step(action)


def test_rows_that_were_never_reset_do_nothing():
    batch = worlds.batch(TINY, 2, size=SIZE, tasks=coins())
    batch.reset(np.array([True, False]), seed=1)
    before = batch.save(1)
    batch.step()
    assert batch.save(1) == before and batch.over.tolist() == [0, 1]
    batch.reset()
    assert batch.tally["attempts"].sum() == 0, "what never began was no attempt"
    envs = worlds.vector(TINY, 2, size=SIZE, autoreset_mode="Disabled")
    envs.reset(options={"reset_mask": np.array([True, False])})
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"\[1\]"):
        envs.step(envs.action_space.sample())


# ---- words


def test_an_instruction_that_changes_during_an_episode_is_observed():
    """Some worlds tell their players something else when they have done the first thing."""
    for face, told in (
        (tiny(), lambda seen: seen["instruction"]),
        (worlds.vector(TINY, 1, size=SIZE, text=True), lambda seen: seen["instruction"][0]),
        (worlds.parallel(TINY, size=SIZE), lambda seen: seen["player_0"]["instruction"]),
    ):
        face.reset(seed=0)
        face.batch.states["instruction"][0, 0] = encode("find the blue ball")
        action = {"player_0": still()} if hasattr(face, "agents") else face.action_space.sample()
        assert told(face.step(action)[0]) == "find the blue ball"


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("text", ["trouve la clé\t—\n✓", " ".join(["strawberry"] * 60)])
def test_all_words_that_tokens_hold_are_in_the_space(text):
    def make():
        return worlds.single(guest("FrozenLake-v1", instruction=text), size=SIZE)

    check_env(make(), skip_render_check=True)
    flat = gymnasium.wrappers.FlattenObservation(make())
    assert flat.observation_space.contains(flat.reset()[0])
    envs = AsyncVectorEnv([make] * 2, context="fork")
    try:
        observations, _ = envs.reset(seed=1)
        assert observations["instruction"] == (text, text)
        assert envs.observation_space.contains(envs.step(envs.action_space.sample())[0])
    finally:
        envs.close()


@pytest.mark.parametrize("mode", ["sync", "async", "vector_entry_point"])
def test_the_text_option_gives_the_same_in_every_vectorization_mode(mode):
    for text in (True, False):
        envs = gymnasium.make_vec("rumpus/Sokoban-v0", 2, vectorization_mode=mode, size=SIZE, text=text)
        observations, _ = envs.reset(seed=0)
        assert envs.observation_space.contains(observations)
        told = observations["instruction"][1]
        assert (told if text else decode(told)) == worlds.load("sokoban").objective.instruction
        assert text or (told.dtype == np.int32 and told.max() < vocabulary_size())
        envs.step(envs.action_space.sample())
        envs.close()
    env = worlds.parallel("sokoban-duo", size=SIZE, text=False)
    seen, _ = env.reset(seed=0)
    for agent in env.agents:
        assert env.observation_space(agent).contains(seen[agent]) and seen[agent]["chat"].dtype == np.int32
    env.step({agent: env.action_space(agent).sample() for agent in env.agents})


def heard_of(said: list[str]) -> list[str]:
    """The chat that each of some players hears, reckoned in text and tokens of Python."""
    chats = []
    for player in range(len(said)):
        speakers = [other for other, words in enumerate(said) if words and other != player]
        lines: list[int] = []
        for turn, other in enumerate(speakers, 1):
            end = max(TOKENS // len(speakers), 12) * turn
            name = [token for token in encode("player") if token] + [1 + ord(c) for c in f"_{other}: "]
            line = [1 + ord("\n")] * bool(lines) + name
            words = [1 + ord(" ") if token == 1 + ord("\n") else int(token) for token in encode(said[other]) if token]
            room = end - len(lines) - len(line)
            if room < len(words) and 0x80 <= words[room] - 1 < 0xC0:  # within a letter
                while 0x80 <= words[room] - 1 < 0xC0:
                    room -= 1
            lines += line + words[:room]
        chats.append(decode(np.array(lines + [0] * (TOKENS - len(lines)))))
    return chats


TALK = st.one_of(
    st.just(""),
    st.lists(st.sampled_from(vocabulary()), max_size=TOKENS).map(" ".join),
    st.lists(st.sampled_from(["red", "ont", "o", " ", "\n", "é", "✓", "𝄞", "player_3: "]), max_size=16).map("".join),
).filter(can_be_said)


@settings(max_examples=60)
@given(st.lists(TALK, min_size=4, max_size=4))
def test_chat_of_more_than_two_players_names_the_speakers(said):
    env = TALKERS
    env.reset(seed=0)
    actions = {agent: {**still(), "say": words} for agent, words in zip(env.agents, said, strict=True)}
    observations, *_ = env.step(actions)
    assert [seen["chat"] for seen in observations.values()] == heard_of(said)
    for agent, seen in observations.items():
        assert env.observation_space(agent).contains(seen)
        speakers = [line.partition(": ")[0] for line in seen["chat"].split("\n")] if seen["chat"] else []
        assert speakers == [other for other, words in zip(env.agents, said, strict=True) if words and other != agent]


TALKERS = worlds.parallel("tag-four", size=SIZE)


def test_tokens_that_are_not_as_text_is_encoded_are_said_as_text():
    env = worlds.parallel("sokoban-duo", size=SIZE, text=False)
    env.reset(seed=0)
    spelled = np.zeros(TOKENS, np.int32)
    spelled[:3] = [1 + ord(letter) for letter in "red"]
    actions = {agent: {**still(), "say": spelled} for agent in env.agents}
    observations, *_ = env.step(actions)
    assert (observations["player_1"]["chat"] == encode("red")).all()


@given(st.lists(st.integers(0, vocabulary_size() - 1), min_size=TOKENS, max_size=TOKENS))
def test_any_tokens_become_text_that_can_be_said(tokens):
    said = respelled(np.array(tokens))
    assert can_be_said(decode(said)) and decode(respelled(said)) == decode(said)
    if can_be_said(whole := decode(np.array(tokens))):
        assert decode(said) == whole


# ---- windows


def test_windows_are_independent(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    one, other = tiny(render_mode="human"), worlds.parallel(TINY, size=SIZE, render_mode="human")
    for env in (one, other):
        env.reset(seed=0)
    first, second = one._viewer._window, other._viewer._window
    assert first.pid != second.pid and first.poll() is None and second.poll() is None
    pygame.display.init()
    pygame.quit()
    other.close()
    one.step(still())
    assert first.poll() is None and second.poll() is not None and not one._viewer.closed
    first.terminate()  # as when a person closes it
    first.wait()
    one.step(still())
    assert one._viewer.closed
    one.step(still())
    one.close()
    one.reset()
    assert one._viewer._window.poll() is None, "close, then reset, opens a new one"
    one.close()


def test_a_viewer_without_a_screen_raises(monkeypatch):
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SDL_VIDEODRIVER", "nosuch")
    with pytest.raises(RuntimeError, match="no window can be opened here"):
        Viewer("x").show(np.zeros((4, 4, 3), np.uint8), 10)


def test_gymnasium_plays_it_with_its_own_keys(monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    right = pygame.K_RIGHT

    def press(before, after, action, *_):
        pressed.append(action)
        pygame.event.post(pygame.event.Event(pygame.KEYDOWN if len(pressed) < 3 else pygame.QUIT, key=right))

    for wrap, noop in ((lambda env: env, still()), (wrappers.Moves, 0)):
        pressed: list[Any] = []
        env = wrap(gymnasium.make("rumpus/Sokoban-v0", size=SIZE, render_mode="rgb_array"))
        play(env, callback=press, noop=noop, fps=1000)
        keys = env.get_wrapper_attr("get_keys_to_action")()
        wanted = keys[(right,)] if noop else keys[(ord("d"),)]
        if noop:
            assert pressed[-1]["keys"].tolist() == wanted["keys"].tolist() != pressed[0]["keys"].tolist()
        else:
            assert env.get_wrapper_attr("names")[wanted] == "push right"
        assert all(env.action_space.contains(action) for action in keys.values())


# ---- specs


def test_an_environment_can_be_made_again_from_its_spec_as_json():
    moves = {"left": Move(("a",)), "click": Move(buttons=("left",), mouse=(0.5, 0.0))}
    for wrap in (
        lambda env: wrappers.Tokens(wrappers.Moves(env)),
        lambda env: wrappers.BagOfWords(wrappers.Moves(env, moves)),
        lambda env: wrappers.Pixels(wrappers.Devices(env, box=True)),
    ):
        env = wrap(gymnasium.make("rumpus/SokobanSmall-v0", size=(42, 42), limit=9, knobs={"boxes": 1}))
        again = gymnasium.make(EnvSpec.from_json(env.spec.to_json()))
        assert json.loads(again.spec.to_json()) == json.loads(env.spec.to_json())
        assert env.spec.max_episode_steps == 9
        assert again.action_space == env.action_space and again.observation_space == env.observation_space
        for each in (env, again):
            each.action_space.seed(1)
            each.reset(seed=1)
        for _ in range(9):
            one, two = (each.step(each.action_space.sample()) for each in (env, again))
            assert all(np.array_equal(a, b) for a, b in zip(flat(one[0]), flat(two[0]), strict=True))
            assert one[1:4] == two[1:4]
        assert one[3]


def flat(observation: Any) -> list[Any]:
    return list(observation.values()) if isinstance(observation, dict) else [observation]


def test_limits_and_lists_of_frames_in_gymnasiums_words():
    envs = gymnasium.make_vec("rumpus/Sokoban-v0", 2, max_episode_steps=5, repeat=2, size=SIZE)
    assert envs.batch.task_table["limit"] == 10 and envs.spec.max_episode_steps == 5
    assert gymnasium.make_vec(envs.spec).batch.task_table["limit"] == 10
    with pytest.raises(ValueError, match="limit="):
        gymnasium.make_vec("rumpus/Sokoban-v0", 2, max_episode_steps=5, limit=9)
    env = gymnasium.make("rumpus/Sokoban-v0", size=SIZE, render_mode="rgb_array_list")
    env.reset(seed=0)
    env.step(env.action_space.sample())
    assert [frame.shape for frame in env.render()] == [(*SIZE, 3)] * 2
    aware = gymnasium.wrappers.TimeAwareObservation(wrappers.Pixels(gymnasium.make("rumpus/Sokoban-v0", size=SIZE)))
    assert aware.reset()[0].size == 32 * 32 * 3 + 1


# ---- wrappers


def test_the_moves_wrapper_returns_a_fresh_action_each_time():
    env = wrappers.Moves(tiny())
    before = env.action(0)
    for _ in range(2):
        action = env.action(0)
        assert action.keys() == before.keys() and (action["keys"] == before["keys"]).all() and action["say"] == ""
        action["keys"][:] = 0
        action["mouse"][:] = 1
        action["say"] = "hello"


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("wrapper", ["Moves", "Devices"])
@pytest.mark.parametrize("name", ["sokoban-small", "maze-small"])
def test_hands_of_one_of_many_and_of_several_players_do_the_same(name, wrapper):
    from stable_baselines3.common.env_checker import check_env as check_for_baselines

    size = (42, 42)
    one = getattr(wrappers, wrapper)(worlds.single(name, size=size))
    many = getattr(vector, wrapper)(worlds.vector(name, 2, size=size, text=True))
    several = getattr(parallel, wrapper)(worlds.parallel(name, size=size))
    check_env(wrappers.Tokens(one), skip_render_check=True)
    check_for_baselines(wrappers.BagOfWords(getattr(wrappers, wrapper)(worlds.single(name, size=size))))
    assert one.action_space == many.single_action_space == several.action_space("player_0")
    many.action_space.seed(0)
    for env in (one, many, several):
        env.reset(seed=[3, 4] if env is many else 3)
    for _ in range(12):
        actions = many.action_space.sample()
        observations, rewards, *_ = many.step(actions)
        observation, reward, *_ = one.step(actions[0])
        theirs, paid, *_ = several.step({"player_0": actions[0]})
        assert (observation["pixels"] == observations["pixels"][0]).all() and reward == rewards[0] == paid["player_0"]
        assert (observation["pixels"] == theirs["player_0"]["pixels"]).all()
        for records in (one.unwrapped.batch.actions, several.unwrapped.batch.actions):
            assert records[0].tobytes() == many.unwrapped.batch.actions[0].tobytes()
    for wrong in (99, -1, 0.5, [[1]]):
        with pytest.raises(ValueError, match=r"a move is|an action has"):
            one.step(wrong)


def test_a_world_of_moves_is_written_as_the_world_says():
    world = worlds.load("room-small")
    table = move_table(world.controls.moves)
    envs = vector.Moves(worlds.vector(TINY, len(table), size=SIZE), moves=dict(world.controls.moves))
    envs.reset(seed=0)
    envs.step(np.arange(len(table)))
    assert envs.unwrapped.batch.actions[:, 0].tobytes() == np.ascontiguousarray(table, ACTION).tobytes()


def test_devices_as_a_box():
    hands = wrappers.Devices(worlds.single("sokoban", size=SIZE), box=True)
    assert hands.names == (*worlds.load("sokoban").controls.keys, "left button", "mouse x", "mouse y")
    action = hands.action(np.array([1, -1, 0, 0.1, 0, 0, 0, 0, 0.5, 0.25, -7], np.float32))
    assert action_space().contains(action)
    assert action["keys"].sum() == 2 and action["buttons"].tolist() == [1, 0, 0]
    assert action["mouse"].tolist() == [0.25, -1.0]
    with pytest.raises(ValueError, match="finite"):
        hands.action(np.full(11, np.nan))


@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_pictures_and_bags_of_vector_environments(mode):
    def make(wrap):
        return wrap(vector.Moves(worlds.vector(TINY, 3, size=SIZE, limit=3, autoreset_mode=mode)))

    plain, pixels, bags = (make(wrap) for wrap in (lambda envs: envs, vector.Pixels, vector.BagOfWords))
    assert pixels.observation_space.shape == (3, *SIZE, 3)
    for envs in (plain, pixels, bags):
        envs.reset(seed=0)
    for step in range(7):
        (a, *_, info), (b, *_, infos), (c, *_) = (envs.step(np.full(3, step % 4)) for envs in (plain, pixels, bags))
        assert (a["pixels"] == b).all() and bags.observation_space.contains(c)
        assert c["instruction"].sum() == np.count_nonzero(a["instruction"])
        if "final_obs" in info:
            for row in np.flatnonzero(info["_final_obs"]):
                assert (info["final_obs"][row]["pixels"] == infos["final_obs"][row]).all()


def test_attributes_of_a_vector_environment():
    envs = worlds.vector(TINY, 2, size=SIZE, render_mode="rgb_array")
    envs.reset(seed=0)
    assert envs.get_attr("world") == (COINS, COINS) and envs.call("action_space") == (envs.single_action_space,) * 2
    assert [frame.shape for frame in envs.call("render")] == [(*SIZE, 3)] * 2
    envs.set_attr("render_mode", [None, None])
    assert envs.get_attr("render_mode") == (None, None)
    with pytest.raises(ValueError, match="share one batch"):
        envs.set_attr("render_mode", [None, "rgb_array"])


def test_wrappers_say_what_they_wrap():
    envs, both = worlds.vector(TINY, 2, size=SIZE), worlds.parallel("sokoban-duo", size=SIZE)
    for wrapper, wrong in (
        (wrappers.Moves, envs),
        (wrappers.Moves, both),
        (vector.Pixels, both),
        (parallel.Moves, envs),
    ):
        with pytest.raises(TypeError, match=r"rumpus\.interface\.wrappers"):
            wrapper(wrong)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", [*MANY, "sokoban-duo"])
def test_pettingzoos_own_tests(name):
    for wrap in (lambda env: env, lambda env: parallel.BagOfWords(parallel.Moves(env))):
        pettingzoo.test.api_test(parallel_to_aec(wrap(worlds.parallel(name, size=SIZE))), num_cycles=40)
    both = parallel.Pixels(parallel.Devices(worlds.parallel(name, size=SIZE, limit=20)))
    pettingzoo.test.parallel_api_test(both, num_cycles=50)
    pettingzoo.test.state_test(parallel_to_aec(both), both, num_cycles=3)
    both.reset(seed=0)
    assert (both.state() == np.concatenate(list(both.reset(seed=0)[0].values()), axis=1)).all()
