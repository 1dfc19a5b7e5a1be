"""Episodes from the list columns of a table: all rows at once where nothing is wrong, else row by row, to name what is.

Files may be a stranger's: every length, name and range is checked before it reaches a world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from ..interface.action import ACTION, MOUSE_ONE
from ..interface.keys import BUTTONS, KEYS, WHEEL
from ..interface.text import TOKENS, encode, vocabulary_size
from .columns import BETWEEN, STEPS, EpisodeError, require
from .episode import Episode, Summary

_COUNTED = ("rewards", "terminated", "truncated", "success", "mouse_x", "mouse_y")
"""Columns of numbers with an entry for each player of each step."""


def from_table(table: pa.Table, heads: Sequence[Summary]) -> Iterator[Episode | EpisodeError]:
    """The episodes of a table of STEPS with these heads, row by row; for one that cannot be, its error.
    Raises ValueError and pyarrow's errors if no row can be read."""
    decoder = _Decoder(table, heads)

    def made() -> Iterator[Episode | EpisodeError]:
        for row, head in enumerate(heads):
            try:
                yield decoder.episode(row)
            except (ValueError, TypeError, KeyError) as error:
                yield EpisodeError(f"{head.id}: {error}")

    return made()


class _Decoder:
    """The list columns of a table with these heads."""

    def __init__(self, table: pa.Table, heads: Sequence[Summary]):
        self._heads = heads
        self._columns = {name: table.column(name).combine_chunks() for name in STEPS.names}
        self._numbers = {name: _Numbers(self._columns[name], name) for name in (*_COUNTED, "checksums", "latency")}
        self._coded = {
            "keys": _Coded(self._columns["keys"], "keys", _mask_of(KEYS), (len(KEYS),)),
            "buttons": _Coded(self._columns["buttons"], "buttons", _mask_of(BUTTONS), (len(BUTTONS),)),
            "wheel": _Coded(self._columns["wheel"], "wheel", WHEEL.index),
            "say": _Coded(self._columns["say"], "say", encode, (TOKENS,), np.uint16),
        }
        rare = ("say_tokens", "chat", "video")
        self._given = {name: self._columns[name].is_valid().to_numpy(zero_copy_only=False) for name in rare}
        steps = np.array([head.steps for head in heads], np.int64)
        counts = steps * np.array([head.players for head in heads], np.int64)
        fits = all(self._numbers[name].fit(counts) for name in _COUNTED) and self._numbers["checksums"].fit(steps + 1)
        self._whole: tuple[np.ndarray, dict[str, np.ndarray]] | None = None
        if fits and all(part.fit(counts) for part in self._coded.values()):
            rows = slice(0, len(heads))
            numbers = {name: self._numbers[name].of(rows) for name in (*_COUNTED, "checksums")}
            if _possible(numbers):
                self._whole = self._actions(rows, int(counts.sum()), numbers), numbers
        self._first = np.concatenate([[0], np.cumsum(counts)]).tolist()
        self._check = np.concatenate([[0], np.cumsum(steps + 1)]).tolist()

    def _actions(self, rows: slice, count: int, numbers: dict[str, np.ndarray]) -> np.ndarray:
        """The actions of these rows one after the other, ACTION (count,). Raises EpisodeError."""
        actions = np.zeros(count, ACTION)
        for name, part in self._coded.items():
            part.write(rows, actions[name])
        actions["mouse"][:, 0], actions["mouse"][:, 1] = numbers["mouse_x"], numbers["mouse_y"]
        return actions

    def _row(self, row: int) -> tuple[np.ndarray, dict[str, np.ndarray]]:
        """The actions and the numbers of a row. Raises EpisodeError."""
        if self._whole is not None:
            first, last = self._first[row], self._first[row + 1]
            whole, arrays = self._whole
            numbers = {name: arrays[name][first:last] for name in _COUNTED}
            numbers["checksums"] = arrays["checksums"][self._check[row] : self._check[row + 1]]
            return whole[first:last], numbers
        head, rows = self._heads[row], slice(row, row + 1)
        count = head.steps * head.players
        numbers = {name: self._numbers[name].checked(row, count) for name in _COUNTED}
        numbers["checksums"] = self._numbers["checksums"].checked(row, head.steps + 1)
        require(bool(np.isfinite(numbers["rewards"]).all()), "its rewards are no finite numbers")
        for name in ("mouse_x", "mouse_y"):
            require(_possible({name: numbers[name]}), f"{name} is beyond 1 picture height")
        return self._actions(rows, count, numbers), numbers

    def episode(self, row: int) -> Episode:
        """The episode of a row. Raises EpisodeError."""
        head = self._heads[row]
        steps, players, shape = head.steps, head.players, (head.steps, head.players)
        actions, numbers = self._row(row)
        chat = self._columns["chat"][row].as_py() if self._given["chat"][row] else None
        video = self._columns["video"][row].as_py() if self._given["video"][row] else None
        if self._given["say_tokens"][row]:
            _say(actions["say"], self._columns["say_tokens"][row].as_py())
        latency = self._numbers["latency"].checked(row, steps) if self._numbers["latency"].given[row] else None
        require(chat is None or len(chat) == (steps + 1) * players, "chat has an entry for each player and state")
        require(head.filmed == (video is not None), "there is video where it says so alone")
        require(video is None or len(video) == players, "there is a video for each player")
        return Episode(
            start=head.start,
            actions=actions.reshape(shape),
            rewards=numbers["rewards"].astype(np.float32).reshape(shape),
            terminated=numbers["terminated"].astype(bool).reshape(shape),
            truncated=numbers["truncated"].astype(bool).reshape(shape),
            success=numbers["success"].astype(bool).reshape(shape),
            checksums=numbers["checksums"].astype(np.uint32),
            instructions=head.instructions,
            played_by=head.played_by,
            latency=None if latency is None else latency.astype(np.float32),
            chat=chat,
            video=video,
            began=head.began,
            software=head.software,
            source=head.source,
            extra=head.extra,
            id=head.id,
        )


def _possible(numbers: dict[str, np.ndarray]) -> bool:
    """Whether rewards are finite and the mouse moves by no more than a picture height, of those that are given."""
    motions = [numbers[name].astype(np.int64) for name in ("mouse_x", "mouse_y") if name in numbers]
    finite = "rewards" not in numbers or bool(np.isfinite(numbers["rewards"]).all())
    return finite and all(bool((np.abs(motion) <= MOUSE_ONE).all()) for motion in motions)


def _say(say: np.ndarray, raw: Sequence[bytes]) -> None:
    """Write what was said as tokens, uint16 in little endian, into (entries, TOKENS). Raises EpisodeError."""
    require(len(raw) == len(say), f"say_tokens has {len(raw)} entries, not {len(say)}")
    say[...] = 0
    for index, each in enumerate(raw):
        tokens = np.frombuffer(each + b"\0" * (len(each) % 2), "<u2")
        require(len(tokens) <= TOKENS and bool((tokens < vocabulary_size()).all()), "say_tokens are no tokens")
        say[index, : len(tokens)] = tokens


class _Lists:
    """A list column: where the entries of each row begin, and which rows have any."""

    def __init__(self, lists: pa.Array, name: str):
        self._name, self._offsets = name, lists.offsets.to_numpy()
        self.given = lists.is_valid().to_numpy(zero_copy_only=False)

    def fit(self, lengths: np.ndarray) -> bool:
        """Whether each row has so many entries, and none is missing or wrong."""
        return bool(self.given.all() and (np.diff(self._offsets) == lengths).all())

    def _part(self, rows: slice) -> slice:
        """The entries of these rows."""
        return slice(self._offsets[rows.start], self._offsets[rows.stop])

    def _require(self, row: int, length: int) -> None:
        found = int(self._offsets[row + 1] - self._offsets[row]) if self.given[row] else 0
        require(found == length, f"{self._name} has {found} entries, not {length}")


class _Numbers(_Lists):
    """A list column of numbers."""

    def __init__(self, lists: pa.Array, name: str):
        super().__init__(lists, name)
        values = lists.values
        self._missing = None
        if values.null_count:
            self._missing = values.is_null().to_numpy(zero_copy_only=False)
            values = values.fill_null(False if pa.types.is_boolean(values.type) else 0)
        self._values = np.asarray(values.to_numpy(zero_copy_only=False))

    def fit(self, lengths: np.ndarray) -> bool:
        """Whether each row has so many entries, and none is missing."""
        return self._missing is None and super().fit(lengths)

    def of(self, rows: slice) -> np.ndarray:
        """The numbers of these rows, one after the other."""
        return self._values[self._part(rows)]

    def checked(self, row: int, length: int) -> np.ndarray:
        """The numbers of a row, (length,). Raises EpisodeError."""
        self._require(row, length)
        part = self._part(slice(row, row + 1))
        require(self._missing is None or not self._missing[part].any(), f"{self._name} has entries that are missing")
        return self._values[part]


class _Coded(_Lists):
    """A list column of texts, of which each different one is turned into numbers once, by `made`."""

    def __init__(
        self, lists: pa.Array, name: str, made: Callable[[str], Any], shape: tuple[int, ...] = (), kind: Any = np.uint8
    ):
        super().__init__(lists, name)
        coded = lists.values if isinstance(lists.values, pa.DictionaryArray) else lists.values.dictionary_encode()
        self._codes = coded.indices.fill_null(-1).to_numpy(zero_copy_only=False)
        texts = coded.dictionary.to_pylist()
        self._values = np.zeros((len(texts) + 1, *shape), kind)
        self._errors: dict[int, str] = {len(texts): "an entry is missing"}
        for index, text in enumerate(texts):
            try:
                self._values[index] = made(text)
            except (ValueError, KeyError, AttributeError, TypeError) as error:
                self._errors[index] = str(error)
        self._wrong = np.isin(np.arange(len(texts) + 1), list(self._errors))
        self._blank = ~self._values.reshape(len(texts) + 1, -1).any(1) & ~self._wrong

    def fit(self, lengths: np.ndarray) -> bool:
        """Whether each row has so many entries, and all are known."""
        part = self._part(slice(0, len(lengths)))
        return super().fit(lengths) and not self._wrong[self._codes[part]].any()

    def write(self, rows: slice, out: np.ndarray) -> None:
        """Write the numbers of these rows into zeros, (entries, *shape). Raises EpisodeError."""
        codes, count = self._codes[self._part(rows)], len(out)
        require(
            bool(self.given[rows].all()) and len(codes) == count, f"{self._name} has {len(codes)} entries, not {count}"
        )
        if self._blank[codes].all():
            return
        wrong = codes[self._wrong[codes]].tolist()
        require(not wrong, f"{self._name}: {self._errors[wrong[0] % len(self._wrong)] if wrong else ''}")
        out[...] = self._values[codes]


def _mask_of(names: Sequence[str]) -> Callable[[str], np.ndarray]:
    """A function from names with BETWEEN between them to 0 or 1 for each, uint8 (names,)."""

    def made(text: str) -> np.ndarray:
        mask = np.zeros(len(names), np.uint8)
        for name in text.split(BETWEEN) if text else ():
            if name not in names:
                raise ValueError(f"there is no {name!r}")
            mask[names.index(name)] = 1
        return mask

    return made
