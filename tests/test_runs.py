"""Runs on disk: gone on with from anywhere, owned by one process, stopped with a checkpoint, reported; and commands
without PyTorch."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import torch

from rumpus import worlds
from rumpus.agents import checkpoint
from rumpus.agents.measuring.demo import demo
from rumpus.agents.policies import RandomPolicy
from rumpus.agents.settings import FREE, Config, parsed
from rumpus.agents.training import folders, run
from rumpus.agents.training.log import read_metrics
from rumpus.agents.training.trainer import Trainer
from rumpus.interface.clip import write_clip
from rumpus.tests import chosen
from rumpus.tests.commands import rumpus
from rumpus.tests.runs import changed, half

WORLD = "box-world-small"
TINY = {"envs": 4, "rollout": 8, "hidden": 8, "channels": 4, "threads": 1, "tensorboard": False, "steps": 3 * 32}
TYPED = ("--envs", "4", "--set", "rollout=8", "--set", "hidden=8", "--set", "channels=4", "--threads", "1")


def train(folder, overwrite=False, **changes):
    """A run of TINY with these changes."""
    return run.train("ppo", WORLD, folder=folder, overwrite=overwrite, bar=False, **{**TINY, **changes})


def test_a_run_resumed_for_more_steps_equals_one_of_as_many(tmp_path):
    """Without annealing, which depends on how many there are in all."""
    flat = {"anneal": False, "tensorboard": True}
    train(tmp_path / "whole", **flat, steps=6 * 32)
    train(tmp_path / "half", **flat)
    run.resume(tmp_path / "half", bar=False, steps=6 * 32)
    one, other = (checkpoint.load(tmp_path / name) for name in ("whole", "half"))
    assert all(one[part] == other[part] for part in ("algorithm", "run", "network", "own", "worlds", "spec"))
    assert not changed(tmp_path / "whole", tmp_path / "half")
    assert [row["update"] for row in read_metrics(tmp_path / "half")] == [1, 2, 3, 4, 5, 6]
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    shown = EventAccumulator(str(tmp_path / "half" / "tensorboard"))
    shown.Reload()
    assert [point.step for point in shown.Scalars("train/value_loss")] == [32, 64, 96, 128, 160, 192]


def test_a_finished_run_says_so_and_stays(tmp_path, capsys):
    train(tmp_path / "run")
    before = (tmp_path / "run" / "checkpoint.pt").read_bytes()
    assert rumpus("train", "ppo", "box-world-small", "--resume", "--out", tmp_path / "run") == 0
    assert "finished at 96 of 96 steps" in " ".join(capsys.readouterr().err.split())
    assert (tmp_path / "run" / "checkpoint.pt").read_bytes() == before


def test_other_options_than_the_runs_are_named(tmp_path, capsys):
    train(tmp_path / "run")
    for options, told in {
        ("--seed", "5"): "began with seed 0, not 5: leave",
        ("--core", "gru", "--units", "4"): "core None, not 'gru'",
        ("--from", "run"): "start None, not 'run'",
        ("--device", "cuda", "--set", "gamma=0.5"): "device 'cpu', not 'cuda'; gamma 0.97, not 0.5",
        ("--tasks", "t.jsonl"): "tasks None",
        ("--knob", "size=7"): "knobs",
        ("--units", "4"): "units 0, not 4",
        ("--talk",): "talk False, not True",
    }.items():
        assert rumpus("train", "ppo", "box-world-small", "--resume", "--out", tmp_path / "run", *options) == 1
        assert told in " ".join(capsys.readouterr().err.split())
    same = ("--seed", "0", "--device", "cpu", "--steps", "96", *TYPED)
    assert rumpus("train", "ppo", "box-world-small", "--resume", "--out", tmp_path / "run", *same) == 0
    assert rumpus("train", "ppo", "sokoban-small", "--resume", "--out", tmp_path / "run") == 1
    assert "trained on box-world-small, not on sokoban-small" in " ".join(capsys.readouterr().err.split())
    assert rumpus("train", "dagger", "box-world-small", "--resume", "--out", tmp_path / "run") == 1
    assert "is a run of ppo, not of dagger" in " ".join(capsys.readouterr().err.split())
    assert Config.of("ppo", WORLD).flat().keys() >= set(FREE)


def test_runs_go_on_from_other_folders_and_where_their_files_have_moved_to(tmp_path, monkeypatch, capsys):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert rumpus("tasks", "generate", "box-world-small", "--count", "20", "--out", "tasks.jsonl") == 0
    run = ("train", "ppo", "box-world-small", "--steps", "64", *TYPED, "--out", "run", "--tasks", "tasks.jsonl")
    assert rumpus(*run) == 0
    monkeypatch.chdir(tmp_path)
    more = ("train", "ppo", "box-world-small", "--resume", "--out", "here/run")
    assert rumpus(*more, "--steps", "96") == 0
    Path("here/tasks.jsonl").rename("moved.jsonl")
    capsys.readouterr()
    assert rumpus(*more, "--steps", "128") == 1
    assert "say where, as tasks" in " ".join(capsys.readouterr().err.split())
    assert rumpus(*more, "--steps", "128", "--tasks", "moved.jsonl") == 0
    assert checkpoint.load("here/run")["updates"] == 4
    assert rumpus(*more, "--steps", "160") == 0, "where they are now is kept"


def test_default_folders_are_numbered(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    short = ("train", "ppo", "box-world-small", "--steps", "32", *TYPED, "--set", "tensorboard=False")
    for folder in ("", "-2", "-3"):
        assert rumpus(*short) == 0
        assert capsys.readouterr().out.strip() == f"runs/ppo-box-world-small-0{folder}"
    assert rumpus(*short[:3], "--resume", "--steps", "64") == 0
    assert capsys.readouterr().out.strip() == "runs/ppo-box-world-small-0-3"
    made = [folders.RUNS / f"ppo-box-world-small-0{number}" for number in ("", "-2", "-3")]
    assert [checkpoint.load(folder)["updates"] for folder in made] == [1, 1, 2]
    assert folders.new_folder("ppo", "gym/a b:My/Env-v0", 7) == folders.RUNS / "ppo-Env-v0-7"


SLEEPER = "import sys, time; from pathlib import Path; from rumpus.agents.training.folders import owned\n"
SLEEPER += "with owned(Path(sys.argv[1])): print('in', flush=True); time.sleep(600)"


def test_one_process_alone_is_in_a_folder(tmp_path):
    train(tmp_path / "run")
    with subprocess.Popen([sys.executable, "-c", SLEEPER, str(tmp_path / "run")], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None and other.stdout.readline() == b"in\n"
        with pytest.raises(ValueError, match="another process is training"):
            run.resume(tmp_path / "run", steps=128, bar=False)
        with pytest.raises(ValueError, match="another process is training"):
            train(tmp_path / "run", overwrite=True)
        other.kill()
    run.resume(tmp_path / "run", steps=128, bar=False)
    assert checkpoint.load(tmp_path / "run")["updates"] == 4


@pytest.mark.parametrize("name", ["metrics.csv", "tensorboard/events.out.tfevents.1", "checkpoint.pt"])
def test_files_of_something_else_stay(tmp_path, name):
    file = tmp_path / name
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(b"epoch,loss\n1,2\n")
    for overwrite in (False, True) if name != "checkpoint.pt" else (False,):
        with pytest.raises(ValueError, match=r"something else|holds a run"):
            train(tmp_path, overwrite=overwrite)
    with pytest.raises(ValueError, match=r"something else|no checkpoint"):
        demo(tmp_path, Config.of("ppo", WORLD, **TINY), bar=False)
    assert file.read_bytes() == b"epoch,loss\n1,2\n"


def test_a_table_of_something_else_is_no_metrics(tmp_path):
    train(tmp_path)
    whole = (tmp_path / "metrics.csv").read_text()
    for text in ("a,b\n1,2\n", whole.replace("\n1,", "\nx,"), whole + "1,2,3," + 40 * "4," + "\n", "é,\n"):
        (tmp_path / "metrics.csv").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"no metrics\.csv of a run"):
            run.resume(tmp_path, steps=128, bar=False)
        assert (tmp_path / "metrics.csv").read_text(encoding="utf-8") == text


def test_a_demonstration_is_finished_or_made_anew(tmp_path):
    config = Config.of("ppo", WORLD, **TINY)
    half(Trainer(config.absolute()), tmp_path / "demo", 1)
    for each in (config, config.replace(steps=64)):
        page = demo(tmp_path / "demo", each, episodes=4, bar=False)
        content = checkpoint.load(tmp_path / "demo")
        assert content["updates"] * 32 == content["steps"] == each.run.steps
        assert "Success on held-out levels" in page.read_text(encoding="utf-8")


def test_a_demonstration_replaces_no_other_run(tmp_path):
    train(tmp_path, gamma=0.5)
    with pytest.raises(ValueError, match="holds another run"):
        demo(tmp_path, Config.of("ppo", WORLD, **TINY), bar=False)


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX's")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_stopped_run_has_a_checkpoint_and_says_how_to_go_on(tmp_path, number, status):
    folder = tmp_path / "a run"
    command = [sys.executable, "-m", "rumpus", "train", "ppo", "box-world-small", "--out", str(folder), *TYPED]
    command += ["--set", "checkpoint_seconds=9999"]
    heeding = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background jobs ignore it
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, preexec_fn=heeding) as process:
        while process.poll() is None and len(read_metrics(folder)) < 3:
            time.sleep(0.01)
        process.send_signal(number)
        _, told = process.communicate(timeout=120)
    assert process.returncode == status
    assert f"rumpus train ppo {WORLD} --resume --out '{folder}'" in told
    assert "Traceback" not in told
    assert checkpoint.load(folder)["updates"] == len(read_metrics(folder)) >= 3
    done = checkpoint.load(folder)["updates"] * 32
    run.resume(folder, bar=False, steps=done + 32)
    assert checkpoint.load(folder)["updates"] * 32 == done + 32


def test_training_leaves_the_threads_of_torch_alone(tmp_path):
    before = torch.get_num_threads()
    train(tmp_path, threads=3 if before != 3 else 2)
    assert torch.get_num_threads() == before


def test_any_run_has_a_report(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert rumpus("tasks", "generate", "box-world-small", "--count", "12", "--out", "tasks.jsonl") == 0
    short = ("train", "ppo", "box-world-small", "--steps", "64", *TYPED)
    assert rumpus(*short, "--out", "plain", "--evaluate-every", "1", "--set", "evaluate_episodes=4") == 0
    assert rumpus(*short, "--out", "tasked", "--tasks", "tasks.jsonl") == 0
    for folder, held in {"plain": "held-out levels", "tasked": "the tasks that it learned from"}.items():
        capsys.readouterr()
        assert rumpus("report", folder, "--episodes", "4") == 0
        assert capsys.readouterr().out.strip() == f"{folder}/report.html"
        page = Path(folder, "report.html").read_text(encoding="utf-8")
        assert f"<h2>Success on {held}</h2>" in page
        assert all(f"<td>{player}</td>" in page for player in ("random", "untrained", "trained", "expert"))
        assert "<svg" in page and "data:video/mp4;base64" in page


def test_settings_are_typed_as_they_are():
    for pair, value in {
        **{"clip=1": 1.0, "clip=0.5": 0.5, "anneal=False": False, "levels=5": "5", "size=(20, 24)": (20, 24)},
        **{"limit=None": None, "knobs={'size': 5}": {"size": 5}, "head=devices": "devices", "repeat=4": 4},
        **{"bf16=None": None, "bf16=True": True, "shares=(1.0, 2.0)": (1.0, 2.0), "blocks=3": 3},
    }.items():
        (found,) = parsed([pair], "ppo").values()
        assert found == value and type(found) is type(value), pair
    for pair in (
        "clip=True",
        "envs=1.5",
        "anneal=1",
        "knobs={'a': 'b'}",
        "size=(1,)",
        "limit=soon",
        "clip=inf",
        "gamma=x",
    ):
        with pytest.raises(ValueError, match="--set"):
            parsed([pair], "ppo")


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_clips_of_odd_sizes_and_places(tmp_path, suffix, capfd):
    import imageio.v3 as imageio

    frames = [np.full((33, 35, 3), shade, np.uint8) for shade in (0, 128, 255)]
    film = imageio.imread(write_clip(tmp_path / f"a{suffix}", frames, 10))
    assert film.shape[1:] == ((32, 34, 3) if suffix == ".mp4" else (33, 35, 3))
    assert "".join(capfd.readouterr()) == "", "nothing is told of the rounding"
    with pytest.raises(OSError, match="cannot be written") as raised:
        write_clip(f"/dev/null/a{suffix}", frames, 10)
    assert raised.value.filename == f"/dev/null/a{suffix}"
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises(ValueError, match="is a folder"):
        write_clip(tmp_path / f"folder{suffix}", frames, 10)
    for hz in (0, -5, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="frames a second"):
            write_clip(tmp_path / f"b{suffix}", frames, hz)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"a{suffix}", f"folder{suffix}"]


@pytest.mark.parametrize(
    ("seed", "world"), [(0, "box-world-small"), (3, "sokoban-duo"), (2**40 + 7, "box-world-small")]
)
def test_random_is_what_torch_draws(seed, world):
    batch = worlds.batch(world, 9, threads=1)
    policy, generator = RandomPolicy(seed), torch.Generator().manual_seed(seed)
    policy.start(batch)
    for _ in range(5):
        policy.act(batch, np.zeros(9, bool))
        acted = batch.actions.copy()
        batch.act(torch.randint(len(batch.world.controls.moves), (9, batch.players), generator=generator).numpy())
        assert (acted == batch.actions).all()


BARE = """
import contextlib, io, json, sys
class Gone:
    def find_spec(name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "tensorboard", "matplotlib"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
sys.meta_path.insert(0, Gone)
from rumpus.tests.commands import rumpus
came = {}
for typed in sys.stdin.read().splitlines():
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()) as told:
        came[typed] = rumpus(*typed.split()), " ".join(told.getvalue().split())
print(json.dumps(came))
"""
LEARN = "rumpus: agents that learn need PyTorch, which is not installed: pip install 'rumpus[learn]'"
WITHOUT_TORCH = {
    "evaluate box-world-small expert --episodes 4": "",
    "evaluate box-world-small random --episodes 4 --json": "",
    "evaluate --suite random --tasks tasks.jsonl": "",
    "watch box-world-small expert --episodes 1 --out clip.gif": "",
    "tasks check tasks.jsonl": "",
    "levels sokoban-small --count 3 --out levels.txt": "",
    "doctor": "",
    "evaluate box-world-small run --episodes 1": LEARN,
    "evaluate box-world-small expret --episodes 1": "Did you mean expert?",
    "train ppo box-world-small": LEARN,
    "demo": LEARN,
    "report run": LEARN,
    "algorithms": LEARN,
    "tasks show tasks.jsonl": "pip install matplotlib",
}
"""Commands, and what those that fail tell."""


def test_commands_that_need_no_torch_run_without_it(tmp_path):
    """In one process, in which nothing can import it."""
    train(tmp_path / "run")
    assert rumpus("tasks", "generate", "box-world-small", "--count", "4", "--out", tmp_path / "tasks.jsonl") == 0
    options = {"input": "\n".join(WITHOUT_TORCH), "cwd": tmp_path, "capture_output": True, "text": True}
    done = subprocess.run([sys.executable, "-c", BARE], check=False, **options)
    assert done.returncode == 0, done.stderr
    came = json.loads(done.stdout)
    assert came.keys() == WITHOUT_TORCH.keys()
    for typed, told in WITHOUT_TORCH.items():
        status, error = came[typed]
        assert (status, told in error) == (1 if told else 0, True), (typed, error)


def test_worlds_lie_in_folders_of_any_name(tmp_path, monkeypatch):
    for name in ("my-world", "my world", "[w]", "a,b", "v1.0", "class", "1st", "été", "a:b"):
        folder = shutil.copytree(chosen.TINY, tmp_path / name)
        assert worlds.load(folder).rules.reset.__module__.isidentifier()
        assert worlds.load(f"{folder}:coins").name == "coins"
    odd = shutil.copytree(chosen.TINY, tmp_path / "my-world [v1.0], été")
    monkeypatch.chdir(odd)
    assert worlds.address(".") == str(odd)
    assert worlds.address("../v1.0:coins") == f"{tmp_path}/v1.0:coins"
    assert rumpus("evaluate", ".", "random", "--episodes", "2", "--limit", "3") == 0
    assert rumpus("train", "ppo", ".", "--steps", "32", *TYPED, "--out", "../run") == 0
    monkeypatch.chdir(tmp_path)
    assert rumpus("train", "ppo", odd, "--steps", "64", "--resume", "--out", "run") == 0
    assert checkpoint.load("run")["updates"] == 2
    with pytest.raises(ValueError, match="type that world"):
        run.resume("run", steps=96, bar=False)


MODULE = """
import gymnasium, numpy as np

class Mine(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(0, 255, (8, 8, 3), np.uint8)
    action_space = gymnasium.spaces.Discrete(2)
    def reset(self, seed=None, options=None):
        super().reset(seed=seed)
        return np.zeros((8, 8, 3), np.uint8), {}
    def step(self, action):
        return np.zeros((8, 8, 3), np.uint8), float(action), False, False, {}

gymnasium.register("Mine-v3", entry_point=Mine, max_episode_steps=5)
"""


def test_an_environment_of_ones_own_module_is_a_guest(tmp_path):
    (tmp_path / "module_of_mine.py").write_text(MODULE)
    command = [sys.executable, "-m", "rumpus", "evaluate", "gym/module_of_mine:Mine-v3", "random", "--episodes", "3"]
    options = {"capture_output": True, "text": True, "cwd": tmp_path}
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True, **options)
    assert "5.0 steps" in done.stdout
    done = subprocess.run([*command[:4], "gym/nowhere_at_all:Mine-v3", *command[5:]], check=False, **options)
    assert done.returncode == 1
    assert "PYTHONPATH" in done.stderr and "Traceback" not in done.stderr
