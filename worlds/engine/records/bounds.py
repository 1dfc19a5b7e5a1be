"""Bounds: the ranges of every state's fields. States of another world, and damaged ones, are refused by them.

Compiled rules index arrays by numbers of the state and check none of them. So a state from outside, such as a
checkpoint or a file, is validated here before it is written into a batch: first its checksum, which finds accidental
damage; then every field against its smallest and largest value, and the fields against one another, which finds states
that were forged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ....interface.action import MOUSE_ONE
from .judge import (
    AMOUNT,
    CLAUSES,
    FIELDS,
    LEAST,
    MOST_VISITED,
    NEGATED,
    NEVER,
    PLACE,
    RELATION,
    STAGE,
    STAGES,
    VISITS,
    A,
    B,
)
from .relations import CHAINS, RELATIONS, number_of

SEAL = 8
"""Bytes of the checksum of a saved state: BLAKE2b."""
MOST = 2**31 - 1
FLAG = (0, 1)
Range = tuple[Any, Any]
LONGEST_CHAIN = 255
"""The largest number of things in a tower or a row of a goal; every world has fewer."""
_CHAINS = list(map(number_of, CHAINS))


def _goal_bounds() -> tuple[np.ndarray, np.ndarray]:
    """The smallest and largest value of each number of a clause, int32 (FIELDS,); see judge.py."""
    low, high = np.zeros(FIELDS, np.int32), np.full(FIELDS, MOST, np.int32)
    low[STAGE], high[STAGE] = NEVER - STAGES, STAGES - 1
    low[LEAST] = VISITS - MOST_VISITED
    high[NEGATED], high[RELATION] = 1, len(RELATIONS) - 1
    high[[A + 3, B + 3]] = PLACE
    return low, high


ENGINE: Mapping[str, Range] = {
    "tick": (0, MOST),
    "limit": (1, MOST),
    "rows": (1, MOST),
    "cols": (1, MOST),
    "task": (0, MOST),
    "judged": FLAG,
    "first": FLAG,
    "over": FLAG,
    "won": FLAG,
    "done": FLAG,
    "muted_devices": FLAG,
    "pointing": FLAG,
    "cursor": (0, MOST),
    "stage": (0, STAGES),
    "lasted": (0, MOST),
    "stages": (0, STAGES),
    "clauses": (0, CLAUSES),
    "hold": (0, MOST),
    "goal": _goal_bounds(),
}
"""The smallest and largest value of the engine's own fields; any value is valid in fields that are not listed."""


@dataclass(frozen=True)
class Bounds:
    """The bounds of the own fields of every state of a world.

    fields: (smallest, largest) by name, numbers or arrays of the field's shape; a field of floats that is not listed
        must be finite.
    whole(state): whether the fields of one record agree with one another; only called when each is in range.
    """

    fields: Mapping[str, Range] = field(default_factory=dict)
    whole: Callable[[np.void], bool] | None = None


class Guard:
    """Validates records of one family of worlds. state: their dtype; bounds: those of the family, if it has any."""

    def __init__(self, state: np.dtype, bounds: Bounds | None):
        assert state.fields is not None
        self._fields = {name: (dtype, offset) for name, (dtype, offset, *_) in state.fields.items()}
        self._whole = bounds.whole if bounds else None
        ranges = {"players": (1, state["cursor"].shape[0]), **ENGINE, **(bounds.fields if bounds else {})}
        unknown = set(ranges) - set(self._fields)
        if unknown:
            raise ValueError(f"bounds are given of {', '.join(sorted(unknown))}, and the state has no such field")
        for name, (dtype, _) in self._fields.items():
            if dtype.base.kind == "f" and name not in ranges:
                limits = np.finfo(dtype.base)
                ranges[name] = limits.min, limits.max
        kinds = {self._fields[name][0].base for name in ranges}
        self._checks = [self._check(kind, ranges) for kind in sorted(kinds, key=str)]

    def _check(
        self, kind: np.dtype, ranges: Mapping[str, Range]
    ) -> tuple[np.dtype, np.ndarray, np.ndarray, np.ndarray]:
        """(dtype, offsets in numbers of it, smallest, largest) of all numbers of one dtype that have a range."""
        places, low, high = [], [], []
        for name, (least, most) in ranges.items():
            dtype, offset = self._fields[name]
            if dtype.base == kind:
                places.append(offset // kind.itemsize + np.arange(dtype.itemsize // kind.itemsize))
                low.append(np.broadcast_to(np.asarray(least, kind), dtype.shape).ravel())
                high.append(np.broadcast_to(np.asarray(most, kind), dtype.shape).ravel())
        return kind, np.concatenate(places), np.concatenate(low), np.concatenate(high)

    def validate(self, data: bytes, record: np.void) -> str | None:
        """The error of a record as a sentence, or None if it is valid. data: the bytes of the same record."""
        for kind, places, low, high in self._checks:
            values = np.frombuffer(data, kind)[places]
            right = (values >= low) & (values <= high)  # False for NaN too
            if not right.all():
                at = int(np.argmin(right))
                name = self._name(places[at] * kind.itemsize)
                return f"its field {name} holds {values[at]}, which is not from {low[at]} to {high[at]}"
        if self._whole is not None and not self._whole(record):
            return "its fields contradict one another"
        return _contradiction(record)

    def _name(self, byte: int) -> str:
        return next(name for name, (dtype, at) in self._fields.items() if at <= byte < at + dtype.itemsize)


def _contradiction(state: np.void) -> str | None:
    """A contradiction between the engine's own fields, each of which is in its range, or None."""
    players = int(state["players"])
    if state["tick"] > state["limit"]:
        return "its tick is beyond its limit"
    edge = int(state["cols"]) * MOUSE_ONE // int(state["rows"]) - 1
    if (state["cursor"][:players] > (edge, MOUSE_ONE - 1)).any():
        return "a cursor is beyond its picture"
    going = (state["done"][:players] == 0) & (state["stages"][:players] > 0)
    if state["judged"] and (going & (state["stage"][:players] >= state["stages"][:players])).any():
        return "a goal is at a stage that it does not have"
    goal = state["goal"]
    if (np.isin(goal[..., RELATION], _CHAINS) & (goal[..., AMOUNT] > LONGEST_CHAIN)).any():
        return f"a goal asks for more than {LONGEST_CHAIN} things in a tower or a row"
    return None


def sealed(mark: bytes, record: bytes) -> bytes:
    """A saved state: the mark of its family, a checksum of mark and record, and the record."""
    return mark + hashlib.blake2b(record, digest_size=SEAL, key=mark).digest() + record


def opened(mark: bytes, data: bytes, size: int) -> bytes | None:
    """The record of a saved state, `size` bytes, or None if the data are of another family or damaged."""
    record = data[len(mark) + SEAL :]
    return record if len(record) == size and data == sealed(mark, record) else None
