"""Stores of episodes for tests, recorded once in a process."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rumpus.agents.recording import record


def stored(
    *worlds: str, knobs: Mapping[str, int] | None = None, agent: str = "expert", episodes: int = 24,
    limit: int | None = None,
) -> str:  # fmt: skip
    """The path of a store with so many episodes of each of these worlds. It is read by several tests: change copies."""
    return _stored(worlds, tuple((knobs or {}).items()), agent, episodes, limit)


@cache
def _stored(
    worlds: tuple[str, ...], knobs: tuple[tuple[str, int], ...], agent: str, episodes: int, limit: int | None
) -> str:
    folder = Path(tempfile.mkdtemp(prefix="rumpus-stored-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for world in worlds:
        record(world, agent, folder / "store", episodes=episodes, knobs=dict(knobs), limit=limit, threads=1)
    return str(folder / "store")
