"""Starts of tasks, and rollouts from them: plans of the world's solver, and random walks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np

from ..interface.action import ACTION, move_table
from ..interface.machine import cores
from ..worlds.engine.records.states import own_words, task_dtype
from ..worlds.engine.records.things import THING
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.table import Table, pack_tasks
from ..worlds.engine.world import Planner, World
from .goals import Start
from .pipeline import Rollouts, Starts
from .splits import SPLITS, Split, scale_split

REST = -1
"""In place of a move: no action."""
SIZE_SHARE = 0.25
"""Part of the starts of validation and testing that have a size kept for them."""
KEEP_ON = 0.7
"""Chance that a walk repeats its last move, if that changed the state."""
PLANNED, BEGUN = 0.2, 0.35
"""Part of the rollouts that follow the solver's plan to its end; those up to the second leave it at a random tick."""

REACTION = 0.25
"""Seconds of a person's reaction time, about."""

_FRAME = (40, 40)  # of batches that are not drawn


class StartSampler:
    """Draws starts of a world for a split: knobs by scale and range, levels of the world's own split, seeds."""

    def __init__(self, world: World, split: Split):
        assert world.rules.things is not None
        turned = world.knobs.splits.get(split, {})
        scales = world.rules.things.scales or ({},)
        ranges = world.rules.things.ranges
        own = world.knob_values({})
        self._world, self._split = world, split
        self._common: list[int] = []  # combinations of knobs, those of sizes of training first, and those kept for this
        self._held: list[int] = []
        self._combinations: list[tuple[int, dict[str, int], np.ndarray]] = []
        for number, scale in enumerate(scales):
            where = scale_split(number, len(scales))
            if SPLITS.index(where) > SPLITS.index(split):
                continue
            for values in product(*ranges.values()):
                knobs = {**scale, **dict(zip(ranges, values, strict=True)), **turned}
                try:
                    record = world.task_record(knobs, split=split)
                except ValueError:
                    continue  # values that do not go together
                (self._common if where == "train" else self._held if where == split else []).append(
                    len(self._combinations)
                )
                changed = {name: value for name, value in knobs.items() if value != own[name]}
                self._combinations.append((number, changed, record))
        self._banks: dict[int, np.ndarray] = {}
        self._texts: dict[tuple[int, int], tuple[str, np.ndarray]] = {}

    def draw(self, rng: np.random.Generator, n: int) -> Starts:
        """n starts."""
        records = np.zeros(n, task_dtype(self._world.knobs.declared, self._world.rules.max_players))
        levels: list[np.ndarray] = []
        data: list[Start] = []
        scales: list[int] = []
        for row in range(n):
            held = self._held and rng.random() < SIZE_SHARE
            choice = self._held if held else self._common
            combination = choice[rng.integers(len(choice))]
            number, knobs, record = self._combinations[combination]
            records[row] = record[0]
            records["seed"][row] = seed = int(rng.integers(1 << 31))
            text = None
            if self._world.levels is not None and self._world.levels.bank is not None:
                text, level = self._level(combination, rng)
                records["level"][row] = len(levels)
                levels.append(level)
            data.append(Start.model_construct(knobs=knobs, seed=seed, level=text))
            scales.append(number)
        records["seeded"], records["judged"] = 1, 1
        records["rows"], records["cols"] = records["rows"].max(), records["cols"].max()
        return Starts(records, np.concatenate(levels) if levels else None, data, scales)

    def _level(self, combination: int, rng: np.random.Generator) -> tuple[str, np.ndarray]:
        """A level of the bank for these knobs, as text and as what that text is read as."""
        world = self._world
        assert world.levels is not None
        assert world.levels.show is not None
        assert world.levels.parse is not None
        number, knobs, _ = self._combinations[combination]
        bank = self._banks.get(number)
        if bank is None:
            bank = world.level_bank(self._split, knobs)
            assert bank is not None
            self._banks[number] = bank
        index = int(rng.integers(len(bank)))
        if (number, index) not in self._texts:
            text = world.levels.show(bank[index], players=world.players)
            self._texts[number, index] = text, world.levels.parse(text)
        return self._texts[number, index]


def begin(world: World, tasks: Table) -> Batch:
    """A batch in which each row of this table has just begun, in their order."""
    batch = Batch(world, len(tasks), size=_FRAME, tasks=tasks)
    batch.reset(tasks=np.arange(len(tasks)))
    return batch


def act(batch: Batch, moves: np.ndarray) -> None:
    """Write moves, (n, players) with REST for none, into a batch's actions."""
    known = move_table(batch.world.controls.moves)
    actions = np.concatenate([known, np.zeros(1, ACTION)])  # the last, -1, is no action
    batch.actions[...] = actions[moves]


def tick(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """One step of a batch on the CPU. Returns bools (n, players): the players that succeeded, and those with a stage
    that holds already when its turn comes."""
    before = batch.states["stage"].copy()
    success = batch.step()["success"] != 0
    stage = batch.states["stage"]
    turned = ((stage > before) & (stage < batch.states["stages"]))[:, : batch.players]
    return success, turned & (batch.things()[2][..., 0] != 0) if turned.any() else turned


def least(world: World) -> int:
    """The fewest ticks of a solution, below which there is no task: two turns, or the reaction time of a person."""
    return 2 if world.controls.turn_based else math.ceil(world.controls.tick_hz * REACTION)


def marks(world: World, states: np.ndarray) -> np.ndarray:
    """A hash of each state, uint64 (n,): of the world's own fields and of the progress of the goals."""
    first, last = own_words(world.rules.state)
    first += world.rules.max_players  # cursors, which depend on the size of the picture
    words = np.frombuffer(states.tobytes(), np.uint64).reshape(len(states), -1)[:, first:last]
    odd = np.random.default_rng(0).integers(1 << 63, size=words.shape[1], dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    return ((words ^ (words >> np.uint64(31))) * odd).sum(axis=1, dtype=np.uint64)


def play(
    world: World,
    starts: Starts,
    acting: np.ndarray,
    ticks: int,
    rng: np.random.Generator,
) -> Rollouts:
    """Rollouts of all starts, in which the player `acting`, (n,), follows a plan of the solver, a part of it, or a
    walk."""
    n, moves = len(starts), len(world.controls.moves)
    records = starts.records.copy()
    records["limit"] = ticks + 1
    batch = begin(world, pack_tasks(records, starts.levels))
    way, planned = np.full((n, ticks), REST, np.int16), np.zeros(n, np.int64)
    whole = rng.random(n)
    for row, plan in enumerate(_plans(world, batch.states, (whole < BEGUN) & (acting == 0))):
        until = len(plan) if whole[row] < PLANNED else int(rng.integers(len(plan) + 1))
        planned[row] = min(until, ticks)
        way[row, : planned[row]] = plan[: planned[row]]
    seen = np.zeros((n, ticks + 1), np.uint64)
    seen[:, 0] = marks(world, batch.states)
    looks = [_shown(batch)]
    chosen, last = np.full((n, world.players), REST), rng.integers(moves, size=n)
    for tick in range(ticks):
        again = rng.random(n) < KEEP_ON
        if tick:
            again &= seen[:, tick] != seen[:, tick - 1]
        last = np.where(again, last, rng.integers(moves, size=n))
        way[:, tick] = last = np.where(way[:, tick] == REST, last, way[:, tick])
        chosen[np.arange(n), acting] = last
        act(batch, chosen)
        batch.step()
        seen[:, tick + 1] = marks(world, batch.states)
        looks.append(_shown(batch))
    counts = np.stack([count for _, count in looks])
    things = np.zeros((len(looks), n, counts.max()), THING)
    for at, (some, _) in enumerate(looks):
        things[at, :, : some.shape[1]] = some
    return Rollouts(way, acting, things, counts, seen, planned)


def _shown(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """The things of each row, and their numbers, without the places that no row uses."""
    things, counts, _ = batch.things()
    return things[:, : counts.max()].copy(), counts


def _plans(world: World, states: np.ndarray, wanted: np.ndarray) -> list[np.ndarray]:
    """The solver's plan for each state where one is wanted; an empty one elsewhere, and where there is none."""
    plans, expert, rows = [np.zeros(0, np.int64)] * len(states), world.expert, np.flatnonzero(wanted)
    if not isinstance(expert, Planner):
        return plans

    def plan(some: np.ndarray) -> None:
        for row in some.tolist():
            found = expert.plan(states[row])
            plans[row] = plans[row] if found is None else found

    with ThreadPoolExecutor(cores()) as pool:
        list(pool.map(plan, [rows[first :: cores()] for first in range(cores())]))
    return plans


def shortcut(moves: Sequence[int], marks: Sequence[int]) -> list[int]:
    """Moves without loops: those that lead back to an earlier state are left out. marks: of the states before, between
    and after the moves."""
    at: dict[int, int] = {}
    kept: list[int] = []
    trail: list[int] = []
    for index, mark in enumerate(marks):
        if mark in at:
            for gone in trail[at[mark] + 1 :]:
                del at[gone]
            del trail[at[mark] + 1 :], kept[at[mark] :]
        else:
            at[mark] = len(trail)
            trail.append(mark)
        if index < len(moves):
            kept.append(moves[index])
    return kept
