"""Proofs by a world's expert: it plays a task, and its actions are the solution.

lead(world, batch, acting)      play every row of a batch by the expert until the goals are reached
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from ..interface.action import ACTION
from ..interface.text import encode
from ..worlds.engine.compile.cached import cached
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.device import check_things, things_table
from ..worlds.engine.run.table import pack_tasks
from ..worlds.engine.world import Controller, World
from .assemble import draft, task_of
from .codec import swapped
from .compile import table
from .families import SceneSampler, propose
from .files import LONGEST, write_line
from .goals import Task
from .inquire import inquire
from .language import canonical
from .pipeline import Candidate, Draft, Starts
from .questions import answered
from .rollouts import begin, least, marks, tick
from .scene import Scene, scene
from .splits import Split

TRIES = 12
"""Goals drawn for a start and a family, until one belongs to the split."""


def lead(world: World, batch: Batch, acting: np.ndarray) -> tuple[np.ndarray, np.ndarray, list[np.ndarray]]:
    """Play each row from its state, with the expert's actions for the players that act, bools (n, players), until all
    of these have succeeded, or the episode is over.

    Returns the tick at which each player succeeded, counted from 1, or 0: int64 (n, players); the players with a stage
    that held already when its turn came, bool (n, players); and the actions of each row up to the last of these ticks,
    ACTION (ticks, players).
    """
    assert isinstance(world.expert, Controller)
    assert world.rules.things is not None
    act, fill = cached(world.expert.act), cached(world.rules.things.fill)
    things = things_table(1, world.rules.things.most)[0]
    won, seen = np.zeros((batch.n, batch.players), np.int64), []
    already = np.zeros(won.shape, bool)
    going = np.ones(batch.n, bool)
    while going.any():
        batch.actions[...] = np.zeros((), ACTION)
        for row in np.flatnonzero(going):
            state = batch.states[row]
            count = fill(state, things)
            check_things(world, count)
            for player in np.flatnonzero(acting[row]):
                if not state["done"][player]:
                    act(state, player, batch.actions[row, player], things, count)
        seen.append(batch.actions.copy())
        success, held = tick(batch)
        won[success & (won == 0) & going[:, None]] = len(seen)
        already |= held & going[:, None]
        going &= (batch.over == 0) & ~np.where(acting, won > 0, True).all(axis=1)
    played = np.stack(seen, axis=1)
    return won, already, [played[row, : won[row].max()] for row in range(batch.n)]


def prove(world: World, tasks: Sequence[Task], acting: np.ndarray, *, seeing: bool = False) -> list[np.ndarray | None]:
    """For each task actions, ACTION (ticks, players), by which the players that act succeed; None if the expert does
    not succeed within the limit, if the goal is reached, or lost, at the start, or if a stage holds when its turn
    comes.

    seeing: questions are answered after a look at their things, see inquire.py; else they may be answered at once.
    """
    made = table(tasks, world)
    if not isinstance(world.expert, Controller):
        return [_answers(task, row) for task, row in zip(tasks, acting, strict=True)]
    batch = begin(world, made)
    fresh, asked = ~batch.things()[2].any(axis=(1, 2)), np.array([_asks(task) for task in tasks])
    proven: list[np.ndarray | None] = [None] * len(tasks)
    done = fresh & ~(asked & seeing)
    if done.any():
        won, already, actions = lead(world, batch, acting & done[:, None])
        good = done & np.where(acting, (won > 0) & ~already, True).all(axis=1)
        for row in np.flatnonzero(good).tolist():
            proven[row] = actions[row] if len(actions[row]) else None
        for row in np.flatnonzero(done & ~good).tolist():  # an expert need not know how to speak
            proven[row] = _answers(tasks[row], acting[row])
    rows = np.flatnonzero(fresh & asked & seeing).tolist()
    if rows:
        moments = {at: made.moments[row] for at, row in enumerate(rows) if row in made.moments}
        batch = begin(world, replace(made, records=made.records[rows], moments=moments))
        found = inquire(world, [tasks[row] for row in rows], batch, acting[rows])
        for row, some in zip(rows, found, strict=True):
            proven[row] = some
    return proven


def _asks(task: Task) -> bool:
    """Whether a player of a task is asked a question."""
    return any(player.question for player in task.players)


def attempt(
    world: World, starts: Starts, kind: str, wanted: Sequence[str], split: Split, rng: np.random.Generator
) -> Iterator[Draft]:
    """Drafts of the wanted families, as many of each as it is named, that the expert solves: at most one a start."""
    assert world.rules.things is not None
    batch = begin(world, pack_tasks(starts.records, starts.levels))
    things, counts, _ = batch.things()
    scenes = [scene(some[:number], world.rules.things) for some, number in zip(things, counts, strict=True)]
    which = marks(world, batch.states)
    found: list[Draft] = []
    left, tried, fitted = Counter(wanted), Counter(wanted), Counter(wanted)
    for row in range(len(starts)):
        sampler = SceneSampler(things[row, : counts[row]], world.rules.things, split, rng)
        blank = Candidate(starts, row, kind, "", int(which[row]), (), int(kind == "informed-blind"), "expert", [])
        for family in sorted(+left, key=lambda name: fitted[name] / tried[name]):  # rare families are tried first
            tried[family] += 1
            one = _drafted(world, blank, family, sampler, scenes[row], rng)
            if one:
                found.append(one)
                left[family] -= 1
                fitted[family] += 1
                break
    if not found:
        return
    tasks = [_unproven(world, one, split) for one in found]
    acting = np.array([_acting(world, one.candidate) for one in found])
    for one, actions in zip(found, prove(world, tasks, acting, seeing=True), strict=True):
        if actions is not None and (one.candidate.question or len(actions) >= least(world)):
            one.candidate.actions = actions
            if len(write_line(task_of(world, one, "x", split))) < LONGEST // 2:
                yield one


def _drafted(
    world: World, blank: Candidate, family: str, sampler: SceneSampler, scene: Scene, rng: np.random.Generator
) -> Draft | None:
    """A draft of a family for the start of a blank candidate; None if none was found that belongs to the split."""
    for _ in range(TRIES):
        proposed = propose(family, sampler)
        if proposed is None:
            return None
        goal, question = proposed
        mine = canonical(goal)
        goals = {"alone": (mine,), "partners": (mine, mine)}.get(blank.kind, (swapped(mine, sampler.world), mine))
        one = replace(blank, skill=family, goals=goals, question=question)
        found = draft(world, one, scene, sampler.split, rng)
        if found:
            return found
    return None


def _unproven(world: World, one: Draft, split: Split) -> Task:
    task = task_of(world, one, "unproven", split)
    return task.model_copy(update={"limit": world.objective.limit, "solution": None, "steps": None})


def _acting(world: World, one: Candidate) -> np.ndarray:
    """The players that prove a goal, bools (players,): the one that acts; all where they are to lift together."""
    return (np.arange(world.players) == one.acting) | (one.skill == "together")


def acting_in(task: Task) -> np.ndarray:
    """The players that act in a task, bools (players,)."""
    return np.array([player.acts for player in task.players])


def _answers(task: Task, acting: np.ndarray) -> np.ndarray | None:
    """One tick in which every player that acts says the answer to its question."""
    actions = np.zeros((1, len(task.players)), ACTION)
    for seat in np.flatnonzero(acting):
        word = answered(task.players[seat].goal)
        if word is None:
            return None
        actions[0, seat]["say"] = encode(word)
    return actions
