"""The reader: hands an offline algorithm the steps of stored episodes, as a collector hands over those of play.

With a memory each row of a world plays one episode after the other, from its beginning to its end; at first the rows
wait for different numbers of steps, so that they are in different phases. Without a memory every step is drawn by
chance from all that are in memory. Memory holds a pool for each world: all of its episodes, or so many as the
run's `memory` has room for, and then the next ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from ..contracts import Decision, Offline, State, TimeStep, Transition
from ..observations import Observation
from ..trees import at, joined, stack, to
from .pool import Stage
from .reading import POOLS, Cursor, Reading
from .recorded import Recordings


class EpisodeReader:
    """Stands in the place of a Collector. stages: of the worlds, in the order of the run's lanes; example: an
    observation of these lanes; lanes: their number; whole: whether episodes are read from their beginning to their end;
    recall: whether observations hold the last action and reward; memory: bytes that all pools may take; rank: of this
    process; levels: a user's levels, that episodes were drawn from."""

    def __init__(
        self, recordings: Recordings, stages: Sequence[Stage], algorithm: Offline, example: Observation, *,
        whole: bool, recall: bool, memory: int, seed: int, rank: int, levels: Any = None,
    ):  # fmt: skip
        self._algorithm, self._example, self._recall = algorithm, example, recall
        self._device = example.pixels.device
        texts = torch.from_numpy(recordings.texts.astype(np.int64)).to(self._device)
        longest = max(int((texts != 0).any(0).sum()), 1)
        self._tables = example.tables._replace(instructions=texts[:, :longest].contiguous())
        self._worlds = [
            Reading(
                recordings, shelf, stage, algorithm, key=(seed, rank, number), whole=whole,
                memory=memory // (POOLS * len(stages)), levels=levels,
            )
            for number, (shelf, stage) in enumerate(zip(recordings.shelves, stages, strict=True))
        ]  # fmt: skip
        self._lanes = len(example.pixels)
        self._seats = [
            (world, lane % world.shelf.world.players)
            for world in self._worlds
            for lane in range(world.stage.batch.n * world.shelf.world.players)
        ]
        self._state: State = algorithm.initial(self._lanes)

    def collect(self, steps: int, progress: float) -> dict[str, float]:
        """So many steps of every lane. Returns {episodes: 0, passes}: no episode was played, and all were read so many
        times; of several worlds the mean."""
        read = self._read([world.cursor for world in self._worlds], steps)
        for step in range(steps):
            self._algorithm.observe(self._transition(at(read, step), step))
        passes = [world.passes for world in self._worlds]
        return {"episodes": 0, "passes": sum(passes) / len(passes)}

    def now(self) -> tuple[TimeStep, State]:
        """The time step that comes next, of all lanes, and the state of lanes whose episode begins."""
        read = self._read([world.cursor.copy() for world in self._worlds], 1)
        return self._transition(at(read, 0), 0).timestep, self._state

    def _read(self, cursors: Sequence[Cursor], steps: int) -> dict[str, Any]:
        """The next steps of all worlds' lanes, on the network's device, (steps, lanes, …)."""
        found = []
        for world, cursor in zip(self._worlds, cursors, strict=True):
            pools, places, first, live = world.take(cursor, steps)
            part = world.gathered(pools, places, self._recall)
            players = world.shelf.world.players
            flags = (torch.from_numpy(flag.astype(np.float32)) for flag in (first, live))
            part["is_first"], playing = (flag.repeat_interleave(players, 1) for flag in flags)
            for name in ("mask", "reward", "ended", "cut"):
                part[name] = part[name] * playing
            part["pool"], part["row"] = (
                torch.from_numpy(each).repeat_interleave(players, 1) for each in (pools, places)
            )
            found.append(part)
        read = joined(found, 1)
        return read if self._device.type == "cpu" else to(read, self._device)

    def _transition(self, read: dict[str, Any], step: int) -> Transition:
        """A step of all lanes as a transition."""
        example = self._example
        chat = None if example.chat is None else read["chat"]
        last = (read["last_action"].long(), read["last_reward"]) if self._recall else (None, None)
        seen = read["pixels"], read["instruction"], chat, *last, example.controls, read["targets"]
        observation = Observation.made(seen, self._tables)
        timestep = TimeStep(observation, read["is_first"], read["mask"], None, slice(0, self._lanes))
        decision = Decision(read["action"].long(), self._state, read["labels"])
        cut = read["cut"].nonzero().squeeze(1)

        def final(indices: torch.Tensor) -> Observation:
            return self._after(observation, read, indices)

        return Transition(timestep, self._state, decision, read["reward"], read["ended"], cut, final, step)

    def _after(self, observation: Observation, read: dict[str, Any], indices: torch.Tensor) -> Observation:
        """The observation of some lanes after a step: the next row of their pool."""
        now = observation.of(indices)
        if not len(indices):
            return now
        views = []
        for lane in indices.tolist():
            world, seat = self._seats[lane]
            pool, row = world.pool(int(read["pool"][lane])), int(read["row"][lane]) + 1
            views.append({name: getattr(pool, name)[row, seat] for name in ("pixels", "instruction", "chat")})
        seen = to(stack(views), self._device)
        if self._recall:
            now = now._replace(last_action=read["action"].long()[indices], last_reward=read["reward"][indices])
        chat = None if now.chat is None else seen["chat"]
        return now._replace(pixels=seen["pixels"], instruction=seen["instruction"], chat=chat)

    def state_dict(self) -> list[dict[str, Any]]:
        """How far it has come in the episodes of each world."""
        return [world.state_dict() for world in self._worlds]

    def load_state_dict(self, content: list[dict[str, Any]]) -> None:
        """Go back to a saved state. If the store has changed, its episodes of today are read from their beginning."""
        for world, saved in zip(self._worlds, content, strict=True):
            world.load_state_dict(saved)
