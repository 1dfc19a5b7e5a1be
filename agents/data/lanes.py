"""The lanes of a run: batches of one world or of several, stepped as one."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import torch

from ...worlds.engine.run.batch import Batch
from ..contracts import Head
from ..experts import ControllerExpert, Expert
from ..observations import Observation, ObservationReader
from ..transfer import Fetcher, Sender
from .senses import Senses


class Lanes:
    """All players of all rows of some batches, batch after batch; `start` is the number of the first in the run.

    batches: on one device; device: of the network; longest, size, goals: see ObservationReader.
    """

    def __init__(
        self,
        batches: Sequence[Batch],
        device: torch.device,
        *,
        start: int = 0,
        longest: int | None = None,
        size: tuple[int, int] | None = None,
        goals: bool = False,
    ):
        self.batches = list(batches)
        self.reader = ObservationReader(batches, longest=longest, size=size, goals=goals, device=device)
        self.tensors, self.counts = self.reader.tensors, self.reader.counts
        self.count = sum(self.counts)
        self.slice = slice(start, start + self.count)
        self.device, self.world_device = device, self.tensors[0]["pixels"].device
        self._senders: dict[str, Sender] = {}
        self._fetcher = Fetcher(self.world_device)
        self._foreseen = Fetcher(torch.device("cpu"))
        self.experts: list[Expert | ControllerExpert] | None = None
        self.gives_up = False
        self.head: Head | None = None
        self.senses = Senses(self.batches, ())
        self._companies: list[Any] = []
        self.own = torch.ones(self.count, device=self.world_device)  # 1 in the lanes that the algorithm plays

    def join(self, companies: Sequence[Any]) -> None:
        """Let co-players, a scenarios.Company for each batch, have their seats: what is chosen for these is not played,
        and `own` is 0 there. Batches are on the CPU, and have begun."""
        self._companies = list(companies)
        for company, batch in zip(self._companies, self.batches, strict=True):
            company.start(batch)
        self.own = torch.cat([torch.from_numpy((each.cast < 0).ravel()) for each in self._companies]).float()

    def lead(self, head: Any) -> None:
        """Act through this head. Raises ValueError if it is made for other worlds."""
        for batch in self.batches:
            head.check(batch.world)
        self.reader.mask([head.mask(batch.world) for batch in self.batches])
        self.head = copy.deepcopy(head).to(self.world_device)

    def teach(self, experts: Sequence[Expert | ControllerExpert], gives_up: bool = False) -> None:
        """Let the expert of each batch, one of its own, say what it would do, see `ask`. gives_up: whether an episode
        for which it knows no plan is truncated with the next step."""
        self.experts, self.gives_up = list(experts), gives_up
        for batch, expert in zip(self.batches, experts, strict=True):
            expert.start(batch)

    def sense(self, names: Iterable[str]) -> None:
        """Let the simulator tell the targets of these auxiliary losses."""
        self.senses = Senses(self.batches, names)

    def parts(self) -> list[slice]:
        """The lanes of each batch, counted from 0."""
        ends = [sum(self.counts[: index + 1]) for index in range(len(self.counts))]
        return [slice(end - count, end) for end, count in zip(ends, self.counts, strict=True)]

    def observe(self) -> Observation:
        """The observations of all lanes now, on the network's device; no later step or draw changes it."""
        observation = self.reader.observe()
        if observation.pixels.data_ptr() == self.tensors[0]["pixels"].data_ptr():
            return observation._replace(pixels=observation.pixels.clone())
        return observation

    def ask(self, is_first: torch.Tensor) -> torch.Tensor | None:
        """The experts' choices, int64 (lanes, parts), on the network's device, -1 in lanes for which they know no plan;
        None without experts."""
        if self.experts is None:
            return None
        assert self.head is not None
        found = []
        for batch, tensors, expert, part in zip(self.batches, self.tensors, self.experts, self.parts(), strict=True):
            expert.act(batch, is_first[part].view(batch.n, -1)[:, 0].bool().numpy())
            found.append(self.head.read(batch, tensors))
        chosen = torch.cat(found)
        lost = self.by_lane(self._lost()).bool().unsqueeze(-1)
        return self.send("expert", chosen.masked_fill(lost, -1))

    def _lost(self) -> list[torch.Tensor]:
        """Of each batch, the rows for which its expert knew no plan before the last step, bool (n,)."""
        assert self.experts is not None
        return [torch.as_tensor(expert.lost) for expert in self.experts]

    def foresee(self) -> None:
        """Begin to count the rows whose limit the next step reaches, see `cut`."""
        if self.world_device.type != "cpu":
            self._foreseen.send(self.reaching())

    def reaching(self) -> torch.Tensor:
        """How many rows reach their limit with the next step, unless they end before; int64, on the worlds' device."""
        found = []
        for batch in self.batches:
            tick, limit, over = (torch.as_tensor(batch.states[name]) for name in ("tick", "limit", "over"))
            found.append(((tick + batch.repeat >= limit) & (over == 0)).sum())
        return torch.stack(found).sum()

    def cut(self, terminated: torch.Tensor, truncated: torch.Tensor) -> torch.Tensor:
        """The lanes that the clock alone cut off in the last step, int64 (k,), on the network's device. terminated,
        truncated: float32 (lanes,) of that step.

        With worlds on a GPU, to count them waits for the step. It is not waited for where `foresee`, which was asked
        before the network began to act, says that no row could reach its limit.
        """
        if self.world_device.type != "cpu" and not int(self._foreseen.get()):
            return torch.zeros(0, dtype=torch.int64, device=self.device)
        found = (truncated * (1 - terminated)).nonzero().squeeze(1)
        if self.device.type != "cuda" or self.world_device.type != "cpu" or not len(found):
            return found.to(self.device)
        return found.pin_memory().to(
            self.device, non_blocking=True
        )  # other memory would wait for all the GPU has to do

    def begin(self, action: torch.Tensor) -> None:
        """Begin to bring a choice of all lanes to the worlds."""
        self._fetcher.send(action)

    def step(self, is_first: torch.Tensor) -> None:
        """One step of all batches with the choice that was begun. is_first: float32 (lanes,), of the state before."""
        assert self.head is not None
        action = self._fetcher.get()
        for index, (batch, tensors, part) in enumerate(zip(self.batches, self.tensors, self.parts(), strict=True)):
            self.head.write(action[part], batch, tensors)
            if self._companies:
                self._companies[index].act(batch, is_first[part].view(batch.n, -1)[:, 0].bool().numpy())
            batch.step()

    def outcome(self, name: str) -> torch.Tensor:
        """reward, terminated, truncated or success of the last step, float32 (lanes,), on the worlds' device."""
        parts = [tensors[name].flatten().float() for tensors in self.tensors]
        if name == "truncated" and self.gives_up:
            lost = self.by_lane(self._lost()).split(self.counts)
            parts = [torch.maximum(part, given_up) for part, given_up in zip(parts, lost, strict=True)]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def over(self) -> list[torch.Tensor]:
        """Of each batch, the rows whose episode has ended, bool (n,)."""
        over = [tensors["over"].bool() for tensors in self.tensors]
        return [one | lost for one, lost in zip(over, self._lost(), strict=True)] if self.gives_up else over

    def by_lane(self, rows: Sequence[torch.Tensor]) -> torch.Tensor:
        """Of each batch a value of each row, to float32 (lanes,)."""
        parts = [
            value.repeat_interleave(batch.players).float() for value, batch in zip(rows, self.batches, strict=True)
        ]
        return parts[0] if len(parts) == 1 else torch.cat(parts)

    def reset(self, over: Sequence[torch.Tensor] | None = None) -> None:
        """Begin new episodes in these rows, by default in all, and draw."""
        for index, batch in enumerate(self.batches):
            batch.reset() if over is None else batch.reset(over[index])
        self.draw()

    def stagger(self, random: np.random.Generator) -> None:
        """Give the episodes that have just begun random parts of their limits, one step at least."""
        for batch in self.batches:
            limits = torch.as_tensor(batch.states["limit"], device=self.world_device)
            shares = torch.as_tensor(random.random(batch.n), device=self.world_device)
            batch.states["limit"][:] = (limits * shares).clamp(min=batch.repeat).to(limits.dtype)

    def draw(self) -> None:
        """Draw what is seen now."""
        for batch in self.batches:
            batch.draw()

    def send(self, name: str, tensor: torch.Tensor) -> torch.Tensor:
        """A tensor of the worlds' device on that of the network; name: each has pinned memory of its own."""
        if self.world_device == self.device:
            return tensor
        return self._senders.setdefault(name, Sender(self.device))([tensor])

    def final(self, action: torch.Tensor, reward: torch.Tensor, recall: bool) -> Callable[[torch.Tensor], Observation]:
        """The observations of some lanes at this moment, see Transition.final."""

        def seen(indices: torch.Tensor) -> Observation:
            self.draw()
            observation = self.observe()
            if recall:
                observation = observation._replace(last_action=action, last_reward=reward)
            return observation.of(indices)

        return seen
