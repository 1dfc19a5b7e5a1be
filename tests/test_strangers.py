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

IMPALA, R2D2 = ("reference", "replay", "scale"), ("replay", "sequences", "target")
REVIEWED = {
    "A person types the name of the world.": (
        *("__main__.py: worlds: all_worlds.load", "__main__.py: levels: all_worlds.load"),
        *("agents/play_command.py: play: all_worlds.load", "__main__.py: watch: all_worlds.load"),
        *("__main__.py: bench: all_worlds.load", "agents/commands.py: _train: worlds.load"),
        *("tasks/commands.py: generate: worlds.load", "tasks/commands.py: check: worlds.load"),
        *("tasks/commands.py: show: worlds.load", "tasks/commands.py: understand: worlds.load"),
        *("agents/recording.py: record: worlds.load", "episodes/commands.py: own_worlds: worlds.load"),
        *("agents/measuring/evaluate.py: evaluate: worlds.load", "agents/packing.py: pack: worlds.load"),
        "agents/measuring/watch.py: watch: worlds.load",
        "agents/measuring/demo.py: demo: worlds.load",
        "agents/human/__init__.py: _play: worlds.load",
        "agents/catalogue.py: warm: all_worlds.load",
        # of a Config that a person gives; a resumed run brings its worlds
        "agents/training/trainer.py: Trainer.__init__: worlds.load",
        "agents/training/run.py: saved_run: worlds.load",
    ),
    "A person types the path of a plugin; a checkpoint holds names alone, which are looked up among those loaded.": (
        "agents/plugins.py: load: importlib.util.spec_from_file_location",
        "agents/plugins.py: _run: loader.exec_module",
    ),
    "Only worlds.load, for a name that a person types, comes here.": (
        "worlds/__init__.py: _import_folder: importlib.util.spec_from_file_location",
        "worlds/__init__.py: _import_folder: spec.loader.exec_module",
        "worlds/guests/gym/__init__.py: _import: importlib.import_module",  # module:id, which worlds.named refuses
    ),
    "An id is looked up among those that installed packages have registered.": (
        "worlds/guests/gym/__init__.py: _spec: gymnasium.spec",
        "worlds/guests/gym/__init__.py: _make: gymnasium.make",
        "worlds/guests/gym/__init__.py: _make: load_env_creator",
    ),
    "The names are the suite's own, or constants.": (
        *(
            "worlds/__init__.py: _families: importlib.import_module",
            "worlds/__init__.py: _families: pkgutil.iter_modules",
        ),
        *("worlds/guests/__init__.py: _door: importlib.import_module", "agents/human/ink.py: _typeface: find_spec"),
        "agents/needs.py: learning: find_spec",
        "worlds/guests/dm_control/__init__.py: load: importlib.util.find_spec",
        *(
            "worlds/engine/run/cuda.py: Cuda.__init__: importlib.import_module",
            "agents/measuring/report.py: : from_string",
        ),
        *(
            "worlds/engine/run/cuda.py: _simulated: importlib.import_module",
            "interface/text.py: vocabulary: path.read_text",
            "worlds/pages.py: baselines: _BASELINES.read_text",
        ),
        *(
            "worlds/engine/run/cuda.py: check: importlib.import_module",
            "worlds/engine/run/cuda.py: check: importlib.util.find_spec",
        ),
        "worlds/engine/tools/raycast_bench.py: vizdoom_steps: importlib.import_module",
        *(
            f"agents/measuring/speeds.py: {place}"
            for place in (
                *("_dm_control: importlib.util.find_spec", "_dm_control: worlds.load", "_parallel: worlds.load"),
                *("_minigrid: gymnasium.make", "_minigrid: importlib.import_module", "_single: worlds.load"),
                *("_tasks: worlds.load", "installed: importlib.util.find_spec"),
            )
        ),
        *("agents/studies/curricula.py: tasks: worlds.load", "agents/studies/navigation.py: measured: worlds.load"),
        *(f"agents/studies/room.py: {name}: worlds.load" for name in ("_expert", "measured", "prepare", "run")),
        *(f"agents/studies/two_players.py: {name}: worlds.load" for name in ("run", "tasks")),
        *(
            "worlds/engine/render/raycast/textures.py: textures: cv2.imread",
            "worlds/engine/render/tiles.py: atlas: cv2.imread",
        ),
        "agents/human/window.py: open_window: pygame.image.load",
    ),
    "The formats of exports and imports by name, and the libraries that they need, which are constants.": (
        *("episodes/export/run.py: check: import_module", "episodes/export/run.py: _writing: import_module"),
        *("episodes/imports/run.py: _found: import_module", "episodes/export/minari.py: _spec: gymnasium.spec"),
    ),
    "FFmpeg of imageio, without a shell, for a file that is made anew.": (
        "episodes/export/mp4.py: Mp4.__init__: subprocess.Popen",
    ),
    "Lines of a card that comes with the suite: cards.COMMANDS alone are run, by the suite, without a shell.": (
        "agents/recipes.py: follow: subprocess.run",
    ),
    "Safetensors hold numbers and text, and a card is JSON of which every field is checked.": (
        *("agents/shipped.py: content: file.read_bytes", "agents/shipped.py: names: FOLDER.glob"),
        *("agents/cards.py: read: file.read_bytes", "agents/shipped_commands.py: lines: file.read_text"),
        "agents/recipes.py: _progress: file.read_text",
    ),
    "The interpreter is run for a script of the suite.": (
        *("interface/viewer.py: _open: subprocess.Popen", "agents/measuring/speeds.py: _imports: subprocess.run"),
        "worlds/engine/tools/bench.py: first_reset: subprocess.run",
        "worlds/guests/dm_control/bench.py: _theirs: subprocess.run",
    ),
    "A world is handed to a process of the suite, which unpickles what this one has pickled.": (
        *(
            "worlds/engine/run/ahead.py: : import pickle",
            "worlds/engine/run/ahead.py: Ahead.__init__: subprocess.Popen",
        ),
    ),
    "A name for an error, and the C library that is loaded already.": (
        *("agents/checkpoint.py: : import pickle", "agents/algorithms/descent.py: : import ctypes"),
        "agents/algorithms/descent.py: _keep_memory: ctypes.CDLL",
        *("worlds/engine/run/threads.py: : import ctypes", "worlds/engine/run/threads.py: _core_finder: ctypes.CDLL"),
    ),
    "The file lies in the user's own cache or config folder, or comes with the suite, or was imported already.": (
        *("worlds/engine/compile/modules.py: _loaded_of: importlib.util.spec_from_file_location",),
        *(
            "worlds/engine/compile/modules.py: _loaded_of: spec.loader.exec_module",
            "worlds/engine/compile/modules.py: _prune: folder.iterdir",
        ),
        *("worlds/engine/compile/modules.py: _compiled: code.glob", "worlds/sokoban/bank.py: _kept: np.load"),
        *(
            "worlds/sokoban/bank.py: _kept: path.read_bytes",
            "worlds/sokoban/bank.py: shipped: np.load",
            "worlds/engine/compile/ingredients.py: fingerprint: path.read_bytes",
        ),
        *(
            "worlds/engine/compile/ingredients.py: _collect: start.parent.glob",
            "agents/human/settings.py: load: read_text",
        ),
        "agents/human/settings.py: solved: read_text",
    ),
    "Unpickled with weights_only=True, or tensors that were.": (
        *("agents/checkpoint.py: load: torch.load", "agents/checkpoint.py: save: torch.load"),
        "agents/training/distributed.py: Ranks.save: torch.load",
        "agents/algorithms/base.py: OneNetwork.load_state_dict: self.network.load_state_dict",
        "agents/algorithms/base.py: OneNetwork.load_state_dict: self.descent.optimiser.load_state_dict",
        *(
            f"agents/algorithms/{name}: load_state_dict"
            for name in (
                *("dagger.py: DAgger.load_state_dict", "impala.py: IMPALA.load_state_dict"),
                *("ppo.py: PPO.load_state_dict", "r2d2.py: R2D2.load_state_dict", "bc.py: BC.load_state_dict"),
            )
        ),
        *(f"agents/algorithms/impala.py: IMPALA.load_state_dict: self.{part}.load_state_dict" for part in IMPALA),
        *(f"agents/algorithms/r2d2.py: R2D2.load_state_dict: self.{part}.load_state_dict" for part in R2D2),
        "agents/algorithms/r2d2.py: R2D2._step: self.target.load_state_dict",
        "agents/network_policy.py: trained: network.load_state_dict",
        "agents/training/trainer.py: built: network.load_state_dict",
        "agents/training/trainer.py: Trainer.restore: self.algorithm.load_state_dict",
        "agents/training/trainer.py: Trainer.restore: self.collector.load_state_dict",
        "agents/training/trainer.py: Trainer.restore: place.sampler.load_state_dict",
        "agents/training/independent.py: Independent.load_state_dict: each.load_state_dict",
        "agents/data/collector.py: Collector.load_state_dict: group.load_state_dict",
        "agents/data/reader.py: EpisodeReader.load_state_dict: world.load_state_dict",
        "agents/data/collector.py: _Group.load_state_dict: expert.load_state_dict",
        "agents/algorithms/terms.py: Reference.load_state_dict: self.network.load_state_dict",
        "agents/algorithms/ppo.py: PPO.load_state_dict: self.scale.load_state_dict",
        "agents/algorithms/ppo.py: PPO.load_state_dict: self.reference.load_state_dict",
        "agents/algorithms/dagger.py: DAgger.load_state_dict: self.replay.load_state_dict",
    ),
    "Text, JSON or a literal, which is parsed and never executed; a person types the path, or Rumpus wrote it beside. "
    "Paths out of a checkpoint come through run.saved_run, which lets files and folders pass alone.": (
        *("agents/studies/frame.py: _read: read_text", "agents/studies/frame.py: results: kept.read_text"),
        "interface/machine.py: processor: open",
        *("tasks/files.py: read: path.open", "worlds/engine/library/level_files.py: level_files: path.rglob"),
        "worlds/engine/library/level_files.py: read_levels: read_text",
        *(
            "worlds/engine/library/level_files.py: read_text: file.open",
            "worlds/engine/run/replay.py: Episode.load: read_text",
        ),
        *(
            "agents/settings.py: _literal: ast.literal_eval",
            "agents/fleet.py: _axis: ast.literal_eval",
        ),
        *("agents/fleet.py: members: path.glob", "tasks/files.py: of_world: glob"),
        *("agents/training/log.py: Log._rewrite: open", "agents/training/log.py: read_metrics: path.read_text"),
        *("agents/training/folders.py: owned: open", "agents/training/folders.py: leftovers: folder.glob"),
        *("agents/measuring/benchmark.py: tasks_of: folder.glob", "agents/measuring/sts.py: digest: read_bytes"),
        "episodes/contexts.py: load: path.open",
        *("agents/measuring/report.py: write_report: film.read_bytes", "tasks/generate.py: _kept: path.open"),
        *("episodes/store.py: Store.__init__: header.read_text", "episodes/commands.py: moment: out.read_bytes"),
        *("tasks/generate.py: _kept: path.read_bytes", "tasks/generate.py: write: path.open"),
    ),
    "Parquet, read by pyarrow without extension types, in a folder that a person types: files.listed passes plain "
    "files of it alone, and columns.py checks all that is in them.": (
        "episodes/files.py: opened: path.open",
        *("episodes/store.py: _empty: folder.iterdir", "episodes/files.py: sweep: folder.glob"),
    ),
    "Text and JSON, parsed and never executed, in the folder or the file that a person types.": (
        *("episodes/imports/minari.py: episodes: read_text", "episodes/imports/replays.py: files_of: source.glob"),
        "episodes/imports/replays.py: _is_replay: path.open",
    ),
    "A file that was made for this, under a name of its own.": (
        *("episodes/export/clips.py: _written: lines.open", "episodes/export/clips.py: write: open"),
        *("episodes/export/lerobot.py: _Dataset._write_data: open",),
        "episodes/export/minari.py: _widen: metadata.read_text",
        "episodes/video.py: encode: path.read_bytes",
        *("interface/files.py: _write_through: path.open", "interface/files.py: _sync_folder: os.open"),
    ),
}
"""Why each place does no harm. A new place wants a reason here, and one that is gone no longer stands here."""


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
