"""Tables of tasks for the device: the records that a reset draws from, and their levels.

Texts and goals repeat from task to task, so a table keeps each once: `pack_tasks` makes one of whole task records.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from ....interface.text import TOKENS
from ..records.judge import CLAUSES, FIELDS, STAGES
from ..records.states import PARTS, Knob, row_dtype, task_dtype
from ..world import World

_HEAD = 2 + STAGES  # numbers of a goal before those of its clauses
_AT_ONCE = 1 << 12  # records that are packed together


@dataclass(frozen=True)
class Table:
    """Tasks of one family of worlds, one in each row.

    records: (tasks,) of the dtype that `row_dtype` makes for the world, at least one; parts: int32 (k,), the
    instructions and goals to which they point, each once, see `begin` in kernels/tick.py; levels: (l,) LEVEL, to which
    the field `level` of the records is an index, or None for a world that generates its levels at each reset; moments:
    the saved state, (1,) State, that a row's episodes begin from, by the row; see saved.py; pictures: the saved state
    that a player is shown as its goal, compressed, by (row, player); see pictures.py.
    """

    records: np.ndarray
    parts: np.ndarray
    levels: np.ndarray | None = None
    moments: Mapping[int, np.ndarray] = field(default_factory=dict)
    pictures: Mapping[tuple[int, int], bytes] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.records)

    @property
    def nbytes(self) -> int:
        """Bytes of its records and of their instructions and goals, without levels, moments and pictures."""
        return self.records.nbytes + self.parts.nbytes

    def check(self, world: World) -> None:
        """Raise ValueError unless this is a table for this world."""
        if self.records.dtype != row_dtype(world.knobs.declared, world.rules.max_players) or not len(self.records):
            raise ValueError(f"this is no table of tasks of {world.name}, or it is empty")
        if (self.records["players"] != world.players).any():
            raise ValueError(f"{world.name} is for {world.players} player(s), and these tasks are not")
        if any(moment.dtype != world.rules.state for moment in self.moments.values()):
            raise ValueError(f"these are no moments of {world.name}")
        if not all(map(self._holds, PARTS)):
            raise ValueError(f"this table of {world.name} lacks instructions or goals that its tasks point to")

    def _holds(self, part: str) -> bool:
        """Whether all that rows point to as their instructions, or goals, is within `parts`, and no longer than these
        may be."""
        places = np.unique(self.records[part].astype(np.int64))
        head = 1 if part == "instruction" else _HEAD
        if places[0] < 0 or places[-1] + head > len(self.parts):
            return False
        if part == "instruction":
            number, most, each = self.parts[places], TOKENS, 1
        else:
            number, most, each = self.parts[places + 1], CLAUSES, FIELDS
            if (self.parts[places] < 0).any() or (self.parts[places] > STAGES).any():
                return False
        ends = places + head + each * number.astype(np.int64)
        return bool((number >= 0).all() and (number <= most).all() and ends.max() <= len(self.parts))

    def instructions(self, players: int) -> tuple[np.ndarray, np.ndarray]:
        """(the different instructions of the first players of all rows, uint16 (texts, TOKENS); the index of each row's
        and player's among them, int64 (tasks, players))."""
        own = self.records["instruction"][:, :players]
        places, which = np.unique(own, return_inverse=True)
        return np.stack([self._instruction(int(place)) for place in places]), which.reshape(own.shape)

    def unpacked(self, rows: slice = slice(None)) -> np.ndarray:
        """New whole task records, of the dtype that `task_dtype` makes for the world."""
        records = self.records[rows]
        names = [name for name in records.dtype.names or () if name not in PARTS]
        players = records["instruction"].shape[1]
        whole = np.zeros(len(records), task_dtype(_knobs(records.dtype), players))
        for name in names:
            whole[name] = records[name]
        for place, at in np.ndenumerate(records["instruction"]):
            whole["instruction"][place] = self._instruction(int(at))
        for place, at in np.ndenumerate(records["goal"]):
            head, end = self.parts[at : at + _HEAD], int(at) + _HEAD + FIELDS * int(self.parts[at + 1])
            whole["stages"][place], whole["clauses"][place], whole["hold"][place] = head[0], head[1], head[2:]
            whole["goal"][place][: head[1]] = self.parts[at + _HEAD : end].reshape(-1, FIELDS)
        return whole

    def _instruction(self, at: int) -> np.ndarray:
        tokens = np.zeros(TOKENS, np.uint16)
        number = int(self.parts[at])
        tokens[:number] = self.parts[at + 1 : at + 1 + number]
        return tokens


class Packer:
    """Makes a table of whole task records that are given part by part."""

    def __init__(self) -> None:
        self._records: list[np.ndarray] = []
        self._parts: list[np.ndarray] = []
        self._places: dict[tuple[str, bytes], int] = {}
        self._size = 0

    def add(self, whole: np.ndarray) -> None:
        """Add records, (n,) of the dtype that `task_dtype` makes for a world."""
        for first in range(0, len(whole), _AT_ONCE):
            self._records.append(self._packed(whole[first : first + _AT_ONCE]))

    def table(
        self, levels: np.ndarray | None = None, moments: Mapping[int, np.ndarray] | None = None,
        pictures: Mapping[tuple[int, int], bytes] | None = None,
    ) -> Table:  # fmt: skip
        """The table of all records that were added, at least one."""
        records, parts = np.concatenate(self._records), np.concatenate(self._parts)
        return Table(records, parts, levels, moments or {}, pictures or {})

    def _packed(self, whole: np.ndarray) -> np.ndarray:
        records = np.zeros(len(whole), row_dtype(_knobs(whole.dtype), whole["instruction"].shape[1]))
        for name in records.dtype.names or ():
            if name not in PARTS:
                records[name] = whole[name]
        texts = whole["instruction"].astype(np.int32)
        lengths = TOKENS - (texts[..., ::-1] != 0).argmax(axis=-1)
        lengths[(texts == 0).all(axis=-1)] = 0
        texts = np.concatenate([lengths[..., None], texts], axis=-1)
        records["instruction"] = self._interned("instruction", texts, lengths + 1)
        goals = whole["goal"].reshape(*whole["goal"].shape[:2], -1)
        heads = whole["stages"][..., None], whole["clauses"][..., None], whole["hold"]
        goals = np.concatenate([*heads, goals], axis=-1)
        records["goal"] = self._interned("goal", goals, _HEAD + FIELDS * whole["clauses"])
        return records

    def _interned(self, what: str, parts: np.ndarray, lengths: np.ndarray) -> np.ndarray:
        """The places of parts, int32 (n, players, most), of which the first `lengths`, (n, players), count."""
        places = np.zeros(lengths.shape, np.int32)
        flat, most = parts.reshape(-1, parts.shape[-1]), 4 * parts.shape[-1]
        data = np.ascontiguousarray(flat, np.int32).tobytes()
        for row, length in enumerate(lengths.reshape(-1).tolist()):
            key = what, data[row * most : row * most + 4 * length]
            at = self._places.get(key)
            if at is None:
                at = self._places[key] = self._size
                self._parts.append(flat[row, :length].astype(np.int32))
                self._size += length
            places.reshape(-1)[row] = at
        return places


def _knobs(dtype: np.dtype) -> dict[str, Knob]:
    """The knobs that a dtype of tasks has fields of; their ranges are not known."""
    others = {*(task_dtype({}).names or ()), *(row_dtype({}).names or ())}
    return {name: Knob(0, 0, 0, "") for name in dtype.names or () if name not in others}


def pack_tasks(
    records: np.ndarray, levels: np.ndarray | None = None, moments: Mapping[int, np.ndarray] | None = None
) -> Table:
    """The table of whole task records, (n,) of the dtype that `task_dtype` makes for a world, such as those of
    `World.task_record`, one or more; levels, moments: see Table."""
    packer = Packer()
    packer.add(records)
    return packer.table(levels, moments)


def read_levels(
    world: World, levels: str | Path | np.ndarray | None, knobs: Mapping[str, int] | None = None
) -> tuple[np.ndarray | None, Mapping[str, int] | None]:
    """(levels, knobs) after a file or folder of levels is read. The given knobs take precedence over those that fit the
    levels. Levels that are no path are returned unchanged. Raises ValueError for a world that reads none, and for
    invalid levels."""
    if not isinstance(levels, str | Path):
        return levels, knobs
    if world.levels is None or world.levels.read is None:
        raise ValueError(f"{world.name} makes its own levels and reads none from files")
    found, fitting = world.levels.read(levels)
    return found, {**fitting, **(knobs or {})}


def level_table(
    world: World,
    levels: str | Path | np.ndarray,
    *,
    knobs: Mapping[str, int] | None = None,
    limit: int | None = None,
    split: str = "train",
) -> Table:
    """A table with one task a level, in the order of the file: row i is the world's own task in level i.

    levels: the path of a file or folder that the world can read, or an array of its levels, (n,); knobs, limit, split:
    see Batch. Raises ValueError for a world without levels, and for an invalid file.
    """
    found, knobs = read_levels(world, levels, knobs)
    if found is None or not len(found):
        raise ValueError(f"a table of levels of {world.name} needs at least one level")
    if world.levels is None:
        raise ValueError(f"{world.name} makes its own levels and takes none")
    records = world.task_record(knobs, limit=limit, split=split).repeat(len(found))
    records["level"] = np.arange(len(found))
    return pack_tasks(records, found)
