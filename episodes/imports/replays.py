"""Replay files (worlds/engine/run/replay.py) as stored episodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...tasks.compile import table
from ...worlds.engine.run.replay import Episode as Replay
from ..episode import Episode
from ..recorder import Recorder
from ..redraw import Worlds, world_of
from ..start import task_of
from ..step import Departure
from ..store import Store


def files_of(source: Path) -> list[Path]:
    """The replay at this path, or those of this folder, by name; empty if there are none."""
    if source.is_dir():
        return [path for path in sorted(source.glob("*.json")) if path.is_file() and _is_replay(path)]
    return [source] if source.is_file() and _is_replay(source) else []


def _is_replay(path: Path) -> bool:
    with path.open("rb") as file:
        return b'"rumpus_replay"' in file.read(200)


def episodes(
    files: list[Path], between: Store, played_by: str, own: Worlds = None, levels: Path | None = None
) -> Iterator[Episode | Departure]:
    """The episodes of replay files, one after the other; for one that departs from its recording, or cannot be read,
    the reason, with the name of its file as the id. between: a store that is not written to."""
    for path in files:
        try:
            yield _episode(Replay.load(path), between, played_by, own, levels)
        except (ValueError, KeyError, TypeError, OverflowError) as error:
            yield Departure(path.name, None, str(error).removeprefix(f"{path}: "))


def _episode(replay: Replay, between: Store, played_by: str, own: Worlds, levels: Path | None) -> Episode:
    """Play a replay to its end. Raises ValueError where it departs from its recording."""
    world = world_of(replay.world, own)
    task = None if replay.task is None else task_of(replay.task)
    batch = replay.batch(world, levels=levels, tasks=None if task is None else table([task], world))
    taken: list[Episode] = []
    options: dict[str, Any] = {"played_by": played_by, "source": "import", "keep": taking(taken)}
    with Recorder(batch, between, tasks=None if task is None else [task], **options):
        batch.reset(seed=replay.seed)
        for tick in range(len(replay.actions)):
            replay.play(batch, tick)
    if not taken:
        raise ValueError("it has no steps, or a start that cannot be stored")
    return taken[0]


def taking(taken: list[Episode]) -> Callable[[Episode], bool]:
    """A recorder's `keep` that takes an episode instead of storing it."""

    def keep(episode: Episode) -> bool:
        taken.append(episode)
        return False

    return keep
