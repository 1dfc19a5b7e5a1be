"""The door: keys, text, actions, and the faces that Gymnasium and PettingZoo know."""

import gc
import itertools
import weakref

import gymnasium
import numpy as np
import pettingzoo.test
import pytest
from gymnasium.utils.env_checker import check_env
from gymnasium.vector import AutoresetMode
from hypothesis import given
from hypothesis import strategies as st

from rumpus import worlds
from rumpus.interface.action import ACTION, MOUSE_ONE, Move, as_action, move_table, still, write_actions
from rumpus.interface.garbage import no_collection
from rumpus.interface.keys import KEYS, key_index
from rumpus.interface.spaces import action_space
from rumpus.interface.text import TOKENS, TextSpace, decode, encode, vocabulary, vocabulary_size
from rumpus.interface.wrappers import BagOfWords, Moves, Tokens
from rumpus.tasks.compile import table
from rumpus.tasks.goals import Task
from rumpus.tests.chosen import TINY

SINGLE = [name for name in worlds.names() if worlds.load(name).players == 1]
PARALLEL = [name for name in worlds.names() if worlds.load(name).players > 1]
SIZE = (64, 64)


# ---- keys and text


def test_96_keys_with_names_of_their_own():
    assert len(KEYS) == len(set(KEYS)) == 96
    with pytest.raises(ValueError, match="did you mean 'space'"):
        key_index("spaec")


@given(st.text(max_size=20) | st.lists(st.sampled_from(vocabulary())).map(" ".join))
def test_text_survives_as_tokens(text):
    try:
        tokens = encode(text)
    except ValueError:
        assert len(text.encode()) > TOKENS or len(text.split(" ")) > TOKENS
        return
    assert tokens.shape == (TOKENS,)
    assert tokens.dtype == np.uint16
    assert decode(tokens) == text


@given(st.lists(st.sampled_from([*"Aa, .'\u00e9", "red", "box", " ", "  "]), max_size=30).map("".join))
def test_mixed_text_survives(text):
    try:
        assert decode(encode(text)) == text
    except ValueError:
        assert len(text) > 20


@given(st.lists(st.integers(0, 65535), min_size=TOKENS, max_size=TOKENS))
def test_any_tokens_can_be_read(tokens):
    """Against a plain reader: 0 ends the text, 1 to 256 are bytes, the rest are words, of which some are not known."""
    words, read, after_word = vocabulary(), b"", False
    for token in itertools.takewhile(bool, tokens):
        is_word = token > 256
        word = words[token - 257] if is_word and token < vocabulary_size() else "?"
        read += b" " * (after_word and is_word) + (word.encode() if is_word else bytes([token - 1]))
        after_word = is_word
    assert decode(np.array(tokens, np.uint16)) == read.decode(errors="replace")


@given(st.lists(st.sampled_from(vocabulary()), min_size=1, max_size=TOKENS - 1))
def test_words_alone_have_the_tokens_that_they_have_among_others(words):
    text = " ".join(words)
    assert encode(text)[: len(words)].tolist() == encode(text + "~")[: len(words)].tolist()
    assert not encode(text)[len(words) :].any()


def test_objects_that_are_kept_are_old_at_once_and_others_are_still_collected():
    class Ring:
        pass

    with no_collection(long_lived=True):
        assert not gc.isenabled()
        kept, ring = [[]], Ring()
        ring.own, gone = ring, weakref.ref(ring)
        del ring
    assert gc.isenabled() and not gc.get_freeze_count()
    assert any(each is kept for each in gc.get_objects(generation=2))
    gc.collect()
    assert gone() is None


def test_words_are_cheap_and_long_text_is_refused():
    assert np.count_nonzero(encode("push every box onto a target")) == 6
    assert np.count_nonzero(encode("zyx")) == 3
    with pytest.raises(ValueError, match="needs 65"):
        encode("q" * 65)


def test_samples_of_the_text_space_can_be_encoded():
    space = TextSpace(seed=0)
    for _ in range(200):
        assert space.contains(space.sample())
    for text in ("trouve la clé\t✓\n", " ".join(["strawberry"] * TOKENS), "", "\0"):
        assert space.contains(text) and len(text) <= space.max_length
    for text in ("q" * 65, "\ud800", 7):
        assert not space.contains(text)


# ---- actions

STILL = {**{name: value[None] for name, value in still().items() if name != "say"}, "say": [""]}


def test_write_actions_is_all_or_nothing():
    space = action_space()
    space.seed(0)
    good = space.sample()
    record = np.zeros((), ACTION)
    write_actions(record, good)
    before = record.tobytes()
    bad = {
        "keys": [np.zeros(95, np.int8), np.full(96, 2, np.int8), np.full(96, 0.5), np.full(96, np.nan), "w"],
        "buttons": [np.zeros(2, np.int8), -np.ones(3, np.int8)],
        "wheel": [3, -1, 0.5, None],
        "mouse": [np.array([np.nan, 0]), np.zeros(3), np.array([np.inf, 0]), "up"],
        "say": ["q" * 65, 7, np.zeros(3, np.uint16)],
    }
    for field, values in bad.items():
        for value in values:
            with pytest.raises(ValueError, match=rf"{field}|a text holds"):
                write_actions(record, {**good, field: value})
            assert record.tobytes() == before
    for wrong in (2, None, {**good, "feet": 1}, {k: v for k, v in good.items() if k != "say"}):
        with pytest.raises(ValueError, match="an action"):
            write_actions(record, wrong)


def test_actions_in_the_forms_that_libraries_give_them():
    plain, given = np.zeros((2, 1), ACTION)
    write_actions(plain[0:1], {**STILL, "wheel": [1], "mouse": [[1.0, -0.5]], "keys": np.eye(1, 96, 3)})
    switches = {"keys": np.eye(1, 96, 3, dtype=np.float32), "buttons": np.zeros((1, 3), bool)}
    write_actions(given, {**STILL, **switches, "wheel": np.array([[1]]), "mouse": np.array([[1.0001, -0.5]])})
    assert given.tobytes() == plain.tobytes()


@given(st.integers(-MOUSE_ONE, MOUSE_ONE), st.integers(-MOUSE_ONE, MOUSE_ONE))
def test_mouse_motion_survives_the_door(x, y):
    record = np.zeros((), ACTION)
    record["mouse"] = x, y
    again = np.zeros((), ACTION)
    write_actions(again, as_action(record))
    assert again.tobytes() == record.tobytes()


def test_moves_name_real_keys():
    with pytest.raises(ValueError, match="unknown key 'windows'"):
        Move(("windows",)).record()
    with pytest.raises(ValueError, match="unknown wheel"):
        Move(wheel="sideways").record()
    assert move_table({"look": Move(mouse=(0.5, -0.25))})["mouse"].tolist() == [[MOUSE_ONE // 2, -MOUSE_ONE // 4]]


# ---- Gymnasium


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_gymnasium_accepts_it(name, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")
    env = gymnasium.make(worlds.load(name).id, size=SIZE)
    check_env(env.unwrapped)
    env.close()


def test_module_id_form_and_errors():
    assert gymnasium.make("rumpus.worlds:rumpus/Sokoban-v0").spec.id == "rumpus/Sokoban-v0"
    env = gymnasium.make("rumpus/Sokoban-v0", size=SIZE)
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(env.action_space.sample())
    with pytest.raises(ValueError, match="render_mode"):
        worlds.single("sokoban", render_mode="hologram")
    with pytest.raises(ValueError, match="parallel"):
        worlds.single("sokoban-duo")
    with pytest.raises(ValueError, match="seed"):
        worlds.single("sokoban").batch.reset(seed=-4)


@pytest.mark.parametrize("name", SINGLE)
def test_single_environment_is_row_zero_of_a_batch(name):
    env = gymnasium.make(worlds.load(name).id, size=SIZE, render_mode="rgb_array")
    batch = worlds.batch(name, 1, size=SIZE)
    env.action_space.seed(0)
    observation, info = env.reset(seed=9)
    batch.reset(seed=9)
    assert info["seed"] == 9
    for step in range(40):
        assert (observation["pixels"] == batch.draw()[0, 0]).all()
        assert (env.render() == observation["pixels"]).all()
        action = env.action_space.sample()
        write_actions(batch.actions[0, 0], action)
        kept = observation["pixels"].copy()
        previous, (observation, reward, terminated, truncated, info) = observation, env.step(action)
        assert (previous["pixels"] == kept).all(), "an observation that was handed out never changes"
        assert tuple(batch.step()[0, 0])[:3] == (np.float32(reward), terminated, truncated)
        if terminated or truncated:
            observation, _ = env.reset()
            batch.reset()
        if step == 20:
            observation, _ = env.reset(seed=info["seed"])
            batch.reset(seed=info["seed"])


def test_reset_options_turn_knobs():
    env = gymnasium.make("rumpus/Sokoban-v0", size=SIZE)
    env.reset(seed=0, options={"knobs": {"height": 7, "width": 7, "boxes": 2}, "limit": 4})
    assert env.unwrapped.batch.states["height"][0] == 7
    steps = [env.step(env.action_space.sample())[3] for _ in range(4)]
    assert steps == [False, False, False, True]
    with pytest.raises(ValueError, match="boxes"):
        env.reset(options={"knobs": {"boxes": 900}})
    env.reset()
    assert env.unwrapped.batch.states["height"][0] == 7, "a refused option changes nothing"


# ---- Gymnasium vector


def run_vector(envs, steps, seed=3):
    envs.action_space.seed(1)
    envs.reset(seed=seed)
    for _ in range(steps):
        yield envs.step(envs.action_space.sample())


@pytest.mark.parametrize("name", SINGLE)
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_vector_face_agrees_with_gymnasiums_own(name, mode):
    """Our VectorEnv and Gymnasium's SyncVectorEnv over our single environments say the same, step for step."""
    options = {"size": (32, 32), "limit": 7}
    ours = gymnasium.make_vec(worlds.load(name).id, 3, autoreset_mode=mode, text=True, **options)
    sync = gymnasium.vector.SyncVectorEnv(
        [lambda: gymnasium.make(worlds.load(name).id, **options)] * 3, autoreset_mode=mode
    )
    assert ours.observation_space == sync.observation_space
    assert ours.action_space == sync.action_space
    assert ours.metadata["autoreset_mode"] == mode
    for step, (a, b) in enumerate(zip(run_vector(ours, 25), run_vector(sync, 25), strict=True)):
        for name_ in ("pixels", "instruction", "chat"):
            assert np.array_equal(a[0][name_], b[0][name_]), (step, name_)
        for ours_, theirs in zip(a[1:4], b[1:4], strict=True):
            assert ours_.dtype == theirs.dtype
            assert np.array_equal(ours_, theirs), step
        assert a[4].keys() == b[4].keys(), step
        for key in a[4].keys() & {"success", "seed", "_success", "_final_obs", "_final_info"}:
            assert np.array_equal(a[4][key], b[4][key]), (step, key)
        if "final_obs" in a[4]:
            for x, y in zip(a[4]["final_obs"], b[4]["final_obs"], strict=True):
                assert (x is None) == (y is None)
                assert x is None or all(np.array_equal(x[k], y[k]) for k in x)
            assert np.array_equal(a[4]["final_info"]["success"], b[4]["final_info"]["success"])


def test_vector_disabled_mode_waits_for_a_mask():
    envs = gymnasium.make_vec("rumpus/Sokoban-v0", 4, autoreset_mode="Disabled", size=SIZE, limit=3)
    envs.reset(seed=[4, 3, 2, 1])
    for _ in range(3):
        *_, truncations, _ = envs.step(envs.action_space.sample())
    assert truncations.all()
    with pytest.raises(gymnasium.error.ResetNeeded, match="reset_mask"):
        envs.step(envs.action_space.sample())
    envs.reset(options={"reset_mask": np.array([True, True, False, True])})
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"\[2\]"):
        envs.step(envs.action_space.sample())
    envs.reset(options={"reset_mask": np.array([False, False, True, False])})
    envs.step(envs.action_space.sample())
    for bad in (np.zeros(4, bool), np.ones(3, bool), [True] * 4):
        with pytest.raises(ValueError, match="reset_mask"):
            envs.reset(options={"reset_mask": bad})


def test_vector_defaults_and_tokens():
    envs = gymnasium.make_vec("rumpus/Sokoban-v0", 5, size=SIZE)
    observations, _ = envs.reset(seed=0)
    assert envs.observation_space.contains(observations)
    assert decode(observations["instruction"][2]) == worlds.load("sokoban").objective.instruction
    observations, *_ = envs.step(envs.action_space.sample())
    assert envs.observation_space.contains(observations)
    assert envs.metadata["autoreset_mode"] == AutoresetMode.NEXT_STEP
    with pytest.raises(ValueError, match="players"):
        worlds.vector("sokoban-duo", 2)


# ---- PettingZoo


@pytest.mark.parametrize("name", PARALLEL)
@pytest.mark.filterwarnings("ignore:.*unknown reset options.*:UserWarning")
def test_pettingzoo_accepts_it(name):
    pettingzoo.test.parallel_api_test(worlds.parallel(name, size=SIZE), num_cycles=150)
    pettingzoo.test.parallel_seed_test(lambda: worlds.parallel(name, size=SIZE), num_cycles=60)


@pytest.mark.parametrize("name", PARALLEL)
def test_chat_reaches_the_other_player(name):
    env = worlds.parallel(name, size=SIZE, render_mode="rgb_array")
    env.reset(seed=0)
    actions = {agent: env.action_space(agent).sample() for agent in env.agents}
    for agent in env.agents:
        actions[agent]["say"] = "go left, I push" if agent == "player_0" else ""
    observations, *_ = env.step(actions)
    heard = "go left, I push" if env.num_agents == 2 else "player_0: go left, I push"
    for agent in env.agents:
        assert observations[agent]["chat"] == ("" if agent == "player_0" else heard)
    assert env.render().shape == (SIZE[0], env.num_agents * SIZE[1], 3)
    assert (observations["player_0"]["pixels"] != observations["player_1"]["pixels"]).any(), "each sees itself"
    with pytest.raises(ValueError, match="live agent"):
        env.step({"player_0": actions["player_0"]})


# ---- tasks

COINS = worlds.load(TINY)
DUO = worlds.load("sokoban-duo")
LEVEL = "########\n#      #\n# @ $ .#\n# & $ .#\n#      #\n########\n"
"""Each player's box is on the right, and three steps there bring it home."""


def tasks_of(world, *goals, start=None, limit=30, **more):
    """A table of tasks, each given as the goals of its players; player p of task t is told "t p"."""
    made = []
    for number, each in enumerate(goals):
        players = [{"goal": goal, "instruction": f"{number} {seat}"} for seat, goal in enumerate(each)]
        head = {"rumpus_task": 1, "id": str(number), "world": world.name, "start": start or {}, "limit": limit}
        made.append(Task.model_validate(head | {"players": players} | more))
    return table(made, world)


def home(least, **more):
    clause = {"a": {"kind": "box"}, "relation": "on", "b": {"kind": "target"}, "least": least}
    return {"stages": [{"all": [clause], **more}]}


ROOM = {"level": LEVEL, "knobs": {"boxes": 2, "height": 6, "width": 8}}
REST = still()
RIGHT = as_action(DUO.controls.moves["push right"].record())


def test_one_player_ends_and_the_other_goes_on():
    env = worlds.parallel(DUO, size=SIZE, tasks=tasks_of(DUO, [home(1), home("all")], start=ROOM))
    env.reset(seed=0)
    for step in range(6):
        actions = {"player_0": RIGHT, "player_1": REST} if step < 3 else {"player_1": RIGHT}
        observations, rewards, terminations, truncations, infos = env.step(actions)
        assert set(observations) == set(rewards) == set(terminations) == set(truncations) == set(infos) == set(actions)
        assert not any(truncations.values())
        assert terminations == {"player_1": step == 5} | ({"player_0": step == 2} if step < 3 else {})
        assert rewards == {agent: float(ended) for agent, ended in terminations.items()}
        assert {agent: info["success"] for agent, info in infos.items()} == terminations
        assert env.agents == (["player_0", "player_1"] if step < 2 else ["player_1"] if step < 5 else [])
        if step == 2:
            with pytest.raises(ValueError, match="live agent"):
                env.step({"player_0": RIGHT, "player_1": REST})
    assert env.step({}) == ({}, {}, {}, {}, {})
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step({"player_0": RIGHT})


def test_the_first_success_ends_it_for_all():
    env = worlds.parallel(DUO, size=SIZE)
    race = tasks_of(DUO, [home(1), home(1, hold=5)], start=ROOM, limit=4, ends="first")
    for moves, ended, cut, won in (
        ([RIGHT] * 3, [True, True], [False, False], [True, False]),
        ([REST] * 4, [False, False], [True, True], [False, False]),
    ):
        env.reset(seed=0, options={"tasks": race})
        for move in moves:
            assert env.agents == env.possible_agents
            outcome = env.step({"player_0": move, "player_1": REST})
        assert [list(each.values()) for each in outcome[2:4]] == [ended, cut]
        assert [info["success"] for info in outcome[4].values()] == won
        assert env.agents == []


@pytest.mark.filterwarnings("ignore:.*unknown reset options.*:UserWarning")
def test_pettingzoo_accepts_tasks():
    goals = [[home(1), home("all")], [home("all"), home(1)], [home(1, hold=3), {"never": home(1)["stages"][0]["all"]}]]
    made = {ends: tasks_of(DUO, *goals, start=ROOM, limit=25, ends=ends) for ends in ("each", "first")}
    pettingzoo.test.parallel_api_test(worlds.parallel(DUO, size=SIZE, tasks=made["each"]), num_cycles=150)
    pettingzoo.test.parallel_seed_test(lambda: worlds.parallel(DUO, size=SIZE, tasks=made["first"]), num_cycles=60)
    env, seen = worlds.parallel(DUO, size=SIZE, tasks=made["each"]), set()
    for _ in range(25):
        observations, infos = env.reset()
        seen |= {(info["task"], observations[agent]["instruction"]) for agent, info in infos.items()}
    assert seen == {(row, f"{row} {player}") for row in range(3) for player in range(2)}


def coins(count=3):
    """Tasks that are over in 2, 3, … steps."""
    stay = {"a": {"kind": "coin"}, "relation": "there"}
    return tasks_of(COINS, *([{"stages": [{"all": [stay], "hold": row + 1}]}] for row in range(count)))


def test_a_single_environment_plays_tasks():
    env, seen = worlds.single(COINS, size=SIZE, tasks=coins()), set()
    for _ in range(20):
        observation, info = env.reset()
        assert observation["instruction"] == f"{info['task']} 0"
        row, steps, ended = info["task"], 0, False
        while not ended:
            observation, reward, ended, _, info = env.step(REST)
            steps += 1
            assert (info["task"], observation["instruction"]) == (row, f"{row} 0")
        assert (steps, reward, info["success"]) == (row + 2, 1.0, True)
        seen.add(row)
    assert seen == {0, 1, 2}
    with pytest.raises(ValueError, match="so limit cannot be set while a table of tasks is played"):
        env.reset(options={"limit": 9})
    assert env.reset(options={"split": "test"})[0]["instruction"] != COINS.objective.instruction, (
        "what is not named stays"
    )
    observation, info = env.reset(options={"tasks": None, "limit": 9})
    assert (observation["instruction"], info["task"]) == (COINS.objective.instruction, 0)


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("mode", [AutoresetMode.NEXT_STEP, AutoresetMode.SAME_STEP])
def test_a_vector_environment_shows_the_words_of_the_task_that_each_row_plays_now(mode, text):
    envs = worlds.vector(COINS, 5, size=SIZE, text=text, autoreset_mode=mode, tasks=coins())
    rest = {name: np.stack([value] * 5) for name, value in REST.items() if name != "say"} | {"say": [""] * 5}

    def told(words, tasks):
        assert [word if text else decode(word) for word in words] == [f"{row} 0" for row in tasks]

    observations, infos = envs.reset(seed=1)
    changes, tasks, steps = 0, infos["task"], np.zeros(5, int)
    for _ in range(30):
        before, (observations, _, terminations, truncations, infos) = tasks, envs.step(rest)
        tasks = infos["task"]
        told(observations["instruction"], tasks)
        assert not truncations.any()
        if mode is AutoresetMode.SAME_STEP:
            steps += 1
            assert (terminations == (steps == before + 2)).all()
            if terminations.any():
                told([each["instruction"] for each in infos["final_obs"][terminations]], before[terminations])
                assert (infos["final_info"]["task"][terminations] == before[terminations]).all()
            steps[terminations] = 0
        changes += int((tasks != before).sum())
    assert changes > 20


def test_rows_that_are_reset_one_part_after_the_other_have_seeds_of_their_own():
    first = np.arange(6) < 3

    def seeds(seed):
        batch = worlds.batch(COINS, 6, size=SIZE, seed=seed)
        for mask in (first, ~first):
            batch.reset(mask)
        return batch.states["seed"].tolist()

    assert len({*seeds(1), *seeds(99)}) == 12
    assert seeds(1) == seeds(1)


# ---- wrappers


def test_moves_and_words_as_arrays():
    env = Tokens(Moves(gymnasium.make("rumpus/Sokoban-v0", size=SIZE)))
    env.reset(seed=0)
    assert env.get_wrapper_attr("names") == tuple(worlds.load("sokoban").controls.moves)
    observation, *_ = env.step(2)
    assert env.observation_space.contains(observation)
    assert env.unwrapped.batch.actions["keys"][0, 0].nonzero()[0].tolist() == [key_index("a")]
    for bad in (4, -1, 0.5):
        with pytest.raises(ValueError, match="a move is a number from 0 to 3"):
            env.step(bad)
    bag, _ = BagOfWords(Moves(gymnasium.make("rumpus/Sokoban-v0", size=SIZE))).reset(seed=0)
    assert bag["instruction"].shape == (vocabulary_size(),)
    assert bag["instruction"].sum() == 6


def test_stable_baselines3_trains_on_it_unchanged():
    from stable_baselines3 import PPO

    env = BagOfWords(Moves(gymnasium.make("rumpus/SokobanSmall-v0", size=(42, 42))))
    model = PPO("MultiInputPolicy", env, n_steps=64, batch_size=32, n_epochs=1, seed=0, device="cpu")
    before = [p.detach().clone() for p in model.policy.parameters()]
    model.learn(128)
    assert model.num_timesteps == 128
    assert any((a != b).any() for a, b in zip(before, model.policy.parameters(), strict=True))
