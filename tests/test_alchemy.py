"""Alchemy: its rules and things against a second implementation; its rooms, splits, plans and pictures against what its
page promises."""

from collections import deque

import cv2
import numpy as np
import pytest

from rumpus.assets.alchemy_art import COLOURS
from rumpus.interface.action import MOUSE_ONE
from rumpus.tasks.compile import table
from rumpus.tasks.goals import FORMAT, Player, Start, Task
from rumpus.tests.batches import fresh
from rumpus.tests.test_assets import lab, shrunk, sprites
from rumpus.worlds.alchemy import ALCHEMY, SMALL, WORLDS
from rumpus.worlds.alchemy.level import split_of
from rumpus.worlds.alchemy.solve import solve
from rumpus.worlds.engine.run.batch import Batch

STEPS = ((-1, 0), (1, 0), (0, -1), (0, 1))
SPLITS = {1: "train", 2: "valid", 3: "test"}


class Room:
    """Alchemy once more, with stones as pairs of (colour, number): `lying` {cell: (shell, core)}, `held` such a pair or
    None. Reads the record by its numbers: 0 floor, 1 the chest, 2 + number a stone."""

    def __init__(self, state):
        self.size, self.at = int(state["size"]), (int(state["y"]), int(state["x"]))
        self.chest, self.open = tuple(map(int, state["chest"])), bool(state["opened"])
        self.wanted = tuple(map(int, state["wanted"]))
        self.all = [(int(state["shells"][n]), int(state["cores"][n])) for n in range(state["stones"])]
        self.lying = {
            (int(y), int(x)): self.whole(int(state["cells"][y, x]) - 2) for y, x in np.argwhere(state["cells"] >= 2)
        }
        outer, inner = int(state["shell"]), int(state["core"])
        self.held = None if outer < 0 else ((self.all[outer][0], outer), (self.all[inner][1], inner))

    def whole(self, number):
        return (self.all[number][0], number), (self.all[number][1], number)

    def walk(self, dy, dx):
        """(reward, ended) of one step."""
        there = self.at[0] + dy, self.at[1] + dx
        if not (0 <= there[0] < self.size and 0 <= there[1] < self.size) or (dy, dx) == (0, 0):
            return 0, False
        if there == self.chest:
            made = self.held and (self.held[0][0], self.held[1][0])
            if self.open or made != self.wanted:
                return 0, False
            self.open, self.held = True, None
            return 1, True
        self.at = there
        if there in self.lying:
            found = self.lying.pop(there)
            self.held = found if self.held is None else (self.held[0], found[1])
        return 0, False

    def shown(self):
        """The things that a goal sees, as (kind, colour, state, holder, cell): the player, the chest, then shell and
        core of each stone; None for the cell of what is used up."""
        parts = {}
        for at, stone in self.lying.items():
            parts |= {(0, stone[0][1]): (0, 0, at), (1, stone[1][1]): (0, 0, at)}
        if self.held:
            parts |= {(0, self.held[0][1]): (0, 1, self.at), (1, self.held[1][1]): (0, 1, self.at)}
        things = [("player", 0, 0, 0, self.at), ("chest", 0, int(self.open), 0, self.chest)]
        for number, colours in enumerate(self.all):
            for part, kind in enumerate(("shell", "core")):
                things.append((kind, 1 + colours[part], *parts.get((part, number), (2, 0, None))))
        return things


def same(room, state):
    return vars(room) == vars(Room(state))


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_rules_agree_with_a_second_implementation(world):
    """With moves at random, clicks among them; half of the rows follow the plan, so that chests are opened."""
    random, batch = np.random.default_rng(0), fresh(world, 64)
    rooms, opened, made = [Room(state) for state in batch.states], 0, 0
    for _ in range(80):
        moves = random.integers(0, 4, 64)
        for row in range(0, 64, 2):
            plan = solve(batch.states[row])
            moves[row] = moves[row] if plan is None else plan[0]
        batch.act(moves)
        clicked = random.random(64) < 0.2
        for row in np.flatnonzero(clicked):
            dy, dx = STEPS[moves[row]]
            at = 1 + batch.states["x"][row] + dx, 1 + batch.states["y"][row] + dy
            batch.states["cursor"][row, 0] = [(2 * each + 1) * MOUSE_ONE // (2 * batch.rows) for each in at]
            batch.actions["keys"][row], batch.actions["buttons"][row, 0, 0] = 0, 1
        ticks = batch.states["tick"].copy()
        outcomes = batch.step()[:, 0]
        for row, (room, move) in enumerate(zip(rooms, moves, strict=True)):
            before = room.held
            reward, ended = room.walk(*STEPS[move])
            made += before is not None and room.held not in (before, None)
            found = outcomes[row]
            assert (found["reward"], found["terminated"], found["success"]) == (reward, ended, ended)
            assert found["truncated"] == (not ended and ticks[row] + 1 == world.objective.limit)
            assert same(room, batch.states[row])
        opened += int(outcomes["success"].sum())
        again = np.flatnonzero(batch.over)
        batch.reset(batch.over)
        for row in again:
            rooms[row] = Room(batch.states[row])
    assert opened > 40 and made > 40


def test_things_tell_of_every_part_for_as_long_as_an_episode_lasts():
    """Episodes with a goal of their own go on behind the open chest."""
    goal = {"stages": [{"all": [{"a": {"kind": "chest"}, "relation": "gone"}]}]}
    task = Task(
        rumpus_task=FORMAT, id="never-done", world="alchemy-small", version=SMALL.version, start=Start(), limit=200,
        players=(Player(goal=goal, instruction="make the chest go away"),),
    )  # fmt: skip
    tasks = table([task] * 32, SMALL)
    tasks.records["seed"] = np.arange(32)
    batch = Batch(SMALL, 32, tasks=tasks, threads=1)
    batch.reset(tasks=np.arange(32))
    rooms, random = [Room(state) for state in batch.states], np.random.default_rng(0)
    for _ in range(100):
        moves = random.integers(0, 4, 32)
        plans = [solve(state) for state in batch.states]
        moves = np.array([plan[0] if plan is not None else move for plan, move in zip(plans, moves, strict=True)])
        batch.act(moves)
        outcomes = batch.step()
        things, counts, _ = batch.things()
        for row, (room, move) in enumerate(zip(rooms, moves, strict=True)):
            room.walk(*STEPS[move])
            shown = []
            for thing in things[row, : counts[row]]:
                kind = ("player", "chest", "shell", "core")[thing["kind"] - 1]
                cell = (int(thing["y"]) // 256, int(thing["x"]) // 256) if thing["state"] < 2 else None
                shown.append((kind, *(int(thing[name]) for name in ("colour", "state", "holder")), cell))
            assert shown == room.shown()
        assert not outcomes["terminated"].any() and not outcomes["reward"].any()
    assert all(room.open for room in rooms)


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_rooms_are_as_the_page_says(world):
    """Nothing touches, no stone is wanted as it is, two make the one that is; pairs and rooms are held out."""
    for split, turned in world.knobs.splits.items():
        knobs = world.knob_values(turned)
        for state in fresh(world, 300, split=split).states:
            room = Room(state)
            assert len(room.lying) == knobs["stones"] and room.held is None and not room.open
            objects = [room.chest, *room.lying]
            gaps = [max(abs(a - c), abs(b - d)) for n, (a, b) in enumerate(objects) for c, d in objects[:n]]
            assert min(gaps) > 1 and room.at not in objects
            assert room.wanted not in room.all
            assert room.wanted[0] in [shell for shell, _ in room.all]
            assert room.wanted[1] in [core for _, core in room.all]
            assert ((room.wanted[0] + 2 * room.wanted[1]) % 5 == 0) == (split == "unseen-pairs")
            if split in SPLITS.values():
                assert SPLITS[int(split_of(state))] == split


@pytest.mark.parametrize(("size", "stones"), [(5, 8), (5, 2), (12, 8)])
def test_any_number_of_stones_fits(size, stones):
    for split in ("train", "test", "unseen-pairs"):
        knobs = {"size": size, "stones": stones, "colours": 3}
        for state in fresh(ALCHEMY, 100, split=split, knobs=knobs).states:
            assert len(Room(state).lying) == stones and solve(state) is not None


@pytest.mark.parametrize("world", WORLDS, ids=lambda world: world.name)
def test_plans_open_every_chest_within_the_limit(world):
    batch = fresh(world, 500, split="test")
    plans = [solve(state) for state in batch.states]
    lengths = np.array([len(plan) for plan in plans])
    assert lengths.max() <= world.objective.limit
    for tick in range(lengths.max()):
        batch.act(np.array([plan[min(tick, len(plan) - 1)] for plan in plans]))
        np.testing.assert_array_equal(batch.step()[:, 0]["success"], lengths == tick + 1)


def test_plans_from_the_middle_of_an_episode_are_the_shortest_there_are():
    """Against a search over whole rooms that knows the rules alone and, as plans do, touches no more stones than it
    takes: where plans give up it finds nothing either, and shorter plans touch more stones."""
    random, batch = np.random.default_rng(1), fresh(SMALL, 60)
    for _ in range(6):
        batch.act(random.integers(4, size=60))
        batch.step()
    gave_up = 0
    for state in batch.states:
        plan, best = solve(state), {}
        start = Room(state)
        seen, queue = {(start.at, start.held, tuple(start.lying))}, deque([(start, 0)])
        while queue:
            room, steps = queue.popleft()
            for step in STEPS:
                other = object.__new__(Room)
                vars(other).update(vars(room) | {"lying": dict(room.lying)})
                _, ended = other.walk(*step)
                mark = (other.at, other.held, tuple(other.lying))
                if ended:
                    best.setdefault(len(start.lying) - len(other.lying), steps + 1)
                elif mark not in seen:
                    seen.add(mark)
                    queue.append((other, steps + 1))
        gave_up += plan is None
        assert (plan is None) == (not best)
        if plan is not None:
            assert len(plan) <= best[min(best)] and len(plan) >= min(best.values())
    assert 0 < gave_up < 60


def test_stones_and_chests_show_both_their_colours_at_the_smallest_size():
    """At four pixels a tile: a stone's rim and middle, a chest's upper and lower half, each nearest to its own."""
    everyone, paints = sprites("alchemy"), lab(np.array(COLOURS))
    assert len(everyone) == 4 + 2 * len(COLOURS) ** 2
    for shell in range(len(COLOURS)):
        for core in range(len(COLOURS)):
            number = 4 + len(COLOURS) * shell + core
            stone, chest = (shrunk(everyone[number + shift], 4) for shift in (0, len(COLOURS) ** 2))
            rim = np.concatenate([stone[0, 1:3], stone[1:3, 0]]).mean(0)
            found = (rim, stone[1:3, 1:3].mean((0, 1)), chest[0, 1:3].mean(0), chest[3, 1:3].mean(0))
            for colour, wanted in zip(found, (shell, core, shell, core), strict=True):
                assert np.linalg.norm(paints - lab(colour[None]), axis=1).argmin() == wanted
            dark = chest[:, [0, 3]].mean((0, 1))
            assert cv2.norm(dark) < 130 and np.abs(stone[1:3, 0].mean(0) - dark).max() > 30
