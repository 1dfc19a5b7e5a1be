"""`rumpus bench --all`: every part is there, with its spread and the machine; no speed is asked for."""

from __future__ import annotations

import importlib.util
import json

import pytest
from typer.testing import CliRunner

from rumpus.__main__ import app
from rumpus.agents.measuring import formatting, speeds

PARTS = {"2d", "gymnasium", "pettingzoo", "first person", "room", "threads", "tasks", "starts"}
PINNED = {"2d", "gymnasium", "pettingzoo", "first person", "room"}


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    small = {"ROUNDS": 2, "SIZES": ((40, 40), (80, 80)), "_ENVS": 4, "_ROWS": 2, "cores": lambda: 2}
    for name, value in small.items():
        monkeypatch.setattr(speeds, name, value)
    few = {"tiles": ("sokoban",), "single": ("sokoban",), "several": ("sokoban-duo",), "threads": {"sokoban": (8,)}}
    few |= {"first_person": "maze-small", "room": "room-small"}
    monkeypatch.setattr(speeds, "ALL_WORLDS", speeds.ALL_WORLDS | few)


def run(*arguments: str) -> str:
    done = CliRunner().invoke(app, ["bench", "--all", "--seconds", "0.01", "--no-starts", *arguments])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_one_command_prints_all_figures_with_their_spreads():
    found = json.loads(run("--against", "minigrid", "--json"))
    machine, rows = found["machine"], found["rows"]
    assert machine["processor"] and machine["cores"] == 2
    assert machine["load"] is None or machine["load"] >= 0
    assert 0 < machine["pace"]["least"] <= machine["pace"]["median"] <= machine["pace"]["most"]
    assert {row["part"] for row in rows} >= PARTS
    for row in rows:
        assert 0 < row["least"] <= row["median"] <= row["most"], row
    measured = {row["part"]: row["core"] for row in rows}
    for row in rows:
        if row["part"] in PINNED or row["part"] == "minigrid":
            assert row["processor"] > 0.9 * row["least"], "a thread cannot work for longer than the clock ran"
    assert len({measured[part] for part in PINNED}) == 1, "all on the same core"
    assert measured["threads"] is None
    (ratio,) = (row for row in rows if row["unit"] == "ratio")
    assert ratio["rounds"] == 2
    (row,) = (row for row in rows if row["unit"] == "bytes")
    assert row["median"] < 400
    here = importlib.util.find_spec("minigrid") is not None
    assert here == ("minigrid" in measured) == (not any("pip install minigrid" in line for line in found["missing"]))


@pytest.mark.parametrize(
    ("values", "groups"),
    [
        ([18.2, 35.5, 17.4, 35.0, 18.0], [[18.0, 3], [35.25, 2]]),
        ([18.2, 17.4, 17.9, 18.0, 35.0], []),
        ([10.0, 14.0, 19.0, 26.0, 36.0], []),
        ([10.0, 20.0], []),
    ],
)
def test_rounds_far_apart_are_two_speeds_and_no_single_one_nor_a_slope(values, groups):
    row = speeds._row(speeds.Figure("2d", "sokoban", "frames/s"), values)
    assert row["speeds"] == groups and row["least"] <= row["median"] <= row["most"]
    assert formatting.two_speeds(row) == ("18.0 (3 of 5) or 35.25 (2 of 5)" if groups else "")


def test_what_cannot_be_measured_is_said_and_the_rest_is_measured(monkeypatch):
    monkeypatch.setattr(speeds, "cores", lambda: 1)
    monkeypatch.setattr(speeds, "PEERS", {"no_such_module": speeds._minigrid})
    told = run("--against", "installed")
    assert "one core only" in told.replace("\n", " ")
    assert "import rumpus.worlds" in told and "no_such_module" not in told
    refused = CliRunner().invoke(app, ["bench", "--all", "--against", "doom"])
    assert isinstance(refused.exception, ValueError | SystemExit) and refused.exit_code
