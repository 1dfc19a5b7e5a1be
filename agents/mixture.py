"""A store of demonstrations of many worlds and of their tasks: `rumpus record all expert`.

Each world is recorded in rounds, each of which plays new seeds and is stored with its number, so that a recording that
was broken off, or is asked for more, goes on with the next round. A world is compiled once, and worlds take turns, so
that a store that was broken off holds something of all of them.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import worlds
from ..episodes.moments import of_world
from ..episodes.store import Store
from ..tasks import files
from ..tasks.goals import Task
from ..worlds.engine.world import World
from .recording import record
from .settings import REPEAT

ALL = "all"
ROUND = "round"
"""The name, in `extra` of an episode, of the round that it was played in."""
ROUND_EPISODES = 64
BARREN = 4
"""Rounds on end without anything to store, after which a world is left."""
SEEDS = 1 << 20
"""Seeds of a round."""


@dataclass
class Part:
    """The plan for a world: episodes of its own objective, or of these tasks. stored, steps: what the store
    holds of it; round: the next one; barren: rounds on end that stored nothing."""

    world: World
    tasks: list[Task] = field(default_factory=list)
    stored: int = 0
    steps: int = 0
    round: int = 0
    barren: int = 0

    @property
    def name(self) -> str:
        """The world, and whether tasks are meant."""
        return f"{self.world.name}, {len(self.tasks):,} tasks" if self.tasks else self.world.name


def named(text: str) -> list[World]:
    """The worlds of "all" (those that have an expert) or "box-world-small,sokoban-small". Raises ValueError for an
    unknown one, and for one that is named twice."""
    if text == ALL:
        return [world for world in map(worlds.load, worlds.names()) if world.expert is not None]
    names = [name.strip() for name in text.split(",")]
    if len(set(names)) < len(names):
        raise ValueError(f"each world is named once, got {text!r}")
    return [worlds.load(name) for name in names]


def record_mixture(
    world: str,
    agent: str | Path,
    out: str | Path,
    *,
    steps: int,
    episodes: int | None = None,
    tasks: str | Path | None = None,
    minutes: float | None = None,
    split: str = "train",
    seed: int = 0,
    repeat: int | None = None,
    tell: Callable[[str], None] | None = None,
    **options: Any,
) -> list[dict[str, Any]]:
    """Let a player play several worlds until a store holds so many steps of each, and of the tasks of each.

    world: see `named`; steps, episodes: of each world, and of its tasks, whichever are reached first; tasks: a file or
    folder with tasks of some of the worlds, which are recorded beside the worlds' own objectives; minutes: of wall
    clock, after which no round begins; repeat: ticks for which an action is held, by default 1 where worlds take turns
    and REPEAT elsewhere, as agents are trained; tell: called with a line about each round; other options as `record`
    takes them. Returns a row {world, tasks, stored, steps} for each part. Raises ValueError for numbers that cannot be.
    """
    for name, value in {"steps": steps, "episodes": episodes}.items():
        if value is not None and value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    if minutes is not None and not 0 < minutes < math.inf:
        raise ValueError(f"minutes must be a number greater than 0, got {minutes}")
    found = named(world)
    store = Store(out, create=True)
    parts = [part for each in found for part in _parts(each, tasks)]
    _known(store, parts, split)
    began, most = time.monotonic(), episodes or 1 << 62
    while waiting := [p for p in parts if p.steps < steps and p.stored < most and p.barren < BARREN]:
        for part in waiting:
            if minutes is not None and time.monotonic() - began > 60 * minutes:
                return [_row(part) for part in parts]
            done = _round(part, agent, out, split, seed, repeat, min(ROUND_EPISODES, most - part.stored), options)
            if tell is not None:
                tell(f"{part.name}: {part.stored:,} episodes, {part.steps:,} steps; won {done['success']:.0%}")
    return [_row(part) for part in parts]


def _parts(world: World, tasks: str | Path | None) -> Iterator[Part]:
    yield Part(world)
    if tasks is not None and world.name in files.worlds_of(tasks):
        yield Part(world, of_world(tasks, world)[0])


def _known(store: Store, parts: Sequence[Part], split: str) -> None:
    """Find what the store holds of each part."""
    by = {(part.world.name, bool(part.tasks)): part for part in parts}
    for head in store.index():
        part = by.get((head.world, bool(head.task)))
        if part is not None and ROUND in head.extra and head.start.split == split:
            number = head.extra[ROUND]
            part.round = max(part.round, int(number) + 1) if number.isdecimal() else part.round
            part.stored, part.steps = part.stored + 1, part.steps + head.steps


def _round(
    part: Part, agent: str | Path, out: str | Path, split: str, seed: int, repeat: int | None, count: int,
    options: Mapping[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """Play the next round of a part."""
    ticks = repeat or (1 if part.world.controls.turn_based else REPEAT)
    how: dict[str, Any] = {"episodes": count, "split": split, "repeat": ticks, **options}
    if part.tasks:
        first = part.round * ROUND_EPISODES
        how["tasks"] = [part.tasks[(first + at) % len(part.tasks)] for at in range(min(count, len(part.tasks)))]
    else:
        how["seed"] = seed + part.round * SEEDS
    done = record(part.world, agent, out, extra={ROUND: str(part.round)}, **how)
    part.round += 1
    part.barren = 0 if done["stored"] else part.barren + 1
    part.stored += done["stored"]
    part.steps += done["stored_steps"]
    return done


def _row(part: Part) -> dict[str, Any]:
    return {"world": part.world.name, "tasks": len(part.tasks), "stored": part.stored, "steps": part.steps}
