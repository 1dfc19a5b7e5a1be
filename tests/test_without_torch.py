"""Worlds, tasks, levels, the window, experts and the random policy work where PyTorch is not installed."""

import subprocess
import sys

import pytest

BLOCKED = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "tensorboard"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Missing())
"""
USED = """
import importlib, pkgutil, warnings
from pathlib import Path

import gymnasium
import rumpus.agents.human, rumpus.agents.measuring.watch, rumpus.interface, rumpus.tasks, rumpus.worlds
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.tasks import files, generate
from rumpus.tasks.compile import table

for package in (rumpus.interface, rumpus.worlds, rumpus.tasks, rumpus.agents.human):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        if not module.name.endswith("engine.run.cuda"):  # a GPU needs torch
            importlib.import_module(module.name)

env = gymnasium.make("rumpus/Sokoban-v0")
env.reset(seed=0)
env.step(env.action_space.sample())
world = rumpus.worlds.load("sokoban-small")
generate.write(world, "tasks.jsonl", 3, seed=1, progress=False)
tasks, _ = files.load("tasks.jsonl", world)
batch = rumpus.worlds.batch(world, 4, tasks=table(tasks, world))
batch.reset()
batch.draw()
assert world.level_bank("test").shape == (1000,)
assert evaluate("sokoban-small", "expert", episodes=2)["success"] == 1
assert evaluate("sokoban-small", "random", episodes=2)["episodes"] == 2
assert "torch" not in sys.modules
"""


def run(code, *arguments, cwd=None):
    command = [sys.executable, "-c", BLOCKED + code, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def test_what_needs_no_torch_works_without_it(tmp_path):
    done = run(USED, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    "command", ["train ppo box-world-small --steps 64", "demo", "algorithms", "evaluate box-world-small run"]
)
def test_commands_that_learn_say_what_to_install(command, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "checkpoint.pt").write_bytes(b"of a run elsewhere")
    code = "import sys; from rumpus.__main__ import main; main()"
    done = run(code, *command.split(), cwd=tmp_path)
    assert done.returncode == 1
    told = " ".join(done.stderr.split())
    assert told == "rumpus: agents that learn need PyTorch, which is not installed: pip install 'rumpus[learn]'"


def test_imports_of_what_learns_say_what_to_install():
    for module in ("rumpus.agents.algorithms", "rumpus.agents.networks", "rumpus.agents.settings"):
        done = run(f"import {module}")
        assert "ModuleNotFoundError: agents that learn need PyTorch" in done.stderr
        assert "pip install 'rumpus[learn]'" in done.stderr
