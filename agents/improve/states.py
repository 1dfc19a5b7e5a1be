"""The states that setters propose tasks for: starts of the training split, and states in the middle of episodes that
the present agent plays."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...tasks.compile import packed_state
from ...tasks.goals import Moment
from ...tasks.rollouts import StartSampler, begin, marks
from ...worlds.engine.run.table import pack_tasks
from ...worlds.engine.world import World
from ..contracts import Policy
from .contracts import Present


def present(
    world: World, policy: Policy, count: int, middle: float, limit: int, rng: np.random.Generator, repeat: int = 1
) -> list[Present]:
    """`count` states of the training split, of which the share `middle` lies in the middle of episodes that this policy
    plays, up to `limit` ticks from their start."""
    starts = StartSampler(world, "train").draw(rng, count)
    batch = begin(world, pack_tasks(starts.records, starts.levels))
    batch.repeat = repeat
    wanted = rng.integers(1, max(limit // repeat, 1) + 1, count) * (rng.random(count) < middle)
    if not world.rules.savable:
        wanted[:] = 0
    found: dict[int, Present] = {}
    _look(world, batch, starts.data, np.flatnonzero(wanted == 0), found, middle=False)
    policy.start(batch)
    is_first = np.ones(count, bool)
    for step in range(1, int(wanted.max(initial=0)) + 1):
        policy.act(batch, is_first)
        batch.step()
        is_first[:] = False
        _look(world, batch, starts.data, np.flatnonzero(wanted == step), found, middle=True)
    return [found[row] for row in sorted(found)]


def _look(
    world: World, batch: Any, data: list[Any], rows: np.ndarray, found: dict[int, Present], *, middle: bool
) -> None:
    """Keep the states of these rows, but for those that are over."""
    if not len(rows):
        return
    things, counts, _ = batch.things()
    for row in rows.tolist():
        state = np.frombuffer(bytearray(batch.record(row)), world.rules.state)
        if state["over"][0]:
            continue
        start = data[row]
        if middle:
            start = start.model_copy(update={"moment": Moment(state=packed_state(world, state))})
        found[row] = Present(start, things[row, : counts[row]].copy(), state, middle)


def mark_of(world: World, state: np.ndarray) -> int:
    """A number that is the same for equal states."""
    return int(marks(world, state)[0])
