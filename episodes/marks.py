"""Marks: labels on episodes and on their steps, with who gave them. They lie in files of their own beside the episodes,
which are never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pyarrow as pa

from .episode import KINDS, Player

LABELS = ("success", "failure", "progress", "regress", "sentence", "goal", "score", "removed")
"""What a mark says: how the episode, or the task at this step, came out; that things get better or worse; a sentence in
`text` (what was done, or what to do); that the goal in `text` came true; a number in `value`; or that marks before it
no longer hold: those of the label in `text` ("": any), of the same states, player and giver (see `standing`)."""

SCHEMA = pa.schema(
    [
        *(("episode", pa.string()), ("label", pa.string()), ("first", pa.int32()), ("last", pa.int32())),
        *(("player", pa.int32()), ("text", pa.string()), ("value", pa.float64())),
        *(("by_kind", pa.string()), ("by_name", pa.string()), ("at", pa.timestamp("us", "UTC"))),
    ]
)


@dataclass(frozen=True)
class Mark:
    """A label. episode: an id; label: one of LABELS; first, last: the states that it is about, from 0 (the start) to
    the number of steps, both None for the whole episode; player: the index of the player that it is about, None for
    all; text, value: see LABELS; by: who gave it; at: when, in UTC.

    Raises ValueError for an unknown label or kind, and for a range of states that is none.
    """

    episode: str
    label: str
    first: int | None = None
    last: int | None = None
    player: int | None = None
    text: str = ""
    value: float | None = None
    by: Player = field(default_factory=lambda: Player("person"))
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        if self.label not in LABELS:
            raise ValueError(f"a mark says one of {', '.join(LABELS)}; got {self.label!r}")
        if self.by.kind not in KINDS:
            raise ValueError(f"a mark is given by one of {', '.join(KINDS)}; got {self.by.kind!r}")
        if (self.first is None) != (self.last is None) or not 0 <= (self.first or 0) <= (self.last or 0):
            raise ValueError(f"a mark is about states first to last, or the whole; got {self.first} to {self.last}")


def standing(marks: Sequence[Mark]) -> list[Mark]:
    """The marks of a list, in the order in which they were given, that a later one did not remove."""
    held: list[Mark] = []
    for mark in marks:
        if mark.label != "removed":
            held.append(mark)
            continue
        held = [each for each in held if not (mark.text in ("", each.label) and _place(each) == _place(mark))]
    return held


def _place(mark: Mark) -> tuple[object, ...]:
    return mark.episode, mark.first, mark.last, mark.player, mark.by


def to_table(marks: Sequence[Mark]) -> pa.Table:
    """Marks as a table of SCHEMA."""
    rows = [
        {
            **{name: getattr(mark, name) for name in ("episode", "label", "first", "last", "player", "text", "value")},
            **{"by_kind": mark.by.kind, "by_name": mark.by.name, "at": mark.at.astimezone(UTC)},
        }
        for mark in marks
    ]
    return pa.Table.from_pylist(rows, SCHEMA)


def from_table(table: pa.Table) -> list[Mark]:
    """The marks of a table of SCHEMA. Raises ValueError for one that cannot be."""
    names = ("episode", "label", "first", "last", "player", "value", "at")
    return [
        Mark(
            **{name: row[name] for name in names},
            text=row["text"] or "",
            by=Player(row["by_kind"], row["by_name"] or ""),
        )
        for row in table.to_pylist()
    ]
