"""Straight ways: what was found done is played once more without its loops.

An agent that does not know how comes to a goal by wandering, and whoever imitates all of that learns to wander. Between
two states that show the same things in the same places nothing was won; without the steps between them the same goal is
reached by a shorter way. Each such play is a further attempt: it is played from the start of the task, and the judge
scores it as any other, so that one which misses its goal is no lesson.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from ...episodes.episode import Episode
from ...episodes.label import Seen, gathered, rollouts
from ...episodes.redraw import Redrawing, Together
from ...tasks.goals import Task
from ...tasks.hindsight.clauses import first_alike
from ...tasks.rollouts import shortcut
from ...worlds.engine.world import World
from .bank import Bank

OF = "straight"
"""The key of an episode's `extra` that names the attempt of which it is the straight way."""


def looked(world: World, bank: Bank, ids: Sequence[str], threads: int | None) -> Iterator[list[Seen]]:
    """The things in all states of these attempts. Left out are attempts in turn-based worlds whose steps take several
    turns."""
    kinds: dict[Together, list[Episode]] = {}
    for episode in bank.episodes(ids):
        if episode.start.repeat == 1 or not world.controls.turn_based:
            kinds.setdefault(Together.of(episode), []).append(episode)
    for some in kinds.values():
        playing = Redrawing(some, world, rows=min(len(some), 256), threads=threads, draw=False, final=True)
        yield from gathered(playing)


def places(alike: np.ndarray, at: int, reached: Sequence[int], still: int) -> list[int]:
    """The states of a play up to step `at` as numbers, equal where the things are and the stages reached are as many.
    alike: of each state the first with the same things; reached: stages reached in each state; still: the first of the
    states that are equal to no other, because something has to hold, or the goal is reached."""
    numbers: dict[tuple[int, int, int], int] = {}
    found = []
    for step in range(at + 1):
        key = int(alike[step]), int(reached[step]), step if step >= still else -1
        found.append(numbers.setdefault(key, len(numbers)))
    return found


def ways(
    world: World, bank: Bank, done: Mapping[str, int], tasks: Mapping[str, Task], threads: int | None
) -> dict[str, np.ndarray]:
    """ACTION (steps, 1) of the straight ways of attempts, by their ids, where these are shorter. done: the step at
    which each was found done; tasks: of each. A goal without stages is to last, and has none."""
    found: dict[str, np.ndarray] = {}
    staged = [id for id, at in done.items() if at and tasks[id].players[0].goal.stages]
    for seen in looked(world, bank, staged, threads):
        alike = first_alike(rollouts([(one, 0) for one in seen]))
        for row, one in enumerate(seen):
            id = one.episode.id
            at, goal = done[id], tasks[id].players[0].goal
            still = at - max(stage.hold for stage in goal.stages)
            kept = shortcut(range(at), places(alike[row], at, one.stages[:, 0].tolist(), still))
            if 0 < len(kept) < at:
                found[id] = one.episode.actions[:at][kept]
    return found
