"""Save slots: nine states of a world that a person comes back to, each a small file with a picture and the date.

A slot is a ZIP file of three members: `facts.json`, `state` (the bytes of `Batch.save`, which are checked when they are
loaded) and `picture.png`. Nothing in it is run, and a file that is damaged, or of another world, is refused.
"""

from __future__ import annotations

import io
import os
import re
import zipfile
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ...interface.files import write_atomically
from ...interface.png import from_png, png_url

SLOTS = 9
"""Slots of a world, and of each list of levels or tasks in it."""
MOST_BYTES = 1 << 24
"""Bytes of a slot's file, and of each of its members, at most: states have some kilobytes."""
_MEMBERS = ("facts.json", "state", "picture.png")
_Finite = Annotated[float, Field(allow_inf_nan=False)]


class SlotError(ValueError):
    """A slot that cannot be loaded or saved. Its text is one sentence for the person who asked."""


class Facts(BaseModel):
    """The facts of an episode that its state does not hold.

    world: its name; list: the digest of the list of levels or tasks, "" for the world's own; place: the row of it;
    what, when: for the person who looks for it; first: the tick at which the episode began; returns, ends, said,
    undone: as in Session; alone: whether people played all of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rumpus_slot: Literal[1] = 1
    world: str = Field(max_length=200)
    list: str = Field(max_length=64)
    place: int = Field(ge=0)
    what: str = Field(max_length=200)
    when: datetime
    first: int = Field(ge=0)
    undone: int = Field(ge=0)
    returns: tuple[_Finite, ...]
    ends: tuple[Literal["success", "failed", "too late", "time up", ""], ...]
    said: tuple[Annotated[str, Field(max_length=1000)], ...] = Field(max_length=10_000)
    alone: bool


@dataclass(frozen=True)
class Stored:
    """A slot: its facts, the state as `Batch.save` makes it, and a PNG file."""

    facts: Facts
    state: bytes
    picture: bytes

    @property
    def date(self) -> str:
        """The date and time at which it was saved, of this machine's clock: "27 Nov 2026, 03:12"."""
        when = self.facts.when.astimezone()
        return f"{when.day} {when:%b %Y, %H:%M}"

    @cached_property
    def url(self) -> str:
        """The picture as a data URL, written anew so that nothing but pixels is in it; "" if it is damaged."""
        try:
            return png_url(from_png(self.picture))
        except ValueError:
            return ""


def packed(stored: Stored) -> bytes:
    """The bytes of a slot's file."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as file:
        contents = stored.facts.model_dump_json().encode(), stored.state, stored.picture
        for name, content in zip(_MEMBERS, contents, strict=True):
            file.writestr(zipfile.ZipInfo(name), content)
    return data.getvalue()


def unpacked(data: bytes) -> Stored:
    """The slot of these bytes. Raises SlotError for bytes that are none."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            members = [file.getinfo(name) for name in _MEMBERS]
            if any(member.file_size > MOST_BYTES or member.compress_type for member in members):
                raise SlotError("this slot is damaged: its parts are too large")
            facts, state, picture = (file.read(member) for member in members)
        return Stored(Facts.model_validate_json(facts), state, picture)
    except (zipfile.BadZipFile, KeyError, EOFError, NotImplementedError, RuntimeError, OSError, ValidationError):
        raise SlotError("this slot is damaged, or is none: save another one over it") from None


def read(path: Path) -> Stored:
    """The slot of a file. Raises SlotError where there is none that can be read."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SlotError(f"{path} is no slot: it is too large")
        return unpacked(path.read_bytes())
    except OSError as error:
        raise SlotError(f"{path} could not be read: {error.strerror or error}") from None


def named(text: str) -> int | Path:
    """The slot that a person types: its number, or its file. Raises SlotError for one that there is not."""
    if text.isdecimal() and text.isascii():
        if not 1 <= int(text[:9]) <= SLOTS:
            raise SlotError(f"slots are numbered from 1 to {SLOTS}; there is no slot {text[:9]}")
        return int(text)
    if not Path(text).is_file():
        raise SlotError(f"there is no file {text}: a slot is a number from 1 to {SLOTS}, or a file")
    return Path(text)


def folder() -> Path:
    """The folder of all slots: in $RUMPUS_DATA, else in the platform's folder for this user's data."""
    return Path(os.environ.get("RUMPUS_DATA") or platformdirs.user_data_dir("rumpus")) / "slots"


class Slots:
    """The slots of a world, or of a list in it, numbered from 1 to SLOTS. place: their folder, None for slots that last
    as long as this object; world: its name; list: the digest of the list of levels or tasks, "" for the world's own."""

    def __init__(self, place: Path | None, world: str, list: str = ""):
        name = re.sub(r"[^\w.-]", "-", world)
        self._place = None if place is None else place / name / (list[:20] or "own")
        self._held: dict[int, Stored] = {}
        self._read: dict[int, tuple[tuple[int, int], Stored | None]] = {}

    def path(self, number: int) -> Path | None:
        """The file of a slot; None where slots are not files."""
        return None if self._place is None else self._place / f"slot-{number}.rumpus"

    def load(self, number: int) -> Stored:
        """The slot of this number. Raises SlotError if it is empty or damaged."""
        path = self.path(number)
        if path is None:
            if number not in self._held:
                raise SlotError(f"slot {number} is empty")
            return self._held[number]
        if not path.exists():
            raise SlotError(f"slot {number} is empty")
        return read(path)

    def save(self, number: int, stored: Stored) -> None:
        """Write a slot, in place of the one that was there. Raises SlotError where nothing can be written."""
        if not 1 <= number <= SLOTS:
            raise SlotError(f"slots are numbered from 1 to {SLOTS}; there is no slot {number}")
        path = self.path(number)
        if path is None:
            self._held[number] = stored
            return
        try:
            write_atomically(path, packed(stored), durable=True)
        except OSError as error:
            raise SlotError(f"slot {number} could not be saved: {error.strerror or error}") from None

    def all(self) -> list[Stored | str]:
        """The slots in their order: each as it is, or "" for an empty one, or the sentence that says what is wrong."""
        return [self._look(number) for number in range(1, SLOTS + 1)]

    def newest(self) -> int:
        """The number of the slot that was saved last; 0 if all are empty or damaged."""
        dates = {number: each.facts.when for number, each in enumerate(self.all(), 1) if isinstance(each, Stored)}
        return max(dates, key=dates.__getitem__, default=0)

    def _look(self, number: int) -> Stored | str:
        """A slot as it was read last, unless its file has changed since."""
        path = self.path(number)
        try:
            if path is None:
                return self.load(number) if number in self._held else ""
            found = path.stat()
            mark = found.st_mtime_ns, found.st_size
            if self._read.get(number, (None,))[0] != mark:
                self._read[number] = mark, None
                self._read[number] = mark, read(path)
            return self._read[number][1] or "damaged"
        except FileNotFoundError:
            return ""
        except (SlotError, OSError) as error:
            return "damaged" if isinstance(error, SlotError) else f"{error.strerror or error}"


def now() -> datetime:
    """The present time."""
    return datetime.now(UTC).replace(microsecond=0)


def small(rows: int, cols: int, edge: int = 96) -> tuple[int, int]:
    """(height, width) of a picture of rows x cols tiles, whole ones, whose longer side has about so many pixels."""
    tile = max(edge // max(rows, cols), 1)
    return tile * rows, tile * cols
