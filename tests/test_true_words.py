"""The words of generated tasks are true of their start, and something is asked for at every stage: read from their
JSON, and from what the world shows while their solutions are played."""

import json
import math
import re

import numpy as np
import pytest

from rumpus import worlds
from rumpus.interface.action import ACTION
from rumpus.tasks import generate as generator
from rumpus.tasks.compile import check as compiles
from rumpus.tasks.files import parse
from rumpus.tasks.generate import generate
from rumpus.tasks.prove import check
from rumpus.tasks.recorded import unpacked
from rumpus.tests.batches import begin

SETS = [
    *((name, None, 60) for name in ("sokoban-small", "box-world-small", "key-and-door-small", "maze-find")),
    *(("sokoban-duo", kind, 30) for kind in ("informed-blind", "race")),
    ("room-small", None, 24),
    ("room-duo", "informed-blind", 12),
]


def made(name, kind, count, split="train"):
    return list(generate(worlds.load(name), count, kind=kind, split=split))


def untrue(text, things, known):
    """What a sentence calls "the", in the singular, that there is not exactly one of."""
    names = "|".join(sorted({*known.colours, *known.sizes}, key=len, reverse=True)) or "-"
    kinds = "|".join(sorted({*known.kinds, "thing"}, key=len, reverse=True))
    wrong = []
    for looks, kind in re.findall(rf"\bthe ((?:(?:{names}) )*)({kinds})\b(?!-)", text):
        found = set()
        for index, thing in enumerate(things):
            named = known.name(thing).split()
            if set(looks.split()) <= set(named) and kind in (named[-1], "thing") and thing["state"] != 2:
                found.add((thing["y"], thing["x"]) if named[-1] == "shelf" else index)
        if len(found) != 1:
            wrong.append(f"the {looks}{kind}: {len(found)}")
    return wrong


def relations(goal):
    """(relation, kind, kind) of every clause of a goal's JSON."""
    clauses = [*goal.get("never", []), *(clause for stage in goal.get("stages", []) for clause in stage["all"])]
    return [(one["relation"], *(one.get(side, {}).get("kind") for side in "ab")) for one in clauses]


def early(world, tasks):
    """(task, stage) for all stages of the players that act that hold already when their turn comes."""
    batch = begin(world, tasks)
    ways = [unpacked(task.solution, world) for task in tasks]
    acting = [next(seat for seat in range(world.players) if task.players[seat].acts) for task in tasks]
    known = np.full(len(tasks), -1)
    found = []
    for tick in range(max(map(len, ways)) + 1):
        holds = batch.things()[2]
        for row, (task, seat) in enumerate(zip(tasks, acting, strict=True)):
            stage = int(batch.states["stage"][row, seat])
            if tick <= len(ways[row]) and stage != known[row] and stage < len(task.players[seat].goal.stages):
                found += [(task.id, stage)] if holds[row, seat, 0] else []
                known[row] = stage
        if tick < max(map(len, ways)):
            rest = np.zeros(world.players, ACTION)
            batch.actions[...] = [way[tick] if tick < len(way) else rest for way in ways]
            batch.step()
    return found


@pytest.mark.parametrize(("name", "kind", "count"), SETS, ids=[f"{name}-{kind or 'alone'}" for name, kind, _ in SETS])
def test_words_are_true_and_stages_wait_for_their_turn(name, kind, count, monkeypatch):
    for setting, value in {"BLOCK": 40, "PLAYS": 64, "FEWEST": 48}.items():
        monkeypatch.setattr(generator, setting, value)
    world = worlds.load(name)
    tasks = made(name, kind, count)
    things, counts, _ = begin(world, tasks).things()
    least = 2 if world.controls.turn_based else math.ceil(world.controls.tick_hz / 4)
    for row, task in enumerate(tasks):
        for player in task.players:
            assert not untrue(player.instruction, things[row, : counts[row]], world.rules.things), player.instruction
            assert world.rules.things.unit == "cell" or not re.search(r"\bcells?\b", player.instruction)
            for relation, *kinds in relations(json.loads(player.goal.model_dump_json(exclude_defaults=True))):
                assert relation in ("in", "at") or not set(kinds) & set(world.rules.things.regions), player.goal
                assert relation != "in" or {"in", "region"} & set(world.rules.things.affords[kinds[1]]), player.goal
        assert task.steps >= least or task.skill == "answer"
    assert not early(world, tasks)
    assert any(" the " in f" {player.instruction}" for task in tasks for player in task.players)


LEVEL = "#######\n#     #\n# @$ .#\n#  $ .#\n#     #\n#     #\n#######\n"


def sokoban(text, *stages):
    clauses = [{"a": {"kind": "box"}, "relation": relation, "b": {"kind": b}} for relation, b in stages]
    data = {
        **{"rumpus_task": 1, "id": "x", "world": "sokoban-small", "limit": 60},
        "start": {"knobs": {"colours": 1}, "seed": 7, "level": LEVEL},
        "players": [{"instruction": text, "goal": {"stages": [{"all": [clause]} for clause in clauses]}}],
    }
    return parse(json.dumps(data))


def test_files_that_call_the_what_there_are_several_of_are_refused():
    world = worlds.load("sokoban-small")
    texts = ("push the box onto a target", "push a box onto the target", "push a box onto any target", "box home!")
    found = check([sokoban(text, ("on", "target")) for text in texts], world)
    assert "'the box' is one thing, and there are 2 of them at the start" in found[0]
    assert "'the target' is one thing" in found[1]
    assert found[2:] == [None, None]


def test_a_first_stage_that_holds_at_the_start_is_refused():
    task = sokoban(
        "put a box next to another box, then push a box onto a target", ("touching", "box"), ("on", "target")
    )
    assert "its first stage is reached already" in check([task], worlds.load("sokoban-small"))[0]


def test_goals_ask_of_a_region_only_what_makes_sense():
    world = worlds.load("maze-find")
    data = {"rumpus_task": 1, "id": "x", "world": world.name, "limit": 60, "players": [{"instruction": "", "goal": {}}]}
    you, room = {"kind": "player", "who": "you"}, {"kind": "room", "colour": "red"}

    def refused(relation, b, **more):
        data["players"][0]["goal"] = {"stages": [{"all": [{"a": you, "relation": relation, "b": b, **more}]}]}
        try:
            compiles(parse(json.dumps(data)), world)
        except ValueError as error:
            return str(error)
        return ""

    assert not refused("in", room) and not refused("at", room) and not refused("facing", {"kind": "ball"})
    for relation, more in (("touching", {}), ("facing", {}), ("near", {"within": 2})):
        assert "a room is a region of the floor" in refused(relation, room, **more)
        assert "name another kind" in refused(relation, {"colour": "red"}, **more)
