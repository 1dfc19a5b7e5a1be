"""Upkeep of stores: other stores are merged in, small files become large ones, and episodes are taken out.

Both write new files first and delete the old ones when the new are on the disk. Killed in between, a store holds what it
held: a file that another one replaces is not read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from . import columns, files, marks
from .episode import Episode
from .store import GROUP_STEPS, Store, Where, grouped

FILE_STEPS = 16 * GROUP_STEPS
"""Entries of steps, and with video as many bytes, after which a merged file is closed."""
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
            for part in _large(_noted(new, known)):
                store.append(part)
                added += len(part)
            store.mark([mark for mark in other.marks() if mark not in marked])
        _compact(store)
    return added


def prune(store: Store, gone: Where) -> int:
    """Take out the episodes that fulfil `gone`, with their marks. Returns their number; the files of the others stay as
    they are. Raises as merge does."""
    with files.locked(store.path):
        files.sweep(store.folder)
        ids: set[str] = set()
        for path in store.parts():
            heads = list(store.heads(path))
            here = {head.id for head in heads if gone(head)}
            if not here:
                continue
            left = [episode for episode in store.episodes_of(path) if episode.id not in here]
            if len(left) + len(here) < len(heads) or store.broken(path):
                raise files.StoreError(f"{path} holds episodes that cannot be read: nothing is taken out of it")
            _replace(store.folder, left, [path.name])
            ids |= here
        _forget(store, ids)
    return len(ids)


def _noted(episodes: Iterable[Episode], known: set[str]) -> Iterator[Episode]:
    """The episodes, each of which is known from then on."""
    for episode in episodes:
        if episode.id not in known:
            known.add(episode.id)
            yield episode


def _large(episodes: Iterable[Episode]) -> Iterator[list[Episode]]:
    """Episodes in parts of which each is a file."""
    part: list[Episode] = []
    size = 0
    for each in episodes:
        part.append(each)
        size += each.steps * each.players + sum(map(len, each.video or ()))
        if size >= FILE_STEPS:
            yield part
            part, size = [], 0
    if part:
        yield part


def _compact(store: Store) -> None:
    """Make large files of the small ones that can be read whole."""
    small = [
        path for path in store.parts()
        if not store.broken(path) and sum(head.steps * head.players for head in store.heads(path)) < SMALL
    ]  # fmt: skip
    part: list[Path] = []
    size = 0
    for path in small:
        part.append(path)
        size += sum(head.steps * head.players for head in store.heads(path)) + path.stat().st_size
        if size >= FILE_STEPS:
            _join(store, part)
            part, size = [], 0
    _join(store, part)


def _join(store: Store, part: list[Path]) -> None:
    if len(part) > 1:
        episodes = [episode for path in part for episode in store.episodes_of(path)]
        if not any(store.broken(path) for path in part):
            _replace(store.folder, episodes, [path.name for path in part])


def _replace(folder: Path, episodes: Sequence[Episode], names: Sequence[str]) -> None:
    """Write these episodes as a file in place of the files of these names."""
    tables: list[pa.Table] = [columns.to_table(part) for part in grouped(episodes)]
    files.write(folder, tables or [columns.SCHEMA.empty_table()], names)
    files.delete(folder, names)


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
