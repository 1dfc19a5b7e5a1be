"""The pages of worlds: the same headings on each, and facts that are those of the engine."""

import importlib.util
import re
from pathlib import Path

import pytest

from rumpus import worlds
from rumpus.interface.devices import MoveNumbers
from rumpus.interface.text import decode
from rumpus.tests.chosen import EVERY
from rumpus.tests.commands import rumpus
from rumpus.worlds.engine.records.states import task_dtype
from rumpus.worlds.engine.render.views import Tiles
from rumpus.worlds.pages import HEADINGS, MANY, POLICIES, UNLIMITED, baselines, facts, page, sections

HERE = Path(__file__).parent
OURS = [str(HERE / "tiny_world"), str(HERE / "tiny_hall:hall-duo")]
GUESTS = ["gym/FrozenLake-v1", "gym/MountainCarContinuous-v0", "control/cartpole-swingup", "control/lqr-lqr-2-1"]
GUESTS += ["arm/stack-2-bricks"]
NEEDS = {"control": "dm_control", "arm": "dm_control"}
INTRODUCTION = 80  # characters of the text before the first heading, at least


def load(name: str) -> worlds.World:
    """The world of this name; the test is skipped where its guest is not installed."""
    package = NEEDS.get(name.split("/")[0])
    if package and importlib.util.find_spec(package) is None:
        pytest.skip(f"{package} is not installed")
    return worlds.load(name)


@pytest.mark.parametrize("name", [*EVERY, *OURS, *GUESTS])
def test_a_page_has_all_headings_in_order(name):
    world = load(name)
    assert list(sections(world.doc)) == ["", *HEADINGS]
    assert len(sections(world.doc)[""]) + len(world.summary) > INTRODUCTION
    for heading, text in sections(world.doc).items():
        assert re.fullmatch(r"\S.*[.)]", text, re.S), f"{heading}: {text!r} is no sentence"
    for heading, text in page(world).items():
        assert all(f"- {line}" in text for line in facts(world).get(heading, ())), heading


@pytest.mark.parametrize("name", [*EVERY, *OURS, *GUESTS])
def test_facts_are_those_of_the_record(name):
    """Read back from the printed lines, and compared with the record of a task, with which an episode begins."""
    world = load(name)
    lines = {line.split(":")[0]: line for listed in facts(world).values() for line in listed}
    task = world.task_record()
    told = {decode(text) for text in task["instruction"][0, : world.players]}
    texts = re.findall(r'"([^"]*)"', lines["instruction"])
    assert told <= set(texts)
    assert ("the rules replace it" in lines["instruction"]) == bool(world.objective.other_instructions)
    others = world.objective.other_instructions
    shown = others if len(others) <= MANY else (others[0], others[-1])
    assert set(texts) - told == set(shown) - told
    assert shown == others or f"one of {len(others)} texts, from" in lines["instruction"]
    if isinstance(world.view, Tiles):
        assert f"{task['rows'][0]}x{task['cols'][0]} tiles" in lines["pixels"]
    assert lines["players"] == f"players: {task['players'][0]}"
    assert all(move in lines[f"moves, Discrete({MoveNumbers(world).space.n})"] for move in world.controls.moves)
    limit = re.match(r"limit: ([\d,]+|none)(?: steps)?(?: \(([\d.]+) s\))?", lines["limit"])
    if task["limit"][0] == UNLIMITED:
        assert limit[1] == "none"
    else:
        assert int(limit[1].replace(",", "")) == task["limit"][0]
        assert (limit[2] is None) == world.controls.turn_based
        assert limit[2] is None or float(limit[2]) * world.controls.tick_hz == pytest.approx(task["limit"][0], rel=0.01)
    assert [line.split(":")[0] for line in facts(world)["Splits"]] == list(world.knobs.splits)
    for split, line in zip(world.knobs.splits, facts(world)["Splits"], strict=True):
        knobs = dict(re.findall(r"(\w+)=(-?\d+)", line))
        assert set(knobs) <= set(task_dtype(world.knobs.declared).names)
        assert all(world.task_record(split=split)[knob][0] == int(value) for knob, value in knobs.items())


@pytest.mark.parametrize("name", EVERY)
def test_pages_do_not_type_what_the_record_says(name):
    world = worlds.load(name)
    typed = {number.replace(",", "") for number in re.findall(r"\d[\d,]*", sections(world.doc)["Termination"])}
    assert not typed & {str(world.objective.limit), f"{world.objective.limit / world.controls.tick_hz:g}"}


def test_the_command_prints_the_page(capsys):
    world = worlds.load(OURS[0])
    assert rumpus("worlds", OURS[0]) == 0
    shown = capsys.readouterr().out
    places = [shown.index(f"\n{heading}\n") for heading in HEADINGS]
    assert places == sorted(places)
    flat = " ".join(shown.split())
    assert all(f"- {line}" in flat for listed in facts(world).values() for line in listed)


def test_the_default_frame_is_said():
    shape = worlds.single(OURS[0]).observation_space["pixels"].shape
    assert str(shape) in facts(worlds.load(OURS[0]))["Observation"][0]


def test_a_page_without_headings_is_shown_as_it_is():
    assert sections("A note: nothing.\n\nMore.") == {"": "A note: nothing.\n\nMore."}


@pytest.mark.parametrize("name", EVERY)
def test_baselines_are_of_this_version(name):
    """A change that is meant to change a world raises its version; then `make baselines` measures it anew."""
    assert set(baselines()["worlds"]) == set(EVERY)
    found = baselines()["worlds"][name]
    assert found["version"] == worlds.load(name).version, "make baselines"
    for policy in POLICIES:
        sums = found[policy]
        assert 0 <= sums["success_low"] <= sums["success"] <= sums["success_high"] <= 1
        assert sums["return_low"] <= sums["return"] <= sums["return_high"]
