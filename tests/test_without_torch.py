"""Worlds, tasks, levels, the window, experts and the random policy work where PyTorch is not installed."""

import subprocess
import sys

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


def run(code, cwd=None):
    command = [sys.executable, "-c", BLOCKED + code]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=cwd)


def test_what_needs_no_torch_works_without_it(tmp_path):
    done = run(USED, cwd=tmp_path)
    assert done.returncode == 0, done.stderr


IMPORTED = """
import importlib
for module in ("rumpus.agents.algorithms", "rumpus.agents.networks", "rumpus.agents.settings"):
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        told = str(error)
        assert "agents that learn need PyTorch" in told and "pip install 'rumpus[learn]'" in told, told
    else:
        raise AssertionError(module)
"""


def test_imports_of_what_learns_say_what_to_install():
    done = run(IMPORTED)
    assert done.returncode == 0, done.stderr
