"""Whole episodes of a store in memory: their frames, drawn again at the network's size, and what was done in them."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch

from ...episodes.episode import Episode
from ...episodes.footage import Footage
from ...episodes.hands import held_by
from ...episodes.redraw import Redrawing, Together
from ...episodes.step import Departure, Step, warn
from ...interface.action import ACTION
from ...interface.keys import KEYS, button_index, key_index
from ...worlds.engine.render.views import Tiles
from ...worlds.engine.run.batch import Batch
from ...worlds.engine.world import World
from ..contracts import Offline
from ..networks.auxiliary import Steps
from ..observations import averaged
from .recorded import Recordings, Shelf
from .senses import Senses

ROWS, FILMS = 256, 16
"""Episodes that are drawn side by side, and of those whose pixels are video."""
FEWEST = 0.1
"""The least share of actions that the head can make; a store with fewer is refused."""


class _Rows(NamedTuple):
    """As much of a batch as `Head.read` looks at."""

    world: World
    n: int
    players: int


class Stage(NamedTuple):
    """The uses that the episodes of a world are drawn and read for: a batch of the world in which the run's agent will
    play, the size of the network's frames, the head, the tokens of a chat that are read, threads of the CPU, the
    network's auxiliary losses, and bytes of their labels for a step of a player."""

    batch: Batch
    size: tuple[int, int]
    head: Any
    longest: int
    threads: int
    auxiliary: tuple[str, ...] = ()
    label_bytes: int = 0


class Pool:
    """Some of the episodes of a shelf. Row first[e] + t is step t of episode e, and row first[e] + steps[e] what was
    seen after the last one; an episode that could not be replayed has 0 steps.

    Tensors, whose first axes are (rows, players): pixels uint8 (…, height, width, 3); instruction int64, rows of the
    texts; chat int64 (…, longest); action int16 (…, parts); reward, ended, cut float32; mask float32, 0 after the end
    of a player, where the head cannot make what was done, and where random moves disturbed who played (see
    episodes/hands.py); the labels of the algorithm, and the targets of auxiliary losses that the simulator tells.
    """

    def __init__(
        self, recordings: Recordings, shelf: Shelf, chosen: np.ndarray, stage: Stage, algorithm: Offline, levels: Any
    ):
        self._stage, self._algorithm, self._levels = stage, algorithm, levels
        self._texts, self._shelf = recordings.texts, shelf
        self.steps = shelf.known.steps[chosen].copy()
        self.first = np.cumsum(self.steps + 1) - self.steps - 1
        rows, players, parts = int((self.steps + 1).sum()), shelf.world.players, stage.head.parts
        self._index = {shelf.ids[number]: index for index, number in enumerate(chosen.tolist())}
        self._odd = np.arange(1, 2 * self._texts.shape[1], 2, dtype=np.int64) ** 3  # texts are told apart by a sum
        sums = (self._texts.astype(np.int64) * self._odd).sum(1)
        self._order = sums.argsort(kind="stable")
        self._sums = sums[self._order]
        self.pixels = torch.zeros(rows, players, *stage.size, 3, dtype=torch.uint8)
        self.instruction = torch.zeros(rows, players, dtype=torch.int64)
        self.chat = torch.zeros(rows, players, stage.longest, dtype=torch.int64)
        self.action = torch.zeros(rows, players, parts, dtype=torch.int16)
        self.reward, self.ended, self.cut, self.mask = (torch.zeros(rows, players) for _ in range(4))
        self._disturbed = torch.zeros(rows, players, dtype=torch.bool)
        self.labels: dict[str, torch.Tensor] = {}
        self.targets: dict[str, torch.Tensor] = {}
        self._fill(recordings)
        self._finish()

    def _fill(self, recordings: Recordings) -> None:
        """Read the episodes, and draw each kind of them side by side."""
        kinds: dict[Together, list[Episode]] = {}
        read = set()
        for episode in recordings.store.read(lambda head: head.id in self._index):
            if episode.id not in read and episode.steps == self.steps[self._index[episode.id]]:
                read.add(episode.id)
                first = self.first[self._index[episode.id]]
                random = held_by("random", episode.extra, episode.steps, episode.players)
                self._disturbed[first : first + episode.steps] = torch.from_numpy(random)
                kinds.setdefault(Together.of(episode), []).append(episode)
        self._left = set(self._index) - read  # damaged, which the store has warned about
        for kind, episodes in kinds.items():
            for step, made, targets in self._replayed(kind, episodes):
                self._write(step, made, targets)

    def _replayed(
        self, kind: Together, episodes: Sequence[Episode]
    ) -> Iterator[tuple[Step, np.ndarray, dict[str, torch.Tensor]]]:
        """Their steps, drawn, whether the head can make each action, bool (n, players), and the targets of auxiliary
        losses, (n * players, …)."""
        stage, world, size = self._stage, self._shelf.world, self._stage.batch.size
        if kind.filmed:
            options: dict[str, Any] = {"final": True, "on_problem": self._problem}
            for step in Footage(episodes, stage.size, rows=min(FILMS, len(episodes)), **options):
                yield step, np.ones(step.actions.shape, bool), {}
            return
        reading = Redrawing(
            episodes, world, size, rows=min(ROWS, len(episodes)), threads=stage.threads, draw=False, final=True,
            levels=self._levels, on_problem=self._problem,
        )  # fmt: skip
        senses: Senses | None = None
        for step in reading:
            batch = reading.batch
            if senses is None:
                senses = Senses([batch], stage.auxiliary)
                known = senses.begin()
            if isinstance(world.view, Tiles):  # as large as where the agent will play
                batch.rows, batch.cols = max(batch.rows, stage.batch.rows), max(batch.cols, stage.batch.cols)
            made = self._made(batch, step)
            first = torch.from_numpy(step.is_first.astype(np.float32)).repeat_interleave(batch.players)
            targets, known = senses.look(known, first, lambda _, target: target)
            yield step._replace(pixels=batch.draw(step.active)), made, targets

    def _problem(self, departure: Departure) -> None:
        warn(departure)
        self._left.add(departure.id)

    def _write(self, step: Step, made: np.ndarray, targets: dict[str, torch.Tensor]) -> None:
        """Keep a step of each episode that is replayed."""
        assert step.pixels is not None
        active = np.flatnonzero(step.active)
        numbers = np.array([self._index[self._of(step, row).id] for row in active.tolist()])
        at = torch.from_numpy(self.first[numbers] + step.number[active])
        players = self._shelf.world.players
        seen = torch.from_numpy(np.ascontiguousarray(step.pixels[active]))
        self.pixels[at] = averaged(seen.flatten(0, 1), self._stage.size).view(
            len(active), players, *self._stage.size, 3
        )
        self.instruction[at] = torch.from_numpy(self._told(step, active))
        if players > 1:
            self.chat[at] = torch.from_numpy(step.chat[active, :players, : self._stage.longest].astype(np.int64))
        actions = np.ascontiguousarray(step.actions[active])
        tensors = {name: torch.from_numpy(actions[name]) for name in ACTION.names or ()}
        rows: Any = _Rows(self._shelf.world, len(active), players)
        choices = self._stage.head.read(rows, tensors).view(len(active), players, -1)
        self.action[at] = choices.to(torch.int16)
        for name, values in targets.items():
            own = values.unflatten(0, (-1, players))[torch.from_numpy(active)]
            if name not in self.targets:
                self.targets[name] = own.new_zeros(len(self.pixels), *own.shape[1:])
            self.targets[name][at] = own
        self.mask[at] = torch.from_numpy(made[active].astype(np.float32))
        self.reward[at] = torch.from_numpy(step.rewards[active])
        ended = step.terminated[active] | step.truncated[active]
        self.ended[at] = torch.from_numpy(ended.astype(np.float32))
        self.cut[at] = torch.from_numpy((step.truncated[active] & ~step.terminated[active]).astype(np.float32))

    def _of(self, step: Step, row: int) -> Episode:
        episode = step.episodes[row]
        assert episode is not None
        return episode

    def _told(self, step: Step, active: np.ndarray) -> np.ndarray:
        """The row of the texts that each player is told, int64 (active, players)."""
        told = step.instruction[active, : self._shelf.world.players]
        sums = (told.astype(np.int64) * self._odd).sum(-1)
        at = np.searchsorted(self._sums, sums).clip(max=len(self._sums) - 1)
        for row in np.flatnonzero((self._sums[at] != sums).any(1)).tolist():
            if step.is_first[active[row]]:
                reason = "it shows other instructions than it says"
                self._problem(Departure(self._of(step, int(active[row])).id, int(step.number[active[row]]), reason))
        return self._order[at]

    def _made(self, batch: Batch, step: Step) -> np.ndarray:
        """Whether the head can make each action as it was: all keys and buttons that the world listens to, bool (n,
        players)."""
        head, world = self._stage.head, batch.world
        keys, buttons = map(key_index, world.controls.keys), map(button_index, world.controls.buttons)
        heard = [*keys, *(len(KEYS) + button for button in buttons)]

        def held() -> np.ndarray:
            return np.concatenate([batch.actions["keys"], batch.actions["buttons"]], -1)[..., heard]

        tensors = batch.tensors()
        batch.actions[...] = step.actions  # which the replay writes again before it steps
        wanted = held()
        head.write(head.read(batch, tensors), batch, tensors)
        return np.asarray((held() == wanted).all(-1))

    def _finish(self) -> None:
        """Work out what is known of whole episodes."""
        seen = made = 0.0
        for id in self._left:
            self.steps[self._index[id]] = 0
        for first, steps in zip(self.first.tolist(), self.steps.tolist(), strict=True):
            if not steps:
                continue
            part = slice(first, first + steps)
            playing = (self.ended[part].cumsum(0) - self.ended[part] == 0).float()
            for values in (self.ended, self.cut, self.reward, self.mask):
                values[part] *= playing
            seen, made = seen + float(playing.sum()), made + float(self.mask[part].sum())
            self.mask[part] *= ~self._disturbed[part]
            known = self.action[part].long(), self.reward[part]
            found = self._algorithm.label(*known, self.mask[part])
            if hasattr(self._algorithm, "label_steps"):
                more = self.ended[part], self.mask[part], self.pixels[first + steps]
                found |= self._algorithm.label_steps(Steps(self.pixels[part], *known, *more))
            for name, values in found.items():
                if name not in self.labels:
                    self.labels[name] = values.new_zeros(len(self.pixels), *values.shape[1:])
                self.labels[name][part] = values
        self.made = made / max(seen, 1.0)

    def check(self) -> None:
        """Raise ValueError if no episode could be replayed, or if the head can make few of their actions; warn if it
        cannot make all."""
        world = self._shelf.world
        if not self.steps.any():
            raise ValueError(
                f"none of {len(self._index):,} stored episodes of {world.name} could be replayed: see the warnings, "
                "and `rumpus episodes verify STORE`"
            )
        told = f"{1 - self.made:.1%} of the stored actions in {world.name} cannot be made by this head"
        if self.made < FEWEST:
            raise ValueError(f"{told}: choose --head devices or universal, or another store")
        if self.made < 1:
            warnings.warn(f"{told}, and are not learned: see --head devices and universal", stacklevel=2)


def frame_bytes(stage: Stage, players: int) -> int:
    """Bytes that a step of a pool takes, about."""
    height, width = stage.size
    return players * (height * width * 3 + 8 * stage.longest + 64 + stage.label_bytes)
