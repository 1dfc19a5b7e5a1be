"""The episodes of one world of a store, in the order in which they come up for learning."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch

from ..contracts import Offline
from ..trees import tree_map
from .pool import Pool, Stage, frame_bytes
from .recorded import Recordings, Shelf

FREE = -1
"""The pool of a row that waits for its next episode."""
KEPT = ("pixels", "instruction", "chat", "action", "reward", "ended", "cut", "mask")
"""The tensors of a pool."""
POOLS = 4
"""Parts of the memory that may be taken: two of them by the pools of a world, which are there at the same time while
rows end the episodes of one and begin those of the next, one by a third at the most, and one by rollouts."""
LONGEST_WAIT = 256
"""Steps that a row waits at most before it begins its first episode."""


@dataclass
class Cursor:
    """How far the reading of a world has come. turn: how often the order of a pool has been drawn; at: how much of that
    order was taken; and of each row the pool, the place in it, the steps of its episode that lie behind and ahead, and
    the steps that it waits before it begins, int64 (rows,)."""

    turn: int
    at: int
    pool: np.ndarray
    row: np.ndarray
    behind: np.ndarray
    ahead: np.ndarray
    wait: np.ndarray

    ROWS: ClassVar[tuple[str, ...]] = ("pool", "row", "behind", "ahead", "wait")

    def copy(self) -> Cursor:
        """Another one at the same place."""
        return replace(self, **{name: getattr(self, name).copy() for name in self.ROWS})

    def state_dict(self) -> dict[str, Any]:
        """Numbers and tensors, for a checkpoint."""
        kept = {name: torch.from_numpy(getattr(self, name).copy()) for name in self.ROWS}
        return {"turn": self.turn, "at": self.at, **kept}

    @classmethod
    def of(cls, content: dict[str, Any]) -> Cursor:
        """From what `state_dict` gave."""
        rows: dict[str, Any] = {name: content[name].numpy().copy() for name in cls.ROWS}
        return cls(turn=content["turn"], at=content["at"], **rows)


class Reading:
    """The episodes of one world, in the order in which they come up."""

    def __init__(
        self, recordings: Recordings, shelf: Shelf, stage: Stage, algorithm: Offline, *, key: Sequence[int],
        whole: bool, memory: int, levels: Any,
    ):  # fmt: skip
        self.shelf, self.stage, self._whole, self._key = shelf, stage, whole, list(key)
        self._given = recordings, algorithm, levels
        weights = np.asarray(algorithm.choose(shelf.known), np.float64)
        if weights.shape != (len(shelf.ids),) or not np.isfinite(weights).all() or weights.min() < 0:
            raise ValueError(f"an algorithm's choose returns {len(shelf.ids)} finite numbers of at least 0")
        if not weights.any():
            raise ValueError(
                f"of {len(shelf.ids):,} stored episodes of {shelf.world.name} none is left: learn from all of them, or "
                "from another store"
            )
        self._weights, self._eligible = weights, np.flatnonzero(weights)
        self._memory, self._each = memory, frame_bytes(stage, shelf.world.players)
        self._blocks = self._divided()
        self._pools: dict[int, Pool] = {}
        self._orders: dict[int, np.ndarray] = {}
        rows = stage.batch.n
        longest = int(shelf.known.steps[self._eligible].max())
        wait = self._random(1).integers(0, min(longest, LONGEST_WAIT), rows) if whole else np.zeros(rows, np.int64)
        self._needed: set[int] = set()
        row, behind, ahead = np.zeros((3, rows), np.int64)
        self.cursor = Cursor(-1, 0, np.full(rows, FREE), row, behind, ahead, wait)
        self._go_on(self.cursor)
        self.pool(self._number(self.cursor.turn)).check()  # so that such a store is refused at once

    def state_dict(self) -> dict[str, Any]:
        """How far it has come, and in which of all orders."""
        return {"cursor": self.cursor.state_dict(), "key": self._key, "digest": self.shelf.digest}

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state. If the store has changed, its episodes of today are read from their beginning."""
        if content["digest"] != self.shelf.digest:
            warnings.warn(
                f"the stored episodes of {self.shelf.world.name} are not those that this run began with: it goes on "
                "with those that are there now",
                stacklevel=2,
            )
            return
        if content["key"] != self._key:
            self._key, self._pools, self._orders = content["key"], {}, {}
            self._blocks = self._divided()
        self.cursor = Cursor.of(content["cursor"])

    def _random(self, *more: int) -> np.random.Generator:
        return np.random.default_rng([*self._key, *more])

    def _divided(self) -> list[np.ndarray]:
        """The eligible episodes in blocks that fit into memory. Raises ValueError if an episode alone does not."""
        order = self._random(0).permutation(self._eligible)
        needed = (self.shelf.known.steps[order] + 1) * self._each
        if needed.max() > self._memory:
            raise ValueError(
                f"a stored episode of {self.shelf.world.name} takes {needed.max():,} bytes, and {self._memory:,} are "
                "allowed: turn down the frame size, or raise memory"
            )
        blocks: list[list[int]] = [[]]
        taken = 0
        for episode, size in zip(order.tolist(), needed.tolist(), strict=True):
            if taken + size > self._memory:
                blocks.append([])
                taken = 0
            blocks[-1].append(episode)
            taken += size
        return [np.array(sorted(block), np.int64) for block in blocks]

    @property
    def passes(self) -> float:
        """How many times all of it was read."""
        cursor = self.cursor
        return (cursor.turn + cursor.at / len(self._order(cursor.turn))) / len(self._blocks)

    def _number(self, turn: int) -> int:
        return turn % len(self._blocks)

    def pool(self, number: int) -> Pool:
        """The pool of a block, which is read if need be; others that are not needed any more are let go first."""
        if number not in self._pools:
            self._pools = {kept: pool for kept, pool in self._pools.items() if kept in self._needed}
            recordings, algorithm, levels = self._given
            self._pools[number] = Pool(recordings, self.shelf, self._blocks[number], self.stage, algorithm, levels)
        return self._pools[number]

    def _order(self, turn: int) -> np.ndarray:
        """The order of a turn: episodes of its pool, or without a memory rows of it. Each comes up as often as its
        weight says, up to rounding by chance."""
        if turn not in self._orders:
            number = self._number(turn)
            pool = self.pool(number)
            weights = self._weights[self._blocks[number]] * (pool.steps > 0)
            rows = np.arange(len(weights))
            if not self._whole:
                offsets = np.arange(pool.steps.sum()) - (pool.steps.cumsum() - pool.steps).repeat(pool.steps)
                rows, weights = pool.first.repeat(pool.steps) + offsets, weights.repeat(pool.steps)
            rows, weights = rows[weights > 0], weights[weights > 0]
            random, count = self._random(2, turn), len(rows)
            first = random.random()
            if count and weights.min() < weights.max():
                mixed = random.permutation(count)
                sums = weights[mixed].cumsum()
                at = np.searchsorted(sums, (np.arange(count) + first) / count * sums[-1], side="right")
                rows = rows[mixed[at.clip(max=count - 1)]]
            order = random.permutation(rows)
            self._orders = {known: each for known, each in self._orders.items() if known >= turn - 1} | {turn: order}
        return self._orders[turn]

    def take(self, cursor: Cursor, steps: int) -> tuple[np.ndarray, ...]:
        """The next steps of all rows: (pool, row in it, whether an episode begins, whether there is anything), each
        (steps, rows). Moves the cursor."""
        self._needed = {self._number(cursor.turn), *cursor.pool.tolist()}
        shape = steps, self.stage.batch.n
        pools, places = np.zeros((2, *shape), np.int64)
        if not self._whole:
            self._shuffled(cursor, pools.ravel(), places.ravel())
            return pools, places, np.ones(shape, bool), np.ones(shape, bool)
        first, live = np.zeros((2, *shape), bool)
        for step in range(steps):
            self._begin(cursor)
            playing = cursor.pool != FREE
            pools[step] = np.where(playing, cursor.pool, self._number(cursor.turn))
            places[step] = np.where(playing, cursor.row, 0)
            first[step], live[step] = playing & (cursor.behind == 0), playing
            cursor.row += playing
            cursor.behind += playing
            cursor.ahead -= playing
            cursor.pool[playing & (cursor.ahead == 0)] = FREE
            cursor.wait -= cursor.wait > 0
        return pools, places, first, live

    def _begin(self, cursor: Cursor) -> None:
        """Begin the next episode in the rows that are free and do not wait."""
        for row in np.flatnonzero((cursor.pool == FREE) & (cursor.wait == 0)).tolist():
            if cursor.at == len(self._order(cursor.turn)):
                playing = set(cursor.pool.tolist()) - {FREE}
                if len(self._blocks) > 1 and playing - {self._number(cursor.turn)}:
                    return  # a third pool has to wait until the first is done with
                self._go_on(cursor)
            episode = self._order(cursor.turn)[cursor.at]
            number = self._number(cursor.turn)
            pool = self.pool(number)
            cursor.at += 1
            cursor.pool[row], cursor.row[row] = number, pool.first[episode]
            cursor.behind[row], cursor.ahead[row] = 0, pool.steps[episode]

    def _shuffled(self, cursor: Cursor, pools: np.ndarray, places: np.ndarray) -> None:
        """The same without a memory: steps by chance."""
        done = 0
        while done < len(places):
            order = self._order(cursor.turn)
            part = order[cursor.at : cursor.at + len(places) - done]
            pools[done : done + len(part)], places[done : done + len(part)] = self._number(cursor.turn), part
            done, cursor.at = done + len(part), cursor.at + len(part)
            if cursor.at == len(order):
                self._go_on(cursor)

    def _go_on(self, cursor: Cursor) -> None:
        """To the next turn whose pool holds an episode that can be replayed. Raises ValueError if there is none."""
        for _ in self._blocks:
            cursor.turn, cursor.at = cursor.turn + 1, 0
            if len(self._order(cursor.turn)):
                return
        self.pool(self._number(cursor.turn)).check()  # which raises

    def gathered(self, pools: np.ndarray, places: np.ndarray, recall: bool) -> dict[str, Any]:
        """The content of these rows of the pools, (steps, rows), as a tree of tensors (steps, rows * players, …)."""
        steps, rows, players = *places.shape, self.shelf.world.players
        found: Any = None
        for number in np.unique(pools).tolist():
            pool, at = self.pool(number), np.flatnonzero(pools.ravel() == number)
            index = torch.from_numpy(places.ravel()[at])
            parts: dict[str, Any] = {name: getattr(pool, name)[index] for name in KEPT}
            parts["labels"] = {name: values[index] for name, values in pool.labels.items()}
            parts["targets"] = {name: values[index] for name, values in pool.targets.items()} or None
            if recall:
                before = (index - 1).clamp_min(0)
                parts |= {"last_action": pool.action[before], "last_reward": pool.reward[before]}
            if len(at) == pools.size:
                found = parts
                break
            if found is None:
                found = tree_map(lambda leaf: leaf.new_zeros(steps * rows, *leaf.shape[1:]), parts)
            where = torch.from_numpy(at)
            tree_map(lambda kept, part, where=where: kept.index_copy_(0, where, part), found, parts)
        return tree_map(lambda leaf: leaf.view(steps, rows * players, *leaf.shape[2:]), found)
