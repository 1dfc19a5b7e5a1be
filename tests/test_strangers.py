"""Files of strangers: nothing in a file of tasks or levels, a checkpoint or a replay is imported, run or unpickled.

The first test lists every place of the package that could; the others try.
"""

import ast
import dataclasses
import io
import json
import os
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.measuring.report import report
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.trainer import Trainer
from rumpus.tests.commands import rumpus
from rumpus.tests.reviewed import REVIEWED
from rumpus.worlds.engine.run.replay import Episode

ROOT = Path(__file__).resolve().parent.parent
PARTS = ("__main__.py", "interface", "worlds", "tasks", "episodes", "agents")
BUILTINS = {"exec", "eval", "compile", "__import__", "open"}
METHODS = {
    *("import_module", "reload", "find_spec", "exec_module", "load_module", "spec_from_file_location", "run_path"),
    *("run_module", "entry_points", "load_env_creator", "CDLL", "LoadLibrary", "from_string", "literal_eval"),
    *("from_xml_path", "add_safe_globals", "load_state_dict", "fromfile", "loadtxt", "genfromtxt", "memmap"),
    *("open", "read_text", "read_bytes", "imread", "rglob", "glob", "iterdir", "iter_modules"),
}
DOTTED = {
    *("torch.load", "torch.jit.load", "np.load", "worlds.load", "all_worlds.load"),
    *("gymnasium.make", "gymnasium.make_vec", "gymnasium.spec", "os.system", "os.popen", "pygame.image.load"),
}
"""Calls that import or execute what they are given, start programs, may unpickle, open a path, or look for one."""
MODULES = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "yaml", "runpy", "ctypes"}
"""Modules that unpickle or run."""


def places(node: ast.AST, file: str, function: str = "") -> set[str]:
    """ "file: function: call" of every such call, and every import of such a module, in a part of a module."""
    found: set[str] = set()
    for child in ast.iter_child_nodes(node):
        inner = function
        if isinstance(child, ast.FunctionDef | ast.ClassDef):
            inner = f"{function}.{child.name}".strip(".")
        elif isinstance(child, ast.Call):
            dotted = ast.unparse(child.func)
            last = dotted.rpartition(".")[2]
            if dotted in BUILTINS | DOTTED or last in METHODS or dotted.startswith("subprocess."):
                found.add(f"{file}: {function}: {last if '(' in dotted else dotted}")
        elif isinstance(child, ast.Import | ast.ImportFrom):
            names = [alias.name for alias in child.names] + [getattr(child, "module", None) or ""]
            found |= {f"{file}: {function}: import {name}" for name in names if name.split(".")[0] in MODULES}
            if isinstance(child, ast.ImportFrom) and child.module in ("subprocess", "importlib", "torch", "numpy"):
                found |= {
                    f"{file}: {function}: import {each.name}" for each in child.names if each.name in ("run", "load")
                }
        found |= places(child, file, inner)
    return found


def test_every_place_that_imports_executes_unpickles_or_opens_is_reviewed():
    found: set[str] = set()
    for part in PARTS:
        for path in [ROOT / part] if part.endswith(".py") else sorted((ROOT / part).rglob("*.py")):
            found |= places(ast.parse(path.read_text(encoding="utf-8")), path.relative_to(ROOT).as_posix())
    assert found == {place for some in REVIEWED.values() for place in some}


def test_the_list_would_notice():
    code = "import pickle\ndef f(x):\n exec(x)\n np.load(x, allow_pickle=True)\n subprocess.run(x)\n Path(x).open()"
    assert places(ast.parse(code), "a.py") == {
        *("a.py: : import pickle", "a.py: f: exec", "a.py: f: np.load", "a.py: f: subprocess.run", "a.py: f: open")
    }


@pytest.fixture
def ran(tmp_path, monkeypatch):
    """The file that a stranger's world, module or pickle writes if it is run. The working folder holds them."""
    mark = tmp_path / "RAN"
    code = f"open({str(mark)!r}, 'w').close(); WORLDS = ()\n"
    (tmp_path / "pack" / "art").mkdir(parents=True)
    for place in ("pack/art/__init__.py", "pack/__init__.py", "evil.py"):
        (tmp_path / place).write_text(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    return mark


def test_a_person_who_types_it_does_run_it(ran):
    """Or else the tests below would prove nothing."""
    with pytest.raises(ValueError, match="holds no world"):
        worlds.load("pack/art")
    assert ran.exists()
    ran.unlink()
    with pytest.raises(ValueError, match="no environment 'Mine-v0'"):
        worlds.load("gym/evil:Mine-v0")
    assert ran.exists()


NAMES = ("pack/art", "./pack/art", "pack/art:sokoban", "pack", "evil", "evil.py", "gym/evil:Mine-v0", "rumpus.evil")


def test_names_in_files_import_nothing(ran):
    for name in (*NAMES, str(ran.parent / "pack" / "art")):
        with pytest.raises(ValueError, match=r"unknown world|names a module"):
            worlds.named(name)
    assert not ran.exists()


@pytest.mark.parametrize("name", NAMES)
def test_tasks_import_nothing(ran, name):
    goal = {"stages": [{"all": [{"a": {"kind": "box"}, "relation": "there"}]}]}
    task = {"rumpus_task": 1, "id": "a", "limit": 5, "world": name, "players": [{"instruction": "x", "goal": goal}]}
    task["solution"] = {"moves": [[0]]}
    Path("tasks.jsonl").write_text(json.dumps(task) + "\n")
    for command in (
        ("tasks", "show", "tasks.jsonl", "--out", "sheet.png"),
        ("tasks", "check", "tasks.jsonl"),
        ("evaluate", "box-world-small", "random", "--tasks", "tasks.jsonl"),
        ("evaluate", "--suite", "random", "--tasks", "tasks.jsonl"),
        ("evaluate", "--suite", "expert", "--tasks", "."),
        ("watch", "box-world-small", "random", "--tasks", "tasks.jsonl", "--out", "clip.gif"),
        ("play", "box-world-small", "--task", "tasks.jsonl"),
        ("play", "box-world-small", "--task", "tasks.jsonl:1"),
        ("train", "ppo", "box-world-small", "--tasks", "tasks.jsonl", "--out", "run"),
        ("train", "ppo", "box-world-small", "--set", "evaluate_tasks=tasks.jsonl", "--out", "run"),
    ):
        assert rumpus(*command) == 1, command
    assert not ran.exists()
    assert not Path("run").exists()


def test_replays_import_nothing(ran):
    batch = worlds.batch("box-world-small", 1, threads=1)
    batch.reset(seed=0)
    episode = Episode.start(batch)
    for name in NAMES:
        dataclasses.replace(episode, world=name).save("replay.json")
        with pytest.raises(ValueError, match=r"unknown world|names a module"):
            next(Episode.load("replay.json").frames(worlds.named, (40, 40)))
    assert not ran.exists()


TINY = Config.of(
    "ppo", "box-world-small", steps=64, envs=4, rollout=8, hidden=8, channels=4, threads=1, tensorboard=False
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """What the checkpoint of a small run holds, half way."""
    trainer = Trainer(TINY)
    trainer.update()
    checkpoint.save(tmp_path_factory.mktemp("run") / checkpoint.NAME, trainer.state())
    return trainer.state()


@pytest.mark.parametrize("named", ["settings", "world", "both"])
def test_checkpoints_import_nothing(ran, whole, named):
    """The world that is typed is the one that goes on, whatever the checkpoint says; nothing else is looked at. A
    network plays any world that its head fits."""
    for name in (str(ran.parent / "pack" / "art"), "gym/evil:Mine-v0"):
        settings = whole["run"] | ({} if named == "world" else {"worlds": [name]})
        own = whole["worlds"] if named == "settings" else [name]
        checkpoint.save(Path("run/checkpoint.pt"), whole | {"run": settings, "worlds": own})
        for command in (
            ("evaluate", "box-world-small", "run", "--episodes", "1"),
            ("watch", "box-world-small", "run", "--episodes", "1", "--out", "clip.gif"),
            ("train", "ppo", "box-world-small", "--resume", "--out", "run"),
        ):
            refused = command[0] == "train" and named != "settings"
            assert rumpus(*command) == refused, command
        if named != "settings":
            assert rumpus("report", "run") == 1
            with pytest.raises(ValueError, match="type that world"):
                run.resume("run", bar=False)
        assert not ran.exists()


@pytest.mark.parametrize("part", ["algorithm", "torso", "core", "head"])
def test_checkpoints_load_no_plugin(ran, whole, part):
    """They hold names of algorithms and of parts of networks; a path is no name, be it of a plugin that is there."""
    Path("mine.py").write_text(Path("evil.py").read_text() + "ALGORITHMS = TORSOS = CORES = HEADS = {'mine': object}\n")
    for name in ("mine.py", "./mine.py:mine", str(Path("mine.py").resolve()), "evil", "pack/art"):
        content = {"algorithm": name} if part == "algorithm" else {"spec": whole["spec"] | {part: name}}
        checkpoint.save(Path("run/checkpoint.pt"), whole | content)
        for command in (
            ("evaluate", "box-world-small", "run", "--episodes", "1"),
            ("watch", "box-world-small", "run", "--episodes", "1", "--out", "clip.gif"),
            ("report", "run", "--episodes", "1"),
            ("train", "ppo", "box-world-small", "--resume" if part == "algorithm" else "--from=run", "--out", "run"),
        ):
            assert rumpus(*command) == 1, (name, command)
        assert not ran.exists()
    assert rumpus("algorithms", "--plugin", "mine.py") == 1, "the plugin breaks its contract"
    assert ran.exists(), "or else this would prove nothing: a person who types its path does run it"


@pytest.mark.parametrize("setting", ["tasks", "levels", "evaluate_tasks", "start"])
def test_paths_in_checkpoints_are_files_or_nothing(ran, whole, setting):
    """A pipe would wait for ever, a device have no end."""
    os.mkfifo("pipe")
    for path in ("pack/art", "evil.py", "pipe", "/dev/zero", "nowhere"):
        checkpoint.save(Path("run/checkpoint.pt"), whole | {"run": whole["run"] | {setting: path}})
        before = Path("run/checkpoint.pt").read_bytes()
        assert rumpus("train", "ppo", "box-world-small", "--resume", "--out", "run") == 1, path
        with pytest.raises(ValueError, match=r"."):
            report("run", bar=False)
        assert Path("run/checkpoint.pt").read_bytes() == before
    assert not ran.exists()


class Trap:
    """A pickle that runs code when it is opened."""

    def __reduce__(self):
        return exec, ("open('RAN', 'w').close()",)


def payloads(whole):
    """Files that are no checkpoints, or none that may be trusted, as bytes by name."""
    for name, content in {
        "alone": Trap(),
        "in the settings": whole | {"run": whole["run"] | {"knobs": Trap()}},
        "in a list": whole | {"networks": [Trap()]},
    }.items():
        for kind in ({}, {"_use_new_zipfile_serialization": False}):
            file = io.BytesIO()
            torch.save(content, file, **kind)
            yield f"{name} {kind}", file.getvalue()
    yield "pickle", pickle.dumps(Trap())
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(Trap(), protocol=2))
        archive.writestr("archive/version", "3\n")
        archive.writestr("__main__.py", "open('RAN', 'w').close()")
    yield "zip", file.getvalue()
    file = io.BytesIO()
    np.save(file, np.array([Trap()], dtype=object), allow_pickle=True)
    yield "npy", file.getvalue()
    file = io.BytesIO()
    torch.jit.save(torch.jit.script(torch.nn.Linear(1, 1)), file)
    yield "TorchScript", file.getvalue()


@pytest.mark.filterwarnings("ignore")
def test_pickles_are_not_opened(ran, whole):
    for name, data in payloads(whole):
        Path("run").mkdir(exist_ok=True)
        Path("run/checkpoint.pt").write_bytes(data)
        with pytest.raises(ValueError, match=r"damaged|no checkpoint|cut short"):
            checkpoint.load("run")
        for command in (
            ("evaluate", "box-world-small", "run", "--episodes", "1"),
            ("train", "ppo", "box-world-small", "--resume", "--out", "run"),
            ("report", "run"),
            ("evaluate", "sokoban-small", "random", "--levels", "run/checkpoint.pt"),
            ("evaluate", "maze-small", "random", "--levels", "run/checkpoint.pt"),
            ("tasks", "check", "run/checkpoint.pt"),
            ("demo", "--out", "run", "--steps", "64"),
        ):
            assert rumpus(*command) == 1, (name, command)
        assert Path("run/checkpoint.pt").read_bytes() == data, "what is no run of ours is not written over"
    assert not ran.exists()


PARTS_READ = {
    "evaluate": ("algorithm", "spec", "networks", "run", "network", "own"),
    "train": ("algorithm", "worlds", "run", "network", "own", "updates", "total", "processes", "steps"),
}
"""The parts of a checkpoint that a command cannot do without."""


@pytest.mark.parametrize(("command", "part"), [(name, part) for name, parts in PARTS_READ.items() for part in parts])
def test_damaged_checkpoints_are_refused_in_a_sentence(ran, whole, command, part):
    """By whatever reads this part."""
    typed = ("ppo", "box-world-small", "--resume", "--out", "run", "--steps", "96")
    typed = typed if command == "train" else ("box-world-small", "run", "--episodes", "1")
    for value in (None, "x", [], {}, {"a": 1}, [3], torch.zeros(2), -1.5):
        if value == {} and part in ("network", "own"):
            continue  # all of their settings have defaults
        checkpoint.save(Path("run/checkpoint.pt"), whole | {part: value})
        assert rumpus(command, *typed) == 1, value


def test_damaged_parts_of_a_run_are_refused_in_a_sentence(ran, whole):
    """Each setting, and all that a process knows, at any depth."""
    for part in ("run", "network", "own"):
        for name in whole[part].keys() - {"torso_options", "core_options"}:  # of which a spec tells
            checkpoint.save(Path("run/checkpoint.pt"), whole | {part: whole[part] | {name: {"odd": [1]}}})
            assert rumpus("evaluate", "box-world-small", "run", "--episodes", "1") == 1, name
    (process,) = whole["processes"]
    (group,) = process["collector"]
    damaged = [
        process | {name: value}
        for name in process.keys() - {"samplers"}
        for value in (None, "x", [3], {"a": 1}, torch.zeros(2))
    ]
    damaged += [
        process | {"collector": [group | {name: value}]}
        for name in group if name != "state"
        for value in (None, "x", [3], {"a": 1})
    ]  # fmt: skip
    for each in damaged:
        checkpoint.save(Path("run/checkpoint.pt"), whole | {"processes": [each]})
        assert rumpus("train", "ppo", "box-world-small", "--resume", "--out", "run", "--steps", "96") == 1
