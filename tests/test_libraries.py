"""The examples of docs/libraries.md, each where its library is installed."""

import importlib
import runpy
from pathlib import Path

import gymnasium
import numpy as np
import pytest

ROOT = Path(__file__).parent.parent
EXAMPLES = {
    "stable_baselines3_ppo": ("stable_baselines3", (64,)),
    "cleanrl_style": ("torch", (128,)),
    "torchrl_env": ("torchrl", (4,)),
    "tianshou_collect": ("tianshou", (16,)),
    "skrl_ppo": ("skrl", (4,)),
}


def run(name):
    return runpy.run_path(str(ROOT / "examples" / f"{name}.py"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run(name):
    module, arguments = EXAMPLES[name]
    pytest.importorskip(module, reason=f"{module} is not installed", exc_type=ImportError)
    found = run(name)["main"](*arguments)
    if name == "cleanrl_style":
        assert len(found) == 1
    elif isinstance(found, int):
        assert found >= arguments[0]
    else:
        assert all(shape[0] in (4, 64) for shape in found)


def test_pettingzoo_in_turn_and_in_lanes():
    example = run("pettingzoo_aec")
    assert example["in_turn"](40) == 40
    assert example["with_lanes"](4) == (8, 42, 42, 3)
    pytest.importorskip("supersuit", reason="supersuit is not installed")
    assert example["with_supersuit"](4) == (8, 42, 42, 3)


def test_pufferlib_flattens_and_restores_what_it_is_given():
    """Its emulation beside the environments themselves: the same observations, actions and rewards."""
    pytest.importorskip("pufferlib.emulation", reason="pufferlib-core is not installed", exc_type=ImportError)
    example = run("pufferlib_env")
    assert example["main"](8) == ((2, 12324), (8, 42, 42, 3))
    flat, plain = example["one"](), example["one"]().env
    _, expected = flat.reset(seed=5), plain.reset(seed=5)[0]
    plain.action_space.seed(0)
    for _ in range(20):
        seen = flat.obs_struct[0]
        assert all((seen[name] == value).all() for name, value in expected.items())
        action = plain.action_space.sample()
        expected, reward, *ends, _ = plain.step(action)
        _, *found, _ = flat.step(action)
        assert found == [reward, *ends]


def test_lerobot_finds_what_its_rollouts_ask_for():
    """The contract of EnvHub's page and of `lerobot_eval`'s rollout: pixels, one vector, words, limits and success."""
    make_env = run("lerobot_env")["make_env"]
    cfg = type("Config", (), {"task": "box-world", "observation_height": 84, "observation_width": 98})()
    made = make_env(n_envs=2, use_async_envs=False, cfg=cfg)
    assert list(made) == ["box-world"] and list(made["box-world"]) == [0]
    envs = made["box-world"][0]
    assert isinstance(envs, gymnasium.vector.VectorEnv)
    seen, _ = envs.reset(seed=[3, 4])
    assert list(seen) == ["pixels"] and seen["pixels"].shape == (2, 84, 98, 3) and seen["pixels"].dtype == np.uint8
    assert isinstance(envs.single_action_space, gymnasium.spaces.Box) and len(envs.single_action_space.shape) == 1
    assert all(envs.call("task_description")) and envs.call("task") == ("box-world-small",) * 2
    limits = envs.call("_max_episode_steps")
    assert envs.call("render")[0].shape[2] == 3
    rest = np.zeros(envs.action_space.shape, np.float32)
    for step in range(1, limits[0] + 1):
        seen, _, terminated, truncated, info = envs.step(rest)
        assert (truncated == (step == limits[0])).all() and not terminated.any()
    assert not info["final_info"]["is_success"].any(), "as LeRobot reads it, in AutoresetMode.SAME_STEP"
    envs.close()
    with pytest.raises(ValueError, match="no suite 'libero'"):
        make_env(cfg=type("Config", (), {"task": "libero"})())


@pytest.mark.slow
def test_rllib():
    for module in ("ray.rllib", "pandas"):
        try:
            importlib.import_module(module)
        except ImportError:
            pytest.skip(f"{module} is not installed: pip install 'ray[rllib]'")
    assert run("rllib_ppo")["main"](128) == [128, 128]


def test_every_example_is_on_the_page():
    page = (ROOT / "docs" / "libraries.md").read_text(encoding="utf-8")
    files = sorted(path.name for path in (ROOT / "examples").glob("*.py"))
    assert len(files) >= 7 and all(f"examples/{name}" in page for name in files)
    assert {*EXAMPLES, "lerobot_env", "pettingzoo_aec", "pufferlib_env", "rllib_ppo"} == {
        name.removesuffix(".py") for name in files
    }
