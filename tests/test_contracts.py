"""Algorithms of other people that break their contract are told which rule, and nothing is lost."""

from __future__ import annotations

import os
import stat
import threading
from pathlib import Path
from typing import Any

import pytest
import torch

from rumpus.agents import checkpoint, plugins
from rumpus.agents.algorithms import ALGORITHMS
from rumpus.agents.algorithms.ppo import PPO
from rumpus.agents.settings import Config
from rumpus.agents.training import run
from rumpus.agents.training.trainer import Trainer
from rumpus.interface.files import write_atomically
from rumpus.tests.commands import rumpus

SMALL: dict[str, Any] = {
    "envs": 4, "rollout": 4, "hidden": 8, "channels": 4, "units": 4, "threads": 1, "tensorboard": False, "steps": 64,
}  # fmt: skip
WORLD = "box-world-small"


def changed_act(change: Any) -> type:
    """PPO whose decisions are changed."""

    class Changed(PPO):
        def act(self, timestep: Any, state: Any, progress: float) -> Any:
            return change(super().act(timestep, state, progress))

    return Changed


def changed_update(change: Any) -> type:
    """PPO whose metrics are changed."""

    class Changed(PPO):
        def update(self, timestep: Any, state: Any, progress: float) -> Any:
            return change(super().update(timestep, state, progress))

    return Changed


BREACHES = {
    "no decision": (changed_act(tuple), r"act returns Decision.*returned tuple"),
    "floats": (changed_act(lambda d: d._replace(action=d.action.float())), r"int64 \(4, 1\).*torch.float32"),
    "few lanes": (
        changed_act(lambda d: d._replace(action=d.action[:3])),
        r"int64 \(4, 1\), \(lanes, parts\).*\(3, 1\)",
    ),
    "no such choice": (changed_act(lambda d: d._replace(action=d.action - 9)), r"from 0 to below \[4\]"),
    "state of few": (
        changed_act(lambda d: d._replace(state=(d.state[0][:3], d.state[1]))),
        r"shapes that `initial` gave",
    ),
    "state of text": (
        changed_act(lambda d: d._replace(state="hello")),
        r"this is 'hello' after \(\(4, 4\), \(4, 4\)\)",
    ),
    "no extras": (changed_act(lambda d: d._replace(extras=None)), r"extras is a dict of tensors with 4 lanes first"),
    "no metrics": (changed_update(lambda row: None), r"update returns a dict of metrics.*NoneType"),
    "text": (changed_update(lambda row: row | {"loss": "small"}), r"loss is str, and not a number"),
    "tensor": (changed_update(lambda row: row | {"loss": torch.ones(3)}), r"loss is Tensor, and not a number"),
    "taken": (changed_update(lambda row: row | {"steps": 5.0}), r"'steps' is no name, or one that the loop itself has"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_a_breach_is_told_by_its_rule(breach: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the run goes on once the algorithm is mended."""
    made, message = BREACHES[breach]
    monkeypatch.setitem(ALGORITHMS, "theirs", made)
    with pytest.raises(ValueError, match=message):
        run.train("theirs", WORLD, folder=tmp_path, bar=False, **SMALL)
    monkeypatch.setitem(ALGORITHMS, "theirs", PPO)
    assert checkpoint.load(run.resume(tmp_path, bar=False))["updates"] == 4


def test_errors_have_the_shape_of_a_rollout(monkeypatch: pytest.MonkeyPatch) -> None:
    class Misshapen(PPO):
        @property
        def errors(self) -> Any:
            return torch.ones(3, 3)

        @errors.setter
        def errors(self, value: Any) -> None:
            pass

    monkeypatch.setitem(ALGORITHMS, "theirs", Misshapen)
    with pytest.raises(ValueError, match=r"errors are float32 \(4, 4\), \(rollout, lanes\).*\(3, 3\)"):
        Trainer(Config.of("theirs", WORLD, **SMALL)).update()


def test_a_state_that_no_file_can_give_back_is_refused_at_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Odd(PPO):
        def state_dict(self) -> dict[str, Any]:
            return super().state_dict() | {"mine": self.settings}

    monkeypatch.setitem(ALGORITHMS, "theirs", Odd)
    with pytest.raises(ValueError, match="state_dict holds something besides nested dicts and lists of tensors"):
        run.train("theirs", WORLD, folder=tmp_path, bar=False, **SMALL)


def test_an_optimiser_of_other_weights_is_damage(tmp_path: Path) -> None:
    run.train("ppo", WORLD, folder=tmp_path, bar=False, **SMALL)
    content = checkpoint.load(tmp_path)
    content["processes"][0]["algorithm"]["optimiser"]["state"][0]["exp_avg"] = torch.zeros(2, 2)
    checkpoint.save(tmp_path / checkpoint.NAME, content)
    with pytest.raises(ValueError, match=r"the optimiser's exp_avg 0 has shape \(2, 2\)"):
        run.resume(tmp_path, bar=False, steps=96)


def test_changes_to_a_run_are_looked_at(tmp_path: Path) -> None:
    run.train("ppo", WORLD, folder=tmp_path, bar=False, **SMALL)
    for steps in (96.5, "many", -1):
        with pytest.raises(ValueError, match="steps"):
            run.resume(tmp_path, bar=False, steps=steps)
    assert checkpoint.load(run.resume(tmp_path, bar=False, steps=96))["updates"] == 6
    with pytest.raises(ValueError, match="--from brings a network of its own, with other head, units: leave"):
        Trainer(Config.of("ppo", WORLD, start=str(tmp_path), **SMALL | {"units": 8, "head": "universal"}))
    with pytest.raises(ValueError, match="give a run, or leave kl out"):
        Trainer(Config.of("ppo", WORLD, kl=0.1, **SMALL))


def test_trainers_share_no_memory(tmp_path: Path) -> None:
    """One that goes on from what another told does not change the other."""
    first, second = (Trainer(Config.of("ppo", WORLD, **SMALL)) for _ in range(2))
    first.update()
    second.restore(first.state())
    one = second.update()
    two = first.update()
    assert {name: one[name] for name in ("policy_loss", "kl")} == {name: two[name] for name in ("policy_loss", "kl")}


FILES = {
    "a syntax error": ("ALGORITHMS = {\n  'a' 'b'\n  1:", r"theirs\.py:\d+: "),
    "a fault": ("x = 1\ny = x / 0\n", r"theirs\.py:2: ZeroDivisionError"),
    "an exit": ("raise SystemExit(3)", r"theirs\.py:1: SystemExit: 3"),
    "a list": ("ALGORITHMS = ['mine']", r"ALGORITHMS must be a dict of names and classes"),
    "nothing": ("x = 1", r"defines none of ALGORITHMS, TORSOS, CORES, HEADS"),
}


@pytest.mark.parametrize("fault", FILES)
def test_a_plugin_that_cannot_be_imported_says_where(fault: str, tmp_path: Path) -> None:
    text, message = FILES[fault]
    (tmp_path / "theirs.py").write_text(text)
    with pytest.raises(ValueError, match=message):
        plugins.load(tmp_path / "theirs.py")


def test_an_error_in_a_plugin_is_told_with_its_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On the command line, whatever it is."""
    file = tmp_path / "theirs.py"
    file.write_text(
        "from rumpus.agents.algorithms.ppo import PPO\n\n\nclass Theirs(PPO):\n    source = 'ours'\n\n"
        "    def update(self, timestep, state, progress):\n        return {}['missing']\n\n\n"
        "ALGORITHMS = {'theirs': Theirs}\n"
    )
    assert rumpus("train", file, WORLD, "--steps", "64", "--envs", "4", "--out", tmp_path / "run") == 1
    told = capsys.readouterr().err
    assert f"{file}:8: KeyError: 'missing'" in told and "Traceback" not in told


def test_a_device_or_a_pipe_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[bytes] = []
    reader = threading.Thread(target=lambda: found.append(pipe.read_bytes()))
    reader.start()
    write_atomically(pipe, b"all of it")
    reader.join(timeout=10)
    assert found == [b"all of it"] and stat.S_ISFIFO(pipe.stat().st_mode)
