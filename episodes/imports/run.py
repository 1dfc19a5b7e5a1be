"""Importing: episodes of other formats into a store, each replayed first."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from ..episode import Episode, Player
from ..export.run import needed
from ..redraw import Worlds, redraw
from ..step import Departure
from ..store import Store, grouped
from . import replays


class Imported(NamedTuple):
    """The result of an import. added: the number of new episodes; known: of those that the store had already; left_out:
    what could not be imported, and why."""

    added: int
    known: int
    left_out: list[Departure]


def bring_in(
    source: str | Path,
    out: str | Path,
    *,
    played_by: str = "other",
    own: Worlds = None,
    levels: Path | None = None,
) -> Imported:
    """Add the episodes of a Minari dataset, of a replay file, or of a folder of replay files, to a store, which is made
    if there is none.

    played_by: who played, where the source does not say; own: worlds of your own by name; levels: a user's levels that
    replays are of. Episodes are replayed before they are stored: one that departs from its recording is left out.

    Raises ValueError for a source that is neither, ModuleNotFoundError where minari is missing, OSError where the store
    cannot be written.
    """
    Player.of(played_by)
    with tempfile.TemporaryDirectory(prefix="rumpus-import-") as folder:
        between = Store(Path(folder) / "store", create=True)
        left_out: list[Departure] = []
        for part in grouped(_sound(_found(Path(source), between, played_by, own, levels), left_out)):
            between.append(part)
        wrong: list[Departure] = []
        for _ in redraw(between, (16, 16), draw=False, final=True, own=own, levels=levels, on_problem=wrong.append):
            pass
        left_out += wrong
        if left_out and len(between) == len(wrong):
            raise ValueError(f"nothing of {source} can be imported; the first, {left_out[0].id}: {left_out[0].reason}")
        store = Store(out, create=True)
        known = {head.id for head in store.index()}
        gone = {departure.id for departure in wrong}
        there = sum(1 for head in between.index() if head.id in known)
        added = 0
        for part in grouped(between.read(lambda head: head.id not in gone | known)):
            store.append(part)
            added += len(part)
    return Imported(added, there, left_out)


def _found(
    source: Path, between: Store, played_by: str, own: Worlds, levels: Path | None
) -> Iterator[Episode | Departure]:
    files = replays.files_of(source)
    if files:
        yield from replays.episodes(files, between, played_by, own, levels)
        return
    from . import minari

    try:
        data = minari.data_of(source)
        import_module("minari")
    except ModuleNotFoundError:
        raise needed("minari", "importing a Minari dataset") from None
    if data is None:
        raise ValueError(
            f"{source} is neither a Minari dataset (a folder with data/metadata.json, or a name among those of "
            "MINARI_DATASETS_PATH) nor a replay of Rumpus, nor a folder of replays"
        )
    yield from minari.episodes(data, between, played_by)


def _sound(found: Iterable[Episode | Departure], left_out: list[Departure]) -> Iterator[Episode]:
    """The episodes; what is none is added to left_out."""
    for each in found:
        if isinstance(each, Departure):
            left_out.append(each)
        else:
            yield each
