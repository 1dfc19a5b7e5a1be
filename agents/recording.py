"""A policy's episodes into a store: `rumpus record`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from .. import worlds
from ..episodes.episode import Episode, Player
from ..episodes.moments import load
from ..episodes.recorder import Recorder
from ..episodes.store import Store
from ..tasks.compile import table
from ..worlds.engine.run.batch import Batch
from ..worlds.engine.run.table import level_table
from ..worlds.engine.world import World
from .episodes import ROWS, episodes_of
from .measuring.evaluate import solutions
from .policies import NAMES, player


def record(
    world: str | Path | World,
    agent: str | Path,
    out: str | Path,
    *,
    episodes: int | None = None,
    split: str = "train",
    seed: int = 0,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    levels: str | Path | None = None,
    tasks: str | Path | None = None,
    successes: bool = False,
    rows: int = ROWS,
    threads: int | None = None,
    greedy: bool | None = None,
) -> dict[str, Any]:
    """Let a player play episodes and add them to the store at `out`, which is made if there is none.

    agent: "random", "expert", or the path of a checkpoint or run; episodes: how many, by default each task of `tasks`
    or level of `levels` once, else 256; successes: store those alone that succeed; rows: of the batch; other arguments
    as for evaluate. Returns {store, world, agent, played, stored, success, steps}. The same seed plays the same
    episodes. Raises ValueError for unknown names, and StoreError if `out` is another folder.
    """
    world = worlds.load(world)
    if episodes is not None and (int(episodes) != episodes or episodes < 1):
        raise ValueError(f"episodes must be a whole number of at least 1, got {episodes}")
    if rows < 1:
        raise ValueError(f"rows must be at least 1, got {rows}")
    listed = None
    if tasks is not None:
        if knobs or limit is not None or levels is not None:
            raise ValueError("tasks bring their own knobs, limits and levels: give tasks, or these, not both")
        listed = load(tasks, world)[0]
    known = None if listed is None else solutions(listed)
    policy, trained = player(agent, world, seed=seed, greedy=greedy, solutions=known)
    chosen: dict[str, Any] = {"split": split}
    chosen["knobs"] = trained.get("knobs") if knobs is None else knobs
    chosen["limit"] = trained.get("limit") if limit is None else limit
    options: dict[str, Any] = {"seed": seed, "threads": threads, "repeat": trained.get("repeat", 1)}
    plan = played = None
    if listed is not None:
        played = table(listed, world)
    elif levels is not None:
        played = level_table(world, levels, **chosen)
    if played is not None:
        plan = np.arange(episodes or len(played)) % len(played)
        chosen = {"tasks": played, "split": split}
    count = len(plan) if plan is not None else episodes or ROWS
    store = Store(out, create=True)
    batch = Batch(world, min(count, rows), **chosen, **options)
    kind = str(agent) if agent in NAMES else "policy"
    by = Player(kind, "" if agent in NAMES else str(agent))
    with Recorder(
        batch,
        store,
        played_by=by,
        tasks=listed,
        source="rumpus record",
        every=5.0,
        keep=_succeeded if successes else None,
    ) as recorder:
        result = episodes_of(policy, batch, count, plan)
    return {
        "store": str(store.path),
        "world": world.name,
        "agent": policy.name,
        "played": count,
        "stored": recorder.count,
        "success": float(result.wins.mean()),
        "steps": int(result.lengths.sum()),
    }


def _succeeded(episode: Episode) -> bool:
    return episode.result == "success"
