"""Parquet files in a folder: each is written whole under a new name and never changed.

Parquet has its index at the end, so a file cannot grow; a store grows by files. That is what makes it safe: a file is
there whole or not at all, whatever kills its writer; writers never touch each other's files; readers see whole files.
Files are made fewer by a new one that names those whose rows it holds (`replaces`); they are deleted when it is on the
disk, and a reader that finds both leaves the old ones out.
"""

from __future__ import annotations

import io
import json
import os
import secrets
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from filelock import FileLock, Timeout

from ..interface.files import write_atomically

FORMAT = 1
"""Version of the store; one of a newer version is refused."""
FORMAT_KEY, REPLACES_KEY = b"rumpus_store", b"rumpus_replaces"
"""Metadata of a Parquet file: its FORMAT, and the names of the files that it replaces, as JSON."""
LEVEL = 3
"""Of zstd compression: its default."""
LARGEST = 1 << 30
"""Bytes of a row group, uncompressed, that a reader takes into memory; writers make groups of a few megabytes."""
STALE = 24 * 3600.0
"""Seconds after which a temporary file must be one of a killed writer."""
_SUFFIX, _MERGED = ".parquet", "-merged.parquet"


class StoreError(ValueError):
    """Raised for a folder that is no store, or of a newer version, and for a store that changes while it is read."""


@dataclass(frozen=True)
class Problem:
    """A file, or an episode in it, that cannot be read: the path of the file, the id, "" for the file as a whole, and
    the reason."""

    path: str
    id: str
    reason: str

    def __str__(self) -> str:
        return f"{self.path}{f', episode {self.id}' if self.id else ''}: {self.reason}"


def write(folder: Path, groups: Iterable[pa.Table], replaces: Sequence[str] = ()) -> Path:
    """Write a new file with a row group for each table, all of one schema; it is on the disk when this returns.

    replaces: names of files of this folder whose rows the new one holds, or drops. Raises OSError, and leaves nothing
    behind, where it cannot be written.
    """
    buffer, writer = io.BytesIO(), None
    for table in groups:
        if writer is None:
            kept = {FORMAT_KEY: str(FORMAT).encode()}
            kept |= {REPLACES_KEY: json.dumps(list(replaces)).encode()} if replaces else {}
            options: dict[str, Any] = {"compression": "zstd", "compression_level": LEVEL, "write_page_checksum": True}
            writer = pq.ParquetWriter(buffer, table.schema.with_metadata(kept), **options)
        writer.write_table(table.replace_schema_metadata(None), row_group_size=max(table.num_rows, 1))
    if writer is None:
        raise ValueError("a file needs a table")
    writer.close()
    now = f"{datetime.now(UTC):%Y%m%dT%H%M%S.%f}"
    path = folder / f"{now}-{secrets.token_hex(4)}{_MERGED if replaces else _SUFFIX}"
    write_atomically(path, buffer.getvalue(), durable=True)
    return path


def listed(folder: Path, problems: list[Problem]) -> list[Path]:
    """The files of a folder, the oldest first, without those that others replace. Links and other things that are no
    plain files become problems: they may lead out of the folder."""
    found: list[Path] = []
    if not folder.is_dir():
        return found
    for entry in os.scandir(folder):
        if entry.name.startswith(".") or not entry.name.endswith(_SUFFIX):
            continue
        if stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            found.append(folder / entry.name)
        else:
            problems.append(Problem(entry.path, "", "it is no plain file, and may lead out of the store"))
    gone: set[str] = set()
    for path in found:
        if path.name.endswith(_MERGED):
            gone |= set(_replaced(path))
    return sorted(path for path in found if path.name not in gone)


def _replaced(path: Path) -> list[str]:
    """The names that a file replaces; none if it cannot be read."""
    try:
        with opened(path) as file:
            names = json.loads((file.schema_arrow.metadata or {}).get(REPLACES_KEY, b"[]"))
            return [name for name in names if isinstance(name, str)]
    except (OSError, ValueError, pa.ArrowException):
        return []


@contextmanager
def opened(path: Path, schema: pa.Schema | None = None) -> Iterator[pq.ParquetFile]:
    """A file, checked: of this version, with the columns of the schema, and row groups of at most LARGEST bytes.
    Raises StoreError or pyarrow's errors."""
    with path.open("rb") as raw:
        file = pq.ParquetFile(raw, page_checksum_verification=True)
        meta = file.schema_arrow.metadata or {}
        version = meta.get(FORMAT_KEY, b"").decode(errors="replace")
        if not version.isdecimal():
            raise StoreError("it is not a file of a store of Rumpus")
        if int(version) > FORMAT:
            raise StoreError(
                f"it is of store version {version}; this version of Rumpus reads up to {FORMAT}: update it"
            )
        if schema is not None and (lacking := set(schema.names) - set(file.schema_arrow.names)):
            raise StoreError(f"it lacks the columns {', '.join(sorted(lacking))}")
        for group in range(file.num_row_groups):
            size = file.metadata.row_group(group).total_byte_size
            if size > LARGEST:
                raise StoreError(
                    f"its row group {group} takes {size:,} bytes of memory, of which {LARGEST:,} are allowed"
                )
        yield file


def group(file: pq.ParquetFile, number: int, schema: pa.Schema) -> pa.Table:
    """A row group with the columns of a schema, as they are typed there. Raises pyarrow's errors and ValueError."""
    table = file.read_row_group(number, columns=schema.names, use_threads=False)
    table.validate(full=True)
    wanted = pa.schema([_readable(field, table.schema.field(field.name)) for field in schema])
    return table.select(schema.names).cast(wanted)


def _readable(field: pa.Field, found: pa.Field) -> pa.Field:
    """The field as wanted, or as found where only the encoding of its texts differs."""
    if pa.types.is_list(field.type) and pa.types.is_dictionary(field.type.value_type):
        value = found.type.value_type if pa.types.is_list(found.type) else None
        if value is not None and (value == pa.string() or value == field.type.value_type):
            return pa.field(field.name, found.type)
    return pa.field(field.name, field.type)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Keep other processes from merging or pruning in a store. Raises StoreError if one does."""
    try:
        with FileLock(folder / ".lock", timeout=1):
            yield
    except Timeout:
        raise StoreError(f"{folder}: another process merges or prunes this store: wait for it") from None


def delete(folder: Path, names: Iterable[str]) -> None:
    """Delete files of this folder, those that are there."""
    for name in names:
        (folder / Path(name).name).unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Delete what killed processes left: files that others replace, and temporary files that are a day old."""
    if folder.is_dir():
        delete(folder, [name for path in folder.glob(f"*{_MERGED}") for name in _replaced(path)])
    for entry in os.scandir(folder) if folder.is_dir() else ():
        ours = entry.name.startswith(".") and _SUFFIX in entry.name and entry.is_file(follow_symlinks=False)
        if ours and time.time() - entry.stat(follow_symlinks=False).st_mtime > STALE:
            Path(entry.path).unlink(missing_ok=True)
