"""A store: a folder of episodes and marks, to which any number of processes append while others read.

STORE/store.json            {"rumpus_store": 1}
STORE/episodes/*.parquet    an episode in each row; see columns.py
STORE/marks/*.parquet       a mark in each row; see marks.py
"""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa

from ..interface.files import write_atomically
from . import columns, decoding, files, marks
from .columns import EpisodeError
from .episode import Episode, Summary
from .files import FORMAT, Problem, StoreError
from .marks import Mark

HEADER = "store.json"
GROUP_STEPS, GROUP_BYTES = 1 << 16, 1 << 25
"""Entries of steps, and bytes of video, after which a writer begins another row group: what a reader holds at once."""
KEPT_HEADS = 1 << 14
"""Heads that are kept in memory, some tens of megabytes."""
_BROKEN = (OSError, ValueError, pa.ArrowException)

Where = Callable[[Summary], bool]
"""A filter of episodes by their heads."""


class Store:
    """The store at a path. create: make it if there is none.

    What cannot be read is left out, is named in `problems`, and is warned about once. Raises StoreError, with the
    reason, for a folder that is no store or is of a newer version.
    """

    def __init__(self, path: str | Path, create: bool = False):
        self.path = Path(path)
        self.problems: list[Problem] = []
        self._heads: dict[tuple[str, int], list[Summary | EpisodeError]] = {}
        header = self.path / HEADER
        if create and not header.exists():
            if self.path.exists() and not (self.path.is_dir() and _empty(self.path)):
                raise StoreError(f"{path} is no store and not empty: name a new folder")
            self.path.mkdir(parents=True, exist_ok=True)
            write_atomically(header, (json.dumps({"rumpus_store": FORMAT}) + "\n").encode(), durable=True)
        if not header.is_file():
            raise StoreError(f"{path} is no store of episodes: it has no {HEADER}. `rumpus record` makes one")
        try:
            version = json.loads(header.read_text(encoding="utf-8"))["rumpus_store"]
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{header}: it does not say which version this store is of: {error!r}") from None
        if not isinstance(version, int) or version > FORMAT:
            raise StoreError(f"{path} is a store of version {version}; this version of Rumpus reads up to {FORMAT}")
        for folder in (self.folder, self.path / "marks"):
            if folder.is_symlink():
                raise StoreError(f"{folder} is a link, which may lead out of the store: copy what it leads to")

    @property
    def folder(self) -> Path:
        """The folder of the files of episodes."""
        return self.path / "episodes"

    def append(self, episodes: Sequence[Episode]) -> None:
        """Add episodes, as one new file. When this returns they are on the disk: neither a killed process nor a lost
        power takes them back. Raises OSError (a full disk, say) and EpisodeError, and then none of them is stored."""
        for each in episodes:
            columns.check_shapes(each)
        if episodes:
            files.write(self.folder, [columns.to_table(part) for part in grouped(episodes)])

    def read(self, where: Where | None = None) -> Iterator[Episode]:
        """All episodes, or those whose head fulfils `where`, in the order in which their files were written. At most a
        row group is in memory; row groups without one are not read beyond their heads."""
        for path in self.parts():
            for _, episodes in self._groups(path, where):
                yield from episodes

    def __len__(self) -> int:
        """The number of episodes."""
        return sum(1 for _ in self.index())

    def __bool__(self) -> bool:
        """A store is a store, though it may hold no episode."""
        return True

    def index(self, where: Where | None = None) -> Iterator[Summary]:
        """The heads of all episodes, or of those that fulfil `where`, without reading their steps."""
        for path in self.parts():
            for heads, _ in self._groups(path, where, steps=False):
                yield from heads

    def get(self, id: str) -> Episode:
        """The episode of this id, or of an id that begins so. Raises ValueError if there is none, or several."""
        found = {head.id: head.file for head in self.index(lambda head: head.id.startswith(id))}
        if len(found) != 1:
            what = f"{len(found)} episodes of {self.path} have ids that begin with" if found else "there is no episode"
            raise ValueError(f"{what} {id!r}{'' if found else f' in {self.path}'}: see `rumpus episodes list`")
        ((whole, file),) = found.items()
        for _, episodes in self._groups(self.folder / file, lambda head: head.id == whole):
            for episode in episodes:
                return episode
        raise StoreError(str(self.problems[-1]))

    def mark(self, marks_: Sequence[Mark]) -> None:
        """Add marks, as one new file; on the disk when this returns."""
        if marks_:
            files.write(self.path / "marks", [marks.to_table(marks_)])

    def marks(self, episode: str | None = None) -> list[Mark]:
        """All marks, or those of an episode, in the order in which they were given."""
        found: list[Mark] = []
        for path in self._listed(self.path / "marks"):
            try:
                with files.opened(path, marks.SCHEMA) as file:
                    for number in range(file.num_row_groups):
                        found += marks.from_table(files.group(file, number, marks.SCHEMA))
            except _BROKEN as error:
                self._note(path, "", error)
        return sorted((m for m in found if episode in (None, m.episode)), key=lambda m: m.at)

    def parts(self) -> list[Path]:
        """The files of episodes, the oldest first."""
        return self._listed(self.folder)

    def heads(self, path: Path) -> Iterator[Summary]:
        """The heads of a file of this store."""
        for heads, _ in self._groups(path, None, steps=False):
            yield from heads

    def episodes_of(self, path: Path) -> Iterator[Episode]:
        """The episodes of a file of this store."""
        for _, episodes in self._groups(path, None):
            yield from episodes

    def broken(self, path: Path) -> bool:
        """Whether something in this file could not be read, as far as it has been."""
        return any(problem.path == str(path) for problem in self.problems)

    def _listed(self, folder: Path) -> list[Path]:
        problems: list[Problem] = []
        found = files.listed(folder, problems)
        for each in problems:
            self._warn(each)
        return found

    def _groups(
        self, path: Path, where: Where | None, steps: bool = True
    ) -> Iterator[tuple[list[Summary], Iterator[Episode]]]:
        """(heads, their episodes) of each row group of a file; what cannot be read is noted."""
        try:
            with files.opened(path, columns.SCHEMA) as file:
                for number in range(file.num_row_groups):
                    with suppress(_Noted):
                        yield self._group(path, file, number, where, steps)
        except FileNotFoundError:
            raise StoreError(f"{self.path} was merged or pruned while it was read: read it again") from None
        except _BROKEN as error:
            self._note(path, "", error)

    def _group(
        self, path: Path, file: Any, number: int, where: Where | None, steps: bool
    ) -> tuple[list[Summary], Iterator[Episode]]:
        heads = self._heads.get((path.name, number))
        if heads is None:
            try:
                heads = columns.summaries(files.group(file, number, columns.HEAD), path.name)
            except _BROKEN as error:
                self._note(path, "", error)
                raise _Noted from None
            self._remember(path.name, number, heads)
        chosen: list[tuple[int, Summary]] = []
        for row, head in enumerate(heads):
            if isinstance(head, EpisodeError):
                self._note(path, str(head).partition(":")[0], head)
            elif where is None or where(head):
                chosen.append((row, head))
        kept = [head for _, head in chosen]
        if not steps or not kept:
            return kept, iter(())
        return kept, self._episodes(path, file, number, chosen)

    def _remember(self, name: str, number: int, heads: list[Summary | EpisodeError]) -> None:
        """Keep the heads of a row group, which never changes, for the next time; of KEPT_HEADS at most."""
        if sum(map(len, self._heads.values())) + len(heads) > KEPT_HEADS:
            self._heads.clear()
        if len(heads) <= KEPT_HEADS:
            self._heads[name, number] = heads

    def _episodes(self, path: Path, file: Any, number: int, chosen: list[tuple[int, Summary]]) -> Iterator[Episode]:
        try:
            table = files.group(file, number, columns.STEPS).take([row for row, _ in chosen])
            made = decoding.from_table(table, [head for _, head in chosen])
        except _BROKEN as error:
            self._note(path, "", error)
            return
        for (_, head), episode in zip(chosen, made, strict=True):
            if isinstance(episode, EpisodeError):
                self._note(path, head.id, episode)
            else:
                yield episode

    def _note(self, path: Path, id: str, error: BaseException) -> None:
        self._warn(Problem(str(path), id, " ".join(str(error).split()) or type(error).__name__))

    def _warn(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)
            warnings.warn(f"{problem}; it is left out", stacklevel=4)


class _Noted(Exception):
    """Something that cannot be read, and has been noted."""


def _empty(folder: Path) -> bool:
    """Whether a folder is empty, but for the header that another process may just be writing."""
    return not [entry for entry in folder.iterdir() if not entry.name.startswith((f".{HEADER}.", HEADER))]


def grouped(episodes: Iterable[Episode]) -> Iterator[list[Episode]]:
    """Episodes in parts of which each is a row group: see GROUP_STEPS."""
    part: list[Episode] = []
    entries = size = 0
    for each in episodes:
        part.append(each)
        entries += each.steps * each.players
        size += sum(map(len, each.video or ()))
        if entries >= GROUP_STEPS or size >= GROUP_BYTES:
            yield part
            part, entries, size = [], 0, 0
    if part:
        yield part
