"""Memory Maze, Collect, Colour Finding, Visual Match and Water Maze: their rules against second ones, their levels,
and their experts."""

import math
from collections import Counter, deque

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rumpus.agents.experts.controller import ControllerExpert
from rumpus.interface.keys import KEY
from rumpus.interface.text import decode
from rumpus.tasks.compile import judged
from rumpus.tests.batches import fresh
from rumpus.worlds import collect, colour_find, memory_maze, visual_match, water_maze
from rumpus.worlds.first_person import models
from rumpus.worlds.first_person.body import RADIUS

CELL, HZ = 65536, 30
THERE, OPEN, GONE = 0, 1, 2
COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")
FAMILIES = (memory_maze, collect, colour_find, visual_match, water_maze)
WORLDS = [world for family in FAMILIES for world in family.WORLDS]


def things(state):
    """{index: (kind, colour, status, y, x)}, in cells."""
    return {
        index: (*(int(state[name][index]) for name in ("kind", "colour", "status")), *place(state, index))
        for index in range(state["things"])
    }


def place(state, index):
    return float(state["thing_y"][index] / CELL), float(state["thing_x"][index] / CELL)


def distance(state, index):
    y, x = place(state, index)
    return math.hypot(y - state["y"][0] / CELL, x - state["x"][0] / CELL)


def put(state, y, x):
    """Put the player somewhere, in cells, at rest."""
    state["y"][0], state["x"][0] = int(y * CELL), int(x * CELL)
    state["vy"][0], state["vx"][0] = 0, 0


def jump_about(batch, random, near=0.7):
    """Put each player next to a random thing, or anywhere, and let it do anything."""
    for state in batch.states:
        free = np.argwhere(state["walls"][: state["map_rows"], : state["map_cols"]] == 0)
        y, x = free[random.integers(len(free))] + 0.5
        if random.random() < near:
            index = random.integers(state["things"])
            y, x = np.array(place(state, index)) + random.uniform(-0.6, 0.6, 2)
            if state["walls"][int(y), int(x)] != 0:
                y, x = place(state, index)
        put(state, y, x)
    batch.act(random.integers(len(batch.world.controls.moves), size=batch.n))


def reached(state):
    """Free cells that can be walked to from the player's."""
    start = int(state["y"][0]) // CELL, int(state["x"][0]) // CELL
    seen, queue = {start}, deque([start])
    while queue:
        y, x = queue.popleft()
        for there in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if there not in seen and state["walls"][there] == 0:
                seen.add(there)
                queue.append(there)
    return seen


def told(state):
    return decode(state["instruction"][0])


# Rules


def test_memory_maze_pays_for_the_ball_it_asks_for():
    random, batch = np.random.default_rng(0), fresh(memory_maze.NINE, 24)
    visited, done, found, asked = [set() for _ in range(24)], [False] * 24, 0, Counter()
    for _ in range(200):
        jump_about(batch, random)
        before = batch.states.copy()
        outcomes = batch.step()[:, 0]
        for row, (old, state, outcome) in enumerate(zip(before, batch.states, outcomes, strict=True)):
            near = {index for index in things(state) if distance(state, index) <= 0.5}
            visited[row] |= near
            right = int(old["asked"]) in near
            assert outcome["reward"] == right
            assert outcome["success"] == (len(visited[row]) == state["things"] and not done[row])
            assert not outcome["terminated"]
            done[row] |= bool(outcome["success"])
            assert (state["asked"] != old["asked"]) == right
            assert told(state) == f"find the {COLOURS[things(state)[int(state['asked'])][1] - 1]} ball"
            assert things(state) == things(old)
            found += right
            asked[int(old["asked"]), int(state["asked"])] += right
    assert all(done) and found > 500
    moves = [count for (old, new), count in asked.items() if old != new]
    assert len(moves) == 6 and min(moves) > 0.7 * max(moves), "the next ball is any of the others"


def test_memory_maze_leaves_a_task_its_own_words():
    batch = fresh(memory_maze.NINE, 2, tasks=judged(memory_maze.NINE))
    for _ in range(100):
        jump_about(batch, np.random.default_rng(0))
        batch.step()
        assert all(told(state) == memory_maze.NINE.objective.instruction for state in batch.states)


def test_three_ticks_in_memory_maze_go_as_far_as_a_published_step():
    batch = fresh(memory_maze.NINE, 1, knobs={"size": 25, "objects": 2})
    state = batch.states[0]
    state["walls"][1:-1, 1:-1] = 0
    for held in (0, 1):  # with and without shift
        put(state, 13, 3)
        state["yaw"][0] = 0
        batch.act(np.zeros(1, int))
        batch.actions["keys"][:, :, KEY["left shift"]] = held
        for _ in range(40):
            batch.step()
        start = int(state["x"][0])
        for _ in range(30):
            batch.step()
        assert (state["x"][0] - start) / CELL == pytest.approx(10 * 0.25, abs=0.01)


def in_front(state):
    """The nearest block within 1.25 cells and 30 degrees of where the player looks, or at its feet; None if none is."""
    ahead = np.exp(1j * 2 * np.pi * state["yaw"][0] / 65536)
    found = {}
    for index, (kind, _, status, y, x) in things(state).items():
        way = complex(x - state["x"][0] / CELL, y - state["y"][0] / CELL)
        turned = abs(np.angle(way / ahead, deg=True)) <= 30 or abs(way) <= RADIUS / CELL
        if kind == 2 and status == THERE and abs(way) <= 1.25 and turned:
            found[abs(way)] = index
    return found[min(found)] if found else None


def test_colour_find_pays_for_the_two_colours_that_it_names():
    """Rules played once more by players that are put beside blocks, in four of five cases of a colour asked for."""
    random, batch = np.random.default_rng(2), fresh(colour_find.SMALL, 64)
    use, ended = list(batch.world.controls.moves).index("use"), Counter()
    for _ in range(120):
        for state in batch.states:
            wanted = [n for n, (kind, colour, *_) in things(state).items() if kind == 2 and colour in state["wanted"]]
            index = random.choice(wanted if random.random() < 0.8 else range(1, int(state["things"])))
            y, x = place(state, index)
            put(state, y, x)
            state["using"][0] = random.random() < 0.2
        before = batch.states.copy()
        batch.act(np.where(random.random(batch.n) < 0.7, use, 0))
        outcomes = batch.step()[:, 0]
        for old, state, outcome in zip(before, batch.states, outcomes, strict=True):
            if old["over"]:
                continue
            pressed = bool(state["using"][0]) and not old["using"][0]
            index = in_front({**{n: state[n] for n in state.dtype.names}, "status": old["status"]}) if pressed else None
            taken = [*filter(None, old["taken"].tolist()), *([things(old)[index][1]] if index is not None else [])]
            right = index is not None and sorted(taken) == sorted(old["wanted"].tolist())
            assert outcome["reward"] == outcome["success"] == right
            assert bool(outcome["terminated"]) == (index is not None and len(taken) == 2)
            assert [*filter(None, state["taken"].tolist())] == taken
            gone = {n for n, (*_, status, _, _) in things(state).items() if status == GONE}
            assert gone == {n for n, (*_, s, _, _) in things(old).items() if s == GONE} | ({index} - {None})
            assert (things(state)[0][2] == OPEN) == right
            ended[bool(right)] += bool(outcome["terminated"])
    assert min(ended[True], ended[False]) > 10


def test_collect_pays_for_what_is_good_and_ends_with_it():
    random, batch = np.random.default_rng(1), fresh(collect.SMALL, 48)
    ended = lost = 0
    for _ in range(60):
        jump_about(batch, random)
        before = batch.states.copy()
        outcomes = batch.step()[:, 0]
        for old, state, outcome in zip(before, batch.states, outcomes, strict=True):
            if old["over"]:
                continue
            was, now, reward = things(old), things(state), 0
            for index, (kind, _, status, *_) in was.items():
                touched = status == THERE and distance(state, index) <= 0.5
                assert now[index][2] == (GONE if touched else status)
                reward += touched * (1 if kind in (2, 4) else -1)
            over = all(status == GONE for kind, _, status, *_ in now.values() if kind in (2, 4))
            assert (outcome["reward"], outcome["success"], outcome["terminated"]) == (reward, over, over)
            ended += over
            lost += reward < 0
    assert ended > 20 and lost > 20


def test_visual_match_opens_doors_in_time_and_takes_one_choice():
    random, batch = np.random.default_rng(2), fresh(visual_match.SHORT, 200)
    right = wrong = 0
    for tick in range(1, 9 * HZ + 40):
        jump_about(batch, random, near=0.3 if tick > 9 * HZ else 0)
        before = batch.states.copy()
        outcomes = batch.step()[:, 0]
        for old, state, outcome in zip(before, batch.states, outcomes, strict=True):
            if old["over"]:
                continue
            was, now = things(old), things(state)
            sign = now[2]
            assert [now[door][2] == OPEN for door in (0, 1)] == [tick >= 3 * HZ, tick >= 9 * HZ]
            assert [state["walls"][int(now[door][3]), int(now[door][4])] for door in (0, 1)] == [
                0 if tick >= 3 * HZ else 128,
                0 if tick >= 9 * HZ else 128,
            ]
            painted = state["walls"][int(sign[3]), int(sign[4])] == 16 + sign[1]
            assert painted == (tick < 3 * HZ) == (sign[2] == THERE)
            touched = [i for i in was if i >= 3 and was[i][2] == THERE and distance(state, i) <= 0.5]
            pillars = [i for i in touched if was[i][0] == 4]
            reward = 5 * (len(touched) - len(pillars)) + sum(10 if was[i][1] == sign[1] else 1 for i in pillars)
            assert outcome["reward"] == reward
            assert outcome["terminated"] == bool(pillars)
            assert outcome["success"] == any(was[i][1] == sign[1] for i in pillars)
            for index in touched:
                assert now[index][2] == (OPEN if index in pillars and was[index][1] == sign[1] else GONE)
            right += int(outcome["success"])
            wrong += bool(pillars) and not outcome["success"]
    assert right > 10 and wrong > 30


def test_water_maze_keeps_the_platform_and_carries_off_who_found_it():
    random, batch = np.random.default_rng(3), fresh(water_maze.SHORT, 16)
    stood, finds = np.zeros(16, int), np.zeros(16, int)
    home = [place(state, 0) for state in batch.states]
    for _ in range(600):
        batch.act(random.integers(len(batch.world.controls.moves), size=16))
        for row, state in enumerate(batch.states):
            if state["status"][0] == THERE and random.random() < 0.02:
                put(state, *home[row])
        before = batch.states.copy()
        outcomes = batch.step()[:, 0]
        for row, (old, state, outcome) in enumerate(zip(before, batch.states, outcomes, strict=True)):
            assert place(state, 0) == home[row]
            up = stood[row] >= 10
            stood[row] = stood[row] + 1 if up or distance(state, 0) <= 0.75 else 0
            assert outcome["reward"] == 5 * (stood[row] == 10)
            assert outcome["success"] == (stood[row] == 10 and finds[row] == 0)
            finds[row] += stood[row] == 10
            if stood[row] == 70:
                stood[row] = 0
                assert distance(state, 0) >= 3.9
                middle = (state["map_rows"] / 2 - state["y"][0] / CELL, state["map_cols"] / 2 - state["x"][0] / CELL)
                ahead = math.atan2(*middle) % math.tau * CELL / math.tau
                assert abs((state["yaw"][0] - ahead + CELL / 2) % CELL - CELL / 2) < 10.3 * CELL / 360
            elif up:
                assert (state["y"][0], state["x"][0]) == (old["y"][0], old["x"][0])
            assert (state["status"][0] == OPEN) == (stood[row] >= 10)
    assert finds.min() >= 2


# Levels


def layout(state):
    """What tells levels apart to their splits."""
    if "visited" in state.dtype.names:
        return (state["walls"] != 0).tobytes()
    return state["walls"].tobytes(), tuple((kind, colour, y, x) for kind, colour, _, y, x in things(state).values())


@pytest.mark.parametrize(
    ("world", "knobs"),
    [
        (memory_maze.NINE, {"size": 7, "objects": 2, "rooms": 2}),
        (collect.SMALL, {"height": 3, "width": 3, "good": 1, "bad": 1}),
        (colour_find.SMALL, {"size": 5, "blocks": 2, "colours": 5}),
        (visual_match.SHORT, {"apples": 0}),
        (water_maze.SHORT, {"radius": 3}),
        (water_maze.SHORT, {"radius": 4}),
        (water_maze.WATER_MAZE, {}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_splits_share_no_level(world, knobs):
    found = {}
    for split in ("train", "valid", "test"):
        found[split] = {layout(state) for state in fresh(world, 1500, split=split, knobs=knobs).states}
    assert all(found.values())
    assert sum(map(len, found.values())) == len(set().union(*found.values()))
    everything = {layout(state) for state in fresh(world, 1500, seed=5, knobs=knobs | {"fold": 0}).states}
    assert len(everything & found["train"]) > len(everything & found["test"]) > 0


def test_pairs_are_held_out():
    def rooms(split):
        return {(int(s["room"]), int(s["set"])) for s in fresh(collect.COLLECT, 500, split=split).states}

    assert rooms("held-out-pairs") == {(2, 0), (3, 1)}
    assert rooms("train") == rooms("test") == {(r, s) for r in range(4) for s in range(2)} - {(2, 0), (3, 1)}

    def places(split):
        return {(int(s["right"]), int(s["colour"][2])) for s in fresh(visual_match.SHORT, 2000, split=split).states}

    assert len(places("unseen-pairs")) == 4 and len(places("train")) == 20
    assert not places("unseen-pairs") & places("train")

    def named(split):
        return {tuple(s["wanted"].tolist()) for s in fresh(colour_find.SMALL, 1000, split=split).states}

    assert len(named("unseen-pairs")) == 9 and len(named("train")) == 36
    assert not named("unseen-pairs") & named("train")


def check_memory(state, knobs):
    balls, free = things(state), reached(state)
    assert len(balls) == knobs["objects"] == len({colour for _, colour, *_ in balls.values()})
    assert all((int(y), int(x)) in free for *_, y, x in balls.values())
    assert len(free) == (state["walls"][: knobs["size"] + 2, : knobs["size"] + 2] == 0).sum()
    assert state["map_rows"] == state["map_cols"] == knobs["size"] + 2
    for _, _, _, y, x in balls.values():
        assert any(
            max(abs(int(y) - room_y), abs(int(x) - room_x)) <= half
            for room_y, room_x, half in zip(state["room_y"], state["room_x"], state["room_half"], strict=True)
        )
    assert told(state).split()[2] in {COLOURS[colour - 1] for _, colour, *_ in balls.values()}


def check_collect(state, knobs):
    here = [(y, x) for *_, y, x in things(state).values()]
    assert len(set(here)) == len(here) == knobs["good"] + knobs["bad"]
    assert Counter(kind in (2, 4) for kind, *_ in things(state).values())[True] == knobs["good"]
    assert ((int(state["room"]), int(state["set"])) in ((2, 0), (3, 1))) == bool(knobs["unseen"])
    assert len(reached(state)) == knobs["height"] * knobs["width"]


def check_colours(state, knobs):
    (door, *_), *blocks = things(state).values()
    assert door == 3 and len(blocks) == knobs["blocks"] and {kind for kind, *_ in blocks} == {2}
    assert all(max(abs(a[3] - b[3]), abs(a[4] - b[4])) > 1 for a in blocks for b in blocks if a is not b)
    one, other = state["wanted"].tolist()
    assert one < other and {one, other} <= {colour for _, colour, *_ in blocks} <= set(range(1, knobs["colours"] + 1))
    assert ((one + other - 2) % 5 == 0) == bool(knobs["unseen"])
    assert told(state) == f"take the {models.COLOURS[one - 1]} block and the {models.COLOURS[other - 1]} block"
    assert len(reached(state)) == knobs["size"] ** 2 and not state["taken"].any()


def check_visual(state, knobs):
    all_ = things(state)
    assert [kind for kind, *_ in all_.values()] == [2, 2, 3, 4, 4, 4, 4] + [5] * knobs["apples"]
    colours = [all_[index][1] for index in range(3, 7)]
    assert len(set(colours)) == 4 and all_[int(state["right"])][1] == all_[2][1]
    assert len(reached(state)) == 3 * 3 * 2 + 1
    for door in (0, 1):
        state["walls"][int(all_[door][3]), int(all_[door][4])] = 0
    free = reached(state)
    assert len(free) == 3 * 3 * 2 + 1 + 1 + knobs["edge"] ** 2 + 1 + 5 * 9
    assert all((int(y), int(x)) in free for kind, _, _, y, x in all_.values() if kind != 3)
    assert len({(y, x) for *_, y, x in all_.values()}) == len(all_)


def check_water(state, knobs):
    all_, free, middle = things(state), reached(state), knobs["radius"] + 1.5
    y, x = place(state, 0)
    assert math.hypot(y - middle, x - middle) <= 0.8 * knobs["radius"]
    assert distance(state, 0) >= knobs["radius"]
    assert (int(y), int(x)) in free
    pictures = {(int(y), int(x)) for kind, _, _, y, x in all_.values() if kind > 2}
    assert len(pictures) == 8, "each picture hangs by itself"
    assert {int(state["walls"][at]) for at in pictures} == set(range(37, 45))
    for at in pictures:
        assert any((at[0] + dy, at[1] + dx) in free for dy, dx in ((0, 1), (1, 0), (0, -1), (-1, 0)))


CHECKS = {
    **{memory_maze: check_memory, collect: check_collect, colour_find: check_colours},
    **{visual_match: check_visual, water_maze: check_water},
}


@settings(max_examples=120)
@given(st.sampled_from(FAMILIES), st.data(), st.integers(0, 2**40))
def test_any_knobs_make_right_levels_or_a_clear_error(family, data, seed):
    world = family.WORLDS[0]
    knobs = {
        name: data.draw(st.integers(knob.low, min(knob.high, 40)), name) for name, knob in world.knobs.declared.items()
    }
    knobs |= {"size": data.draw(st.integers(3, 12)) * 2 + 1} if "size" in knobs else {}
    complaint = world.knobs.validate({**knobs}) if world.knobs.validate else None
    if complaint:
        with pytest.raises(ValueError, match=world.name):
            world.task_record(knobs)
        return
    for state in fresh(world, 4, seed=seed, knobs=knobs).states:
        CHECKS[family](state, knobs)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_levels_of_each_split_are_right(world):
    for split in world.knobs.splits:
        for state in fresh(world, 40, split=split).states:
            CHECKS[FAMILIES[[world in family.WORLDS for family in FAMILIES].index(True)]](
                state, world.knob_values(world.knobs.splits[split])
            )
    assert world.rules.state.itemsize < 12_000


@pytest.mark.parametrize(
    ("world", "knobs", "words"),
    [
        (memory_maze.NINE, {"size": 8}, "size must be an odd number"),
        (memory_maze.NINE, {"objects": 6, "rooms": 5}, "each ball lies in a room of its own"),
        (memory_maze.NINE, {"size": 7, "objects": 5}, "has place for 4 rooms"),
        (collect.COLLECT, {"good": 20, "bad": 20, "height": 5}, "has place for 22 things"),
        (colour_find.SMALL, {"blocks": 5}, "has place for 4 blocks that do not touch"),
        (visual_match.SHORT, {"edge": 6}, "edge must be an odd number"),
        (visual_match.SHORT, {"apples": 13}, "has place for 12 apples"),
        (water_maze.SHORT, {"radius": 2}, "radius must be a whole number from 3"),
    ],
)
def test_impossible_tasks_are_refused(world, knobs, words):
    with pytest.raises(ValueError, match=words):
        world.task_record(knobs)


# Experts


@pytest.mark.parametrize(
    ("world", "rows", "least", "most"),
    [
        (memory_maze.NINE, 12, 24, 34.8),  # people score 26.4 on average, and the most there is to get is 34.8
        (collect.SMALL, 24, 2.8, 3),
        (collect.COLLECT, 8, 9.5, 10),
        (colour_find.SMALL, 24, 0.95, 1),
        (colour_find.COLOUR_FIND, 16, 0.95, 1),
        (visual_match.SHORT, 16, 30, 50),
        (water_maze.SHORT, 12, 30, 45),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_experts_do_well(world, rows, least, most):
    """Nearly always with success; and what they score on average is of the size that it should be."""
    batch, expert = fresh(world, rows, seed=100), ControllerExpert(world)
    while not batch.over.all():
        expert.act(batch, batch.over)
        batch.step()
    assert batch.states["won"].mean() >= 0.95
    assert least <= batch.states["total"].mean() <= most


def test_colours_are_those_of_the_catalogue():
    assert memory_maze.THINGS.colours == visual_match.THINGS.colours == COLOURS == models.COLOURS[:6]
