"""Fleets of runs on Ray, on this machine: seeds, sweeps and evaluations, one that fails among them."""

import json
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest

from rumpus.agents import checkpoint, fleet
from rumpus.agents.training import run
from rumpus.agents.training.log import read_metrics
from rumpus.tests.commands import rumpus

SETTINGS = {"envs": 4, "rollout": 8, "hidden": 8, "tensorboard": False, "limit": 20, "bf16": False, "threads": 1}
TYPED = [part for name, value in SETTINGS.items() for part in ("--set", f"{name}={value}")]


@contextmanager
def running(ray):
    """Ray with two processes, which the commands inside share."""
    before = signal.getsignal(signal.SIGTERM)
    ray.init("local", num_cpus=2, include_dashboard=False, object_store_memory=fleet.STORE, log_to_driver=False)
    signal.signal(signal.SIGTERM, before)
    try:
        yield
        assert ray.is_initialized()
    finally:
        ray.shutdown()


def combined(*sweep, seeds=(0, 1), **settings):
    return fleet.combinations("ppo", ("box-world-small",), Path("out"), seeds=seeds, sweep=sweep, settings=settings)


def test_each_combination_has_a_folder_that_names_it():
    runs = combined("learning_rate=1e-3,3e-3", "size=(32,32),(48,64)", steps=320)
    assert len(runs) == 2 * 2 * 2
    assert [each.folder.name for each in runs[:3]] == [
        "ppo-box-world-small-learning_rate=0.001-size=-32-32--seed=0",
        "ppo-box-world-small-learning_rate=0.001-size=-32-32--seed=1",
        "ppo-box-world-small-learning_rate=0.001-size=-48-64--seed=0",
    ]
    assert len({each.folder for each in runs}) == 8
    assert runs[-1].values == {"steps": 320, "learning_rate": 0.003, "size": (48, 64), "seed": 1}
    assert [each.varied for each in combined("head=moves,devices", seeds=(5,))] == [
        {"head": "moves"},
        {"head": "devices"},
    ]


@pytest.mark.parametrize(
    ("sweep", "seeds", "told"),
    [
        (["learning_rat=1,2"], (0,), "did you mean"),
        (["learning_rate"], (0,), "NAME=VALUE,VALUE"),
        (["clip=0.1,0.1"], (0,), "has a value twice"),
        (["clip=0.1,-1"], (0,), "clip must be at least 0"),
        (["clip=0.1,0.2", "clip=0.3,0.4"], (0,), "given by another option"),
        (["steps=1,2"], (0,), "given by another option"),
        (["seed=1,2"], (0,), "given by another option"),
        ([], (0, 0), "different whole numbers"),
    ],
)
def test_wrong_combinations_are_refused_before_anything_begins(sweep, seeds, told):
    with pytest.raises(ValueError, match=told):
        combined(*sweep, seeds=seeds, steps=100)


def test_means_over_seeds_have_intervals():
    base = {"status": "trained", "held_out": True}
    rows = [{**base, "varied": {"clip": 0.1}, "success": value} for value in (0.2, 0.4, 0.6)]
    rows += [{**base, "varied": {"clip": 0.2}, "success": 0.5}, {"varied": {"clip": 0.2}, "status": "failed"}]
    one, other = fleet.over_seeds(rows)
    assert (one["seeds"], one["failed"], one["held_out"]) == (3, 0, True)
    assert one["success"] == pytest.approx(0.4)
    assert 0.2 <= one["low"] < 0.4 < one["high"] <= 0.6
    assert (other["seeds"], other["failed"], other["success"], other["low"]) == (1, 1, 0.5, None)


def test_success_is_that_of_the_last_tenth_where_nothing_was_held_out(tmp_path):
    run.train("ppo", "box-world-small", folder=tmp_path, bar=False, steps=40 * 32, **SETTINGS)
    rows = read_metrics(tmp_path)
    episodes = [row for row in rows[-4:] if "success" in row]
    expected = sum(row["success"] * row["episodes"] for row in episodes) / sum(row["episodes"] for row in episodes)
    assert fleet.reached(tmp_path) == {"success": pytest.approx(expected), "held_out": False}


def test_without_ray_it_is_said_how_to_install_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "ray", None)
    assert rumpus("fleet", "train", "ppo", "box-world-small", "--out", tmp_path / "fleet") == 1
    assert "pip install 'rumpus[fleet]'" in " ".join(capsys.readouterr().err.split())


FAILING = """
from pathlib import Path
from rumpus.agents.algorithms.ppo import PPO

class Careless(PPO):
    def update(self, timestep, state, progress):
        if self.settings.clip == 0.3 and progress >= 0.5 and not Path({mended!r}).exists():
            raise RuntimeError("the third wheel came off")
        return super().update(timestep, state, progress)

ALGORITHMS = {{"careless": Careless}}
"""


def test_a_fleet_is_trained_mended_and_evaluated(tmp_path, capsys, monkeypatch):
    """One run of two fails and stops no other; the same command again goes on with it, to the byte, and leaves the
    other alone; all are evaluated. Ray may be running already."""
    ray = pytest.importorskip("ray", reason="Ray is not installed: pip install 'rumpus[fleet]'")
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "0")
    with running(ray):
        out = trained_and_mended(tmp_path, capsys)
    (out / "damaged").mkdir()
    plugin = tmp_path / "careless.py"
    assert rumpus("fleet", "evaluate", out, "--plugin", plugin, "--episodes", "8", "--jobs", "1", "--json") == 0
    assert not ray.is_initialized()
    rows = json.loads(capsys.readouterr().out)
    assert [Path(row["agent"]).name[-15:] for row in rows] == ["clip=0.2-seed=4", "clip=0.3-seed=4"]
    assert [(row["world"], row["result"]["episodes"]) for row in rows] == [("box-world-small", 8)] * 2


def trained_and_mended(tmp_path, capsys):
    """The folder of a fleet whose second run failed once."""
    plugin, mended, out = tmp_path / "careless.py", tmp_path / "mended", tmp_path / "fleet"
    plugin.write_text(FAILING.format(mended=str(mended)))
    train = ("fleet", "train", plugin, "box-world-small", "--sweep", "clip=0.2,0.3", "--seeds", "4", "--steps", "320")
    train += ("--out", out, "--jobs", "2", "--json", *TYPED, "--set", "checkpoint_seconds=0.0")
    assert rumpus(*train) == 1
    printed = capsys.readouterr()
    good, bad = json.loads(printed.out)["runs"]
    assert (good["status"], good["steps"], good["error"]) == ("trained", 320, None)
    assert (bad["status"], bad["error"], bad["varied"]) == ("failed", "the third wheel came off", {"clip": 0.3})
    assert f"{bad['folder']}: the third wheel came off" in " ".join(printed.err.split())
    assert checkpoint.load(bad["folder"])["updates"] == 5

    mended.touch()
    before = (Path(good["folder"]) / checkpoint.NAME).read_bytes()
    assert rumpus(*train) == 0
    found = json.loads(capsys.readouterr().out)
    assert [row["status"] for row in found["runs"]] == ["finished before", "trained"]
    assert [row["seeds"] for row in found["means"]] == [1, 1]
    assert (Path(good["folder"]) / checkpoint.NAME).read_bytes() == before
    whole = run.train(
        "ppo", "box-world-small", folder=tmp_path / "whole", bar=False, steps=320, seed=4, clip=0.3, **SETTINGS
    )
    one, other = (checkpoint.load(path)["networks"][0] for path in (whole, bad["folder"]))
    assert all((one[name] == other[name]).all() for name in one)
    return out
