"""The examples of docs/libraries.md, each where its library is installed."""

import importlib
import runpy
from pathlib import Path

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
    assert {*EXAMPLES, "pettingzoo_aec", "rllib_ppo"} == {name.removesuffix(".py") for name in files}
