"""Box-World: its rules against a second implementation; its levels, splits, plans and pictures against promises."""

import itertools
from collections import deque

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rumpus.interface.action import MOUSE_ONE
from rumpus.interface.keys import KEY as KEYS
from rumpus.tasks.compile import table
from rumpus.tasks.goals import FORMAT, Player, Start, Task
from rumpus.tests.batches import fresh
from rumpus.worlds.box_world import BOX_WORLD, SMALL, VIEWPORT, WORLDS
from rumpus.worlds.box_world.level import capacity, split_of, validate
from rumpus.worlds.box_world.solve import solve
from rumpus.worlds.box_world.view import tile
from rumpus.worlds.engine.run.batch import Batch

STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))
GEM = "gem"


class Room:
    """Box-World once more, in dictionaries: `boxes` {lock cell: (colour, on the way to the gem)}, `things` {cell:
    colour or GEM}. Reads the record by its numbers: 0 floor, 1 gem, 2 + colour a key, 22 + colour a lock on the way to
    the gem, 42 + colour any other. `used` are the colours of which key and lock are done with."""

    def __init__(self, state):
        self.size, self.at = int(state["size"]), (int(state["y"]), int(state["x"]))
        self.held = {0: None, 1: GEM}.get(int(state["held"]), int(state["held"]) - 2)
        self.boxes, self.things = {}, {}
        self.used = set(np.flatnonzero(state["opened"]).tolist())
        for y, x in np.argwhere(state["cells"]):
            here = int(state["cells"][y, x])
            if here >= 22:
                self.boxes[y, x] = ((here - 22) % 20, here < 42)
            else:
                self.things[y, x] = GEM if here == 1 else here - 2

    def walk(self, dy, dx):
        """(reward, ended, success) of one step."""
        there = self.at[0] + dy, self.at[1] + dx
        if not (0 <= there[0] < self.size and 0 <= there[1] < self.size) or (dy, dx) == (0, 0):
            return 0, False, False
        if there in self.boxes:
            colour, right = self.boxes[there]
            if colour != self.held:
                return 0, False, False
            del self.boxes[there]
            self.used.add(colour)
            self.held, self.at = None, there
            return (1, False, False) if right else (-1, True, False)
        if there in self.things:
            if (there[0], there[1] + 1) in self.boxes:
                return 0, False, False
            thing = self.things.pop(there)
            self.at = there
            assert self.held is None
            self.held = thing
            return (10, True, True) if thing == GEM else (0, False, False)
        self.at = there
        return 0, False, False

    def shown(self):
        """The things that a goal sees, as (kind, colour, state, holder, cell); None for the cell of what is used."""
        things = [("player", 0, 0, 0, self.at)]
        held = [] if self.held is None else [(self.held, 1, self.at)]
        for what, holder, at in [(what, 0, at) for at, what in self.things.items()] + held:
            kind, colour = ("gem", 21) if what == GEM else ("key", 1 + what)
            things.append((kind, colour, 0, holder, at))
        things += [("lock", 1 + colour, 0, 0, at) for at, (colour, _) in self.boxes.items()]
        for colour in self.used:
            things += [("key", 1 + colour, 2, 0, None), ("lock", 1 + colour, 1, 0, None)]
        return things

    def same_as(self, state):
        other = Room(state)
        return vars(self) == vars(other)


def orders(room):
    """How many orders of boxes lead to the gem, trying every box that a key opens."""
    box_of = {content: lock for lock, content in ((lock, room.things[lock[0], lock[1] - 1]) for lock in room.boxes)}
    (start,) = set(room.things.values()) - set(box_of)

    def count(key, left):
        if key == GEM:
            return 1
        openable = [(content, lock) for content, lock in left.items() if room.boxes[lock][0] == key]
        return sum(count(content, {c: lo for c, lo in left.items() if c != content}) for content, _ in openable)

    return count(start, box_of)


def check_level(state, knobs):
    """Assert that a fresh level is a tree as the knobs ask for, laid out so that nothing touches. Returns the pairs
    (key, lock) of the boxes on the way, and those of the others."""
    room = Room(state)
    assert room.size == knobs["size"]
    assert room.held is None
    assert room.at not in room.things and room.at not in room.boxes
    contents = {lock: room.things[lock[0], lock[1] - 1] for lock in room.boxes}
    loose = set(room.things) - {(y, x - 1) for y, x in room.boxes}
    assert len(loose) == 1
    objects = [{(y, x), (y, x - 1)} for y, x in room.boxes] + [loose]
    for index, one in enumerate(objects):
        for other in objects[:index]:
            assert all(max(abs(a - c), abs(b - d)) > 1 for a, b in one for c, d in other)
    keys = [*contents.values(), room.things[loose.pop()]]
    assert len(set(keys)) == len(keys)
    assert all(key == GEM or 0 <= key < knobs["colours"] for key in keys)
    assert keys.count(GEM) == 1 and keys[-1] != GEM

    holder = {content: lock for lock, content in contents.items()}  # the tree, upwards
    way, key = [], GEM
    while key in holder:
        way.append(holder[key])
        key = room.boxes[holder[key]][0]
    assert key == keys[-1]
    assert knobs["solution_min"] <= len(way) <= knobs["solution_max"]
    assert all(right == (lock in way) for lock, (_, right) in room.boxes.items())
    on_way = {contents[lock] for lock in way} | {keys[-1]}
    roots = [lock for lock, (colour, right) in room.boxes.items() if not right and colour in on_way]
    assert knobs["distractors_min"] <= len(roots) <= knobs["distractors_max"]
    assert len(room.boxes) == len(way) + len(roots) * knobs["branch_length"]
    for lock in roots:
        for _ in range(knobs["branch_length"] - 1):
            (lock,) = [other for other, (colour, _) in room.boxes.items() if colour == contents[lock]]
        assert contents[lock] not in {colour for colour, _ in room.boxes.values()}
    assert orders(room) == 1
    pairs = {lock: (contents[lock], colour) for lock, (colour, _) in room.boxes.items() if contents[lock] != GEM}
    return [pairs[lock] for lock in pairs if lock in way], [pairs[lock] for lock in pairs if lock not in way]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_rules_agree_with_a_second_implementation(world):
    """Random hands: mostly one key, sometimes several, none, or a click somewhere."""
    random, batch = np.random.default_rng(0), fresh(world, 64)
    rooms = [Room(state) for state in batch.states]
    names = np.array(
        [[KEYS["up"], KEYS["w"]], [KEYS["down"], KEYS["s"]], [KEYS["left"], KEYS["a"]], [KEYS["right"], KEYS["d"]]]
    )
    ends = 0
    for _ in range(3 * world.objective.limit):
        batch.actions[...] = np.zeros((), batch.actions.dtype)
        asked = []
        for row, state in enumerate(batch.states):
            hands = random.choice(4, size=random.choice([0, 1, 2], p=[0.2, 0.7, 0.1]), replace=False)
            batch.actions["keys"][row, 0, names[hands, random.integers(2)]] = 1
            step = STEPS[min(hands)] if len(hands) else (0, 0)
            if (
                not len(hands) and random.random() < 0.7
            ):  # point at a tile next to the player, or at the player, and click
                dy, dx = [*STEPS, (0, 0)][random.integers(5)]
                middle = (
                    (1 + world.knobs.overrides["sight"] // 2, world.knobs.overrides["sight"] // 2)
                    if world is VIEWPORT
                    else None
                )
                row_, col_ = middle or (1 + state["y"], 1 + state["x"])
                state["cursor"][0] = [
                    (2 * (at + move) + 1) * MOUSE_ONE // (2 * batch.rows) for at, move in ((col_, dx), (row_, dy))
                ]
                batch.actions["buttons"][row, 0, 0] = 1
                step = (dy, dx)
            asked.append(step)
        ticks = batch.states["tick"].copy()
        outcomes = batch.step()[:, 0]
        for row, (room, step) in enumerate(zip(rooms, asked, strict=True)):
            reward, ended, success = room.walk(*step)
            found = outcomes[row]
            assert (found["reward"], found["terminated"], found["success"]) == (reward, ended, success)
            assert found["truncated"] == (not ended and ticks[row] + 1 == world.objective.limit)
            assert room.same_as(batch.states[row])
        ends += int(batch.over.sum())
        again = np.flatnonzero(batch.over)
        batch.reset(batch.over)
        for row in again:
            rooms[row] = Room(batch.states[row])
            assert not rooms[row].used
    assert ends > 64


def test_things_through_dead_ends_and_with_the_gem_in_the_hand():
    """Episodes with a goal of their own go on where the rules would end them, and show what has become of all."""
    goal = {"stages": [{"all": [{"a": {"kind": "gem"}, "relation": "gone"}]}]}
    knobs = {"size": 6, "solution_min": 1, "solution_max": 3, "distractors_max": 2}
    task = Task(
        rumpus_task=FORMAT,
        id="never-done",
        world="box-world",
        version=BOX_WORLD.version,
        start=Start(knobs=knobs),
        limit=1000,
        players=(Player(goal=goal, instruction="make the gem go away"),),
    )
    tasks = table([task] * 64, BOX_WORLD)
    tasks.records["seed"] = np.arange(64)
    batch = Batch(BOX_WORLD, 64, tasks=tasks)
    batch.reset(tasks=np.arange(64))
    rooms = [Room(state) for state in batch.states]
    random = np.random.default_rng(0)
    wrong, taken = np.zeros(64, bool), np.zeros(64, bool)
    for _ in range(600):
        moves = random.integers(0, 4, 64)
        batch.act(moves)
        outcomes = batch.step()
        things, counts, _ = batch.things()
        for row, (room, move) in enumerate(zip(rooms, moves, strict=True)):
            reward, *_ = room.walk(*STEPS[move])
            wrong[row] |= reward < 0
            taken[row] |= room.held == GEM
            assert room.same_as(batch.states[row])
            shown = []
            for thing in things[row, : counts[row]]:
                kind = ("player", "key", "lock", "gem")[thing["kind"] - 1]
                cell = (int(thing["y"]) // 256, int(thing["x"]) // 256) if thing["state"] == 0 else None
                if kind == "lock" and thing["state"]:
                    assert max(thing["y"], thing["x"]) < -20 * 256, "an open lock is near nothing"
                shown.append((kind, *(int(thing[name]) for name in ("colour", "state", "holder")), cell))
            assert shown[0] == room.shown()[0]
            assert sorted(shown, key=str) == sorted(room.shown(), key=str)
        assert not outcomes["terminated"].any() and not outcomes["reward"].any()
    assert wrong.any() and taken.any() and not (wrong & taken).any()
    assert all(solve(state) is None for state in batch.states[wrong | taken])


@pytest.mark.parametrize("split", BOX_WORLD.knobs.splits)
@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_plans_take_every_gem_within_the_limit(world, split):
    batch = fresh(world, 1000, split=split)
    plans = [solve(state) for state in batch.states]
    lengths = np.array([len(plan) for plan in plans])
    assert (lengths <= world.objective.limit).mean() >= 0.999
    boxes = (batch.states["cells"] >= 22).sum((1, 2), where=batch.states["cells"] < 42)
    total, success = np.zeros(1000), np.zeros(1000, bool)
    for tick in range(min(lengths.max(), world.objective.limit)):
        batch.act(np.array([plan[min(tick, len(plan) - 1)] for plan in plans]))
        outcomes = batch.step()[:, 0]
        total += outcomes["reward"]
        success |= outcomes["success"].astype(bool)
        np.testing.assert_array_equal(outcomes["success"], lengths == tick + 1)
    np.testing.assert_array_equal(success, lengths <= world.objective.limit)
    np.testing.assert_array_equal(total[success], boxes[success] + 10)


def test_plans_from_the_middle_of_an_episode_and_none_once_it_is_over():
    random, batch = np.random.default_rng(1), fresh(SMALL, 500, knobs={"distractors_max": 1})
    for _ in range(15):
        batch.act(random.integers(4, size=500))
        batch.step()
    plans = [solve(state) for state in batch.states]
    np.testing.assert_array_equal([plan is None for plan in plans], batch.over.astype(bool))
    assert 0 < batch.over.sum() < 500
    going = np.flatnonzero(~batch.over.astype(bool))
    batch.states["limit"] = 1000
    for tick in range(max(len(plans[row]) for row in going)):
        batch.act([0 if plan is None else plan[min(tick, len(plan) - 1)] for plan in plans])
        outcomes = batch.step()[:, 0]
        for row in going:
            assert outcomes["success"][row] == (tick + 1 == len(plans[row]))


def test_no_plan_is_shorter():
    """Against a search over whole rooms that knows the rules only."""
    for state in fresh(SMALL, 12, knobs={"distractors_max": 1}).states:
        start, length = Room(state), None
        seen, queue = set(), deque([(start, 0)])
        while length is None:
            room, steps = queue.popleft()
            for step in STEPS:
                next_ = object.__new__(Room)
                vars(next_).update(vars(room) | {"boxes": dict(room.boxes), "things": dict(room.things)})
                _, ended, success = next_.walk(*step)
                mark = (next_.at, next_.held, tuple(next_.boxes), tuple(next_.things))
                if success:
                    length = steps + 1
                    break
                if not ended and mark not in seen:
                    seen.add(mark)
                    queue.append((next_, steps + 1))
        assert len(solve(state)) == length


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_levels_of_each_split_are_trees_and_pairs_are_held_out(world):
    for split, turned in world.knobs.splits.items():
        knobs = world.knob_values(turned)
        withheld_in_branches = 0
        for state in fresh(world, 500, split=split).states:
            way, others = check_level(state, knobs)
            unseen = [(key, lock) for key, lock in way if (key + 2 * lock) % 5 == 0]
            assert bool(unseen) == (split == "unseen-pairs")
            withheld_in_branches += sum((key + 2 * lock) % 5 == 0 for key, lock in others)
        assert (withheld_in_branches > 0) == (knobs["distractors_max"] > 0)
    assert world.knobs.splits["longer"]["solution_min"] > world.knob_values(world.knobs.splits["train"])["solution_max"]


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_a_seed_has_another_tree_in_each_split(world):
    """But by chance, where trees are small: most of the small room's have one key or two, of 20 colours."""
    trees = {split: fresh(world, 600, split=split).states["order"].copy() for split in world.knobs.splits}
    for split, other in itertools.combinations(trees, 2):
        assert (trees[split] == trees[other]).all(1).mean() < (0.04 if world is SMALL else 0.001)


def test_levels_are_as_various_as_the_knobs_allow():
    """Each length, each number of branches, and each place for a branch to leave the way comes equally often."""
    lengths, branches, roots = np.zeros(4), np.zeros(5), np.zeros(4)
    for state in fresh(BOX_WORLD, 4000).states:
        room = Room(state)
        way = [colour for colour, right in room.boxes.values() if right]
        wrong = [colour for colour, right in room.boxes.values() if not right]
        lengths[len(way) - 1] += 1
        branches[len(wrong)] += 1
        if len(way) == 4:
            for colour in wrong:
                roots[[int(one) for one in state["order"]].index(colour)] += 1
    for counts in (lengths, branches, roots):
        np.testing.assert_allclose(counts / counts.sum(), 1 / len(counts), atol=0.03)


def test_folds_share_no_room_even_where_there_are_few():
    """A world of so few rooms that chance would repeat many: two colours, one key and one box in 5x5 cells."""
    few = {"size": 5, "colours": 2, "solution_max": 1, "distractors_max": 0}
    rooms = {
        split: {state["cells"].tobytes() for state in fresh(SMALL, 5000, split=split, knobs=few).states}
        for split in ("train", "valid", "test")
    }
    rooms["any"] = {state["cells"].tobytes() for state in fresh(SMALL, 50_000, knobs=few | {"fold": 0}).states}
    assert rooms["train"] | rooms["valid"] | rooms["test"] == rooms["any"]
    assert sum(map(len, rooms.values())) == 2 * len(rooms["any"])
    assert len(rooms["any"]) < 1000
    assert min(len(rooms["valid"]), len(rooms["test"])) > 10
    state = fresh(SMALL, 1, knobs=few).states[0]
    before = split_of(state)
    state["y"], state["x"] = 4 - state["y"], 4 - state["x"]
    assert split_of(state) == before  # the same room from another start is the same room


KNOBS = st.fixed_dictionaries(
    {
        "size": st.integers(5, 20),
        "solution_min": st.integers(1, 6),
        "solution_max": st.integers(1, 15),
        "distractors_min": st.integers(0, 4),
        "distractors_max": st.integers(0, 6),
        "branch_length": st.integers(1, 4),
        "colours": st.integers(2, 20),
        "fold": st.integers(0, 3),
        "unseen": st.integers(0, 1),
    }
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(KNOBS, st.integers(0, 2**40))
def test_any_knobs_make_right_levels_or_a_clear_error(knobs, seed):
    if validate(BOX_WORLD.knob_values({}) | knobs):
        with pytest.raises(ValueError, match="box-world: "):
            BOX_WORLD.task_record(knobs)
        return
    values = BOX_WORLD.knob_values(knobs)
    for state in fresh(BOX_WORLD, 8, seed=seed, knobs=knobs).states:
        way, _ = check_level(state, values)
        assert any((key + 2 * lock) % 5 == 0 for key, lock in way) == bool(knobs["unseen"])
        assert knobs["fold"] in (0, split_of(state))
        assert solve(state) is not None


@pytest.mark.parametrize("size", [5, 6, 12])
@pytest.mark.parametrize("branch_length", [1, 2, 3, 4])
def test_fullest_rooms(size, branch_length):
    """As many boxes as a room of this size takes: where random places run out, slots do not."""
    boxes = min(capacity(size) - 1, 20)
    branches = (boxes - 1) // branch_length
    length = boxes - branches * branch_length
    knobs = {"size": size, "solution_min": length, "solution_max": length, "branch_length": branch_length}
    knobs |= {"distractors_min": branches, "distractors_max": branches}
    states = fresh(BOX_WORLD, 200, knobs=knobs).states
    for state in states:
        check_level(state, BOX_WORLD.knob_values(knobs))
        assert solve(state) is not None
    assert len({state["cells"].tobytes() for state in states}) > 190


@pytest.mark.parametrize(
    ("knobs", "words"),
    [
        ({"solution_min": 3, "solution_max": 2}, "solution_min is 3 but solution_max is 2"),
        ({"distractors_min": 5}, "distractors_min is 5 but distractors_max is 4"),
        ({"branch_length": 5}, "24 keys need as many colours, and there are 20"),
        ({"size": 6}, "a room of size 6 has place for 5 boxes"),
        ({"sight": 4}, "sight must be 0 or an odd number"),
        ({"unseen": 1}, "solution_min of at least 2"),
        ({"size": 4}, "size must be a whole number from 5 to 20"),
    ],
)
def test_impossible_tasks_are_refused(knobs, words):
    with pytest.raises(ValueError, match=words):
        BOX_WORLD.task_record(knobs)


def test_the_room_is_drawn_with_its_wall_and_the_key_held():
    batch = fresh(BOX_WORLD, 20)
    assert (batch.rows, batch.cols) == (14, 14)
    for state in batch.states:
        drawn = np.array([[tile(state, 0, row, col) for col in range(14)] for row in range(14)])
        assert drawn[0, 0] == 0
        state["held"] = 2 + 7
        assert tile(state, 0, 0, 0) == 4 + 7
        assert (drawn[[0, -1]] == 0).all() and (drawn[:, [0, -1]] == 0).all()
        room, expected = Room(state), np.ones((12, 12), int)
        expected[room.at] = 2
        for at, thing in room.things.items():
            expected[at] = 3 if thing == GEM else 4 + thing
        for at, (colour, _) in room.boxes.items():
            expected[at] = 24 + colour
        np.testing.assert_array_equal(drawn[1:-1, 1:-1], expected)


def test_the_window_shows_what_is_around_the_player_and_the_key_held():
    batch = fresh(VIEWPORT, 50)
    assert (batch.rows, batch.cols) == (6, 5)
    for state in batch.states:
        drawn = np.array([[tile(state, 0, row, col) for col in range(5)] for row in range(6)])
        assert (drawn[0] == 44).all()
        state["held"] = 2 + 3
        assert tile(state, 0, 0, 0) == 4 + 3
        state["held"], state["sight"] = 0, 0
        whole = np.full((20, 20), 44)
        whole[3:17, 3:17] = [[tile(state, 0, row, col) for col in range(14)] for row in range(14)]
        y, x = state["y"] + 4, state["x"] + 4
        np.testing.assert_array_equal(drawn[1:], whole[y - 2 : y + 3, x - 2 : x + 3])


def test_random_play_seldom_reaches_the_gem():
    """So that what a learner gains can be seen: about one time in fifteen even in the small room."""
    random, batch = np.random.default_rng(2), fresh(SMALL, 5000)
    reached = 0
    for _ in range(SMALL.objective.limit):
        batch.act(random.integers(4, size=5000))
        reached += int(batch.step()["success"].sum())
    assert 0 < reached < 500
