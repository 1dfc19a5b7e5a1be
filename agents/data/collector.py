"""The collector: steps worlds with an algorithm, and hands it what came of each step.

With worlds and network on one device there is one group of lanes: act, step, act, step. With worlds on the CPU and the
network on a GPU there are two: while one group of worlds steps, the GPU works for the other, and copies run beside
both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np
import torch

from ...worlds.engine.run.batch import Batch
from ..checks import check_decision
from ..contracts import Algorithm, Decision, State, TimeStep, Transition
from ..trees import joined, to
from .lanes import Lanes

SUMS = ("episodes", "success", "return_mean", "length_mean")


class Watcher(Protocol):
    """Something that is told of a batch's episodes: which row of the table each environment plays in a step, int64
    (n,), and which rows ended with it, bool (n,)."""

    def saw(self, index: int, rows: torch.Tensor, over: torch.Tensor) -> None:
        """One step of a rollout."""

    def rewarded(self, rows: np.ndarray, done: np.ndarray, amounts: np.ndarray) -> None:
        """Attempts were paid for, and those that are done are successes: of each environment the row of the table, int
        (n,), whether it is done, bool (n,), and the amount, float32 (n,)."""


class Group:
    """The lanes that act at once, and what is known of their episodes."""

    def __init__(
        self, lanes: Lanes, algorithm: Algorithm, parts: int, recall: bool, watchers: Sequence[Watcher | None]
    ):
        self.lanes, self._algorithm, self._recall, self._watchers = lanes, algorithm, recall, list(watchers)
        device, home = lanes.device, lanes.world_device
        self.is_first, self.mask = torch.ones(lanes.count, device=home), lanes.own.clone()
        self.returns, self.lengths, self.won = (torch.zeros(lanes.count, device=home) for _ in range(3))
        self.last_action = torch.zeros(lanes.count, parts, dtype=torch.int64, device=device)
        self.last_reward = torch.zeros(lanes.count, device=device)
        self.state: State = algorithm.initial(lanes.count)
        self.sensed: State = lanes.senses.begin()  # what the targets of auxiliary losses remember
        self._pending: tuple[TimeStep, Decision] | None = None
        self._new = True  # until the first decision, whose values are checked
        self.begin()

    def begin(self) -> None:
        """Count from here on."""
        self.finished = [torch.zeros(4, batch.players, device=self.lanes.world_device) for batch in self.lanes.batches]

    def timestep(self, ask: bool = False, keep: bool = False) -> TimeStep:
        """The time step now; with `ask`, also by the expert; keep: whether it is remembered by the senses."""
        lanes = self.lanes
        observation = lanes.observe()
        if lanes.senses:
            targets, sensed = lanes.senses.look(self.sensed, self.is_first, lanes.send)
            observation = observation._replace(targets=targets)
            self.sensed = sensed if keep else self.sensed
        if self._recall:
            observation = observation._replace(last_action=self.last_action, last_reward=self.last_reward)
        expert = lanes.ask(self.is_first) if ask else None
        return TimeStep(observation, *self._sent(), expert, lanes.slice)

    def _sent(self) -> tuple[torch.Tensor, torch.Tensor]:
        return self.lanes.send("is_first", self.is_first), self.lanes.send("mask", self.mask)

    def decide(self, progress: float) -> None:
        """Let the algorithm act, which on a GPU only begins here."""
        self.lanes.foresee()
        timestep = self.timestep(ask=self._algorithm.wants_expert, keep=True)
        decision = self._algorithm.act(timestep, self.state, progress)
        check_decision(decision, self.state, self.lanes.count, self.lanes.head, values=self._new)
        self._new = False
        self.lanes.begin(decision.action)
        self._pending = timestep, decision

    def advance(self, index: int) -> None:
        """Step the worlds, and hand over what came of it."""
        assert self._pending is not None
        (timestep, decision), lanes = self._pending, self.lanes
        rows = [tensors["task"].long() if watcher else None for tensors, watcher in self._watched()]
        lanes.step(self.is_first)
        reward = lanes.outcome("reward") * self.mask
        terminated, truncated = lanes.outcome("terminated"), lanes.outcome("truncated")
        ended = (terminated + truncated).clamp(max=1) * lanes.own
        cut = lanes.cut(terminated, truncated)
        self.last_action, self.last_reward = decision.action, lanes.send("reward", reward)
        final = lanes.final(self.last_action, self.last_reward, self._recall)
        came = self.last_reward, lanes.send("ended", ended), cut
        self._algorithm.observe(Transition(timestep, self.state, decision, *came, final, index))
        self.state = decision.state
        self._count(reward, ended)
        over = lanes.over()
        for (_, watcher), played, ended_rows in zip(self._watched(), rows, over, strict=True):
            if watcher and played is not None:
                watcher.saw(index, played, ended_rows)
        self.mask = self.mask * (1 - ended)
        self.is_first = lanes.by_lane(over)
        for tally in (self.returns, self.lengths, self.won):
            tally *= 1 - self.is_first
        self.mask = torch.maximum(self.mask, self.is_first * lanes.own)
        lanes.reset(over)

    def _watched(self) -> list[tuple[dict[str, torch.Tensor], Watcher | None]]:
        return list(zip(self.lanes.tensors, self._watchers, strict=True))

    def _count(self, reward: torch.Tensor, ended: torch.Tensor) -> None:
        self.returns += reward
        self.lengths += self.mask
        self.won += self.lanes.outcome("success")
        sums = torch.stack([ended, ended * self.won, ended * self.returns, ended * self.lengths])
        for finished, batch, part in zip(self.finished, self.lanes.batches, self.lanes.parts(), strict=True):
            finished += sums[:, part].reshape(4, batch.n, batch.players).sum(1)

    KEPT = ("is_first", "mask", "returns", "lengths", "won", "last_action", "last_reward")

    def state_dict(self) -> dict[str, Any]:
        """All that is needed to go on."""
        kept: dict[str, Any] = {name: getattr(self, name) for name in self.KEPT}
        kept |= {"state": self.state, "rows": [packed(batch) for batch in self.lanes.batches]}
        kept |= {"sensed": self.sensed} if self.lanes.senses else {}
        return kept | {"experts": [expert.state_dict() for expert in self.lanes.experts or ()]}

    def load_state_dict(self, content: dict[str, Any]) -> None:
        """Go back to a saved state; worlds that cannot be saved begin new episodes."""
        for name in self.KEPT:
            setattr(self, name, content[name].to(getattr(self, name).device, copy=True))
        self.state = to(content["state"], self.lanes.device)
        if self.lanes.senses:
            self.sensed = to(content["sensed"], self.lanes.world_device)
        for batch, rows, part in zip(self.lanes.batches, content["rows"], self.lanes.parts(), strict=True):
            if not unpack(batch, rows):
                self.is_first[part], self.mask[part] = 1, self.lanes.own[part]
                for tally in (self.returns, self.lengths, self.won):
                    tally[part] = 0
        for expert, saved in zip(self.lanes.experts or (), content["experts"], strict=True):
            expert.load_state_dict(saved)
        self.lanes.draw()


class Collector:
    """Steps groups of lanes with an algorithm. parts: of an action; recall: whether observations hold the last action
    and reward; watchers: of each batch of each group; group: the class of a group."""

    def __init__(
        self,
        groups: Sequence[Lanes],
        algorithm: Algorithm,
        parts: int,
        recall: bool,
        watchers: Sequence[Sequence[Watcher | None]],
        group: Callable[..., Group] = Group,
    ):
        self._groups = [
            group(lanes, algorithm, parts, recall, told) for lanes, told in zip(groups, watchers, strict=True)
        ]

    @torch.no_grad()
    def collect(self, steps: int, progress: float) -> dict[str, float]:
        """So many steps of every lane. Returns metrics of the episodes that ended in them, see `metrics`."""
        for group in self._groups:
            group.begin()
            group.decide(progress)
        for index in range(steps):
            for group in self._groups:
                group.advance(index)
                if index + 1 < steps:
                    group.decide(progress)
        return self.metrics()

    def metrics(self) -> dict[str, float]:
        """Of the episodes that ended in the last rollout, see `metrics`."""
        return metrics(
            [
                (batch, sums)
                for group in self._groups
                for batch, sums in zip(group.lanes.batches, group.finished, strict=True)
            ]
        )

    @torch.no_grad()
    def now(self) -> tuple[TimeStep, State]:
        """The time step of all lanes now, and their state."""
        steps = [group.timestep() for group in self._groups]
        state = joined([group.state for group in self._groups])
        if len(steps) == 1:
            return steps[0], state
        observation = steps[0].observation
        seen = joined([step.observation.parts() for step in steps])
        lanes = slice(steps[0].lanes.start, steps[-1].lanes.stop)
        is_first, mask = (joined([getattr(step, name) for step in steps]) for name in ("is_first", "mask"))
        return TimeStep(observation.made(seen, observation.tables), is_first, mask, None, lanes), state

    def state_dict(self) -> list[dict[str, Any]]:
        """All that is needed to go on, group by group."""
        return [group.state_dict() for group in self._groups]

    def load_state_dict(self, content: list[dict[str, Any]]) -> None:
        """Go back to a saved state."""
        for group, saved in zip(self._groups, content, strict=True):
            group.load_state_dict(saved)


def packed(batch: Batch) -> torch.Tensor:
    """The rows of a batch as bytes, uint8 (bytes,); of worlds that cannot be saved, what their next episodes are drawn
    from."""
    if batch.world.rules.savable:
        rows = bytearray(b"".join(map(batch.save, range(batch.n))))
    else:
        rows = bytearray(batch.states["stream"].tobytes())
    return torch.frombuffer(rows, dtype=torch.uint8).clone()


def unpack(batch: Batch, data: torch.Tensor) -> bool:
    """Go back to what `packed` gave; in worlds that cannot be saved new episodes begin. Returns whether it could be
    done. Raises ValueError if it is of another version of the world."""
    rows = data.view(batch.n, -1).numpy()
    if batch.world.rules.savable:
        batch.load_rows(slice(None), [row.tobytes() for row in rows])
        return True
    batch.states["stream"] = rows.copy().view("u8")[:, 0]
    batch.reset()
    return False


def metrics(finished: Sequence[tuple[Batch, torch.Tensor]]) -> dict[str, float]:
    """{episodes, success, return_mean, length_mean} of what ended, from sums (4, players) of each batch; with several
    players success_1, return_1, … of each; of several worlds also WORLD/success and the others of each world."""
    by_world: dict[str, torch.Tensor] = {}
    for batch, sums in finished:
        name = batch.world.name
        by_world[name] = by_world[name] + sums if name in by_world else sums
    rows = {name: _means(sums.tolist()) for name, sums in by_world.items()}
    if len(rows) == 1:
        return next(iter(rows.values()))
    total = torch.stack([sums.sum(1, keepdim=True) for sums in by_world.values()]).sum(0)
    return _means(total.tolist()) | {f"{world}/{key}": each for world, row in rows.items() for key, each in row.items()}


def _means(finished: list[list[float]]) -> dict[str, float]:
    """The metrics of what ended, from the sums of episodes, successes, returns and lengths by player."""
    episodes = sum(finished[0])
    if not episodes:
        return {"episodes": 0}
    row = {"episodes": episodes} | {
        name: sum(part) / episodes for name, part in zip(SUMS[1:], finished[1:], strict=True)
    }
    if len(finished[0]) > 1:
        for player, (count, wins, total, _) in enumerate(zip(*finished, strict=True)):
            if count:
                row |= {f"success_{player + 1}": wins / count, f"return_{player + 1}": total / count}
    return row
