"""The command line as people and scripts use it, also on a world of one's own."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from unittest.mock import patch

import pytest

from rumpus.tests import commands
from rumpus.tests.chosen import TINY

SCREENS = ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER")


def run(*arguments, **environment):
    """Run a command in this process, without a screen; returns its exit status, and what it printed on stdout and on
    stderr. An error that would end in a traceback is raised."""
    bare = {name: value for name, value in os.environ.items() if name not in SCREENS}
    out, err = io.StringIO(), io.StringIO()
    with (
        patch.dict(os.environ, {**bare, "COLUMNS": "200", **environment}, clear=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        return commands.rumpus(*arguments), out.getvalue(), err.getvalue()


def started(*arguments, **environment):
    """The same of a process of its own."""
    bare = {name: value for name, value in os.environ.items() if name not in SCREENS}
    command = [sys.executable, "-m", "rumpus", *map(str, arguments)]
    options = {"env": {**bare, "COLUMNS": "200", **environment}, "capture_output": True, "text": True}
    done = subprocess.run(command, timeout=300, check=False, **options)
    return done.returncode, done.stdout, done.stderr


def rumpus(*arguments, fails=False, how=run, **environment):
    """The text that a command printed, on stderr if it is meant to fail."""
    status, out, err = how(*arguments, **environment)
    assert (status != 0) == fails, err
    assert "Traceback" not in err
    return err if fails else out


def test_worlds_as_json():
    listed = json.loads(rumpus("worlds", "--json", how=started))
    assert {"sokoban", "sokoban-small", "sokoban-duo", "box-world", "box-world-small", "box-world-viewport"} <= {
        world["name"] for world in listed
    }
    for world in listed:
        assert list(world) == ["name", "id", "players", "tick_hz", "keys", "moves", "limit", "splits", "summary"]
        assert world["id"].startswith("rumpus/")
        assert re.fullmatch(r"rumpus/\w+-v\d+", world["id"])


def test_a_worlds_page_and_the_doctor():
    page = rumpus("worlds", TINY)
    assert "collect the five coins" in page
    assert "rows and columns of the room" in page
    report = json.loads(rumpus("doctor", "--json"))
    assert report["cores"] >= 1
    assert {"display", "sound", "controllers", "cuda", "video", "cache"} <= set(report)


def test_somebodys_world_is_benched_trained_and_evaluated(tmp_path):
    (measured,) = json.loads(rumpus("bench", TINY, "--seconds", "0.1", "--envs", "64", "--json"))
    assert measured["world"] == "coins"
    rates = ("frames", "copied_frames", "steps", "memcpy_frames", "single_steps", "single_moves_steps")
    for name in (*(f"{rate}_per_second" for rate in rates), "first_reset_seconds"):
        assert measured[name] > 0
    folder = tmp_path / "run"
    rumpus("train", "ppo", TINY, "--steps", "4096", "--out", folder, "--envs", "64", "--set", "rollout=16")
    assert (folder / "metrics.csv").exists()
    for agent, how in ((folder, started), ("random", run)):
        result = json.loads(rumpus("evaluate", TINY, agent, "--episodes", "64", "--json", how=how))
        assert result["world"] == "coins"
        assert 0 <= result["success_low"] <= result["success"] <= result["success_high"] <= 1
        assert result["episodes"] == 64
    clip = tmp_path / "clip.gif"
    rumpus("watch", TINY, folder, "--episodes", "1", "--out", clip)
    assert clip.stat().st_size > 1000
    assert "room-small" in rumpus("evaluate", "room-small", folder, fails=True), "a world of other moves is refused"
    assert "holds a run already" in rumpus("train", "ppo", TINY, "--out", folder, fails=True)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("play", "sokobann"), "did you mean sokoban"),
        (("play", "sokoban"), "no window can be opened here"),
        (("bench", "sokoban", "--size", "big"), "HEIGHTxWIDTH"),
        (("bench", "sokoban", "--size", "3"), "pixels"),
        (("bench", "sokoban", "--envs", "0"), "at least 1"),
        (("bench", "sokoban", "--device", "cuda"), "CUDA"),
        (("evaluate", "sokoban", "nobody"), "nobody"),
        (("evaluate", "sokoban", "random", "--seed", "-1"), "seed"),
        (("evaluate", "sokoban", "random", "--knob", "boxes=99"), "boxes must be a whole number from 1 to"),
        (("evaluate", "sokoban", "random", "--knob", "boxes"), "NAME=WHOLE NUMBER"),
        (("evaluate", "sokoban", "random", "--split", "holiday"), "no split 'holiday'"),
        (("evaluate", "sokoban", "random", "--levels", "/nowhere"), "/nowhere"),
        (("evaluate", "box-world", "random", "--levels", "/nowhere"), "reads none from files"),
        (("train", "magic", "sokoban"), "unknown algorithm 'magic'"),
        (("train", "ppo", "sokoban", "--curriculum", "plr"), "give a file of them"),
        (("play", "sokoban", "--task", "/nowhere:1"), "no such file of tasks"),
        (("tasks", "generate", "sokoban", "--players", "2", "--out", "x.jsonl"), "sokoban-duo"),
        (("tasks", "generate", "sokoban", "--kind", "race", "--out", "x.jsonl"), "race"),
        (("tasks", "understand", "sokoban", "push the red bx onto a target"), "did you mean"),
        (("evaluate", "sokoban"), "a world and an agent"),
        (("train", "ppo", "sokoban", "--set", "clipp=1"), "did you mean"),
        (("train", "ppo", "sokoban", "--set", "clip=soft"), "takes a float"),
        (("train", "ppo", "sokoban", "--resume", "--out", "/nowhere"), "/nowhere"),
    ],
)
def test_wrong_arguments_are_told_in_one_message(arguments, message):
    how = started if "cuda" in arguments else run  # a process that has used its GPU does not stop seeing it
    error = rumpus(*arguments, fails=True, how=how, CUDA_VISIBLE_DEVICES="")
    assert message in " ".join(error.split())
    assert len(error) < 700


def test_tasks_are_made_checked_shown_learned_and_measured(tmp_path):
    file, sheet, folder = tmp_path / "tasks.jsonl", tmp_path / "sheet.png", tmp_path / "run"
    made = ("tasks", "generate", "box-world-small", "--count", "48", "--seed", "3", "--out", file)
    rumpus(*made)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    rumpus(*made)
    assert file.read_bytes() == whole, "a file that was not finished is gone on with"
    report = json.loads(rumpus("tasks", "check", file, "--json"))
    assert report == {"good": 48, "by": {"solution": 48}, "problems": []}
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"{}\n" + whole)
    status, told, _ = run("tasks", "check", bad)
    assert status == 1 and f"{bad}:1: " in told.replace("\n", "")
    assert "two-stage" in rumpus("tasks", "show", file, "--out", sheet)
    assert sheet.stat().st_size > 10_000
    told, goal, *sentences = rumpus("tasks", "understand", "box-world-small", "Unlock the red box!").splitlines()
    assert told == "Understood: open the red lock"
    assert json.loads(goal)["stages"][0]["all"][0]["relation"] == "open"
    assert "open the red lock" in sentences
    options = ("--tasks", file, "--curriculum", "plr", "--set", "rollout=8", "--envs", "32", "--out", folder)
    rumpus("train", "ppo", "box-world-small", "--steps", "1024", *options)
    result = json.loads(rumpus("evaluate", "box-world-small", folder, "--tasks", file, "--json"))
    assert result["episodes"] == 48
    assert sum(sums["episodes"] for sums in result["skills"].values()) == 48
    rows = json.loads(rumpus("evaluate", "--suite", "expert", "--tasks", file, "--json"))
    assert rows[-1]["of"] == "mean"
    assert rows[-1]["score"] == pytest.approx(1)
    assert json.loads(rumpus("tasks", "schema"))["properties"]["players"]


def test_levels_go_to_a_file_and_come_back(tmp_path):
    file = tmp_path / "levels.txt"
    rumpus("levels", "sokoban-small", "--count", "20", "--split", "test", "--out", file)
    assert file.read_text().count(";") == 20
    expert = json.loads(rumpus("evaluate", "sokoban-small", "expert", "--levels", file, "--json"))
    assert expert["success"] == 1
    told = {"episodes": 20, "levels": 20, "levels_played": 20, "sampled": False}
    assert told.items() <= expert.items()
    shown = rumpus("evaluate", "sokoban-small", "random", "--levels", file, "--episodes", "7")
    assert "7 different ones of 20, in the order of the file" in shown
    shown = rumpus("evaluate", "sokoban-small", "random", "--episodes", "7", "--split", "test")
    assert "of 1,000, drawn by chance" in shown
    assert "writes none" in rumpus("levels", "box-world", "--out", file, fails=True)


@pytest.mark.parametrize(
    "command", ["worlds", "levels", "play", "watch", "train", "evaluate", "report", "bench", "doctor", "demo"]
)
def test_help_has_an_example(command):
    assert f"Example: rumpus {command}" in rumpus(command, "--help")


def test_the_page_shows_the_tiny_world_as_it_is():
    page = (Path(__file__).parent.parent / "docs" / "your-own-world.md").read_text(encoding="utf-8")
    assert Path(TINY, "__init__.py").read_text(encoding="utf-8") in page
