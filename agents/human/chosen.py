"""The tasks that a person chooses to play: those of a file, a goal in words, a moment of a stored episode."""

from __future__ import annotations

from collections.abc import Mapping
from random import randrange
from typing import Any

from ...episodes.moments import chosen, from_place
from ...tasks.compile import judged, table
from ...tasks.goals import Task
from ...tasks.understanding import needs_start, retold, tasked, understood_in
from ...worlds.engine.world import World

FIRST = 1 << 31
"""Starts are drawn from as many seeds."""


def to_play(
    world: World, *, task: str | None = None, goal: str | None = None, moment: str | None = None,
    start: Mapping[str, Any], limit: int | None = None,
) -> tuple[dict[str, Any], list[str]]:  # fmt: skip
    """The options of `human.play` for what was chosen, and lines that say what was understood of a goal.

    task: FILE:ID or FILE; moment: STORE#ID@STEP; start: seed, levels, knobs and split as typed. Raises ValueError for
    what cannot be played, or goes with nothing else that was chosen.
    """
    if goal is not None and task is not None:
        raise ValueError("--task brings its own goal: give --task or --goal, not both")
    if moment is not None and (task is not None or start["knobs"] or {start["seed"], start["levels"]} != {None}):
        raise ValueError("--moment brings its own start: give it without --task, --levels, --knob and --seed")
    if task is not None:
        return _written(chosen(task, world), world), []
    if goal is None:
        return {} if moment is None else _written([from_place(moment, world, limit=limit)], world), []
    if world.rules.things is None:
        raise ValueError(f"{world.name} shows no things, so it has no goals")
    found = understood_in(goal, world)
    restated = retold(found, world.rules.things)
    lines = [f"Understood: {restated}"]
    if needs_start(found):
        if moment is not None or start["levels"] is not None:
            raise ValueError("this goal is told by a start, so it takes --seed, and neither --levels nor --moment")
        seed = randrange(FIRST) if start["seed"] is None else start["seed"]
        asked, more = tasked(found, world, seed=seed, knobs=start["knobs"], split=start["split"])
        lines += [f"At the start of seed {seed}:", *more] if more else []
        return {"tasks": table([asked], world), "ids": ["goal"]}, lines
    assert found.goal is not None
    if moment is not None:
        return _written([from_place(moment, world, found.goal, restated, limit=limit)], world), lines
    return {"tasks": judged(world, found.goal, restated), "ids": ["goal"]}, lines


def _written(tasks: list[Task], world: World) -> dict[str, Any]:
    """The options for these tasks."""
    return {"tasks": table(tasks, world), "ids": [each.id for each in tasks], "written": tasks}
