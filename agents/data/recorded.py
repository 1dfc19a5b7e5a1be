"""Which episodes of a store a run can learn from, found from their heads alone."""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ...episodes.episode import Summary
from ...episodes.store import Store
from ...interface.text import TOKENS, encode
from ...worlds.engine.world import World
from ..contracts import Recorded

UNNAMED = "written"
"""The id of tasks that nobody has named, see episodes/start.py: these are told apart by their instructions."""


@dataclass
class Shelf:
    """The episodes of one world that can be learned from: their ids, and what is known of each."""

    world: World
    ids: list[str]
    known: Recorded

    @property
    def digest(self) -> int:
        """Tells other episodes from these ones, in a checkpoint."""
        return zlib.crc32("".join(self.ids).encode())


@dataclass
class Recordings:
    """The episodes of all worlds of a run, world after world. texts: different instructions, uint16 (k, 64); cells:
    (rows, columns) of the largest picture."""

    store: Store
    shelves: list[Shelf]
    texts: np.ndarray
    cells: tuple[int, int]


def recordings(
    path: str | Path,
    worlds: Sequence[World],
    ticks: Callable[[World], int],
    split: str,
    share: tuple[int, int] = (0, 1),
) -> Recordings:
    """The episodes of a store that fit a run.

    ticks: of a step in a world; split: of the levels, others are left out; share: (rank, processes), each of which
    learns from episodes of its own.

    Raises StoreError, a ValueError, for a folder that is no store or is of a newer version, and ValueError, with the
    reasons, if there is no episode of a world that fits.
    """
    store = Store(path)
    named = {world.name: number for number, world in enumerate(worlds)}
    found: list[list[tuple[str, int, tuple[float, ...], bool, str]]] = [[] for _ in worlds]
    unfit: list[Counter[str]] = [Counter() for _ in worlds]
    others: Counter[str] = Counter()
    told: dict[str, None] = {text: None for world in worlds for text in world.objective.other_instructions}
    cells = (1, 1)
    for head in store.index():
        number = named.get(head.world)
        if number is None:
            others[head.world] += 1
            continue
        reason = _unfit(head, worlds[number], ticks(worlds[number]), split)
        if reason:
            unfit[number][reason] += 1
            continue
        task = head.task if head.task not in ("", UNNAMED) else "\n".join(head.instructions)
        found[number].append((head.id, head.steps, head.returns, any(head.success), task))
        told |= dict.fromkeys(head.instructions)
        cells = max(cells[0], head.start.grid[0]), max(cells[1], head.start.grid[1])
    shelves = []
    for world, rows, reasons in zip(worlds, found, unfit, strict=True):
        rank, processes = share
        if len(rows) < processes:
            raise ValueError(_none(path, world, len(rows), reasons, others, processes))
        order = np.random.default_rng(0).permutation(len(rows))[rank::processes]
        shelves.append(_shelf(world, [rows[index] for index in order.tolist()]))
    texts = np.array([encode(text) for text in told], np.uint16).reshape(-1, TOKENS)
    return Recordings(store, shelves, np.unique(texts, axis=0), cells)


def _unfit(head: Summary, world: World, ticks: int, split: str) -> str:
    """The reason why an episode of this world does not fit; "" if it does."""
    start = head.start
    if head.players != world.players:
        return f"with {head.players} player(s), where it has {world.players}"
    if start.version != world.version and not head.filmed:
        return f"of version {start.version}, where this is version {world.version}"
    if start.repeat != ticks:
        return f"with actions held for {start.repeat} tick(s), which --set repeat={start.repeat} asks for"
    if start.split != split:
        return f"of the split {start.split!r}, which --split {start.split} asks for"
    return "" if head.steps else "without a step"


def _none(path: object, world: World, count: int, reasons: Counter[str], others: Counter[str], processes: int) -> str:
    if count:
        return f"{path} holds {count} episode(s) of {world.name}, too few for {processes} processes"
    if reasons:
        listed = "; ".join(f"{number:,} {reason}" for reason, number in reasons.most_common(4))
        return f"{path} holds no episode of {world.name} that fits this run, but {listed}"
    listed = ", ".join(f"{name} ({number:,})" for name, number in others.most_common(8)) or "nothing at all"
    return (
        f"{path} holds no episode of {world.name}, but {listed}: name another world or store, or record some by "
        f"`rumpus record {world.name} AGENT --out {path}`"
    )


def _shelf(world: World, rows: Sequence[tuple[str, int, tuple[float, ...], bool, str]]) -> Shelf:
    ids, steps, returns, success, tasks = zip(*rows, strict=True)
    numbers = {task: number for number, task in enumerate(dict.fromkeys(tasks))}
    known = Recorded(
        np.array(steps, np.int64), np.array(returns, np.float64).reshape(len(ids), -1), np.array(success, bool),
        np.array([numbers[task] for task in tasks], np.int64), ids,
    )  # fmt: skip
    return Shelf(world, list(ids), known)
