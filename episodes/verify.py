"""Verifying: stored episodes are replayed, and every state and outcome is compared with what was recorded.

An episode of an older version of its world is replayed by today's code too: the first step at which it differs is where
the change shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from .redraw import ROWS, Redrawing, Worlds, kinds, of_kind, world_of
from .step import Departure
from .store import Store, Where


class Verdict(NamedTuple):
    """The outcome of replaying an episode. same: whether it is the same to the byte; step: after how many steps it
    first differs, 0 for its start, None if it is the same or cannot be replayed at all; reason: what is wrong, "" for
    nothing."""

    id: str
    world: str
    same: bool
    step: int | None = None
    reason: str = ""


def verify(
    store: Store,
    where: Where | None = None,
    *,
    rows: int = ROWS,
    threads: int | None = None,
    own: Worlds = None,
    levels: str | Path | np.ndarray | None = None,
) -> Iterator[Verdict]:
    """A Verdict on each episode that fulfils `where`. Episodes that cannot even be read are in `store.problems`. own,
    levels: as for redraw."""
    for kind, count in kinds(store, where).items():
        chosen = of_kind(kind, where)
        try:
            world = world_of(kind.world, own)
        except (ValueError, ModuleNotFoundError) as error:
            for head in store.index(chosen):
                yield Verdict(head.id, kind.world, False, None, str(error))
            continue
        departed: list[Departure] = []
        replaying = Redrawing(
            store.read(chosen), world, rows=min(rows, count), threads=threads, draw=False, final=True, levels=levels,
            strict=True, on_problem=departed.append,
        )  # fmt: skip
        for step in replaying:
            for row in np.flatnonzero(step.is_last).tolist():
                episode = step.episodes[row]
                assert episode is not None
                yield Verdict(episode.id, kind.world, True)
            yield from _taken(departed, kind.world)
        yield from _taken(departed, kind.world)


def _taken(departed: list[Departure], world: str) -> Iterator[Verdict]:
    """Verdicts of the episodes that departed, which are then forgotten."""
    while departed:
        gone = departed.pop(0)
        yield Verdict(gone.id, world, False, gone.step, gone.reason)
