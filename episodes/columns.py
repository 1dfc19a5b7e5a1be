"""The columns of a store: episodes as the rows of an Arrow table, and back.

An episode is one row. What belongs to its steps are lists in that row: actions by the names of keys and buttons, one
entry for each player of each step, step by step. docs/data.md has the table of columns.

Files may be a stranger's: every length, name and range is checked before it reaches a world.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa

from ..interface.action import ACTION
from ..interface.keys import BUTTONS, KEYS, WHEEL
from ..interface.text import decode, encode
from .episode import KINDS, RESULTS, Episode, Player, Summary
from .start import Start

BETWEEN = "|"
"""Between the names of keys or buttons that are held together; no name has it."""

_TEXT = pa.dictionary(pa.int32(), pa.string())
HEAD = pa.schema(
    [
        *(("id", pa.string()), ("world", pa.string()), ("version", pa.int32()), ("players", pa.int32())),
        *(("knobs", pa.string()), ("limit", pa.int32()), ("split", pa.string()), ("seed", pa.uint64())),
        *(("repeat", pa.int32()), ("rows", pa.int32()), ("cols", pa.int32()), ("task", pa.string())),
        *(("level", pa.string()), ("drawn", pa.bool_()), ("level_set", pa.string()), ("level_index", pa.int32())),
        *(("instructions", pa.list_(pa.string())), ("steps", pa.int32())),
        *(("returns", pa.list_(pa.float64())), ("won", pa.list_(pa.bool_())), ("result", pa.string())),
        ("played_by", pa.list_(pa.struct([("kind", pa.string()), ("name", pa.string())]))),
        *(("began", pa.timestamp("us", "UTC")), ("software", pa.string()), ("source", pa.string())),
        *(("filmed", pa.bool_()), ("extra", pa.string())),
    ]
)
"""Columns that describe an episode as a whole; task, knobs and extra are JSON."""
STEPS = pa.schema(
    [
        *(("keys", pa.list_(_TEXT)), ("buttons", pa.list_(_TEXT)), ("wheel", pa.list_(_TEXT))),
        *(("mouse_x", pa.list_(pa.int32())), ("mouse_y", pa.list_(pa.int32())), ("say", pa.list_(_TEXT))),
        ("say_tokens", pa.list_(pa.binary())),
        *(("rewards", pa.list_(pa.float32())), ("terminated", pa.list_(pa.bool_()))),
        *(("truncated", pa.list_(pa.bool_())), ("success", pa.list_(pa.bool_()))),
        *(("checksums", pa.list_(pa.uint32())), ("latency", pa.list_(pa.float32())), ("chat", pa.list_(_TEXT))),
        ("video", pa.list_(pa.binary())),
    ]
)
"""Columns of lists, with an entry for each player of each step, except checksums, latency and video."""
SCHEMA = pa.schema([*HEAD, *STEPS])


class EpisodeError(ValueError):
    """Raised for a stored episode that cannot be: of other lengths, with unknown keys, out of range."""


def to_table(episodes: Sequence[Episode]) -> pa.Table:
    """Episodes as a table of SCHEMA, a row for each. Raises EpisodeError for one whose arrays do not fit together."""
    for each in episodes:
        check_shapes(each)
    actions = np.concatenate([each.actions.reshape(-1) for each in episodes])
    flat = _Lists([each.steps * each.players for each in episodes])
    columns: dict[str, Any] = {
        "keys": flat.of(_held(actions["keys"], KEYS)),
        "buttons": flat.of(_held(actions["buttons"], BUTTONS)),
        "wheel": flat.of(pa.DictionaryArray.from_arrays(actions["wheel"].astype(np.int32), pa.array(WHEEL))),
        "mouse_x": flat.of(pa.array(np.ascontiguousarray(actions["mouse"][:, 0]))),
        "mouse_y": flat.of(pa.array(np.ascontiguousarray(actions["mouse"][:, 1]))),
        **_said(actions["say"], episodes, flat),
    }
    for name in ("rewards", "terminated", "truncated", "success"):
        columns[name] = flat.of(pa.array(np.concatenate([getattr(each, name).reshape(-1) for each in episodes])))
    ticks = _Lists([len(each.checksums) for each in episodes])
    columns["checksums"] = ticks.of(pa.array(np.concatenate([each.checksums for each in episodes])))
    for name in ("latency", "chat", "video"):
        values = [getattr(each, name) for each in episodes]
        columns[name] = pa.array([None if value is None else list(value) for value in values], STEPS.field(name).type)
    columns |= {name: [_head(each)[name] for each in episodes] for name in HEAD.names}
    return pa.table(
        {
            field.name: pa.array(columns[field.name], field.type)
            if isinstance(columns[field.name], list)
            else columns[field.name]
            for field in SCHEMA
        },
        SCHEMA,
    )


class _Lists:
    """Flat values cut into lists of these lengths."""

    def __init__(self, lengths: Sequence[int]):
        self._offsets = pa.array(np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)]).astype(np.int32))

    def of(self, values: pa.Array) -> pa.Array:
        """The list array."""
        return pa.ListArray.from_arrays(self._offsets, values)


def check_shapes(episode: Episode) -> None:
    """Raise EpisodeError unless the arrays and texts of an episode fit together."""
    shape = episode.actions.shape
    if len(shape) != 2 or episode.actions.dtype != ACTION or shape[1] < 1:
        raise EpisodeError(f"an episode's actions are ACTION records (steps, players); got {shape} of another dtype")
    for name in ("rewards", "terminated", "truncated", "success"):
        if getattr(episode, name).shape != shape:
            raise EpisodeError(f"{name} are of shape {shape}, as the actions are; got {getattr(episode, name).shape}")
    wanted = {"checksums": shape[0] + 1, "instructions": shape[1], "played_by": shape[1]}
    wanted |= {"latency": shape[0], "chat": (shape[0] + 1) * shape[1], "video": shape[1]}
    for name, length in wanted.items():
        value = getattr(episode, name)
        if value is not None and len(value) != length:
            raise EpisodeError(f"{name} of an episode of {shape[0]} steps and {shape[1]} players has {length} entries")


def _head(episode: Episode) -> dict[str, Any]:
    start = episode.start
    return {
        "id": episode.id, "world": start.world, "version": start.version, "players": episode.players,
        "knobs": _json(start.knobs), "limit": start.limit, "split": start.split, "seed": start.seed,
        "repeat": start.repeat, "rows": start.grid[0], "cols": start.grid[1],
        "task": None if start.task is None else _json(start.task), "level": start.level, "drawn": start.drawn,
        "level_set": start.level_set or None, "level_index": start.level_index,
        "instructions": list(episode.instructions), "steps": episode.steps,
        "returns": list(episode.returns), "won": episode.success.any(0).tolist(), "result": episode.result,
        "played_by": [player._asdict() for player in episode.played_by], "began": episode.began.astimezone(UTC),
        "software": episode.software, "source": episode.source, "filmed": episode.filmed,
        "extra": _json(episode.extra) if episode.extra else None,
    }  # fmt: skip


def _json(value: Any) -> str:
    return json.dumps(dict(value), separators=(",", ":"), ensure_ascii=False)


def _held(bits: np.ndarray, names: Sequence[str]) -> pa.Array:
    """Held keys or buttons, 0 or 1 (entries, names), as names with BETWEEN between them: a dictionary of strings."""
    packed = np.packbits(bits, axis=1)
    width = packed.shape[1]
    raw = pa.FixedSizeBinaryArray.from_buffers(pa.binary(width), len(packed), [None, pa.py_buffer(packed.tobytes())])
    coded = raw.dictionary_encode()
    masks = [np.unpackbits(np.frombuffer(each, np.uint8), count=len(names)) for each in coded.dictionary.to_pylist()]
    texts = [BETWEEN.join(names[index] for index in np.flatnonzero(mask).tolist()) for mask in masks]
    return pa.DictionaryArray.from_arrays(coded.indices, pa.array(texts, pa.string()))


def _said(say: np.ndarray, episodes: Sequence[Episode], flat: _Lists) -> dict[str, Any]:
    """The texts that were said; and as tokens, uint16 in little endian, in episodes in which one is not what `encode`
    makes of its text."""
    texts, odd = [""], np.zeros(len(say), bool)
    codes = np.zeros(len(say), np.int32)
    known: dict[bytes, tuple[int, bool]] = {}
    for index in np.flatnonzero(say.any(1)):
        tokens = say[index]
        if tokens.tobytes() not in known:
            text = decode(tokens)
            known[tokens.tobytes()] = len(texts), not _encodes(text, tokens)
            texts.append(text)
        codes[index], odd[index] = known[tokens.tobytes()]
    tokens_of: list[list[bytes] | None] = []
    first = 0
    for each in episodes:
        last = first + each.steps * each.players
        raw = [row.astype("<u2").tobytes().rstrip(b"\0") for row in say[first:last]] if odd[first:last].any() else None
        tokens_of.append(raw)
        first = last
    said = pa.DictionaryArray.from_arrays(codes, pa.array(texts, pa.string()))
    return {"say": flat.of(said), "say_tokens": pa.array(tokens_of, pa.list_(pa.binary()))}


def _encodes(text: str, tokens: np.ndarray) -> bool:
    try:
        return bool((encode(text) == tokens).all())
    except ValueError:
        return False


def summaries(table: pa.Table, file: str) -> list[Summary | EpisodeError]:
    """The heads of a table of HEAD, row by row; for one that cannot be, its error."""
    found: list[Summary | EpisodeError] = []
    for row in table.select(HEAD.names).to_pylist():
        try:
            found.append(_summary(row, file))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            found.append(EpisodeError(f"{row.get('id')}: {error}"))
    return found


def _summary(row: dict[str, Any], file: str) -> Summary:
    require(isinstance(row["id"], str) and 0 < len(row["id"]) <= 64 and row["id"].isalnum(), "its id is no id")
    require(0 < row["players"] <= 64 and row["steps"] >= 0, "it has no players, or fewer than 0 steps")
    require(row["result"] in RESULTS, f"its result is {row['result']!r}, none of {', '.join(RESULTS)}")
    require(all(name is not None for name in (row["world"], row["split"], row["version"])), "its world is not told")
    start = Start(
        row["world"], row["version"], _parsed(row["knobs"], int), row["limit"], row["split"], row["seed"],
        max(row["repeat"], 1), (row["rows"], row["cols"]), None if row["task"] is None else _parsed(row["task"], None),
        row["level"], bool(row["drawn"]), row["level_set"] or "", row["level_index"],
    )  # fmt: skip
    require(all(each["kind"] in KINDS for each in row["played_by"]), "its players are of no known kind")
    for name in ("returns", "won", "instructions", "played_by"):
        require(len(row[name]) == row["players"], f"{name} has {len(row[name])} entries, one for each player")
    return Summary(
        id=row["id"],
        file=file,
        start=start,
        players=row["players"],
        steps=row["steps"],
        returns=tuple(row["returns"]),
        success=tuple(row["won"]),
        result=row["result"],
        instructions=tuple(row["instructions"]),
        played_by=tuple(Player(each["kind"], each["name"] or "") for each in row["played_by"]),
        began=row["began"] or datetime(1970, 1, 1, tzinfo=UTC),
        software=row["software"] or "",
        source=row["source"] or "",
        filmed=bool(row["filmed"]),
        extra=_parsed(row["extra"] or "{}", str),
    )


def require(condition: bool, message: str) -> None:
    """Raise EpisodeError with this message unless the condition holds."""
    if not condition:
        raise EpisodeError(message)


@lru_cache(maxsize=1024)
def _parsed(text: str, kind: type | None) -> dict[str, Any]:
    """JSON of an object, whose values are of this kind. Equal texts share one, so it is not to be changed."""
    found = json.loads(text)
    require(isinstance(found, dict), f"{text[:40]!r} is no JSON object")
    require(kind is None or all(type(value) is kind for value in found.values()), f"{text[:40]!r} has odd values")
    return dict(found)
