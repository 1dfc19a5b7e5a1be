"""Sokoban: its rules against a second implementation; its levels, splits and solver against promises."""

from collections import deque

import numpy as np
import pytest

from rumpus.worlds.engine.compile.modules import cache_folder
from rumpus.worlds.engine.run.batch import Batch
from rumpus.worlds.sokoban import DUO, SMALL, SOKOBAN
from rumpus.worlds.sokoban.bank import COUNTS, DIGITS, bank, packed, split_of, unpacked
from rumpus.worlds.sokoban.level import PUSHES, STEPS
from rumpus.worlds.sokoban.solve import solve
from rumpus.worlds.sokoban.state import LEVEL, STATE
from rumpus.worlds.sokoban.xsb import loads

WAYS = ((-1, 0), (1, 0), (0, -1), (0, 1))
KNOBS = {"height": 10, "width": 10, "boxes": 4}
SMALL_KNOBS = {"height": 7, "width": 7, "boxes": 2}


class Room:
    """Sokoban once more, in sets of (y, x): `floor`, `targets`, `boxes`, and a list of players; `paint` and `marks` are
    the colours of boxes and targets, by their cells."""

    def __init__(self, record, players=1):
        cells = record["cells"][: record["height"], : record["width"]]
        self.floor = set(map(tuple, np.argwhere((cells & 1) == 0).tolist()))
        self.targets = set(map(tuple, np.argwhere(cells & 2).tolist()))
        self.boxes = set(map(tuple, np.argwhere(cells & 4).tolist()))
        self.players = [(int(record["y"][who]), int(record["x"][who])) for who in range(players)]
        paint = record["paint"] if "paint" in record.dtype.names else np.zeros_like(record["cells"])
        self.paint = {box: int(paint[box]) % 16 for box in self.boxes}
        self.marks = {target: int(paint[target]) // 16 for target in self.targets}

    @property
    def solved(self):
        return self.boxes <= self.targets

    def walk(self, who, way):
        """Move one player; returns (whether it moved, whether it pushed, how many more boxes are on targets now)."""
        (y, x), (dy, dx) = self.players[who], WAYS[way]
        there, ahead = (y + dy, x + dx), (y + 2 * dy, x + 2 * dx)
        if there not in self.floor or there in self.players:
            return False, False, 0
        gain = 0
        pushed = there in self.boxes
        if pushed:
            if ahead not in self.floor or ahead in self.boxes or ahead in self.players:
                return False, False, 0
            self.boxes = (self.boxes - {there}) | {ahead}
            self.paint[ahead] = self.paint.pop(there)
            gain = (ahead in self.targets) - (there in self.targets)
        self.players[who] = there
        return True, pushed, gain

    def turn(self, tick, ways):
        """Reward and whether the room is solved after one turn; the player of number tick % players goes first."""
        reward = -0.1
        for i in range(len(ways)):
            who = (tick + i) % len(ways)
            reward += self.walk(who, ways[who])[2]
        return reward + (10 if self.solved else 0), self.solved

    def play(self, plan):
        """Play a plan in which no step is in vain; returns the number of pushes."""
        pushes = 0
        for way in plan:
            moved, pushed, _ = self.walk(0, way)
            assert moved
            pushes += pushed
        return pushes


def start(level, players=1):
    """A STATE record at the beginning of a level."""
    state = np.zeros((), STATE)
    for name in LEVEL.names:
        state[name] = level[name]
    state["players"] = players
    return state


def fewest_pushes(record):
    """By breadth: the least pushes that solve a small room, or None."""
    room = Room(record)

    def region(boxes, player):
        seen, waiting = {player}, [player]
        while waiting:
            y, x = waiting.pop()
            new = {(y + dy, x + dx) for dy, dx in WAYS} & room.floor - boxes - seen
            seen |= new
            waiting += new
        return frozenset(seen)

    first = (frozenset(room.boxes), region(room.boxes, room.players[0]))
    depth, waiting = {first: 0}, deque([first])
    while waiting:
        node = waiting.popleft()
        boxes, walkable = node
        if boxes <= room.targets:
            return depth[node]
        for y, x in boxes:
            for dy, dx in WAYS:
                ahead = (y + dy, x + dx)
                if (y - dy, x - dx) in walkable and ahead in room.floor and ahead not in boxes:
                    moved = boxes - {(y, x)} | {ahead}
                    child = (moved, region(moved, (y, x)))
                    if child not in depth:
                        depth[child] = depth[node] + 1
                        waiting.append(child)
    return None


def images(level):
    """What the eight turned and mirrored images of a room look like, cut to its floor, without the player."""
    cells = level["cells"]
    ys, xs = np.nonzero(cells != 1)
    cut = cells[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    turned = [np.rot90(image, k) for image in (cut, cut.T) for k in range(4)]
    return {(image.shape, image.tobytes()) for image in turned}


@pytest.fixture(scope="module")
def levels():
    """120 levels of each split."""
    return {split: bank(split, KNOBS, count=120, progress=False) for split in DIGITS}


@pytest.fixture
def fresh_cache(tmp_path, monkeypatch):
    """An empty cache in a folder of its own, but with the code that is compiled already."""
    kernels = cache_folder() / "kernels"
    kernels.mkdir(parents=True, exist_ok=True)
    (tmp_path / "kernels").symlink_to(kernels.resolve(), target_is_directory=True)
    monkeypatch.setenv("RUMPUS_CACHE", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("world", [SOKOBAN, SMALL, DUO], ids=lambda world: world.name)
def test_rules_agree_with_a_second_implementation(world, levels):
    own = levels["train"] if world is not SMALL else bank("train", SMALL_KNOBS, count=64, progress=False)
    batch = Batch(world, 64, seed=3, levels=own, limit=200)
    batch.reset()
    rooms = [Room(state, world.players) for state in batch.states]
    random = np.random.default_rng(0)
    solved = np.zeros(batch.n, bool)
    for tick in range(1, 151):
        ways = random.integers(0, 4, (batch.n, world.players))
        batch.act(ways)
        before = batch.states.copy()
        outcomes = batch.step()
        for row, room in enumerate(rooms):
            if solved[row]:
                assert batch.states[row] == before[row]
                continue
            reward, solved[row] = room.turn(tick, ways[row])
            assert outcomes["reward"][row] == pytest.approx([reward] * world.players, abs=1e-5)
            assert (outcomes["terminated"][row] == solved[row]).all()
            assert (outcomes["success"][row] == solved[row]).all()
            now = Room(batch.states[row], world.players)
            assert (now.boxes, now.players) == (room.boxes, room.players)


@pytest.mark.parametrize("colours", [0, 3, 6])
@pytest.mark.parametrize("world", [SOKOBAN, DUO], ids=lambda world: world.name)
def test_things_and_pictures_are_the_room_in_its_colours(world, colours, levels):
    """A box keeps its colour wherever it is pushed; a target keeps its own, also under a box or a player."""
    batch = Batch(world, 32, seed=9, levels=levels["train"], knobs={"colours": colours}, limit=500)
    batch.reset()
    rooms = [Room(state, world.players) for state in batch.states]
    found = {colour for room in rooms for colour in (*room.paint.values(), *room.marks.values())}
    assert found == (set(range(1, colours + 1)) or {0})
    random = np.random.default_rng(0)
    parked = 0
    for tick in range(1, 101):
        ways = random.integers(0, 4, (batch.n, world.players))
        batch.act(ways)
        over = batch.over != 0
        batch.step()
        things, counts, _ = batch.things()
        for row, room in enumerate(rooms):
            if not over[row]:
                room.turn(tick, ways[row])
            players = [(1, 0, who + 1, *at, 128, 128) for who, at in enumerate(room.players)]
            boxes = [(2, colour, 0, *at, 128, 128) for at, colour in room.paint.items()]
            targets = [(3, colour, 0, *at, 0, 0) for at, colour in room.marks.items()]
            shown = [
                (*(int(thing[name]) for name in ("kind", "colour", "player")), *cell_of(thing), *flatness(thing))
                for thing in things[row, : counts[row]]
            ]
            assert shown[: world.players] == players
            assert sorted(shown[world.players :]) == sorted(boxes + targets)
            parked += len(room.boxes & room.targets)
    assert parked
    for state, room in zip(batch.states, rooms, strict=True):
        for y, x in room.floor:
            ground = 1 + room.marks[y, x] if (y, x) in room.marks else 0
            on_it = 1 + room.paint[y, x] if (y, x) in room.boxes else 0
            if (y, x) in room.players:
                on_it = 8 + room.players.index((y, x))
            assert world.view.tile(state, 0, y, x) == 2 + 8 * on_it + ground
    batch.configure(levels=levels["train"])
    batch.reset()
    assert not batch.states["paint"].any()


def cell_of(thing):
    """The cell in whose middle a thing is."""
    assert (thing["y"] % 256, thing["x"] % 256, thing["radius"]) == (128, 128, 128)
    return int(thing["y"]) // 256, int(thing["x"]) // 256


def flatness(thing):
    return int(thing["z"]), int(thing["height"])


def test_colours_change_nothing_else(levels):
    """The same seed gives the same level, and the same moves do and pay the same, in whatever colours."""
    plain, painted = (
        Batch(SOKOBAN, 32, seed=2, levels=levels["train"], knobs={"colours": colours}) for colours in (0, 6)
    )
    random = np.random.default_rng(2)
    for batch in (plain, painted):
        batch.reset()
    for _ in range(60):
        for batch, ways in zip((plain, painted), [random.integers(0, 4, 32)] * 2, strict=True):
            batch.act(ways)
        assert (plain.step() == painted.step()).all()
        assert (plain.states["cells"] == painted.states["cells"]).all()


def test_rewards_are_as_published():
    """-0.1 a step, +1 onto a target, -1 off it, +10 when all boxes are on: the last push gives 10.9."""
    corridor = loads("########\n#@$.  .#\n#   $  #\n########")
    batch = Batch(SOKOBAN, 1, levels=corridor)
    batch.reset()
    rewards = []
    for way in (3, 3, 2, 1, 1, 3, 3, 0):
        batch.act([way])
        rewards.append(float(batch.step()["reward"][0, 0]))
    assert rewards == pytest.approx([0.9, -1.1, *[-0.1] * 6], abs=1e-6)
    batch = Batch(SOKOBAN, 1, levels=loads("######\n#@$.*#\n######"))
    batch.reset()
    batch.act([3])
    assert batch.step()["reward"][0, 0] == pytest.approx(10.9)


@pytest.mark.parametrize("size", [(10, 10, 4), (7, 7, 2), (7, 7, 3), (13, 11, 5), (13, 13, 5), (6, 9, 1)])
def test_every_level_can_be_solved_through_the_rules(size):
    knobs = dict(zip(("height", "width", "boxes"), size, strict=True))
    own = bank("test", knobs, count=40, progress=False)
    for level in own:
        room, plan = Room(level), solve(start(level))
        assert len(room.boxes) == len(room.targets) == size[2]
        assert not room.boxes & room.targets
        assert room.play(plan) >= PUSHES * size[2]
        assert room.solved
    batch = Batch(SOKOBAN, len(own), levels=own, knobs=knobs, limit=500)
    batch.reset()
    plans = [solve(state) for state in batch.states]
    for step in range(max(map(len, plans))):
        batch.act([plan[min(step, len(plan) - 1)] for plan in plans])
        batch.step()
    assert batch.over.all()
    assert Room(batch.states[0]).solved


def test_solver_finds_the_fewest_pushes_from_any_moment():
    own = bank("train", {"height": 7, "width": 7, "boxes": 2}, count=40, progress=False)
    random = np.random.default_rng(1)
    lost = 0
    for level in own:
        batch = Batch(SMALL, 1, levels=level.reshape(1))
        batch.reset()
        for wandering in (0, 15):
            for way in random.integers(0, 4, wandering):
                batch.act([way])
                batch.step()
            state = batch.states[0]
            least, plan = fewest_pushes(state), solve(state)
            if least is None:
                lost += 1
                assert plan is None
            else:
                room = Room(state)
                assert room.play(plan) == least
                assert room.solved
    assert 0 < lost < 40


def fewest_steps(record):
    """By breadth: the least steps that solve a small room, or None."""
    room = Room(record)
    first = (frozenset(room.boxes), room.players[0])
    depth, waiting = {first: 0}, deque([first])
    while waiting:
        node = waiting.popleft()
        boxes, (y, x) = node
        if boxes <= room.targets:
            return depth[node]
        for dy, dx in WAYS:
            there, ahead = (y + dy, x + dx), (y + 2 * dy, x + 2 * dx)
            pushed = there in boxes
            if there not in room.floor or (pushed and (ahead not in room.floor or ahead in boxes)):
                continue
            child = (boxes - {there} | {ahead} if pushed else boxes, there)
            if child not in depth:
                depth[child] = depth[node] + 1
                waiting.append(child)
    return None


def test_solver_finds_the_fewest_steps_where_the_fewest_pushes_take_too_many():
    better = 0
    for level in bank("train", SMALL_KNOBS, count=300, progress=False):
        state = start(level)
        pushes = solve(state)
        least = fewest_steps(state)
        for limit in {len(pushes) - 1, least, least - 1}:
            state["tick"], state["limit"] = 7, 7 + limit
            plan = solve(state)
            room = Room(level)
            room.play(plan)
            assert room.solved
            assert len(plan) == (least if least <= limit < len(pushes) else len(pushes))
            better += len(plan) < len(pushes)
    assert better > 20


@pytest.mark.parametrize("split", ["test", "valid"])
def test_the_expert_solves_every_level_of_its_banks_within_the_limit(split):
    for level in bank(split, KNOBS, progress=False):
        state = start(level)
        state["limit"] = SOKOBAN.objective.limit
        assert len(solve(state)) <= SOKOBAN.objective.limit


def test_solver_is_honest():
    level = loads("########\n#@ $  .#\n#      #\n########")[0]
    assert solve(start(level), limit=1) is None
    assert solve(start(level)).tolist() == [3, 3, 3, 3]
    blocked = start(loads("########\n#@&$  .#\n########")[0], players=2)
    assert solve(blocked) is None
    assert solve(blocked, player=1).tolist() == [3, 3, 3]
    done = start(level)
    done["cells"] = np.where(done["cells"] == 4, 0, done["cells"])
    assert solve(done).size == 0


def test_splits_share_no_room_and_no_level_comes_twice(levels):
    looks = {split: [images(level) for level in own] for split, own in levels.items()}
    every = [look for own in looks.values() for look in own]
    assert len(set().union(*every)) == sum(map(len, every))
    bare = {}
    for split, own in levels.items():
        walls = own.copy()
        walls["cells"] &= 1
        bare[split] = set().union(*map(images, walls))
        assert {split_of(level) for level in own} == {split}
    assert not bare["train"] & bare["valid"]
    assert not bare["train"] & bare["test"]
    assert not bare["valid"] & bare["test"]


def test_banks_are_the_same_for_any_number_of_threads_and_any_count(levels, fresh_cache):
    for count, threads in ((120, 1), (70, 2)):
        for file in fresh_cache.glob("levels/*"):
            file.unlink()
        again = bank("valid", KNOBS, count=count, threads=threads, progress=False, anew=True)
        assert again.tobytes() == levels["valid"][:count].tobytes()


@pytest.mark.parametrize("count", [60, pytest.param(None, marks=pytest.mark.slow)])
@pytest.mark.parametrize("knobs", [KNOBS, SMALL_KNOBS], ids=["large", "small"])
@pytest.mark.parametrize("split", sorted(DIGITS))
def test_levels_that_come_with_rumpus_are_those_that_are_generated(split, knobs, count, fresh_cache):
    assert bank(split, knobs, progress=False).shape == (COUNTS[split],)
    known = bank(split, knobs, count=count, progress=False)
    assert not (fresh_cache / "levels").exists()  # nothing was generated
    assert known.tobytes() == bank(split, knobs, count=count, progress=False, anew=True).tobytes()
    assert unpacked(packed(known), knobs["height"], knobs["width"]).tobytes() == known.tobytes()


def test_more_levels_than_come_with_rumpus_begin_with_those(fresh_cache):
    count = COUNTS["test"] + 10
    more = bank("test", SMALL_KNOBS, count=count, progress=False)
    assert len(more) == count
    assert more[: COUNTS["test"]].tobytes() == bank("test", SMALL_KNOBS, progress=False).tobytes()


def test_damaged_banks_are_made_anew(fresh_cache):
    first = bank("test", SMALL_KNOBS, count=50, progress=False, anew=True)
    (file,) = (fresh_cache / "levels").iterdir()
    whole = file.read_bytes()
    for damaged in (whole[:-100], whole[:2000] + b"?" + whole[2001:], b""):
        file.write_bytes(damaged)
        again = bank("test", SMALL_KNOBS, count=50, progress=False, anew=True)
        assert again.tobytes() == first.tobytes()
        assert file.read_bytes() == whole
    assert len(np.load(file)) == 50


@pytest.mark.parametrize(
    ("split", "knobs", "count", "reason"),
    [
        ("exam", KNOBS, 1, "no split 'exam'"),
        ("train", KNOBS, 0, "at least 1 level"),
        ("train", {"height": 6, "width": 6, "boxes": 8}, None, "cannot hold 8 boxes"),
        ("train", {"height": 5, "width": 5, "boxes": 3}, None, "no train level was found for a 5x5 room with 3 boxes"),
        ("train", {"height": 5, "width": 5, "boxes": 1}, 5000, "only [0-9]+ different train levels"),
    ],
)
def test_banks_that_cannot_be(split, knobs, count, reason):
    with pytest.raises(ValueError, match=reason):
        bank(split, knobs, count=count, progress=False)


def test_second_player_stands_free_beside_the_first(levels):
    for level in levels["train"]:
        room = Room(level, players=2)
        (y, x), (v, u) = room.players
        assert abs(y - v) + abs(x - u) == 1
        assert (v, u) in room.floor - room.boxes


def test_known_solutions_fit_an_episode():
    assert SOKOBAN.objective.limit > STEPS
