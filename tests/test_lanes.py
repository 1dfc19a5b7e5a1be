"""Rows of several players as one vector environment: the same bytes as so many PettingZoo environments."""

import gymnasium
import numpy as np
import pytest
from gymnasium.vector import AutoresetMode

from rumpus import worlds
from rumpus.interface.action import Move, as_action, as_actions
from rumpus.interface.text import decode, encode
from rumpus.interface.wrappers import parallel, vector
from rumpus.tests.chosen import TINY
from rumpus.tests.test_interface import DUO, ROOM, home, tasks_of

SIZE, ROWS = (32, 32), 3
GOALS = [home(1), home("all")], [home("all"), home(1)]


def made(mode="NextStep", **options):
    tasks = tasks_of(DUO, *GOALS, start=ROOM, limit=9)
    envs = worlds.lanes(DUO, ROWS, size=SIZE, autoreset_mode=mode, tasks=tasks, threads=1, **options)
    alone = [worlds.parallel(DUO, size=SIZE, tasks=tasks, threads=1, text=False) for _ in range(ROWS)]
    return envs, alone


def test_lanes_are_the_agents_of_so_many_environments_byte_for_byte():
    envs, alone = made()
    seen, info = envs.reset(seed=7)
    own = [env.reset(seed=7 + row)[0] for row, env in enumerate(alone)]
    assert envs.num_envs == 6 and envs.observation_space.contains(seen) and info["active"].all()
    rng, kinds, early = np.random.default_rng(1), list(DUO.controls.moves.values()), 0
    for step in range(40):
        chosen = [kinds[each] for each in rng.integers(len(kinds), size=6)]
        chosen = [
            DUO.controls.moves["push right"] if step % 10 < 7 and lane % 3 else m for lane, m in enumerate(chosen)
        ]
        records = np.array([move.record() for move in chosen])
        records["say"][:, :3] = encode("hello you")[:3]
        over = [not env.agents for env in alone]
        seen, rewards, terminated, truncated, info = envs.step(as_actions(records))
        for row, env in enumerate(alone):
            live, lanes = list(env.agents), {f"player_{at}": row * 2 + at for at in range(2)}
            if over[row]:  # this step begins an episode, and what was done counts for nothing
                own[row], infos = env.reset()
                assert not rewards[lanes["player_0"] : lanes["player_1"] + 1].any() and not info["active"][row * 2]
                live = env.agents
            else:
                actions = {agent: as_actions(records[lanes[agent]]) for agent in live}
                own[row], paid, ended, cut, infos = env.step(actions)
                for agent, lane in lanes.items():
                    assert info["active"][lane] == (agent in live)
                    mine = (paid[agent], ended[agent], cut[agent]) if agent in live else (0.0, False, False)
                    assert (rewards[lane], terminated[lane], truncated[lane]) == mine
                early += len(live) == 1
            for agent in live:
                for name, value in own[row][agent].items():
                    assert (seen[name][lanes[agent]] == value).all()
                for name in ("seed", "task", "success"):
                    assert info[name][lanes[agent]] == infos[agent][name]
            assert envs.batch.states[row].tobytes() == env.batch.states[0].tobytes()
    assert early > 5, "one player ended before the other"


@pytest.mark.parametrize("mode", list(AutoresetMode))
def test_every_autoreset_mode_and_agents_by_name(mode):
    envs, _ = made(mode)
    envs = vector.BagOfWords(vector.Moves(envs))
    envs.reset(seed=0)
    inner, ends = envs.unwrapped, 0
    for _ in range(24):
        seen, rewards, *_, info = envs.step(np.full(6, 3))
        assert envs.observation_space.contains(seen)
        over = inner._over.copy() if mode is not AutoresetMode.SAME_STEP else info.get("_final_obs", np.zeros(6))[::2]
        ends += int(np.sum(over))
        if mode is AutoresetMode.SAME_STEP and over.any():
            lane = int(np.flatnonzero(info["_final_obs"])[0])
            assert info["final_obs"][lane]["instruction"].shape == seen["instruction"].shape[1:]
            assert info["_final_info"].sum() == 2 * over.sum() and info["final_info"]["seed"].shape == (6,)
        if mode is AutoresetMode.DISABLED and over.any():
            with pytest.raises(gymnasium.error.ResetNeeded, match="reset_mask"):
                envs.step(np.zeros(6, int))
            with pytest.raises(ValueError, match="one for each row"):
                envs.reset(options={"reset_mask": np.ones(6, bool)})
            envs.reset(options={"reset_mask": over})
    assert ends >= 3
    by = inner.by_agent({"reward": rewards, "pixels": seen["pixels"]})
    assert list(by) == ["player_0", "player_1"] and by["player_1"]["pixels"].shape == (3, *SIZE, 3)
    assert (inner.of_agents(by)["pixels"] == seen["pixels"]).all()
    assert np.shares_memory(by["player_1"]["pixels"], seen["pixels"])


def test_words_moves_and_devices_are_the_same_in_all_faces():
    """Single, vector, parallel, and lanes, with the wrappers of each."""
    tasks = tasks_of(DUO, *GOALS, start=ROOM, limit=9)
    lanes = worlds.lanes(DUO, 2, size=SIZE, text=True, threads=1, tasks=tasks)
    both = worlds.parallel(DUO, size=SIZE, threads=1, tasks=tasks)
    for name in ("Moves", "Devices"):
        many, two = getattr(vector, name)(lanes), getattr(parallel, name)(both)
        assert many.single_action_space == two.action_space("player_1") and many.names == two.names
        many.reset(seed=3)
        two.reset(seed=3)
        actions = many.action_space.sample()
        many.step(actions)
        two.step({"player_0": actions[0], "player_1": actions[1]})
        assert lanes.batch.states[0].tobytes() == both.batch.states[0].tobytes()
    for name in ("Tokens", "BagOfWords"):
        many, two = getattr(vector, name)(lanes), getattr(parallel, name)(both)
        seen, own = many.reset(seed=4)[0], two.reset(seed=4)[0]
        assert many.observation_space.contains(seen)
        assert (seen["instruction"][1] == own["player_1"]["instruction"]).all()
    texts = worlds.vector(TINY, 2, size=SIZE, text=True)
    tokens = vector.Tokens(texts).reset(seed=0)[0]["instruction"]
    assert tuple(map(decode, tokens)) == texts.reset(seed=0)[0]["instruction"]
    say = as_action(Move().record()) | {"say": "push it"}
    seen = lanes.reset(seed=4)[0]
    together = lanes.of_agents(
        {agent: {k: np.stack([v] * 2) for k, v in say.items()} for agent in both.possible_agents}
    )
    heard, *_ = lanes.step(together | {"say": ("push it", "", "", "left")})
    assert heard["chat"] == ("", "push it", "left", "")
    assert lanes.render() is None


def test_one_player_is_the_vector_environment():
    one, other = (make(TINY, 3, size=SIZE, limit=4) for make in (worlds.lanes, worlds.vector))
    one.reset(seed=[4, None, 2**40])
    other.reset(seed=[4, None, 2**40])
    if (one.batch.states["seed"] != other.batch.states["seed"]).any():  # a seed that is not given is drawn at random
        one.reset(seed=5)
        other.reset(seed=5)
    for _ in range(12):
        action = other.action_space.sample()
        for mine, theirs in zip(one.step(action)[:4], other.step(action)[:4], strict=True):
            for each in mine if isinstance(mine, dict) else ():
                assert (mine[each] == theirs[each]).all()
            assert isinstance(mine, dict) or (mine == theirs).all()
