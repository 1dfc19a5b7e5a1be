"""Agents in all seats: `rumpus watch`, at the window of people or recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ... import worlds
from ...episodes.episode import Player
from ...interface.viewer import open_display
from ...tasks.compile import table
from ...tasks.goals import Task
from ...worlds.engine.world import World
from ..contracts import Policy
from ..measuring.evaluate import solutions
from ..measuring.insight import Insight, check
from ..measuring.watch import check_pace
from ..measuring.watch import watch as record
from ..policies import start
from .agent import SECONDS, Agent, named
from .desk import Desk
from .layout import BAR, LABEL
from .session import Session

if TYPE_CHECKING:
    from ..search.settings import SearchSettings

TURNS = 8.0
"""Turns of an agent a second."""
_UNIT = 24
"""Largest text unit of a window, pixels: for the room around pictures of a given size."""


def watch(
    world: str | Path | World,
    agent: str | Path | Policy,
    *,
    out: str | Path | None = None,
    **options: Any,
) -> None:
    """Watch a player in the window of `rumpus play`, or record it to `out` (.mp4 or .gif). options: see `window`, and
    measuring.watch.watch. Raises ValueError for unknown names, NoDisplayError where there is no screen, and OSError
    where no clip can be written."""
    if out is None:
        window(world, agent, **options)
    else:
        record(world, agent, out=out, **options)


def window(
    world: str | Path | World,
    agent: str | Path | Policy,
    *,
    episodes: int = 3,
    split: str = "test",
    seed: int = 0,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    levels: str | Path | None = None,
    tasks: Sequence[Task] = (),
    size: tuple[int, int] | None = None,
    hz: float | None = None,
    repeat: int = 1,
    greedy: bool | None = None,
    guidance: float = 1.0,
    search: SearchSettings | None = None,
    show: Sequence[str] = (),
) -> None:
    """Watch a player in the window of `rumpus play`, with pause, single steps and speeds, and take over from it.

    It plays all seats of the world, for as many episodes, which follow one another by themselves. The parameters are
    those of measuring.watch.watch; size is the least (height, width) of a player's picture. Raises ValueError for
    unknown names, and NoDisplayError where there is no screen.
    """
    check_pace(episodes, hz)
    world = worlds.load(world)
    known = solutions(tasks) if tasks else None
    if isinstance(agent, Policy):
        made, trained = Agent(agent, Player("policy", agent.name), (), repeat=repeat), dict[str, Any]()
    else:
        how: dict[str, Any] = {"greedy": greedy, "guidance": guidance, "search": search, "solutions": known}
        made, trained = named(str(agent), world, seed=seed, **how)
    made.hand(range(world.players))
    options: dict[str, Any] = start({} if tasks else trained, knobs, limit) | {"split": split, "levels": levels}
    if tasks:
        options |= {"tasks": table(tasks, world), "ids": [task.id for task in tasks], "strict": True}
    pygame = open_display()
    from . import readied
    from .window import Window

    try:
        records = options["tasks"].records if tasks else world.task_record(options["knobs"], split=split)
        grid = int(records["rows"].max()), int(records["cols"].max())
        wanted = _size(size, world) if size else None
        session = readied(world, lambda: Session(world, seed=seed, agents=[made], **options), grid, wanted)
        if session is None:
            pygame.display.quit()
            return
        check(show, made.policy, made.batch)
        desk = Desk(session, stored=False, episodes=episodes, base=_base(world, hz, made.repeat), ahead=bool(show))
        view = Window(desk, seats=(), over=_insight(show, session) if show else None)
    except BaseException:
        pygame.display.quit()
        raise
    view.run()


def _base(world: World, hz: float | None, repeat: int) -> float:
    """The factor on a desk's speed that shows hz steps of an agent a second."""
    if world.controls.turn_based:
        return (hz or min(world.controls.tick_hz, TURNS)) * SECONDS
    return 1.0 if hz is None else hz * repeat / world.controls.tick_hz


def _size(size: tuple[int, int], world: World) -> tuple[int, int]:
    """(width, height) of a window with pictures of at least this (height, width), side by side."""
    height, width = size
    label = LABEL if world.players > 1 else 0
    wide = world.players * (width + _UNIT) + _UNIT
    return max(wide, 200), max(height + round((BAR + label + 2) * _UNIT), 200)


def _insight(show: Sequence[str], session: Session) -> Callable[[list[np.ndarray]], list[np.ndarray]]:
    """A function that draws the thoughts of the session's agent on pictures, while it plays all seats."""
    agent = session.agents[0]
    insight = Insight(show, agent.policy, agent.batch)
    seen = (-1, -1)

    def draw(pictures: list[np.ndarray]) -> list[np.ndarray]:
        nonlocal seen
        now = len(session.episodes), session.steps
        if not session.watching and not session.over:
            return pictures
        if now[0] != seen[0] or now[1] < seen[1]:
            insight.begin()
        again, seen = now == seen, now
        return insight.draw(pictures, session.batch, again=again)

    return draw
