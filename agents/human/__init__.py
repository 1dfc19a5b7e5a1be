"""Human play in a window: `play` opens one for any world and returns when it is closed."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ...interface.progress import span
from ...interface.viewer import open_display
from ...worlds.engine.run.table import Table

if TYPE_CHECKING:
    from ...episodes.recorder import Recorder
    from ...tasks.goals import Task
    from ...worlds.engine.run.batch import Batch
    from ...worlds.engine.world import World
    from .agent import Agent
    from .asking import Asking
    from .desk import Desk
    from .session import Episode, Session

os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
os.environ.setdefault("SDL_VIDEO_X11_WMCLASS", "rumpus")  # by which desktops group windows

COUNTDOWN = 3.0
"""Seconds before an episode begins in real time; any key begins at once."""
SOON = 2.0
"""Seconds of compiling up to which no estimate is shown."""


class Played(NamedTuple):
    """The result of human play: the episodes, in order, the clips and screenshots that were saved, and whether the
    window was closed, not only left."""

    episodes: list[Episode]
    saved: list[Path]
    closed: bool = False


def play(
    world: Any,
    *,
    seed: int | None = None,
    levels: Any = None,
    split: str = "train",
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    tasks: Table | None = None,
    ids: Sequence[str] = (),
    strict_time: bool = False,
    record: str | Path | None = None,
    name: str = "",
    written: Sequence[Task] | None = None,
    once: bool = False,
    agents: Sequence[Agent] = (),
    seats: Collection[int] | None = None,
    window: tuple[int, int] | None = None,
    out: str | Path = "runs/clips",
    keep: bool = False,
    mute: bool = False,
    asking: Asking | None = None,
    begin: int = 1,
    load: str | Path = "",
) -> Played:
    """Open a window for human play, and return when it is closed.

    world: a name, a folder, or a World; seed: of the first episode, a random one by default; split, knobs, limit: see
    Batch; levels: a file, a folder or an array of levels, played in their order; tasks: a table to play one after the
    other, in place of the world's own task, and ids: names of its rows; in real time people have PATIENCE times the
    limit of a task (see playlist.py), unless strict_time; record: a store to which each episode is added, made if there
    is none, under the player's `name`, with the tasks of the table as they are `written`; once: each task is played
    once, for the benchmark (see suite.py); agents: play beside the person, see agent.py; seats: of the
    person, from 0 on, by default all that no agent plays; window: (width, height) in
    pixels, by default a size that fits the screen; out: the folder for clips and screenshots;
    keep: whether the window stays open when it is left, for the next world; mute: whether it begins without sounds;
    asking: a conversation with the first of the agents, which records the episodes in place of `record`; begin: the
    number of the first level or task of the list, from 1 on; load: a save slot to go on from, by its number or its
    file.

    Raises NoDisplayError where there is no screen, and ValueError for an invalid world, level, knob, table, store or
    slot.
    """
    recorders: list[Recorder] = []
    attach = None if record is None else _attach(record, name, written, once, recorders)
    if asking is not None:
        attach = asking.attach if asking.store is not None else None
    try:
        how: dict[str, Any] = {"strict": strict_time, "once": once, "agents": agents}
        stay = seats, keep, mute, asking, begin, load
        return _play(world, attach, seed, levels, split, knobs, limit, tasks, ids, how, stay, window, out)
    finally:
        if asking is not None:
            asking.close()
        for recorder in recorders:
            recorder.close()


def _attach(
    place: str | Path, name: str, written: Sequence[Task] | None, once: bool, recorders: list[Recorder]
) -> Callable[[Batch], Recorder]:
    """A function that records the episodes of a person's batch into the store at a place."""
    from ...episodes.episode import Player
    from ...episodes.recorder import Recorder
    from ...episodes.store import Store

    store = Store(place, create=True)
    source = "rumpus play --suite" if once else "rumpus play"
    options: dict[str, Any] = {"source": source, "latency": True, "every": 0.0, "tasks": written}

    def attached(batch: Batch) -> Recorder:
        recorders.append(Recorder(batch, store, played_by=Player("person", name), **options))
        return recorders[-1]

    return attached


def _play(
    world: Any, attach: Callable[[Batch], Recorder] | None, seed: int | None, levels: Any, split: str,
    knobs: Mapping[str, int] | None, limit: int | None, tasks: Table | None, ids: Sequence[str], how: dict[str, Any],
    stay: tuple[Collection[int] | None, bool, bool, Asking | None, int, str | Path],
    window: tuple[int, int] | None, out: str | Path,
) -> Played:  # fmt: skip
    pygame, (seats, keep, mute, asking, begin, load) = open_display(), stay
    try:
        from ... import worlds
        from .desk import Desk
        from .session import Session
        from .window import Window

        world = worlds.load(world)
        options: dict[str, Any] = {"split": split, "knobs": knobs, "limit": limit}
        records = world.task_record(**options) if tasks is None else tasks.records
        options |= {"levels": levels, "tasks": tasks, "ids": ids, **how}
        grid = int(records["rows"].max()), int(records["cols"].max())
        session = readied(world, lambda: Session(world, seed=seed, **options, record=attach), grid, window)
        if session is None:
            if not keep:
                pygame.display.quit()
            return Played([], [])
        desk = Desk(session, countdown=COUNTDOWN, asking=asking)
        started(desk, begin, load)
        view = Window(desk, window, out, seats=seats, sounds=not mute)
    except BaseException as error:
        if not (keep and isinstance(error, Exception)):
            pygame.display.quit()
        raise
    view.run(keep)
    return Played(session.episodes, view.saved, view.closed)


def started(desk: Desk, begin: int, load: str | Path) -> None:
    """Begin at a number of the list, or go on from a slot. Raises ValueError for a number or slot that there is not."""
    from .slots import named, read

    if load:
        slot = named(str(load))
        why = desk.load(slot) if isinstance(slot, int) else desk.resume(read(slot))
    else:
        why = desk.go(begin - 1) if begin != 1 else ""
    if why:
        raise ValueError(why[:1].lower() + why[1:])


def readied(
    world: World, make: Callable[[], Session], grid: tuple[int, int], size: tuple[int, int] | None = None
) -> Session | None:
    """A session, made while a window shows how far it is; None if the person closes it before. grid, size: of the
    window, see open_window. Video must have been started."""
    from ...worlds.engine.render.enlarge import compile_enlarging
    from ...worlds.engine.tools.warm import seconds
    from .waiting import waited
    from .window import open_window

    open_window(world, size, grid)

    def ready() -> Session:
        session = make()
        session.rehearse()
        compile_enlarging()
        return session

    about = seconds(world)
    rest = f": about {span(about)}, the first time on this machine" if about > SOON else " …"
    return waited(f"Getting {world.name} ready{rest}", ready)
