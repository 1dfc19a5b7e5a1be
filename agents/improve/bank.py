"""The bank: the attempts of all rounds in a store of episodes, and the marks of those that were annotated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from ...episodes import upkeep
from ...episodes.episode import Episode
from ...episodes.marks import Mark, standing
from ...episodes.redraw import Redrawing, Together
from ...episodes.store import Store
from ...worlds.engine.world import World
from .attempts import TRUTH, Found

TOGETHER = 64
"""Attempts whose frames are in memory at a time."""


@dataclass(frozen=True)
class Attempt:
    """An attempt as a judge sees it. id: of its episode; instruction: what the agent was told; frames: uint8 (steps +
    1, height, width, 3), None for a judge with `frames` False; steps: of the agent; won: the step after which the goal
    program found the goal reached, 0 if it never did, and None for every judge that is not the truth."""

    id: str
    instruction: str
    frames: np.ndarray | None
    steps: int
    won: int | None = None


class Bank:
    """Attempts of one world in a store. size: (height, width) of the frames that judges see."""

    def __init__(self, path: str | Path, world: World, threads: int | None = None):
        self.store, self.world, self._threads = Store(path, create=True), world, threads
        self.size = world.view.frame(*world.view.grid(world.knob_values({})))

    def ids(self) -> set[str]:
        """The ids of all attempts."""
        return {head.id for head in self.store.index()}

    def found(self, ids: Iterable[str]) -> dict[str, Found]:
        """The findings of the goal program in these attempts, by id, for audits and for the judge `program`."""
        wanted = set(ids)
        heads = self.store.index(lambda head: head.id in wanted)
        return {head.id: Found.read(head.extra[TRUTH]) for head in heads}

    def episodes(self, ids: Iterable[str]) -> Iterator[Episode]:
        """These attempts as episodes, in the order of the store."""
        wanted = set(ids)
        return self.store.read(lambda head: head.id in wanted)

    def attempts(
        self, ids: Sequence[str], *, truth: bool, frames: bool, size: tuple[int, int] | None = None
    ) -> Iterator[list[Attempt]]:
        """These attempts as judges see them, in parts of TOGETHER at most. truth: whether they tell what the goal
        program found; frames: whether they have frames, of this size."""
        if not frames:
            wanted = set(ids)
            heads = {head.id: head for head in self.store.index(lambda head: head.id in wanted)}
            won = {id: one.won for id, one in self.found(ids).items()} if truth else {}
            yield [
                Attempt(id, heads[id].instructions[0], None, heads[id].steps, won.get(id)) for id in ids if id in heads
            ]
            return
        for first in range(0, len(ids), TOGETHER):
            episodes = {each.id: each for each in self.episodes(ids[first : first + TOGETHER])}
            shown = drawn(self.world, list(episodes.values()), size or self.size, self._threads)
            part = []
            for id in ids[first : first + TOGETHER]:
                each = episodes.get(id)
                if each is None or id not in shown:
                    continue
                found = Found.read(each.extra[TRUTH]).won if truth else None
                part.append(Attempt(id, each.instructions[0], shown[id], each.steps, found))
            yield part

    def marks(self) -> dict[str, list[Mark]]:
        """The marks that stand, by attempt."""
        found: dict[str, list[Mark]] = {}
        for mark in standing(self.store.marks()):
            found.setdefault(mark.episode, []).append(mark)
        return found

    def forget(self, ids: set[str]) -> int:
        """Drop these attempts; returns how many."""
        return upkeep.prune(self.store, lambda head: head.id in ids) if ids else 0


def drawn(
    world: World, episodes: Sequence[Episode], size: tuple[int, int], threads: int | None = None
) -> dict[str, np.ndarray]:
    """The frames of episodes by id, uint8 (steps + 1, height, width, 3) for the one player that there is: drawn at the
    world's own size for their picture, and resized where that is another."""
    kinds: dict[Together, list[Episode]] = {}
    for each in episodes:
        kinds.setdefault(Together.of(each), []).append(each)
    found: dict[str, np.ndarray] = {}
    for kind, some in kinds.items():
        own = size if _fits(world, size, kind.grid) else world.view.frame(*kind.grid)
        options: dict[str, Any] = {"rows": len(some), "threads": threads, "final": True}
        for step in Redrawing(some, world, own, **options):
            assert step.pixels is not None
            for row in np.flatnonzero(step.active).tolist():
                episode = step.episodes[row]
                assert episode is not None
                if step.is_first[row]:
                    found[episode.id] = np.zeros((episode.steps + 1, *size, 3), np.uint8)
                frame = np.asarray(step.pixels[row, 0])
                if own != size:
                    frame = cv2.resize(frame, size[::-1], interpolation=cv2.INTER_AREA)
                found[episode.id][int(step.number[row])] = frame
    return found


def _fits(world: World, size: tuple[int, int], grid: tuple[int, int]) -> bool:
    """Whether a picture of this grid can be drawn at this size."""
    try:
        world.view.check(*size, *grid)
    except ValueError:
        return False
    return True
