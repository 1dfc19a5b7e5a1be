"""The answers of a room to messages about its list of levels or tasks, and about its save slots."""

from __future__ import annotations

from typing import Any

from ..human.person import Person
from ..human.slots import Stored
from .table import Table

PART = 100
"""Rows of a list that are told at once."""


def listing(table: Table, first: int) -> dict[str, Any]:
    """A part of the list of levels or tasks, from this row on: [text, digest, whether it was solved here] of each."""
    session = table.session
    listed = session.list
    count = len(listed) if listed is not None else 0
    first = max(min(first, count - PART), 0)
    rows: list[list[Any]] = []
    for row in range(first, min(first + PART, count)):
        assert listed is not None
        mark = listed.mark(row)
        rows.append([listed.text(row), mark, mark in session.solved])
    return {"t": "list", "first": first, "count": count, "place": session.place, "rows": rows}


def slots(table: Table) -> dict[str, Any]:
    """The save slots of a room: {what, date, picture} of each, with "" in place of what there is not, and the number of
    the one that was saved last, 0 for none."""
    own = table.desk.slots
    found = own.all() if own is not None else []
    rows = [
        {"what": each.facts.what, "date": each.date, "picture": each.url}
        if isinstance(each, Stored)
        else {"what": each, "date": "", "picture": ""}
        for each in found
    ]
    return {"t": "slots", "rows": rows, "newest": own.newest() if own is not None else 0}


def choose(table: Table, person: Person, message: dict[str, Any], first: bool) -> tuple[dict[str, Any], str]:
    """Carry out a message about a list or slots, see protocol.py. first: whether the person has been in the room the
    longest: slots belong to that one. Returns the answer, empty for none, and what to tell the person, "" for nothing.
    """
    kind = message["t"]
    if kind == "list":
        return listing(table, message.get("first", table.session.place - PART // 2)), ""
    if kind in ("slots", "save", "load") and not first:
        return {}, "Save slots belong to the one who has been here longest"
    if kind == "slots":
        return slots(table), ""
    if not person.seats:
        return {}, "You are watching: take a free seat to play"
    if kind == "go":
        return {}, table.go(message["place"])
    if kind == "load":
        return {}, table.load(message["slot"]) or f"Loaded from slot {message['slot']}"
    return {}, table.desk.save(message["slot"]) or f"Saved in slot {message['slot']}"
