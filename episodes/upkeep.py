"""Upkeep of stores: other stores are merged in, small files become large ones, and episodes are taken out.

Both write new files first and delete the old ones when the new are on the disk. Killed in between, a store holds what
it held: a file that another one replaces is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

from . import columns, files, marks
from .episode import Episode
from .store import GROUP_STEPS, Store, Where, grouped

FILE_STEPS = 32 * GROUP_STEPS
"""Entries of steps after which a merged file is closed: about 12 MB."""
FILE_BYTES = 1 << 28
"""Bytes of a file, such as those of videos, after which the same holds."""
SMALL = FILE_STEPS // 2
"""Files with fewer entries than this are merged."""


def merge(store: Store, others: Sequence[Store] = ()) -> int:
    """Add the episodes and marks of other stores, those whose ids are not there yet, and make few large files of this
    store's many small ones. Returns the number of episodes that were added.

    What cannot be read in the others is left out and is in their `problems`. Raises StoreError if another process
    merges or prunes this store, OSError where it cannot be written.
    """
    with files.locked(store.path):
        files.sweep(store.folder)
        known = {head.id for head in store.index()}
        marked = set(store.marks())
        added = 0
        for other in others:
            new = (episode for episode in other.read(lambda head: head.id not in known))
            for part in grouped(_noted(new, known)):
                store.append(part)
                added += len(part)
            store.mark([mark for mark in other.marks() if mark not in marked])
        _compact(store)
    return added


def prune(store: Store, gone: Where) -> int:
    """Take out the episodes that fulfil `gone`, with their marks. Returns their number; the files of the others stay as
    they are. Raises as merge does, and StoreError for a file of which not all can be read: it stays as it is."""
    with files.locked(store.path):
        files.sweep(store.folder)
        ids: set[str] = set()
        for path in store.parts():
            here = {head.id for head in store.heads(path) if gone(head)}
            if not here:
                continue
            _replace(store, [path], leave=here)
            ids |= here
        if ids:
            _forget(store, ids)
    return len(ids)


def _noted(episodes: Iterable[Episode], known: set[str]) -> Iterator[Episode]:
    """The episodes, each of which is known from then on."""
    for episode in episodes:
        if episode.id not in known:
            known.add(episode.id)
            yield episode


def _compact(store: Store) -> None:
    """Make large files of the small ones that can be read whole."""
    part: list[Path] = []
    entries = size = 0
    for path in store.parts():
        own = sum(head.steps * head.players for head in store.heads(path))
        if own >= SMALL or path.stat().st_size >= FILE_BYTES or store.broken(path):
            continue
        part.append(path)
        entries, size = entries + own, size + path.stat().st_size
        if entries >= FILE_STEPS or size >= FILE_BYTES:
            _join(store, part)
            part, entries, size = [], 0, 0
    _join(store, part)


def _join(store: Store, part: list[Path]) -> None:
    if len(part) > 1:
        with suppress(files.StoreError):  # of a file that proves to be damaged: all stay as they are
            _replace(store, part)


def _replace(store: Store, paths: Sequence[Path], leave: AbstractSet[str] = frozenset()) -> None:
    """Write the episodes of these files as one, but for those of the ids to leave out, and delete them. Raises
    StoreError, and changes nothing, if one of them cannot be read whole."""

    def tables() -> Iterator[pa.Table]:
        yield columns.SCHEMA.empty_table()
        for path in paths:
            for part in grouped(each for each in store.episodes_of(path) if each.id not in leave):
                yield columns.to_table(part)
        if broken := [str(path) for path in paths if store.broken(path)]:
            raise files.StoreError(f"{', '.join(broken)} cannot be read whole, and so stays as it is")

    names = [path.name for path in paths]
    files.write(store.folder, tables(), names)
    files.delete(store.folder, names)


def _forget(store: Store, ids: set[str]) -> None:
    """Take out the marks of these episodes."""
    folder = store.path / "marks"
    problems: list[files.Problem] = []
    names = [path.name for path in files.listed(folder, problems)]
    every = store.marks()
    kept = [mark for mark in every if mark.episode not in ids]
    if len(kept) < len(every) and not any(store.broken(folder / name) for name in names):
        files.write(folder, [marks.to_table(kept)], names)
        files.delete(folder, names)
