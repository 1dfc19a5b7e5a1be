"""The collector of attempts that somebody pays for when they are over, in place of the worlds.

A rollout is one attempt in each lane: all begin with its first step, and none is followed by another before its last.
Then the payer says what each attempt is worth and at which step, and only then the algorithm is handed the steps, with
these rewards in their places. An attempt that was found done ends at that step, as an episode does whose goal is
reached, and what came after it is not learned from.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch

from ...worlds.engine.run.batch import Batch
from ..contracts import Algorithm, Decision, State, TimeStep, Transition
from ..observations import Observation
from .collector import Collector, Group, Watcher
from .lanes import Lanes


class Paid(NamedTuple):
    """The pay of one attempt in each row of a batch. amount: float (n,), NaN for nothing; at: int (n,), the step after
    which it is paid, from 1 on, or 0 for the end of the attempt; done: bool (n,), whether the attempt ends there."""

    amount: np.ndarray
    at: np.ndarray
    done: np.ndarray


class Payer(Protocol):
    """Somebody who pays for attempts; see agents/improve/paying.py."""

    def watch(self, batch: Batch) -> None:
        """Called once for each batch, before its first attempts."""

    def pay(self, batch: Batch, number: int) -> Paid:
        """The pay of the attempts that have just ended in a batch. number: of the rollout in this run, from 0 on."""

    def report(self) -> dict[str, float]:
        """Metrics of all attempts that were paid for since the last report."""


class _Held(NamedTuple):
    """A step that waits for its pay. cut: 1 in lanes that the clock alone cut off with it; final: what all lanes saw
    after it, if any was cut off."""

    timestep: TimeStep
    state: State
    decision: Decision
    cut: torch.Tensor
    final: Observation | None


class PaidGroup(Group):
    """Lanes of which each plays one attempt in a rollout."""

    def __init__(self, *given: Any, payer: Payer):
        super().__init__(*given)
        self._payer, self._held = payer, list[_Held]()
        self._paid: list[torch.Tensor] = []
        for batch in self.lanes.batches:
            payer.watch(batch)

    def restart(self) -> None:
        """Begin an attempt in each lane."""
        self.lanes.reset()
        self.is_first, self.mask = torch.ones_like(self.is_first), self.lanes.own.clone()
        self.last_action, self.last_reward = torch.zeros_like(self.last_action), torch.zeros_like(self.last_reward)
        self._held, self.lengths = [], torch.zeros_like(self.lengths)

    def advance(self, index: int) -> None:
        """Step the worlds, and keep what came of it."""
        assert self._pending is not None
        (timestep, decision), lanes = self._pending, self.lanes
        lanes.step(self.is_first)
        terminated, truncated = lanes.outcome("terminated"), lanes.outcome("truncated")
        cut = truncated * (1 - terminated) * self.mask
        self.last_action, final = decision.action, None
        if bool(cut.any()):
            everyone = torch.arange(lanes.count, device=lanes.device)
            final = lanes.final(self.last_action, self.last_reward, self._recall)(everyone)
        self._held.append(_Held(timestep, self.state, decision, cut, final))
        self.state = decision.state
        self.lengths += self.mask
        self.mask = self.mask * (1 - (terminated + truncated).clamp(max=1))
        self.is_first = torch.zeros_like(self.is_first)
        lanes.draw()

    def judge(self, number: int) -> None:
        """Ask the payer. number: of the rollout in this run."""
        found = [self._payer.pay(batch, number) for batch in self.lanes.batches]
        amount = np.nan_to_num(np.concatenate([each.amount for each in found])).astype(np.float32)
        at, done = (np.concatenate([getattr(each, name) for each in found]) for name in ("at", "done"))
        lengths = self.lengths.cpu().numpy().astype(np.int64)
        moment = np.where((at < 1) | (at > lengths), lengths, at)
        ends = np.where(done, moment, lengths)
        self._paid = [torch.from_numpy(each).to(self.lanes.device) for each in (amount, moment, ends, done)]
        self._settled(amount, ends, done)

    def _settled(self, amount: np.ndarray, ends: np.ndarray, done: np.ndarray) -> None:
        """Count the attempts, and tell who follows the tasks."""
        rows = np.stack([np.ones_like(amount), done, amount, ends])
        for finished, (tensors, watcher), part in zip(self.finished, self._watched(), self.lanes.parts(), strict=True):
            finished += torch.from_numpy(rows[:, part].sum(1, keepdims=True)).to(finished)
            if watcher:
                played, over = tensors["task"].long(), torch.ones_like(tensors["over"], dtype=torch.bool)
                for index in range(len(self._held)):
                    watcher.saw(index, played, over if index + 1 == len(self._held) else ~over)
                watcher.rewarded(played.cpu().numpy(), done[part], amount[part])

    def hand_over(self, index: int) -> None:
        """Give the algorithm a step with its pay."""
        held, (amount, moment, ends, done) = self._held[index], self._paid
        mask = torch.gt(ends, index).float()
        ended = torch.eq(ends, index + 1).float()
        cut = (self.lanes.send("cut", held.cut) * ended * (1 - done.float())).nonzero().squeeze(1)
        timestep = held.timestep._replace(mask=mask)
        came = amount * torch.eq(moment, index + 1), ended, cut, partial(_of, held.final), index
        self._algorithm.observe(Transition(timestep, held.state, held.decision, *came))


def _of(seen: Observation | None, indices: torch.Tensor) -> Observation:
    assert seen is not None, "asked only for lanes that the clock cut off"
    return seen.of(indices)


class PaidCollector(Collector):
    """Plays attempts that a payer pays for; see `fitting`."""

    def __init__(
        self, payer: Payer, groups: Sequence[Lanes], algorithm: Algorithm, parts: int, recall: bool,
        watchers: Sequence[Sequence[Watcher | None]],
    ):  # fmt: skip
        super().__init__(groups, algorithm, parts, recall, watchers, partial(PaidGroup, payer=payer))
        self._payer, self._number = payer, 0

    @torch.no_grad()
    def collect(self, steps: int, progress: float) -> dict[str, float]:
        """An attempt of so many steps in every lane. Returns the metrics of a collector and those of the payer, where
        success is that an attempt was found done, and the return is what was paid."""
        for group in self._paid_groups():
            group.restart()
        found = super().collect(steps, progress)
        for group in self._paid_groups():
            group.judge(self._number)
        for index in range(steps):
            for group in self._paid_groups():
                group.hand_over(index)
        self._number += 1
        return found | self.metrics() | self._payer.report()

    def _paid_groups(self) -> Sequence[PaidGroup]:
        return [group for group in self._groups if isinstance(group, PaidGroup)]

    def state_dict(self) -> list[dict[str, Any]]:
        """The same, with the number of the next rollout."""
        return [content | {"rollout": self._number} for content in super().state_dict()]

    def load_state_dict(self, content: list[dict[str, Any]]) -> None:
        """Go back to a saved state."""
        super().load_state_dict(content)
        self._number = content[0]["rollout"]


def fitting(batches: Sequence[Batch], rollout: int) -> None:
    """Raise ValueError unless each attempt in these batches fits in a rollout, and is one player's."""
    for batch in batches:
        if batch.players != 1:
            raise ValueError(f"attempts are paid for one player, and {batch.world.name} has {batch.players}")
        longest = int(batch.task_table["limit"].max())
        if longest > rollout * batch.repeat:
            raise ValueError(
                f"an attempt of {longest} ticks is longer than a rollout of {rollout} steps of {batch.repeat}"
            )
