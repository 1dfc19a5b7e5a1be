"""Several processes that learn together, started by torchrun, on the CPU: the gradients of one process, runs that go on
after they were broken off, and lost processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from rumpus.agents import checkpoint
from rumpus.agents.data.replay import Replay
from rumpus.agents.training.distributed import _together
from rumpus.agents.training.log import read_metrics
from rumpus.tests import halves
from rumpus.tests.commands import rumpus

HERE = Path(__file__).parent
TORCHRUN = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node"]
TYPED = ["--envs", "4", "--threads", "1", *("--set", "rollout=8", "--set", "hidden=8", "--set", "bf16=False")]
TYPED += ["--set", "tensorboard=False", "--set", "minibatches=2"]
SECONDS = 120


def torchrun(count, *arguments, **options):
    """Start so many processes of a script, or of rumpus with these arguments."""
    script = [] if str(arguments[0]).endswith(".py") else ["-m", "rumpus"]
    command = [*TORCHRUN, str(count), *script, *map(str, arguments)]
    environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment, **options
    )


def ended(process):
    """Its exit status, and what it printed."""
    try:
        out, err = process.communicate(timeout=SECONDS)
    finally:
        process.kill()
    return process.returncode, out, " ".join(err.split())


def run(count, *arguments):
    status, out, err = ended(torchrun(count, *arguments))
    if "ddress already in use" in err:  # another program took the port that torchrun had found free
        status, out, err = ended(torchrun(count, *arguments))
    return status, out, err


def updates(folder):
    return checkpoint.load(folder)["updates"] if (folder / checkpoint.NAME).exists() else 0


def wait_for(what, process):
    end = time.monotonic() + SECONDS
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end
        time.sleep(0.05)


def states(folder):
    """What the run's checkpoint holds, but for times."""
    content = checkpoint.load(folder)
    content.pop("seconds")
    return content


def same(one, other):
    if isinstance(one, torch.Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[name], other[name]) for name in one)
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other


def test_two_processes_have_the_gradients_of_one(tmp_path, monkeypatch):
    """One minibatch of one rollout, with episodes that end and are cut off in it, and rewards that are normalised."""
    monkeypatch.setattr(Replay, "sample", halves.everything)
    settings = {"envs": 8, "rollout": 24, "epochs": 1, "minibatches": 1, "grad_norm": 1e9, "limit": 15, "seed": 3}
    settings |= {"threads": 1, "hidden": 16, "steps": 8 * 24, "bf16": False}
    cases = {f"{algorithm}-{units}": (algorithm, units) for algorithm in ("ppo", "dagger") for units in (0, 8)}
    wholes = {
        name: halves.recorded(algorithm, settings | {"units": units}, tmp_path / name)
        for name, (algorithm, units) in cases.items()
    }
    status, _, err = run(2, HERE / "halves.py", *(tmp_path / name for name in cases))
    assert status == 0, err
    for name, whole in wholes.items():
        parts = [torch.load(tmp_path / f"{name}.{rank}", weights_only=True) for rank in (0, 1)]
        assert same(*parts), "both have the very same"
        largest = max(float(gradient.abs().max()) for gradient in whole["gradients"].values())
        assert largest > 0.001
        for key, gradient in whole["gradients"].items():
            torch.testing.assert_close(
                parts[0]["gradients"][key], gradient, rtol=1e-4, atol=1e-5 * largest, msg=f"{name}: {key} differs"
            )
        assert (whole["moments"] is None) == (cases[name][0] == "dagger")
        if whole["moments"] is not None:
            torch.testing.assert_close(parts[0]["moments"], whole["moments"], rtol=1e-6, atol=0)


def test_a_run_of_two_processes_is_killed_and_goes_on_to_the_byte(tmp_path, capsys):
    """One log, one checkpoint with a state of each, output once; and only as many processes can go on with it."""
    train = ("train", "ppo", "box-world-small", *TYPED, "--steps", 32 * 40, "--evaluate-every", "20")
    train += ("--set", "evaluate_episodes=8", "--set", "checkpoint_seconds=0", "--units", "4")
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    status, out, err = run(2, *train, "--out", whole)
    assert (status, out) == (0, f"{whole}\n"), err
    rows = read_metrics(whole)
    assert [row["update"] for row in rows] == list(range(41))
    assert [row["update"] for row in rows if "held_out_success" in row] == [0, 20, 40]
    content = checkpoint.load(whole)
    assert [len(process["generator"]) > 0 for process in content["processes"]] == [True, True]
    one, other = (process["algorithm"]["networks"] for process in content["processes"])
    assert same(one, other)
    assert not same(*(process["collector"] for process in content["processes"]))

    process = torchrun(2, *train, "--out", broken, start_new_session=True)
    wait_for(lambda: updates(broken) >= 3, process)
    workers = children(process.pid)
    for pid in (process.pid, *workers):
        os.kill(pid, signal.SIGKILL)
    ended(process)
    assert 0 < updates(broken) < 40
    resume = ("train", "ppo", "box-world-small", "--resume", "--out", broken)
    assert rumpus(*resume) == 1
    assert "shared out among 2 processes, and here are 1: go on with it by torchrun --nproc-per-node 2" in " ".join(
        capsys.readouterr().err.split()
    )
    status, _, err = run(2, *resume)
    assert status == 0, err
    assert same(states(whole), states(broken))
    assert [row["update"] for row in read_metrics(broken)] == list(range(41))


def children(pid):
    """The processes that a process has started, by their rank."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        try:
            parent = int((path / "stat").read_text().rpartition(")")[2].split()[1])
            environment = (path / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        rank = [each for each in environment if each.startswith(b"RANK=")]
        if parent == pid and rank:
            found[int(rank[0][5:])] = int(path.name)
    return [found[rank] for rank in sorted(found)]


LONG = ("train", "ppo", "box-world-small", *TYPED, "--steps", 10**9, "--set", "checkpoint_seconds=0")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="processes are found by /proc")
@pytest.mark.parametrize("lost", [0, 1])
def test_a_lost_process_ends_the_others_and_leaves_the_run_whole(lost, tmp_path):
    folder = tmp_path / "run"
    process = torchrun(2, *LONG, "--out", folder)
    wait_for(lambda: updates(folder) >= 2, process)
    began = time.monotonic()
    os.kill(children(process.pid)[lost], signal.SIGKILL)
    status, _, err = ended(process)
    assert status != 0
    assert time.monotonic() - began < 20
    # torchrun tells it in any case, and may end the other before it has said so itself
    assert "Signal 9 (SIGKILL)" in err
    assert err.count("a process of this run was lost, and the others stopped; the last checkpoint is whole") <= 1
    assert updates(folder) >= 2


def test_sigterm_saves_in_all_processes(tmp_path):
    folder = tmp_path / "run"
    process = torchrun(2, *LONG[:-2], "--out", folder)
    wait_for(lambda: len(read_metrics(folder)) >= 2, process)
    process.send_signal(signal.SIGTERM)
    status, _, err = ended(process)
    assert status != 0
    assert err.count("Go on with: torchrun --nproc-per-node 2 -m rumpus train ppo box-world-small --resume") == 1
    assert updates(folder) == read_metrics(folder)[-1]["update"] >= 2


ENDING = """
import atexit, sys
from pathlib import Path

def left():
    names = [(thread / "comm").read_text() for thread in Path("/proc/self/task").iterdir()]
    print(len(names), sum("gloo" in name for name in names), file=open(sys.argv[1], "a"))

atexit.register(left)  # the first to be registered is the last to be called
from rumpus.agents.training.run import train
options = {"envs": 4, "threads": 1, "rollout": 8, "hidden": 8, "minibatches": 2, "bf16": False, "tensorboard": False}
train("ppo", "box-world-small", folder=sys.argv[2], steps=64, bar=False, **options)
left()
"""


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="threads are found by /proc")
def test_threads_of_the_group_end_before_the_interpreter(tmp_path):
    """One that is left aborts the process now and then, when it frees a tensor after the interpreter has ended."""
    script, told = tmp_path / "ending.py", tmp_path / "threads.txt"
    script.write_text(ENDING)
    status, _, err = run(2, script, told, tmp_path / "run")
    assert status == 0, err
    counts = [line.split() for line in told.read_text().splitlines()]
    assert len(counts) == 4 and [gloo for _, gloo in counts].count("0") >= 2, counts


FAILING = """
import torch
from rumpus.agents.algorithms.ppo import PPO
from rumpus.agents.algorithms.descent import processes

class Failing(PPO):
    def update(self, timestep, state, progress):
        if processes() > 1 and torch.distributed.get_rank() == 1 and progress > 0:
            raise RuntimeError("the third wheel came off")
        return super().update(timestep, state, progress)

ALGORITHMS = {"failing": Failing}
"""


def test_an_error_in_one_process_is_told_by_the_others(tmp_path):
    plugin, folder = tmp_path / "failing.py", tmp_path / "run"
    plugin.write_text(FAILING)
    status, out, err = run(2, "train", plugin, *LONG[2:], "--out", folder)
    assert (status, out) == (1, "")
    assert f"rumpus: {plugin}:9: RuntimeError: the third wheel came off" in err
    told = "rumpus: rank 0 stopped because rank 1 did: the third wheel came off. The last checkpoint is whole"
    assert told in err
    assert updates(folder) == 1


def test_an_error_of_all_processes_is_told_once(tmp_path):
    folder = tmp_path / "run"
    status, out, err = run(2, *LONG[:3], "--out", folder, "--envs", "5")
    assert (status != 0, out) == (True, "")
    assert err.count("5 envs cannot be shared out alike among 2 processes: choose a multiple of it") == 1
    assert not (folder / checkpoint.NAME).exists()


def test_metrics_of_several_processes_are_means():
    rows = [
        {"episodes": 1, "success": 1.0, "loss": 1.0, "update": 3},
        {"episodes": 3, "success": 0.0, "loss": 2.0, "update": 3},
    ]
    assert [_together(name, rows) for name in rows[0]] == [4, 0.25, 1.5, 3]
    assert (
        _together(
            "maze/success", [{"maze/success": 1.0, "maze/episodes": 2}, {"maze/success": 0.5, "maze/episodes": 2}]
        )
        == 0.75
    )
