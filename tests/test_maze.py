"""Mazes: what is in them, what pays, and that a walker that knows them finds what is to be found."""

import functools
import math
from collections import deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumpus.agents.experts.controller import ControllerExpert
from rumpus.tasks.compile import table
from rumpus.tasks.goals import FORMAT, Task
from rumpus.tests.batches import begin, fresh
from rumpus.worlds import load
from rumpus.worlds.engine.render.raycast.textures import POSTER_1, POSTER_8
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.maze import EXPLORE, FIND, I_MAZE, RANDOM, SMALL, STATIC, WORLDS
from rumpus.worlds.maze.level import validate
from rumpus.worlds.maze.state import APPLE, GOAL, KNOBS, SHAPE, STRAWBERRY

CELL = 65536


def walls(state):
    """Which cells of the map are walls: bool (rows, cols)."""
    return state["walls"][: state["map_rows"], : state["map_cols"]] != 0


def cell(y, x):
    return int(y) // CELL, int(x) // CELL


def steps_from(state, start):
    """Steps of the shortest way from one cell to every cell that can be walked to."""
    closed, far, queue = walls(state), {start: 0}, deque([start])
    while queue:
        y, x = queue.popleft()
        for there in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if there not in far and not closed[there]:
                far[there] = far[y, x] + 1
                queue.append(there)
    return far


def things(state):
    """(kind, colour, cell) of every thing."""
    return [
        (int(state["kind"][i]), int(state["colour"][i]), cell(state["thing_y"][i], state["thing_x"][i]))
        for i in range(state["things"])
    ]


def check_start(state, taken):
    """The player stands in the middle of a cell without anything, as far from the goal as is asked for."""
    at = cell(state["y"][0], state["x"][0])
    assert (state["y"][0] % CELL, state["x"][0] % CELL) == (CELL // 2, CELL // 2)
    assert not walls(state)[at]
    assert at not in taken
    if state["treasure"] and state["home"] < 0:
        far = steps_from(state, things(state)[0][2])
        assert far[at] > min(state["far"], max(far.values()) // 2)


def check_level(state, knobs):
    """A new episode is as its knobs say."""
    closed, lying = walls(state), things(state)
    assert closed[[0, -1]].all() and closed[:, [0, -1]].all()
    assert len(steps_from(state, cell(state["y"][0], state["x"][0]))) == (~closed).sum()
    places = [at for *_, at in lying]
    assert len(set(places)) == len(places)
    assert all(y % 2 == x % 2 == 1 and not closed[y, x] for y, x in places)
    doubled = closed.shape != (2 * knobs["height"] + 1, 2 * knobs["width"] + 1)
    assert not doubled or (knobs["doubled"] and closed.shape == (4 * knobs["height"] + 1, 4 * knobs["width"] + 1))
    kinds = [kind for kind, *_ in lying]
    if knobs["treasure"]:
        assert lying[0][:2] == ((GOAL, 0) if knobs["treasure"] == 1 else (SHAPE, 1))
    else:
        assert GOAL not in kinds
    objects = [thing[:2] for thing in lying if thing[0] >= SHAPE]
    assert len(set(objects)) == len(objects)
    others = int((~closed[1::2, 1::2]).sum()) - (knobs["treasure"] > 0)
    wanted = {
        APPLE: math.floor(others * knobs["apples"] / 100 + 0.5),
        STRAWBERRY: knobs["strawberries"],
        SHAPE: knobs["objects"] * (3 if doubled else 1) + (knobs["treasure"] == 2),
    }
    found = {APPLE: kinds.count(APPLE), STRAWBERRY: kinds.count(STRAWBERRY), SHAPE: len(objects)}
    full = len(lying) >= min(others + (knobs["treasure"] > 0), 64)
    assert found == wanted or (full and all(found[kind] <= wanted[kind] for kind in wanted))
    assert len({int(colour) for colour in state["room_colour"][: min(state["rooms"], 10)]}) == min(state["rooms"], 10)
    check_start(state, places)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_levels_of_each_split_are_as_their_knobs_say(world):
    for split, turned in world.knobs.splits.items():
        for state in fresh(world, 20, split=split).states:
            check_level(state, world.knob_values(turned))


@settings(max_examples=40)
@given(
    st.fixed_dictionaries({name: st.integers(knob.low, min(knob.high, 100)) for name, knob in KNOBS.items()}),
    st.integers(0, 2**40),
)
def test_any_knobs_make_right_levels_or_a_clear_error(knobs, seed):
    if validate(knobs):
        with pytest.raises(ValueError, match="maze-random-goal: "):
            RANDOM.task_record(knobs)
        return
    for state in fresh(RANDOM, 3, seed=seed, knobs=knobs).states:
        check_level(state, knobs)


def test_rewards_and_returns_agree_with_a_second_model():
    """Hands that mostly go ahead, and in every second row those of the walker that knows the maze."""
    batch = fresh(SMALL, 64, knobs={"apples": 40, "strawberries": 2, "braid": 0}, limit=400)
    rng, moves = np.random.default_rng(0), np.zeros(64, int)
    left = [{at: kind for kind, _, at in things(state)} for state in batch.states]
    found, sent = [[] for _ in left], np.zeros(64, bool)
    totals = np.zeros(64)
    for tick in range(1, 401):
        moves = np.where(
            rng.random(64) < 0.8, moves, rng.choice(8, 64, p=[0.3, 0.02, 0.04, 0.04, 0.15, 0.15, 0.15, 0.15])
        )
        batch.act(moves)
        known = batch.actions.copy()
        lead(batch)
        batch.actions[1::2] = known[1::2]
        before = np.stack([batch.states["y"][:, 0], batch.states["x"][:, 0]])
        outcomes = batch.step()[:, 0]
        moved = np.abs(np.stack([batch.states["y"][:, 0], batch.states["x"][:, 0]]) - before).max(axis=0)
        for row, state in enumerate(batch.states):
            if sent[row]:
                at = cell(state["y"][0], state["x"][0])
                far = steps_from(state, things(state)[0][2])
                assert far[at] > min(3, max(far.values()) // 2)
            else:
                assert moved[row] < CELL // 5
            pay, sent[row] = 0, False
            for (y, x), kind in list(left[row].items()):
                dy, dx = y * 256 + 128 - int(state["y"][0]) // 256, x * 256 + 128 - int(state["x"][0]) // 256
                if math.hypot(dy, dx) <= 128:
                    pay += {GOAL: 10, APPLE: 1, STRAWBERRY: 2}[kind]
                    if kind == GOAL:
                        found[row].append(tick)
                        sent[row] = True
                    else:
                        del left[row][y, x]
            assert outcomes["reward"][row] == pay
            assert outcomes["success"][row] == (found[row] == [tick])
            assert not outcomes["terminated"][row]
            assert outcomes["truncated"][row] == (tick == 400)
            totals[row] += pay
        assert batch.states["found"].tolist() == [len(ticks) for ticks in found]
    for state, ticks, total in zip(batch.states, found, totals, strict=True):
        assert state["when"].tolist() == (ticks + [0] * 16)[:16]
        assert state["total"] == total
    assert min(map(len, found[::2])) >= 2
    assert any(found[1::2])
    assert sum(map(len, left)) < 64 * 5 - 64


@functools.cache
def expert(name):
    return ControllerExpert(load(name))


def lead(batch):
    """Write the hands of the walker that knows the maze into the actions of all rows."""
    expert(batch.world.name).act(batch, batch.over)


@pytest.mark.parametrize(
    ("world", "n", "ticks"),
    [
        (RANDOM, 64, 900),
        (STATIC, 64, 900),
        (EXPLORE, 64, 900),
        (FIND, 64, 600),
        (I_MAZE, 64, 300),
        (SMALL, 64, 450),
        (load("maze-random-goal-large"), 16, 1800),
    ],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_the_expert_finds_the_goal(world, n, ticks):
    batch, won = fresh(world, n, seed=5, limit=ticks), np.zeros(n, bool)
    for _ in range(ticks):
        lead(batch)
        won |= batch.step()["success"][:, 0] != 0
        if won.all():
            break
    assert won.mean() >= 0.95


def test_folds_share_no_maze_and_walls_decide():
    few = {"height": 3, "width": 4, "braid": 0}

    def mazes(n, **options):
        return {walls(state).tobytes() for state in fresh(SMALL, n, **options).states}

    folds = [mazes(3000, split=split, knobs=few) for split in ("train", "valid", "test")]
    everything = set().union(*(mazes(2000, seed=2000 * part, knobs=few | {"fold": 0}) for part in range(10)))
    assert sum(map(len, folds)) == len(set.union(*folds))
    assert set.union(*folds) <= everything
    assert min(map(len, folds)) > 10
    other = mazes(3000, split="other-generator", knobs=few)
    assert not other & (folds[0] | folds[1])
    smallest = [
        mazes(300, knobs={"height": 3, "width": 3, "fold": fold, "generator": way})
        for fold in (1, 2, 3)
        for way in (0, 1)
    ]
    assert sum(map(len, smallest[::2])) == len(set.union(*smallest[::2]))
    assert min(map(len, smallest)) > 1


def test_a_static_maze_is_always_the_same_but_for_the_start():
    def shown(state):
        return state["walls"].tobytes(), state["floors"].tobytes(), tuple(things(state))

    batch = fresh(STATIC, 50, seed=9)
    assert len({shown(state) for state in batch.states}) == 1
    assert len({(int(state["y"][0]), int(state["x"][0])) for state in batch.states}) > 20
    again = fresh(STATIC, 1, seed=1)
    assert shown(again.states[0]) == shown(batch.states[0])
    for options in ({"split": "test"}, {"split": "valid"}, {"knobs": {"map": 2}}):
        assert walls(fresh(STATIC, 1, **options).states[0]).tobytes() != walls(batch.states[0]).tobytes()
    moving = fresh(RANDOM, 50, knobs={"map": 1})
    assert {state["walls"].tobytes() for state in moving.states} == {batch.states[0]["walls"].tobytes()}
    assert len({things(state)[0][2] for state in moving.states}) > 20


@pytest.mark.parametrize(
    ("world", "knobs", "words"),
    [
        (RANDOM, {"static": 1}, "static needs a numbered maze"),
        (I_MAZE, {"fold": 1}, "the letter I is a single maze"),
        (SMALL, {"braid": 100, "fold": 1}, "too few mazes of 3x3 cells"),
        (RANDOM, {"doubled": 50, "rooms": 7}, "rooms is 7, and 2 times that in doubled mazes is more than 12"),
        (EXPLORE, {"objects": 7}, "objects is 7, and 3 times that"),
    ],
)
def test_impossible_tasks_are_refused(world, knobs, words):
    with pytest.raises(ValueError, match=words):
        world.task_record(knobs)


def test_the_goal_of_the_i_maze_is_in_each_arm_equally_often():
    batch = fresh(I_MAZE, 400)
    ends = {}
    for state in batch.states:
        closed = walls(state)
        assert cell(state["y"][0], state["x"][0]) == (closed.shape[0] // 2, closed.shape[1] // 2)
        at = things(state)[0][2]
        ends[at] = ends.get(at, 0) + 1
    rows, cols = closed.shape
    assert set(ends) == {(1, 1), (1, cols - 2), (rows - 2, 1), (rows - 2, cols - 2)}
    assert min(ends.values()) > 70


def test_places_can_be_told_apart():
    """Every maze of the published size has several kinds of walls, and posters."""
    for state in fresh(RANDOM, 50).states:
        looks = state["walls"][: state["map_rows"], : state["map_cols"]]
        posters = (looks >= POSTER_1) & (looks <= POSTER_8)
        assert len(np.unique(looks[~posters & (looks > 0)])) >= 3
        assert 2 <= posters.sum() < 50


MAP = """\
#########
#P..#..G#
#.#A#.#.#
#S#...#.#
#########
"""


def test_a_map_made_by_hand(tmp_path):
    path = tmp_path / "map.txt"
    path.write_text(MAP)
    for options in ({"levels": str(path)}, {"levels": RANDOM.levels.parse(MAP), "knobs": {"strawberries": 8}}):
        batch = fresh(RANDOM, 20, **options)
        for state in batch.states:
            assert (walls(state) == [[letter == "#" for letter in line] for line in MAP.split()]).all()
            assert things(state) == [(GOAL, 0, (1, 7)), (APPLE, 0, (2, 3)), (STRAWBERRY, 0, (3, 1))]
            assert cell(state["y"][0], state["x"][0]) == (1, 1)
    starts, goals = set(), set()
    for state in fresh(RANDOM, 50, levels=RANDOM.levels.parse(MAP.replace("P", ".").replace("G", "."))).states:
        starts.add(cell(state["y"][0], state["x"][0]))
        goals.add(things(state)[0][2])
        check_start(state, [at for *_, at in things(state)])
    assert min(len(starts), len(goals)) > 5
    assert RANDOM.levels.show(RANDOM.levels.parse(MAP)) == MAP
    saved = tmp_path / "saved.txt"
    RANDOM.levels.write(saved, RANDOM.levels.parse(MAP))
    assert (RANDOM.levels.read(saved)[0] == RANDOM.levels.parse(MAP)).all()
    with pytest.raises(ValueError, match=r"map:2:8: no way leads from .* to this goal"):
        RANDOM.levels.parse(MAP.replace("#..G#", "##.G#").replace("#.#.#", "###.#").replace("#...#.#", "#...#.#"))
    with pytest.raises(ValueError, match="'D' has no meaning"):
        RANDOM.levels.parse(MAP.replace("A", "D"))


def task(world, stages, words, **start):
    return Task.model_validate(
        {
            "rumpus_task": FORMAT,
            "id": "a-task",
            "world": world.name,
            "start": start,
            "limit": 1500,
            "players": [{"goal": {"stages": stages}, "instruction": words}],
        }
    )


def play(world, tasks):
    """Which of these tasks are done by the walker that knows the maze."""
    batch = begin(world, tasks)
    won = np.zeros(len(tasks), bool)
    for _ in range(max(task.limit for task in tasks)):
        lead(batch)
        won |= batch.step()["success"][:, 0] != 0
        if batch.over.all():
            break
    return won


def test_find_the_red_ball_then_stand_in_the_blue_room():
    you, ball, room = (
        {"kind": "player", "who": "you"},
        {"kind": "ball", "colour": "red"},
        {"kind": "room", "colour": "blue"},
    )
    stages = [
        {"all": [{"a": you, "relation": "touching", "b": ball}]},
        {"all": [{"a": you, "relation": "in", "b": room}], "hold": 15},
    ]
    blue = FIND.rules.things.colours.index("blue") + 1
    batch = fresh(FIND, 40, seed=0, split="test")
    batch.reset(seed=np.arange(40))
    seeds = [row for row, state in enumerate(batch.states) if blue in state["room_colour"][: state["rooms"]]][:6]
    words = "find the red ball, then stand in the room with the blue floor"
    assert play(FIND, [task(FIND, stages, words, seed=seed, knobs={"fold": 3}) for seed in seeds]).all()
    nowhere = [dict(stages[0]), {"all": [{"a": you, "relation": "in", "b": room | {"colour": "black"}}]}]
    black = FIND.rules.things.colours.index("black") + 1
    without = [row for row, state in enumerate(batch.states) if black not in state["room_colour"]][:2]
    assert not play(FIND, [task(FIND, nowhere, words, seed=seed, knobs={"fold": 3}) for seed in without]).any()


def test_tasks_may_bring_their_maps_or_have_them_made():
    you, goal, apple = {"kind": "player", "who": "you"}, {"kind": "goal"}, {"kind": "apple"}
    stages = [{"all": [{"a": apple, "relation": "gone"}]}, {"all": [{"a": you, "relation": "touching", "b": goal}]}]
    eat = [
        task(SMALL, stages[:], "eat an apple, then go to the goal", level=MAP),
        task(SMALL, stages[1:], "go to the goal", seed=3),
        task(SMALL, stages[:], "eat an apple, then go to the goal", level=MAP.replace("P", "."), seed=1),
    ]
    batch = Batch(SMALL, 3, tasks=table(eat, SMALL), threads=1)
    batch.reset(tasks=np.arange(3))
    assert batch.states["map_rows"].tolist() == [5, 7, 5]
    assert play(SMALL, eat).all()
