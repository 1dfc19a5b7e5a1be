"""The types that a user's checker sees: of the package as it is installed, marked by py.typed."""

import importlib
import importlib.util
import inspect
import re
import subprocess
import sys
import sysconfig
import types
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = """
import numpy as np
import rumpus.worlds
from rumpus.agents.episodes import interval
from rumpus.agents.measuring.evaluate import evaluate
from rumpus.agents.policies import RandomPolicy, player
from rumpus.interface.action import Move
from rumpus.interface.spaces import action_space, observation_space
from rumpus.tasks.compile import table
from rumpus.tasks.files import load

world = rumpus.worlds.load("sokoban")
batch = rumpus.worlds.batch(world, 8, size=(64, 64), seed=0)
reveal_type(world)
reveal_type(world.objective.limit)
reveal_type(rumpus.worlds.names())
reveal_type(batch)
reveal_type(batch.n)
reveal_type(rumpus.worlds.single("sokoban"))
reveal_type(rumpus.worlds.vector("sokoban", 4))
reveal_type(rumpus.worlds.parallel("sokoban-duo"))
reveal_type(action_space())
reveal_type(observation_space(64, 64))
reveal_type(Move(("w",)).keys)
reveal_type(load("tasks.jsonl", world))
reveal_type(table([], world))
reveal_type(player("random", world)[0])
reveal_type(RandomPolicy(0).name)
reveal_type(interval(1, 2))
reveal_type(evaluate("sokoban", "random"))
rumpus.worlds.batch("sokoban", "many")
rumpus.worlds.batch("sokoban", 8, sise=64)
"""
SEEN = (
    *("World", "int", "tuple[str, ...]", "Batch", "int", "Environment", "VectorEnvironment", "ParallelEnvironment"),
    *("Dict[Any]", "Dict[Any]", "tuple[str, ...]", "tuple[list[Task], list[Problem]]", "Table", "Policy", "str"),
    *("tuple[float, float]", "dict[str, Any]"),
)
"""The types of the expressions of SCRIPT, without the modules that they are from."""
REFUSED = ('Argument 2 to "batch"', 'Unexpected keyword argument "sise" for "batch"')
"""The errors of its last two lines."""


def test_a_users_checker_sees_the_types(tmp_path):
    """In an environment of its own, where the package lies among the installed ones: a checker reads those only if they
    are marked as typed."""
    venv.create(tmp_path / "venv")
    site = Path(sysconfig.get_path("purelib", vars={"base": str(tmp_path / "venv")}))
    (site / "rumpus").symlink_to(ROOT)
    (site / "others.pth").write_text(sysconfig.get_path("purelib"))
    (tmp_path / "theirs.py").write_text(SCRIPT)
    python = tmp_path / "venv" / "bin" / "python"
    command = [sys.executable, "-m", "mypy", "--config-file=", "--no-error-summary", "--ignore-missing-imports"]
    command += ["--cache-dir", str(ROOT / ".mypy_cache" / "users"), "--python-executable", str(python), "theirs.py"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path)
    seen = re.findall(r'Revealed type is "(.*)"', done.stdout)
    assert tuple(re.sub(r"\b\w+\.(?=\w)", "", each) for each in seen) == SEEN, done.stdout
    errors = [line for line in done.stdout.splitlines() if ": error:" in line]
    assert len(errors) == len(REFUSED)
    assert all(part in line for part, line in zip(REFUSED, errors, strict=True))


def public_modules() -> list[str]:
    """The modules of the public API, as the documentation lists them."""
    source = (ROOT / "docs" / "site_hooks.py").read_text(encoding="utf-8")
    return re.findall(
        r'"(rumpus\.[\w.]+)"', source[source.index("API = {") : source.index('"""The modules of the public')]
    )


@pytest.mark.parametrize("name", public_modules())
def test_public_functions_are_annotated(name):
    module = importlib.import_module(name)
    functions = []
    for value in vars(module).values():
        if getattr(value, "__module__", "") != name or value.__name__.startswith("_"):
            continue
        if isinstance(value, types.FunctionType):
            functions.append(value)
        elif inspect.isclass(value):
            functions += [f for f in vars(value).values() if isinstance(f, types.FunctionType) and f.__name__[0] != "_"]
    for function in functions:
        signature = inspect.signature(function)
        missing = [
            p.name for p in signature.parameters.values() if p.annotation is p.empty and p.name not in ("self", "cls")
        ]
        assert not missing, f"{function.__qualname__}: {missing}"
        assert signature.return_annotation is not signature.empty, function.__qualname__
