"""`make gpu` tried on the CPU: every part leaves its line, and a run that is cut keeps what it had."""

import json
import subprocess
import sys
from pathlib import Path

from rumpus.agents import checkpoint

SCRIPT = Path(__file__).parent.parent / "docs" / "gpu.py"
TINY = "ppo box-world-small --envs 4 --threads 1 --set rollout=8 --set hidden=8 --set tensorboard=False --steps 3200"


def measured(out, *options):
    command = [sys.executable, SCRIPT, "--device", "cpu", "--out", out, "--envs", "4", "--seconds", "0.05"]
    command += ["--train", TINY, "--episodes", "4", *options]
    ended = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=400)
    lines = (Path(out) / "results.jsonl").read_text().splitlines()
    assert lines == ended.stdout.splitlines()
    return ended.returncode, {row["part"]: row for row in map(json.loads, lines)}


def test_all_parts_within_the_limit(tmp_path):
    status, parts = measured(tmp_path, "--minutes", "10")
    assert status == 0, parts
    assert {
        "machine",
        "tests",
        "bench-sokoban",
        "bench-box-world",
        "bench-maze-random-goal",
        "train",
        "evaluate",
        "end",
    } <= set(parts)
    assert parts["machine"]["torch"]
    assert [row["world"] for row in parts["bench-sokoban"]["result"]] == ["sokoban"]
    assert parts["train"]["steps_per_second"] > 0
    assert parts["train"]["last"]["steps"] == 3200
    assert checkpoint.load(tmp_path / "train")["steps"] == parts["train"]["last"]["steps"]
    assert parts["evaluate"]["result"]["episodes"] == 4


def test_parts_are_cut_at_the_limit_and_told(tmp_path):
    status, parts = measured(tmp_path, "--minutes", "0.1")
    assert status == 1
    assert {"machine", "tests", "bench-sokoban", "train", "end"} <= set(parts)
    assert parts["bench-maze-random-goal"]["status"] is None
    assert parts["train"]["status"] is None and "last" not in parts["train"]
    assert parts["end"]["worked"] is False
