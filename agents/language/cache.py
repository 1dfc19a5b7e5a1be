"""Answers on the disk: one small file of JSON for each request, so that a run can be made again without a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ...interface.files import write_atomically

MOST_BYTES = 16 << 20
"""The largest answer that is stored, or read."""


class Cache:
    """A folder of answers by the digest of their requests. A file that is damaged counts as not there."""

    def __init__(self, folder: str | Path):
        self.folder = Path(folder)
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(f"{self.folder}: this is a file, and the cache of a language model is a folder")

    def _path(self, digest: str) -> Path:
        return self.folder / digest[:2] / f"{digest}.json"

    def get(self, digest: str) -> Any | None:
        """The stored JSON of the server, or None."""
        path = self._path(digest)
        try:
            if path.stat().st_size > MOST_BYTES:
                return None
            return json.loads(path.read_bytes())
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, digest: str, body: Any) -> None:
        """Store the JSON of the server. A disk that is full or read-only is no error: the answer is not stored."""
        data = json.dumps(body).encode()
        if len(data) <= MOST_BYTES:
            try:
                write_atomically(self._path(digest), data)
            except OSError:
                return
