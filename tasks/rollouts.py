"""Starts of tasks, and play from them that shows what can become of them: plans of the world's solver, and walks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np

from ..interface.action import ACTION, move_table
from ..interface.machine import cores
from ..worlds.engine.records.states import own_words, task_dtype
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.table import Table
from ..worlds.engine.world import Planner, World
from .goals import Start
from .pipeline import Rollouts, Starts
from .splits import SPLITS, Split, scale_split

REST = -1
"""In place of a move: hands at rest."""
SIZE_SHARE = 0.25
"""Part of the starts of validation and testing that are of a size kept for it."""
KEEP_ON = 0.7
"""Chance that a walk goes on with the move that it made last, if that did anything."""
PLANNED, BEGUN = 0.2, 0.35
"""Part of the plays that follow the solver's plan to its end; the next, up to this, leave it at a random tick."""

REACTION = 0.25
"""Seconds in which people react to what they see, about."""

_FRAME = (40, 40)  # of batches that nobody looks at


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
        records = np.zeros(n, task_dtype(self._world.knobs.knobs, self._world.rules.max_players))
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


def begin(world: World, records: np.ndarray, levels: np.ndarray | None) -> Batch:
    """A batch in which each of these records has just begun, in their order."""
    batch = Batch(world, len(records), size=_FRAME, tasks=Table(records, levels))
    batch.reset(tasks=np.arange(len(records)))
    return batch


def act(batch: Batch, moves: np.ndarray) -> None:
    """Write moves, (n, players) with REST for none, into a batch's actions."""
    hands = np.concatenate([move_table(batch.world.controls.moves), np.zeros(1, ACTION)])  # the last, -1, is rest
    batch.actions[...] = hands[moves]


def tick(batch: Batch) -> tuple[np.ndarray, np.ndarray]:
    """One step of a batch on the CPU, bools (n, players): who succeeded, and for whom the turn of a stage came that
    holds already."""
    before = batch.states["stage"].copy()
    success = batch.step()["success"] != 0
    stage = batch.states["stage"]
    turned = ((stage > before) & (stage < batch.states["stages"]))[:, : batch.players]
    return success, turned & (batch.things()[2][..., 0] != 0) if turned.any() else turned


def least(world: World) -> int:
    """Ticks that a way takes at least, or it is no task: two turns, or the time in which a person reacts."""
    return 2 if world.controls.turn_based else math.ceil(world.controls.tick_hz * REACTION)


def marks(world: World, states: np.ndarray) -> np.ndarray:
    """uint64 (n,), the same for states in which all that is the world's own, and where the goals stand, is the same."""
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
    """Play from each start with the hands of the player `acting`, (n,): the solver's plan, a part of it, or a walk."""
    n, moves = len(starts), len(world.controls.moves)
    records = starts.records.copy()
    records["limit"] = ticks + 1
    batch = begin(world, records, starts.levels)
    way, planned = np.full((n, ticks), REST, np.int16), np.zeros(n, np.int64)
    whole = rng.random(n)
    for row, plan in enumerate(_plans(world, batch.states, (whole < BEGUN) & (acting == 0))):
        until = len(plan) if whole[row] < PLANNED else int(rng.integers(len(plan) + 1))
        planned[row] = min(until, ticks)
        way[row, : planned[row]] = plan[: planned[row]]
    seen = np.zeros((n, ticks + 1), np.uint64)
    seen[:, 0] = marks(world, batch.states)
    looks = [batch.things()[:2]]
    hands, last = np.full((n, world.players), REST), rng.integers(moves, size=n)
    for tick in range(ticks):
        again = rng.random(n) < KEEP_ON
        if tick:
            again &= seen[:, tick] != seen[:, tick - 1]
        last = np.where(again, last, rng.integers(moves, size=n))
        way[:, tick] = last = np.where(way[:, tick] == REST, last, way[:, tick])
        hands[np.arange(n), acting] = last
        act(batch, hands)
        batch.step()
        seen[:, tick + 1] = marks(world, batch.states)
        looks.append(batch.things()[:2])
    things, counts = (np.stack(parts) for parts in zip(*looks, strict=True))
    return Rollouts(way, acting, things, counts, seen, planned)


def _plans(world: World, states: np.ndarray, wanted: np.ndarray) -> list[np.ndarray]:
    """The solver's plan for each state that wants one; an empty one for the others, or where there is none."""
    none, expert = np.zeros(0, np.int64), world.expert
    if not isinstance(expert, Planner):
        return [none] * len(states)

    def plan(row: int) -> np.ndarray:
        found = expert.plan(states[row]) if wanted[row] else None
        return none if found is None else found

    with ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(plan, range(len(states))))


def shortcut(moves: Sequence[int], marks: Sequence[int]) -> list[int]:
    """Moves without those that only lead back to a state already seen. marks: of the states before, between, behind."""
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
