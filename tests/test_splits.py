"""Splits by content: what is kept for validation and testing is in no task of training, told from the JSON alone."""

import hashlib
import json
from collections import Counter
from functools import cache

import pytest

from rumpus import worlds
from rumpus.tasks import generate as generator
from rumpus.tasks.files import parse, write_line
from rumpus.tasks.generate import generate
from rumpus.tasks.goals import Task
from rumpus.tasks.language import STYLES, held_styles, said_in, say
from rumpus.tasks.splits import AXES, SPLITS, axes, form, form_split, latest, pair_split, scale, scale_split, split_of

WORLDS = ("sokoban-small", "box-world-small")
OWN = tuple(axis for axis in AXES if axis != "verb")
"""The axes of worlds in which nothing is said of what can be carried."""
COUNT = 200


@cache
def lines(name, split):
    """The lines of a file of tasks, as data."""
    blocks = {"BLOCK": 60, "PLAYS": 64}
    kept = {key: getattr(generator, key) for key in blocks}
    try:
        for key, value in blocks.items():
            setattr(generator, key, value)
        return [json.loads(write_line(task)) for task in generate(worlds.load(name), COUNT, split=split)]
    finally:
        for key, value in kept.items():
            setattr(generator, key, value)


def selectors(data):
    """All selectors in a task, wherever they stand."""
    if isinstance(data, dict):
        if "relation" in data:
            yield from (data[side] for side in "ab" if side in data)
        for value in data.values():
            yield from selectors(value)
    elif isinstance(data, list):
        for value in data:
            yield from selectors(value)


def contents(data, world):
    """What is in a task, axis by axis, read from its JSON without a look at how splits are told."""
    start, goals = data["start"], [player["goal"] for player in data["players"]]
    pairs = {
        (one["kind"], one["colour"]) for goal in goals for one in selectors(goal) if {"kind", "colour"} <= set(one)
    }
    if "level" in start:
        rows = start["level"].splitlines()
        size = {"height": len(rows), "width": max(map(len, rows)), "boxes": sum(map(start["level"].count, "$*"))}
    else:
        size = world.knob_values(start["knobs"])
    scales = world.rules.things.scales
    size = next(i for i, one in enumerate(scales) if all(size[name] <= one[name] for name in one))
    told = [(player["instruction"], player["goal"]) for player in data["players"]]
    return {
        "pair": pairs,
        "size": {size},
        "form": {shape(goal) for goal in goals},
        "words": {style(*one, world.rules.things) for one in told},
    }


def shape(goal):
    """A goal with everything taken out but how its clauses are made."""
    stages = goal.get("stages", [])
    return json.dumps(
        [[[bare(c) for c in s["all"]], bool(s.get("hold"))] for s in stages]
        + [[bare(c) for c in goal.get("never", [])]]
    )


def bare(clause):
    """A clause without kinds, colours and numbers, but for whether it asks for one, several or all."""
    sides = [clause[side].get("who", clause[side].get("kind") == "player") for side in "ab" if side in clause]
    least = clause.get("least", 1)
    count = least if least == "all" else "one" if least == 1 else "several"
    return [clause["relation"], clause.get("negated", False), count, sides]


def style(instruction, goal, things):
    """The way in which a goal is said here."""
    task = {
        "rumpus_task": 1,
        "id": "x",
        "world": "x",
        "limit": 1,
        "players": [{"goal": goal, "instruction": instruction}],
    }
    goal, scene = Task.model_validate(task).players[0].goal, said_in(instruction, things)
    return [say(goal, way, scene) for way in range(STYLES)].index(instruction)


@pytest.mark.parametrize("name", WORLDS)
def test_held_out_contents_are_in_no_training_task(name):
    world = worlds.load(name)
    seen = {split: [contents(data, world) for data in lines(name, split)] for split in SPLITS}
    train = {axis: set().union(*(one[axis] for one in seen["train"])) for axis in OWN}
    assert all(train.values())
    assert not train["words"] & {*held_styles["valid"], *held_styles["test"]}
    assert max(train["size"]) == len(world.rules.things.scales) - 3
    for kind, colour in train["pair"]:
        digest = hashlib.sha256(f"content {kind} {colour}".encode()).digest()
        assert int.from_bytes(digest[:8], "big") % 10 > 2
    for split in ("valid", "test"):
        for data, inside in zip(lines(name, split), seen[split], strict=True):
            assert data["split"] == split
            assert data["held"], "a task of these splits holds something that training does not"
            for axis in data["held"]:
                assert inside[axis] - train[axis], f"the {axis} of {data['id']} is in training too"
    assert not any("held" in data for data in lines(name, "train"))
    for axis in OWN:
        valid = set().union(*(one[axis] for one in seen["valid"]))
        for data, inside in zip(lines(name, "test"), seen["test"], strict=True):
            if axis in data["held"] and data["held"] == [axis]:
                assert inside[axis] - valid, f"the {axis} of {data['id']} is in validation too"


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("split", ["valid", "test"])
def test_every_axis_is_tested_by_itself(name, split):
    held = Counter(data["held"][0] for data in lines(name, split) if len(data["held"]) == 1)
    assert set(held) == set(OWN)
    assert min(held.values()) >= 3


@pytest.mark.parametrize("name", WORLDS)
@pytest.mark.parametrize("split", SPLITS)
def test_splits_are_told_from_the_task_alone(name, split):
    world = worlds.load(name)
    assert len(lines(name, split)) == COUNT
    for data in lines(name, split):
        task = parse(json.dumps(data | {"split": "train", "held": []}))
        assert split_of(task, world) == (split, tuple(data.get("held", ())))
        assert latest(axes(task, world).values()) == split


def test_levels_come_from_the_world_s_own_split():
    from rumpus.worlds.sokoban.bank import split_of as room_split

    world = worlds.load("sokoban-small")
    for split in SPLITS:
        assert {
            room_split(world.levels.parse(data["start"]["level"])[0]) for data in lines("sokoban-small", split)
        } == {split}
        folds = {data["start"]["knobs"]["fold"] for data in lines("box-world-small", split)}
        assert folds == {worlds.load("box-world-small").knobs.splits[split]["fold"]}


def test_the_rules_keep_about_as_much_as_they_say():
    for world in map(worlds.load, WORLDS):
        named = [pair_split(kind, colour) for kind, colours in world.rules.things.kinds.items() for colour in colours]
        assert set(named) == set(SPLITS)
        assert 0.5 < named.count("train") / len(named) < 0.85
    assert [scale_split(number, 5) for number in range(5)] == ["train", "train", "train", "valid", "test"]
    assert {scale_split(number, 2) for number in range(2)} == {"train"}


def test_forms_have_neither_kinds_nor_colours_nor_numbers():
    task = next(data for data in lines("sokoban-small", "train") if data["skill"] == "two-stage")
    goal = parse(json.dumps(task)).players[0].goal
    text = json.dumps(task)
    for old, new in (('"red"', '"blue"'), ('"within": 2', '"within": 3'), ('"box"', '"crate"'), ('"target"', '"mark"')):
        text = text.replace(old, new)
    other = parse(text).players[0].goal
    assert form(goal) == form(other)
    assert form_split(goal) == form_split(other) == "train"
    assert " > " in form(goal)


def test_a_start_larger_than_any_scale_is_of_the_last():
    world = worlds.load("sokoban-small")
    task = parse(json.dumps(lines("sokoban-small", "train")[0]))
    for knobs, number in (
        ({"height": 6, "width": 6, "boxes": 1}, 0),
        ({"height": 8, "width": 7}, 4),
        ({"height": 20}, 4),
    ):
        start = task.start.model_copy(update={"knobs": knobs})
        assert scale(world, task.model_copy(update={"start": start})) == number
